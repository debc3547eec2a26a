"""The evidence of steps as pages show it: a preview of its source, or a trace of one that is gone."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.text import Truncator

from hindsight.lib.kept import Kept
from incidents.colouring import is_kept, lines_of
from incidents.models import Incident, StepEvidence

LINES_PREVIEWED = 8
WORDS_PREVIEWED = 280
_HEAVY = ("snippet__code", "snippet__signature", "attachment__text", "attachment__signature", "entry__rendered")
_EVIDENCE = Kept(
    lambda incident: (
        StepEvidence.objects.filter(step__incident=incident)
        .select_related("snippet", "attachment", "entry")
        .defer(*_HEAVY)
    )
)


@dataclass(frozen=True, slots=True)
class ShownEvidence:
    """One piece of evidence. `lines` are (number, coloured line) of a snippet; `href` is empty when it is gone."""

    row: StepEvidence
    href: str
    lines: list[tuple[int, SafeString]]
    more: int
    text: str

    @property
    def is_gone(self) -> bool:
        """Whether the source was deleted."""
        return not self.href


def read_evidence(incident: Incident) -> list[StepEvidence]:
    """All evidence of an incident with its sources: one query, without what is heavy and not shown."""
    return _EVIDENCE.rows(incident.pk)


def show_evidence(rows: Iterable[StepEvidence], *, page: str) -> dict[int, list[ShownEvidence]]:
    """Evidence by step; `page` is the address of the incident, where the sources are."""
    shown: dict[int, list[ShownEvidence]] = {}
    for row in rows:
        shown.setdefault(row.step_id, []).append(_shown(row, page))
    return shown


def _shown(row: StepEvidence, page: str) -> ShownEvidence:
    lines, more = _lines(row)
    text = Truncator(row.entry.body).chars(WORDS_PREVIEWED) if row.entry else ""
    return ShownEvidence(row, href_of(row, page), lines, more, text)


def href_of(row: StepEvidence, page: str) -> str:
    """Where its source is; nothing when that is gone."""
    if row.url:
        return row.url
    source = row.snippet or row.attachment or row.entry
    line = f"-L{row.first_line}" if row.first_line else ""
    return f"{page}#{source.anchor}{line}" if source else ""


def _lines(row: StepEvidence) -> tuple[list[tuple[int, SafeString]], int]:
    """The first of the lines that are meant, and how many more there are."""
    if row.snippet is None or not is_kept(row.snippet.highlighted):
        return [], 0
    every = lines_of(row.snippet)
    first = row.first_line or 1
    meant = every[first - 1 : row.last_line or len(every)]
    return list(enumerate(meant[:LINES_PREVIEWED], first)), max(0, len(meant) - LINES_PREVIEWED)
