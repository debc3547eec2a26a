"""Evidence of a step: something that the incident has already, something pasted now, or a link."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import Truncator

from hindsight.lib.forms import CodeField, FormErrors, LineField, MarkdownField, MomentField, OnceField
from incidents.forms.fields import FilesField
from incidents.forms.meeting import MeetingForm
from incidents.models import (
    EVIDENCE_LABEL_LIMIT,
    EVIDENCE_TEXT_LIMIT,
    SNIPPET_LIMIT,
    Attachment,
    Incident,
    Snippet,
    TimelineEntry,
)
from incidents.services.evidence import EvidenceFields

# Of each kind the list offers this many, the newest; any other is named by a link that leads here.
OFFERED = 200
_LINES = re.compile(r"L?(\d{1,7})(?:\s*(?:[-–:,]|to)\s*L?(\d{1,7}))?", re.IGNORECASE)
Source = Snippet | Attachment | TimelineEntry


class LinesField(LineField):
    """A line or a range of lines: "12", "12-20", "L12–L20"; the cleaned value is (first, last), both None for all."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(limit=40, **kwargs)

    def clean(self, value: Any) -> Any:
        """The two numbers; ValidationError for what is no range."""
        text = super().clean(value)
        if not text:
            return None, None
        found = _LINES.fullmatch(text)
        if found is None:
            raise forms.ValidationError("Write a line such as 12, or a range such as 12-20.", code="lines")
        first, last = int(found[1]), int(found[2] or found[1])
        return min(first, last), max(first, last)

    def prepare_value(self, value: Any) -> Any:
        """Write a range as it was typed."""
        return "-".join(map(str, value)) if isinstance(value, tuple) and value[0] else value or ""


class SourceField(forms.ChoiceField):
    """One of the things that an incident has; the cleaned value is its row, or None."""

    def __init__(self, *, incident: Incident, chosen: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.incident = incident
        self.choices = list(_choices(incident, self._row(chosen)))

    def clean(self, value: Any) -> Any:
        """The row; ValidationError for one of another incident, or of none."""
        text = str(value or "")
        if not text:
            return None
        row = self._row(text)
        if row is None:
            raise forms.ValidationError("This is not part of the incident, or no longer.", code="unknown")
        return row

    def _row(self, value: str) -> Source | None:
        kind, _, pk = value.partition(":")
        if kind == "attachment":
            try:
                return self.incident.attachments.filter(pk=uuid.UUID(pk)).first()
            except ValueError:
                return None
        if not (pk.isascii() and pk.isdecimal() and len(pk) < 18):
            return None
        if kind == "snippet":
            return self.incident.snippets.filter(pk=int(pk)).first()
        return self.incident.entries.filter(pk=int(pk)).first() if kind == "entry" else None


def _choices(incident: Incident, chosen: Source | None) -> Iterator[tuple[Any, Any]]:
    snippets = list(incident.snippets.only("id", "caption", "filename", "language").order_by("-pk")[:OFFERED])
    files = list(incident.attachments.only("id", "caption", "filename").order_by("-created_at")[:OFFERED])
    entries = incident.entries.exclude(body="").only("id", "kind", "body", "at").order_by("-at", "-pk")
    lines = list(entries[:OFFERED])
    for row in filter(None, [chosen]):
        group: list[Any] = snippets if isinstance(row, Snippet) else files if isinstance(row, Attachment) else lines
        if row not in group:
            group.insert(0, row)
    yield "", "Nothing of these"
    yield "Code and logs", [(f"snippet:{row.pk}", f"{row} (snippet {row.pk})"[:90]) for row in snippets]
    yield "Screenshots and files", [(f"attachment:{row.pk}", (row.caption or row.filename)[:90]) for row in files]
    yield "Timeline", [(f"entry:{row.pk}", _entry_words(row)) for row in lines]


def _entry_words(entry: TimelineEntry) -> str:
    words = Truncator(" ".join(entry.body.split())).chars(70)
    return f"{timezone.localtime(entry.at):%-d %b, %H:%M} {words}"


class EvidenceWordsForm(FormErrors, forms.Form):
    """What is said beside a source."""

    meaning = MarkdownField(
        label="What it means", limit=EVIDENCE_TEXT_LIMIT, required=False, help_text="What does it show, and for whom?"
    )
    from_at = MomentField(label="Shows the time from", required=False)
    until_at = MomentField(label="to", required=False)
    label = LineField(label="Name", limit=EVIDENCE_LABEL_LIMIT, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)

    def evidence_fields(self) -> EvidenceFields:
        """What was filled in, for the service."""
        data = self.cleaned_data
        return {
            "meaning": data["meaning"],
            "from_at": data["from_at"],
            "until_at": data["until_at"],
            "label": data["label"],
        }


class EvidenceEditForm(EvidenceWordsForm, MeetingForm):
    """What is said beside a source that is there already."""

    EDITED = ("meaning", "from_at", "until_at", "label")


class EvidenceForm(EvidenceWordsForm):
    """One source, and what is said beside it."""

    lines = LinesField(label="Its lines", required=False, help_text="12 or 12-20; empty for all of it.")
    url = LineField(label="Link", limit=2_000, required=False)
    is_metric = forms.BooleanField(label="It is a metric or a dashboard", required=False)
    code = CodeField(label="Paste code or a log", limit=SNIPPET_LIMIT, required=False)
    uploads = FilesField(label="Screenshot or file", required=False)
    once = OnceField()

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = str(self.data.get("source") or self.initial.get("source") or "")
        self.fields["source"] = SourceField(
            label="From this incident", incident=incident, chosen=chosen, required=False
        )

    def clean(self) -> dict[str, Any]:
        """Exactly one source."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        given = [data.get("source"), data.get("url"), data.get("code", "").strip(), data.get("uploads")]
        if not self.errors and sum(bool(one) for one in given) != 1:
            self.add_error("source", "Choose one source: something of this incident, a paste, a file or a link.")
        return data
