"""The page of one incident."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from accounts.models import Team, User
from accounts.people import people_by_id
from hindsight.lib.kept import Kept
from incidents.models import DiagnosisStep, FirstCheck, Incident, LogNote, StepEvidence, TimelineEntry
from incidents.pages import diagnosis, timeline
from incidents.pages.diagnosis import Tree
from incidents.pages.evidence import read_evidence, show_evidence
from incidents.pages.margin import Margin
from incidents.pages.material import Carried, Material
from incidents.pages.present import Present, read_present
from incidents.pages.timeline import EVERYTHING, Chapter, Part, Timeline

Written: TypeAlias = TimelineEntry | DiagnosisStep | StepEvidence | LogNote

_NOTES = Kept(lambda incident: LogNote.objects.filter(incident=incident))
_FIRST_CHECKS = Kept(lambda incident: FirstCheck.objects.filter(incident=incident).select_related("step"))


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of a long record is asked for."""

    order: str = ""
    part: Part = EVERYTHING
    # Without its lines, for a page that has them and asks for the rest.
    has_lines: bool = True
    cursor: str = ""
    entry: int | None = None
    step: int | None = None
    steps: int = 1
    # Open steps before those that are decided, as the board shows them; else in the order that they were taken in.
    open_first: bool = True

    @property
    def newest_first(self) -> bool | None:
        """The order that was asked for; None leaves it to the incident."""
        return {"newest": True, "oldest": False}.get(self.order)


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that the page of an incident shows."""

    timeline: Timeline
    tree: Tree
    loose: Carried
    log_notes: list[LogNote]
    people: list[User]
    teams: list[Team]
    present: Present


def read_record(incident: Incident, place: Place) -> Record:
    """The record in a number of queries that does not depend on its length."""
    present = read_present(incident)
    branch = diagnosis.read_branch(incident, page=place.steps, around=place.step, open_first=place.open_first)
    chapter = _chapter(incident, place)
    notes = _NOTES.rows(incident.pk) if present.log_notes else []
    rests_on = read_evidence(incident) if present.evidence and branch.steps else []
    margin = Margin().add_notes(notes).add_evidence(rests_on, branch.numbers)
    is_all = chapter.is_whole and branch.pages == 1
    material = Material(
        incident,
        entries=[entry.pk for entry in chapter.entries],
        steps=branch.steps,
        margin=margin,
        is_all=is_all,
        present=present,
    )
    _name_authors(incident, [*chapter.entries, *branch.steps.values(), *rests_on, *notes])
    return Record(
        timeline=timeline.draw(chapter, incident, material, branch.steps),
        tree=diagnosis.draw(
            branch,
            material,
            evidence=show_evidence(rests_on, page=incident.get_absolute_url()),
            first_checks=_FIRST_CHECKS.rows(incident.pk) if present.first_checks else [],
        ),
        loose=material.loose,
        log_notes=notes,
        people=list(incident.people.all()) if incident.is_private else [],
        teams=list(incident.teams.all()) if incident.is_private else [],
        present=present,
    )


def read_timeline(incident: Incident, place: Place) -> Timeline:
    """The timeline alone."""
    chapter = _chapter(incident, place)
    timeline.name_authors(chapter.entries)
    material = Material(incident, entries=[entry.pk for entry in chapter.entries], steps=[])
    return timeline.draw(chapter, incident, material)


def _chapter(incident: Incident, place: Place) -> Chapter:
    if not place.has_lines:
        return Chapter([], bool(place.newest_first), None, True, place.part)
    return timeline.read_chapter(
        incident, newest_first=place.newest_first, cursor=place.cursor, around=place.entry, part=place.part
    )


def _name_authors(incident: Incident, rows: Sequence[Written]) -> None:
    """Put the people on the rows that name them: one query for all."""
    steps = [row for row in rows if isinstance(row, DiagnosisStep)]
    wanted = {row.author_id for row in rows} | {row.decided_by_id for row in steps}
    wanted |= {incident.lead_id, incident.declared_by_id, incident.acknowledged_by_id}
    people = people_by_id(wanted)
    for row in rows:
        row.author = people.get(row.author_id) if row.author_id else None
    for step in steps:
        step.decided_by = people.get(step.decided_by_id) if step.decided_by_id else None
    incident.lead = people.get(incident.lead_id) if incident.lead_id else None
    incident.declared_by = people.get(incident.declared_by_id) if incident.declared_by_id else None
    incident.acknowledged_by = people.get(incident.acknowledged_by_id) if incident.acknowledged_by_id else None
