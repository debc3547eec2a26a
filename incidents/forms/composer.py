"""What the composer sends: words, a time, files, and pieces of code beside the words."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from hindsight.lib.forms import (
    CodeField,
    FixedChoiceField,
    FormErrors,
    LineField,
    MarkdownField,
    MomentField,
    OnceField,
)
from hindsight.lib.languages import CHOICES as LANGUAGES
from hindsight.lib.languages import normalise_language
from hindsight.lib.text import clean
from incidents.commands.grammar import Piece
from incidents.forms.fields import FilesField
from incidents.models import CAPTION_LIMIT, FILENAME_LIMIT, SNIPPET_LIMIT, WRITABLE_KINDS, EntryKind

KINDS = [(kind.value, kind.label) for kind in WRITABLE_KINDS]
PIECES_LIMIT = 20
PLACES_LIMIT = 9_999


class PiecesField(forms.Field):
    """The snippets that stand beside the words, as a JSON list of objects; the cleaned value is a list of `Piece`."""

    widget = forms.Textarea

    def to_python(self, value: object) -> list[Piece]:
        """Read the list; ValidationError for what is none."""
        if not value:
            return []
        try:
            given = json.loads(str(value))
        except (ValueError, RecursionError):
            raise ValidationError("The snippets did not arrive as they were sent; send them again.") from None
        if not isinstance(given, list) or len(given) > PIECES_LIMIT:
            raise ValidationError(f"At most {PIECES_LIMIT} snippets can be sent at once.")
        return [piece for piece in map(_piece, given) if piece.code.strip()]


def _piece(given: object) -> Piece:
    words = given if isinstance(given, dict) else {}
    code, language, filename, caption = (
        value if isinstance(value := words.get(name), str) else ""
        for name in ("code", "language", "filename", "caption")
    )
    return Piece(clean(code, keep_ansi=True).text, normalise_language(language), filename, caption)


class ComposerForm(FormErrors, forms.Form):
    """One box for everything. `cards` are snippets as the script sends them, `code` is the one of a plain form."""

    # A log that is pasted into the box of a page without script becomes a snippet, so it may be as long as one.
    body = MarkdownField(label="Text", limit=SNIPPET_LIMIT, required=False)
    kind = FixedChoiceField(choices=KINDS, initial=EntryKind.NOTE, required=False)
    at = MomentField(label="Time", required=False)
    uploads = FilesField(label="Files", required=False)
    code = CodeField(limit=SNIPPET_LIMIT, required=False)
    language = FixedChoiceField(choices=[("", "Guess the language"), *LANGUAGES], required=False)
    filename = LineField(label="File name", limit=FILENAME_LIMIT, required=False)
    caption = LineField(limit=CAPTION_LIMIT, required=False)
    cards = PiecesField(label="Snippets", required=False)
    is_text = forms.BooleanField(required=False, widget=forms.HiddenInput)
    # Which of several files that were dropped at once this is; each comes in a request of its own.
    batch = LineField(limit=64, required=False)
    place = forms.IntegerField(min_value=0, max_value=PLACES_LIMIT, required=False)
    once = OnceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        body = self.fields["body"]
        assert isinstance(body, MarkdownField)
        # The first line of pasted code may be indented.
        body.strip = False

    def clean(self) -> dict[str, Any]:
        """Something must be in it."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("code", "").strip():
            plain = Piece(data["code"], data.get("language", ""), data.get("filename", ""), data.get("caption", ""))
            data["cards"] = [*data.get("cards", []), plain]
        if not self.errors and not data.get("body", "").strip() and not data.get("cards") and not data.get("uploads"):
            self.add_error("body", "Text is empty; write at least a word, or add code or a file.")
        return data
