"""One part of a record that is redacted by itself: a line of the timeline, a step, a snippet, a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db import models

from incidents.models import Attachment, DiagnosisStep, EntryRevision, Incident, Snippet, TimelineEntry
from incidents.redacting import text_columns

PartRow: TypeAlias = TimelineEntry | DiagnosisStep | Snippet | Attachment

# A page shows no more of one text; characters.
SHOWN = 40_000
# Columns that say how something was made, not what somebody wrote.
_NOTES = frozenset({"text_note", "preview_note", "highlight_note"})
_LABELS = {"text": "Words that were read", "alt_text": "What it shows", "body": "Text", "code": "Code or log"}


@dataclass(frozen=True, slots=True)
class Said:
    """One text of a part as it stands; `is_cut` when a page shows only its beginning."""

    label: str
    text: str
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part, what it says now and said before."""

    row: PartRow

    @property
    def incident(self) -> Incident:
        """Whose part it is."""
        return self.row.incident

    @property
    def is_picture(self) -> bool:
        """Whether it may be blacked out in places."""
        return isinstance(self.row, Attachment) and self.row.may_hold_words

    @property
    def is_file(self) -> bool:
        """Whether it is a file, shown or not."""
        return isinstance(self.row, Attachment)

    @property
    def name(self) -> str:
        """What it is, without a word of what it says: for headings, the timeline and the audit log."""
        if isinstance(self.row, Attachment):
            return "a picture" if self.is_picture else "a file"
        return self.row.anchor.replace("-", " ")

    def own_rows(self, model: type[models.Model]) -> "models.QuerySet[Any]":
        """Of this model, the rows that are the part: itself and its earlier versions."""
        if model is type(self.row):
            return model._base_manager.filter(pk=str(self.row.pk))
        if model is EntryRevision and isinstance(self.row, TimelineEntry):
            return model._base_manager.filter(entry=self.row.pk)
        return model._base_manager.none()

    def said(self) -> Iterator[Said]:
        """Every text in it, earlier versions after it; what is empty is left out."""
        yield from _said_by(self.row, "")
        for before in self.own_rows(EntryRevision):
            yield from _said_by(before, f", version {before.version}")


def blank(row: Any, name: str, old: Any, mask: str) -> Any:
    """What a column of a part that goes as a whole holds then: texts become the mask, names of files lose theirs."""
    if isinstance(old, dict):
        return {**old, "reason": mask} if old.get("reason") else old
    if not isinstance(old, str) or not old or name in _NOTES:
        return old
    if name == "filename":
        _, dot, suffix = old.rpartition(".")
        return f"redacted{dot}{suffix}" if dot and len(suffix) <= 5 else "redacted"
    return mask


def _said_by(row: Any, when: str) -> Iterator[Said]:
    for name in text_columns(type(row)):
        value = getattr(row, name)
        text = value.get("reason", "") if isinstance(value, dict) else value
        if isinstance(text, str) and text and name not in _NOTES:
            label = _LABELS.get(name) or str(row._meta.get_field(name).verbose_name).capitalize()
            yield Said(label + when, text[:SHOWN], len(text) > SHOWN)
