"""The words read in pictures, as pages show them."""

from django.db.models import Case, F, QuerySet, TextField, Value, When

from incidents.models import Attachment, PreviewState


def with_words(files: QuerySet[Attachment]) -> QuerySet[Attachment]:
    """Add `words` to each: those of a shown picture; "" for logs and archives, whose text may have megabytes."""
    shown = When(preview_state__in=[PreviewState.PENDING, PreviewState.READY], then=F("text"))
    return files.defer("text").annotate(words=Case(shown, default=Value(""), output_field=TextField()))
