"""How a line of the timeline came to say what it says: each correction, with what changed."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from accounts.models import User
from hindsight.lib import differences
from incidents.models import EntryKind, TimelineEntry


@dataclass(frozen=True, slots=True)
class Said:
    """What a line said in one version."""

    version: int
    body: str
    kind: str
    at: datetime

    @property
    def kind_label(self) -> str:
        """The kind in words."""
        return str(EntryKind(self.kind).label)


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction: who made it and when, what stood before and after it. Text that stayed has no difference."""

    by: User | None
    made_at: datetime
    before: Said
    after: Said

    @property
    def difference(self) -> SafeString | None:
        """The text, word by word; None when it stayed."""
        same = self.before.body == self.after.body
        return None if same else differences.words(self.before.body, self.after.body)

    @property
    def has_moved(self) -> bool:
        """Whether its time changed."""
        return self.before.at != self.after.at

    @property
    def has_other_kind(self) -> bool:
        """Whether its kind changed."""
        return self.before.kind != self.after.kind


def corrections(entry: TimelineEntry) -> list[Correction]:
    """All corrections of a line, the latest first."""
    found = []
    after = Said(entry.version, entry.body, entry.kind, entry.at)
    for row in entry.revisions.select_related("by").order_by("-version"):
        before = Said(row.version, row.body, row.kind, row.at_before)
        found.append(Correction(row.by, row.replaced_at, before, after))
        after = before
    return found
