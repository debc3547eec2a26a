"""Work on material that is too slow for a request. Each task may run twice, and does nothing for a row that is gone."""

import uuid

from django_tasks import task

from incidents.colouring import colour
from incidents.models import Attachment, Snippet
from incidents.previews import ensure_preview


@task()
def colour_snippet(snippet_id: int) -> None:
    """Highlight a snippet with the full time limit."""
    snippet = Snippet.objects.filter(pk=snippet_id).first()
    if snippet is not None:
        colour(snippet)


@task()
def prepare_preview(attachment_id: str) -> None:
    """Make the preview of a picture."""
    attachment = Attachment.objects.filter(pk=uuid.UUID(attachment_id)).first()
    if attachment is not None:
        ensure_preview(attachment)
