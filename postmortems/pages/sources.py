"""What a reference can cite: finding the rows that a reader may see, and how each is named and shown."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from accounts.models import User
from hindsight.lib.text import one_line, strip_markdown
from incidents.colouring import lines_of
from incidents.models import Attachment, Change, ChangeVerdict, DiagnosisStep, Incident, Snippet, TimelineEntry
from incidents.pages.material import load_missing_code
from postmortems.models import ActionItem
from postmortems.references import Reference, without_references

LABEL_LIMIT = 90
# Lines of a snippet that a citation shows at once.
LINES_LIMIT = 40
Found = dict[tuple[str, str], "Source"]


@dataclass(frozen=True, slots=True)
class Source:
    """A row that is cited, seen from the postmortem of `here`."""

    kind: str
    row: Any
    here: Incident
    verdict: ChangeVerdict | None = None

    @property
    def incident(self) -> Incident:
        """The incident whose thing it is."""
        own = self.row if self.kind == "incident" else getattr(self.row, "incident", None)
        return own if isinstance(own, Incident) else self.here

    @property
    def is_elsewhere(self) -> bool:
        """Whether it belongs to another incident."""
        return self.incident.pk != self.here.pk

    def label(self, reference: Reference) -> str:
        """It in one line, as it is now; of another incident with its number."""
        words = one_line(strip_markdown(_LABELS[self.kind](self)), LABEL_LIMIT)
        if reference.first is not None:
            words += f", {lines_text(reference)}"
        return f"{self.incident.label} · {words}" if self.is_elsewhere and self.kind != "incident" else words

    def url(self, reference: Reference) -> str:
        """Where it stands."""
        page = self.incident.get_absolute_url()
        if self.kind == "incident":
            return page
        if self.kind == "snippet":
            place = reverse("snippet_detail", args=[self.incident.number, self.row.pk])
            return f"{place}#snippet-{self.row.pk}-L{reference.first}" if reference.first else place
        if self.kind == "action":
            return f"{reverse('postmortem', args=[self.incident.number])}#{self.row.anchor}"
        if self.kind == "change":
            return f"{page}#change-{self.row.pk}"
        if self.kind == "attachment":
            return f"{page}#{self.row.anchor}"
        return f"{page}?{self.kind}={self.row.pk}#{self.row.anchor}"

    def shown(self, reference: Reference) -> dict[str, Any]:
        """What its block shows."""
        shown: dict[str, Any] = {"row": self.row, "kind": self.kind, "label": self.label(reference)}
        if self.kind == "snippet":
            shown |= _code(self.row, reference)
        elif self.kind == "entry":
            shown["html"] = self.row.html("body")
        elif self.kind == "step":
            shown["html"] = self.row.html("finding")
        return shown

    def quote(self, reference: Reference) -> str:
        """Its words as plain text or Markdown, for an export."""
        if self.kind == "entry":
            return str(self.row.body)
        if self.kind == "step":
            return str(self.row.finding)
        if self.kind == "snippet":
            # From the coloured lines: they are at hand, the code itself is not.
            lines = [unescape(strip_tags(line)).rstrip("\n") for _, line in _code(self.row, reference)["lines"]]
            return "\n".join(["````", *lines, "````"])
        return ""


def lines_text(reference: Reference) -> str:
    """Which lines: "line 5", "lines 5 to 9"."""
    if reference.last == reference.first:
        return f"line {reference.first}"
    return f"lines {reference.first} to {reference.last}"


def _code(row: Snippet, reference: Reference) -> dict[str, Any]:
    """The cited lines with their numbers, and whether there are more than are shown."""
    lines = lines_of(row)
    first = reference.first or 1
    last = min(reference.last or len(lines), len(lines))
    shown = lines[first - 1 : min(last, first + LINES_LIMIT - 1)]
    numbered: list[tuple[int, SafeString]] = list(enumerate(shown, first))
    return {"lines": numbered, "is_cut": first + len(shown) - 1 < (reference.last or len(lines))}


def _entry_label(source: Source) -> str:
    row: TimelineEntry = source.row
    return f"{timezone.localtime(row.at):%H:%M} {row.get_kind_display()}: {row.body or 'no words'}"


def _change_label(source: Source) -> str:
    row: Change = source.row
    verdict = f" ({source.verdict.get_verdict_display().lower()})" if source.verdict else ""
    return f"{row.get_kind_display()}: {row.title}{verdict}"


_LABELS: Mapping[str, Callable[[Source], str]] = {
    "entry": _entry_label,
    "step": lambda source: f"{source.row.get_outcome_display()}: {source.row.hypothesis}",
    "snippet": lambda source: source.row.filename or source.row.caption or f"Snippet {source.row.pk}",
    "attachment": lambda source: source.row.caption or source.row.filename,
    "change": _change_label,
    "action": lambda source: f"{without_references(source.row.title)} ({source.row.get_state_display().lower()})",
    "incident": lambda source: f"{source.row.label} {source.row.title}",
}


def find_sources(references: Iterable[Reference], *, reader: User, incident: Incident) -> Found:
    """What these references cite and `reader` may see, by (kind, id): a number of queries that the kinds decide."""
    wanted: dict[str, set[str]] = {}
    for reference in references:
        wanted.setdefault(reference.kind, set()).add(reference.id)
    found: Found = {}
    for kind, ids in wanted.items():
        found |= _FINDERS[kind](ids, reader, incident)
    return found


def _record(kind: str, rows: QuerySet[Any], ids: set[str], reader: User, here: Incident) -> list[Any]:
    """Rows of incidents that the reader may see."""
    seen = rows.filter(pk__in=[int(pk) for pk in ids], incident__in=Incident.objects.visible_to(reader))
    return list(seen.select_related("incident"))


def _by_pk(kind: str, rows: Iterable[Any], here: Incident) -> Found:
    return {(kind, str(row.pk)): Source(kind, row, here) for row in rows}


def _entries(ids: set[str], reader: User, here: Incident) -> Found:
    rows = TimelineEntry.objects.select_related("author")
    return _by_pk("entry", _record("entry", rows, ids, reader, here), here)


def _steps(ids: set[str], reader: User, here: Incident) -> Found:
    return _by_pk("step", _record("step", DiagnosisStep.objects.all(), ids, reader, here), here)


def _snippets(ids: set[str], reader: User, here: Incident) -> Found:
    rows = _record("snippet", Snippet.objects.defer("code"), ids, reader, here)
    load_missing_code(rows)
    return _by_pk("snippet", rows, here)


def _actions(ids: set[str], reader: User, here: Incident) -> Found:
    return _by_pk("action", _record("action", ActionItem.objects.all(), ids, reader, here), here)


def _changes(ids: set[str], reader: User, here: Incident) -> Found:
    rows = Change.objects.visible_to(reader).filter(pk__in=[int(pk) for pk in ids])
    verdicts = {row.change_id: row for row in ChangeVerdict.objects.filter(incident_id=here.pk)}
    # A change belongs to all incidents that it may have caused: it is shown as this one sees it.
    return {("change", str(row.pk)): Source("change", row, here, verdicts.get(row.pk)) for row in rows}


def _attachments(ids: set[str], reader: User, here: Incident) -> Found:
    """By the beginning of their ids; one that fits two files means the one of this incident, or nothing."""
    ranges = Q()
    for typed in ids:
        low, high = (UUID(typed.ljust(32, digit)[:32]) for digit in "0f")
        ranges |= Q(pk__gte=low, pk__lte=high)
    seen = Attachment.objects.filter(ranges, incident__in=Incident.objects.visible_to(reader))
    rows = list(seen.defer("text").select_related("incident"))
    found: Found = {}
    for typed in ids:
        fitting = [row for row in rows if row.pk.hex.startswith(typed)]
        own = [row for row in fitting if row.incident_id == here.pk] or fitting
        if len(own) == 1:
            found["attachment", typed] = Source("attachment", own[0], here)
    return found


def _incidents(ids: set[str], reader: User, here: Incident) -> Found:
    numbers = [int(number) for number in ids if int(number) < 2**31]
    rows = Incident.objects.visible_to(reader).filter(number__in=numbers).defer("summary", "rendered")
    return {("incident", str(row.number)): Source("incident", row, here) for row in rows}


_FINDERS: Mapping[str, Callable[[set[str], User, Incident], Found]] = {
    "entry": _entries,
    "step": _steps,
    "snippet": _snippets,
    "attachment": _attachments,
    "change": _changes,
    "action": _actions,
    "incident": _incidents,
}
