"""The form for an outage of the past."""

import re
from datetime import datetime
from typing import Any

from django import forms

from hindsight.lib.forms import FormErrors, LineField, MarkdownField, MomentField, OnceField
from incidents.models import TITLE_LIMIT, DetectedBy, Severity
from postmortems.services.past import PastOutage

# The whole text; each section has a limit of its own.
TEXT_LIMIT = 900_000
_DAY = re.compile(r"\s*\d{4}-\d{2}-\d{2}\s*")
MOMENTS = ("started_at", "detected_at", "acknowledged_at", "mitigated_at", "resolved_at")


class WhenField(MomentField):
    """A moment, or a day where no more is known; `is_day` says which was written."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.is_day = False

    def to_python(self, value: object) -> datetime | None:
        """Read a day as its midnight in the writer's zone."""
        self.is_day = isinstance(value, str) and bool(_DAY.fullmatch(value))
        return super().to_python(f"{value.strip()} 00:00" if self.is_day and isinstance(value, str) else value)


class PastOutageForm(FormErrors, forms.Form):
    """What is known of it; the title alone is enough."""

    title = LineField(limit=TITLE_LIMIT, label="What happened", help_text="As one would search for it.")
    severity = forms.ChoiceField(
        choices=Severity.choices, initial=Severity.SEV3, label="Severity", widget=forms.RadioSelect
    )
    services = LineField(limit=1_000, required=False, label="Services", help_text="Names with commas between them.")
    tags = LineField(limit=1_000, required=False, label="Tags", help_text="Words with commas between them.")
    started_at = WhenField(label="Started", help_text="2026-03-01 14:05, or only the day.")
    detected_at = WhenField(label="Detected")
    acknowledged_at = WhenField(label="Acknowledged")
    mitigated_at = WhenField(label="Mitigated")
    resolved_at = WhenField(label="Resolved")
    detected_by = forms.ChoiceField(choices=DetectedBy.choices, initial=DetectedBy.UNKNOWN, label="Found by")
    source_url = LineField(limit=500, required=False, label="Where it is written down", help_text="A link, if any.")
    is_private = forms.BooleanField(required=False, label="Private: only for you, people you name, and administrators")
    text = MarkdownField(
        limit=TEXT_LIMIT,
        required=False,
        label="Text",
        help_text="Paste what was written, with its headings: each part goes to the section that its heading names, "
        "the rest is kept together.",
    )
    once = OnceField()

    def outage(self) -> PastOutage:
        """What was sent, as the service wants it."""
        values = self.cleaned_data
        given = {name: values[name] for name in MOMENTS if values.get(name)}
        days = [name for name in given if getattr(self.fields[name], "is_day", False)]
        return PastOutage(
            title=values["title"],
            text=values["text"],
            severity=values["severity"],
            services=_listed(values["services"]),
            tags=_listed(values["tags"]),
            is_private=values["is_private"],
            detected_by=values["detected_by"],
            source_url=values["source_url"],
            moments=given,
            # A duration between a day and a minute would be invented: with a day among them, none is shown.
            is_day_only=bool(days),
        )


def _listed(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
