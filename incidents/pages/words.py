"""The words read in pictures, as pages show them."""

from django.db.models import Case, F, QuerySet, TextField, Value, When

from incidents.models import Attachment, PreviewState


def with_words(files: QuerySet[Attachment]) -> QuerySet[Attachment]:
    """Add `words` to each: those of a shown picture; "" for logs and archives, whose text may have megabytes.

    `drawn_on` is the name of the picture that a copy was drawn on; None for what is no copy.
    """
    shown = When(preview_state__in=[PreviewState.PENDING, PreviewState.READY], then=F("text"))
    words = Case(shown, default=Value(""), output_field=TextField())
    return files.defer("text").annotate(words=words, drawn_on=F("drawn_from__filename"))
