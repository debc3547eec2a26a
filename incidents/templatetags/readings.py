"""What pages say about the words in a file."""

from django import template

from hindsight.lib import ocr
from incidents.models import Attachment, TextState

register = template.Library()


@register.filter
def reading_note(file: Attachment) -> str:
    """One sentence on how far a file's words are known; nothing where there is nothing to say."""
    notes = {
        TextState.PENDING: "Being read; in a moment search finds it by its words.",
        TextState.EMPTY: file.text_note or "No words found.",
        TextState.UNAVAILABLE: ocr.NOT_INSTALLED,
    }
    return notes.get(TextState(file.text_state), file.text_note)
