"""Choosing what is to be redacted."""

from typing import Any

from django import forms

from hindsight.lib.forms import CleanCharField, FormErrors, LineField
from incidents.models import Incident, PreviewState
from incidents.services.redact import EXACT_LIMIT, REASON_LIMIT, Suspect


class RedactForm(FormErrors, forms.Form):
    """What was found, an exact text, pictures, and why."""

    found = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple, label="Found in this record")
    exact = CleanCharField(
        limit=EXACT_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off", "data-draft-skip": ""}),
        label="Exact text",
        help_text="As it stands in the record, capitals and spaces included; it may have several lines.",
    )
    pictures = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Pictures to black out",
        help_text="The original is deleted; a black picture of its shape takes its place.",
    )
    reason = LineField(
        limit=REASON_LIMIT,
        label="Reason",
        help_text="Stands in the timeline and in the audit log. Don't repeat the text.",
    )

    def __init__(self, *args: Any, incident: Incident, suspects: list[Suspect], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("found", [(one.digest, _told(one)) for one in suspects])
        pictures = incident.attachments.exclude(preview_state=PreviewState.NONE)
        self._choose("pictures", [(str(row.pk), row.caption or row.filename) for row in pictures])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices
        if not choices:
            del self.fields[name]


def _told(one: Suspect) -> str:
    places = ", ".join(f"{name} ({count})" if count > 1 else name for name, count in one.places.items())
    return f"{one.label}, {one.hint} · {places}"
