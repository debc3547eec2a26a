"""Choosing what is to be redacted."""

from typing import Any

from django import forms

from hindsight.lib.forms import CleanCharField, FormErrors, LineField
from incidents.models import Incident, PreviewState
from incidents.redacting_parts import Part
from incidents.services.redact import EXACT_LIMIT, REASON_LIMIT, Suspect

EVERYWHERE, HERE = "everywhere", "here"


class _Base(FormErrors, forms.Form):
    """What was found, an exact text, and why."""

    found = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple, label="Found in this record")
    exact = CleanCharField(
        limit=EXACT_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off", "data-draft-skip": ""}),
        label="Exact text",
        help_text="As it stands in the record, capitals and spaces included; it may have several lines.",
    )
    reason = LineField(
        limit=REASON_LIMIT,
        label="Reason",
        help_text="Stands in the timeline and in the audit log. Don't repeat the text.",
    )

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if not choices:
            del self.fields[name]


class RedactForm(_Base):
    """For a whole record: pictures are chosen by name."""

    pictures = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Pictures to black out",
        help_text="The original is deleted; a black picture of its shape takes its place. "
        "On a picture's own page places of it can be blacked out.",
    )
    field_order = ("found", "exact", "pictures", "reason")

    def __init__(self, *args: Any, incident: Incident, suspects: list[Suspect], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("found", [(one.digest, _told(one)) for one in suspects])
        pictures = incident.attachments.exclude(preview_state=PreviewState.NONE)
        self._choose("pictures", [(str(row.pk), row.caption or row.filename) for row in pictures])


class PartRedactForm(_Base):
    """For one part: all of it, or some, there or wherever it is repeated."""

    is_whole = forms.BooleanField(required=False)
    where = forms.ChoiceField(widget=forms.RadioSelect, initial=EVERYWHERE, required=False, label="Take it out of")

    def __init__(self, *args: Any, part: Part, suspects: list[Suspect], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("found", [(one.digest, _told(one)) for one in suspects])
        # Who comes here for one part came for what was found in it.
        self.initial.setdefault("found", [one.digest for one in suspects])
        whole = self.fields["is_whole"]
        whole.label = "The whole picture" if part.is_picture else "The whole file" if part.is_file else "All it says"
        whole.help_text = _whole_words(part)
        label = part.incident.label
        self._choose(
            "where",
            [
                (EVERYWHERE, f"all of {label} and its postmortem, wherever the same text stands"),
                (HERE, "this alone, its earlier versions, and what it carries or what points to it"),
            ],
        )

    @property
    def is_everywhere(self) -> bool:
        """Whether the same text goes from other parts as well."""
        return self.cleaned_data.get("where") != HERE


def _whole_words(part: Part) -> str:
    if part.is_picture:
        return "A black picture of its shape takes its place; the original is deleted."
    return "A line that says so takes its place." if part.is_file else "Earlier versions too; its place stays."


def _told(one: Suspect) -> str:
    places = ", ".join(f"{name} ({count})" if count > 1 else name for name, count in one.places.items())
    return f"{one.label}, {one.hint} · {places}"
