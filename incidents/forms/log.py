"""Lines of the timeline, and what is pasted beside them."""

from django import forms

from hindsight.lib.forms import CodeField, FormErrors, LineField, MarkdownField, MomentField, OnceField
from hindsight.lib.languages import CHOICES as LANGUAGES
from incidents.forms.fields import FilesField
from incidents.forms.meeting import MeetingForm
from incidents.models import (
    CAPTION_LIMIT,
    ENTRY_LIMIT,
    FILENAME_LIMIT,
    SNIPPET_LIMIT,
    WRITABLE_KINDS,
)

KINDS = [(kind.value, kind.label) for kind in WRITABLE_KINDS]


class EntryEditForm(FormErrors, MeetingForm):
    """A line that is there already."""

    EDITED = ("body", "kind", "at")

    kind = forms.ChoiceField(choices=KINDS)
    body = MarkdownField(label="Text", limit=ENTRY_LIMIT, required=False)
    at = MomentField(label="Time")
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class SnippetForm(FormErrors, forms.Form):
    """A piece of code with its name."""

    code = CodeField(limit=SNIPPET_LIMIT)
    language = forms.ChoiceField(choices=[("", "Guess the language"), *LANGUAGES], required=False)
    filename = LineField(label="File name", limit=FILENAME_LIMIT, required=False)
    caption = LineField(limit=CAPTION_LIMIT, required=False)
    step = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    once = OnceField()


class SnippetEditForm(FormErrors, MeetingForm):
    """The words beside a snippet; the code itself stays as it was pasted."""

    EDITED = ("language", "filename", "caption")

    language = forms.ChoiceField(choices=LANGUAGES)
    filename = LineField(label="File name", limit=FILENAME_LIMIT, required=False)
    caption = LineField(limit=CAPTION_LIMIT, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class FileForm(FormErrors, forms.Form):
    """Screenshots and other files."""

    uploads = FilesField(label="Files", required=True)
    caption = LineField(limit=CAPTION_LIMIT, required=False)
    alt_text = LineField(
        label="What the picture shows",
        limit=CAPTION_LIMIT,
        required=False,
        help_text="For those who can't see it, and for search.",
    )
    step = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    once = OnceField()
