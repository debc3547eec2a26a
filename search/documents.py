"""What can be searched: a document is one record cut into parts, each part with the place it opens at."""

import re
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


_FIRST_LINE = re.compile(r"L([0-9]{1,9})$")
# One of many of its kind on the record's own page: "#step-17", not "#facts" nor "postmortem/#section-fix".
_ONE_OF_MANY = re.compile(r"#[a-z]+-(?:[0-9]+(?:-L[0-9]+)?|[0-9a-f-]{36})")


def address_of(anchor: str) -> str:
    """What follows the record's address in a link to that place: a long record comes in pages, and no server is sent
    what follows the "#", so the query names it as well."""
    return f"?at={anchor[1:]}{anchor}" if _ONE_OF_MANY.fullmatch(anchor) else anchor


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text of one kind. `anchor` is what follows the record's URL ("#step-17"), "" for its top.

    A text whose lines can be opened one by one has the place of its first line ("#snippet-3-L401").
    """

    field: str
    text: str
    anchor: str = ""
    label: str = ""

    def at_line(self, line: int) -> str:
        """Where its `line`-th line opens, counted from 1; the part's own place where lines have none."""
        first = _FIRST_LINE.search(self.anchor)
        if first:
            return f"{self.anchor[: first.start(1)]}{int(first[1]) + line - 1}"
        return f"{self.anchor}-L{line}" if self.field == "code" and self.anchor else self.anchor


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
    # When it was written down here, which saved searches ask for; None for what is news to nobody.
    made_at: datetime | None = None

    @property
    def key(self) -> tuple[str, int]:
        """The pair that names this document in an index."""
        return self.kind, self.id
