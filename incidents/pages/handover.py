"""What the next person on an incident has to know, on one page that can be copied."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.models import User
from hindsight.lib.time import duration_text
from incidents.models import DiagnosisStep, EntryKind, HandoverNote, Incident, Outcome, Status, TimelineEntry
from incidents.pages.changes import Changes, ShownChange, read_changes
from incidents.pages.export import change_words
from incidents.pages.glance import DEAD_ENDS, NEXT, roles_now
from incidents.pages.links import ShownLink, read_links

LATEST_SHOWN = 8
# A hand-over is read in a minute; a longer text is cut, the record has the whole.
TEXT_SHOWN = 300
CHANGES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Point:
    """One line: what it says, and where on the incident's page it stands ("" for nowhere)."""

    words: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One of the questions with its answers; `none` is said where there is none."""

    title: str
    points: list[Point]
    none: str


@dataclass(frozen=True, slots=True)
class Handover:
    """The whole summary."""

    incident: Incident
    facts: str
    note: HandoverNote | None
    sections: list[Section]

    @property
    def markdown(self) -> str:
        """The summary as text that can be pasted anywhere."""
        parts = [f"# Hand-over of {self.incident.label}: {self.incident.title}", self.facts]
        if self.note and self.note.body:
            parts.append(self.note.body)
        for section in self.sections:
            lines = "\n".join(f"- {point.words}" for point in section.points) or section.none
            parts.append(f"## {section.title}\n\n{lines}")
        return "\n\n".join(parts) + "\n"


def read_handover(incident: Incident, user: User, now: datetime) -> Handover:
    """What `user` may hand over at `now`, in a constant number of queries."""
    steps = list(incident.steps.order_by("at", "pk"))
    changes = read_changes(incident, limit=CHANGES_SHOWN)
    links = read_links(incident, user)
    return Handover(
        incident=incident,
        facts=_facts(incident, now),
        note=HandoverNote.objects.filter(incident=incident).select_related("updated_by").first(),
        sections=[
            Section("Known", _known(incident, steps, changes, links), "Nothing is confirmed yet."),
            Section("Ruled out", _dead(steps), "Nothing is ruled out yet."),
            Section("Open", _open(steps), "No hypothesis is open."),
            Section("Who does what", _who(incident), "Nobody has a role."),
            Section("What changed in the 24 hours before", _changed(changes), "No change is known."),
            Section("What next", _next(incident, steps, changes), "Nothing is left to do."),
            Section("Latest", _latest(incident), "The timeline is empty."),
        ],
    )


def _facts(incident: Incident, now: datetime) -> str:
    since = f"started {_clock(incident.started_at)}" if incident.started_at else "start not known"
    open_for = incident.open_for(now)
    facts = [
        incident.severity,
        incident.get_status_display(),
        ", ".join(service.name for service in incident.services.all()),
        since + (f" ({duration_text(open_for)} ago)" if open_for else ""),
        f"as of {_clock(now)}",
    ]
    return " · ".join(filter(None, facts))


def _known(
    incident: Incident, steps: Sequence[DiagnosisStep], changes: Changes, links: Sequence[ShownLink]
) -> list[Point]:
    summary = [Point(_short(incident.summary))] if incident.summary else []
    confirmed = [_step_point(step, step.finding) for step in steps if step.outcome == Outcome.CONFIRMED]
    culprits = [Point(f"Culprit: {_change_words(row)}") for row in changes.culprits]
    same = [Point(_link_words(link)) for link in links if link.is_same_cause or link.is_original]
    fixes = incident.entries.filter(kind__in=(EntryKind.FIX, EntryKind.VERIFICATION)).order_by("at", "pk")
    return [*summary, *confirmed, *culprits, *same, *(_entry_point(entry) for entry in fixes[:LATEST_SHOWN])]


def _dead(steps: Sequence[DiagnosisStep]) -> list[Point]:
    return [_step_point(step, step.finding) for step in steps if step.outcome in DEAD_ENDS]


def _open(steps: Sequence[DiagnosisStep]) -> list[Point]:
    waiting = (Outcome.OPEN, Outcome.INCONCLUSIVE)
    return [_step_point(step, step.finding or step.action) for step in steps if step.outcome in waiting]


def _who(incident: Incident) -> list[Point]:
    lead = [Point(f"Lead: {incident.lead.shown_name}")] if incident.lead else []
    return lead + [Point(f"{row.role.capitalize()}: {row.person.shown_name}") for row in roles_now(incident)]


def _changed(changes: Changes) -> list[Point]:
    points = [Point(_judged_words(row)) for row in changes.shown]
    return [*points, Point("and more")] if changes.is_more else points


def _next(incident: Incident, steps: Sequence[DiagnosisStep], changes: Changes) -> list[Point]:
    test = [Point(f"Test: {step.hypothesis}", step.anchor) for step in steps if step.outcome == Outcome.OPEN]
    judge = [Point(f"Decide about the suspect: {_change_words(row)}") for row in changes.shown if _is_suspect(row)]
    lead = [] if incident.lead_id or not incident.is_active else [Point("Somebody has to take the lead.")]
    if incident.status == Status.CLOSED:
        return []
    return [*lead, *test, *judge, Point(NEXT[incident.status])]


def _latest(incident: Incident) -> list[Point]:
    rows = incident.entries.select_related("step").order_by("-at", "-pk")[:LATEST_SHOWN]
    return [_entry_point(entry) for entry in rows]


def _is_suspect(row: ShownChange) -> bool:
    return row.verdict == "suspect"


def _step_point(step: DiagnosisStep, detail: str) -> Point:
    return Point(f"{step.hypothesis}: {_short(detail)}" if detail else step.hypothesis, step.anchor)


def _entry_point(entry: TimelineEntry) -> Point:
    words = _short(entry.body or change_words(entry))
    return Point(f"{_clock(entry.at)} {entry.get_kind_display()}{f': {words}' if words else ''}", entry.anchor)


def _change_words(row: ShownChange) -> str:
    change = row.change
    service = f"({change.service.name})" if change.service else ""
    return " ".join(filter(None, [_clock(change.at), row.kind, change.title, change.version, service]))


def _judged_words(row: ShownChange) -> str:
    verdict = f" – {row.verdict_word}" if row.verdict else ""
    return f"{_change_words(row)}{verdict}{f': {row.why}' if row.why else ''}"


def _link_words(link: ShownLink) -> str:
    answer = link.answer
    standing = answer.note or answer.verified.replace("_", " ")
    fix = f"; its fix: {_short(answer.fix)} ({_short(standing)})" if answer.fix else ""
    return f"{link.words} {link.other.label}: {link.other.title}{fix}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TEXT_SHOWN else f"{line[: TEXT_SHOWN - 1]}…"


def _clock(at: datetime) -> str:
    """In the reader's zone, with its name: the text leaves this page."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M %Z}"
