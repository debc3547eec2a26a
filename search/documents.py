"""What can be searched: a document is one record cut into parts, each part with the place it opens at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

# The words that a part's field may be. They group into four weights (see search/fields.py).
FIELDS = (
    "number",
    "title",
    "service",
    "tag",
    "person",
    "summary",
    "symptom",
    "root_cause",
    "fix",
    "verification",
    "step",
    "entry",
    "section",
    "code",
    "log",
    "attachment",
    "action",
    "link",
    "signature",
)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text of one kind. `anchor` is what follows the record's URL ("#step-17"), "" for its top."""

    field: str
    text: str
    anchor: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One record as search sees it.

    `rights` are the tokens of those who may see it; one in common with `Source.rights_of(user)` is enough.
    `facts` are exact values to filter and count by: service, severity, status, tag, kind, cause, year ...
    `sort_at` is when it began. `version` changes whenever anything in the document changes.
    """

    kind: str
    id: int
    parts: tuple[Part, ...]
    rights: frozenset[str]
    external_id: str = ""
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort_at: datetime | None = None
    version: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """The pair that names this document in an index."""
        return self.kind, self.id
