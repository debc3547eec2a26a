"""The ledger of log lines: what each did for a diagnosis, and which of them are known again when they are pasted."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from hindsight.lib.highlight import without_ansi
from incidents.models import (
    Attachment,
    DiagnosisStep,
    Incident,
    LogNote,
    LogTemplate,
    LogVerdict,
    Snippet,
    TimelineEntry,
)
from incidents.services.checks import Faults
from search import outbox
from search.signatures import VERSION, mask
from search.signatures.lines import lines_of

LOG_LINE_LIMIT = 5_000
# Of one note, this many lines are known again; of one paste, this many are looked up.
TEMPLATES_A_NOTE = 50
LINES_A_LOOKUP = 2_000
# Shorter ones, such as "done" or "}", say nothing about where they come from.
SHORTEST_TEMPLATE = 12
NAMES = {"attachment": "file"}
Part: TypeAlias = DiagnosisStep | Snippet | Attachment | TimelineEntry
# What the templates of a note were made by.
RULES = VERSION


@dataclass(frozen=True, slots=True)
class Known:
    """A pasted line that somebody judged before. `at` counts the pasted lines from 1."""

    at: int
    line: str
    note: LogNote


def add_log_note(
    *,
    incident: Incident,
    by: User | None,
    now: datetime,
    verdict: str,
    line: str,
    emitted_by: str = "",
    note: str = "",
    step: DiagnosisStep | None = None,
    snippet: Snippet | None = None,
    attachment: Attachment | None = None,
    entry: TimelineEntry | None = None,
    first_line: int | None = None,
    last_line: int | None = None,
) -> LogNote:
    """Note a log line or dashboard that misled, was noise, was missing, or decided; `step` is the one it misled.

    It may be cited from a snippet (with its lines, from 1), a file or an entry. Raises InvalidError.
    """
    faults = Faults()
    faults.choice("verdict", verdict, LogVerdict.values, label="Verdict")
    text = faults.text("line", line, label="Line", limit=LOG_LINE_LIMIT, required=True)
    place = faults.line("emitted_by", emitted_by, label="Emitted by", limit=300)
    why = faults.text("note", note, label="Note", limit=LOG_LINE_LIMIT)
    sources = {"snippet": snippet, "attachment": attachment, "entry": entry}
    check_of_incident(incident, {"step": step, **sources}, faults)
    if sum(source is not None for source in sources.values()) > 1:
        faults.add("snippet", "A line stands in one place: a snippet, a file or an entry.")
    lines = checked_lines(snippet, first_line, last_line, faults)
    faults.stop_if_any()
    with transaction.atomic():
        row = LogNote.objects.create(
            incident=incident,
            step=step,
            snippet=snippet,
            attachment=attachment,
            entry=entry,
            first_line=lines[0],
            last_line=lines[1],
            verdict=verdict,
            line=text,
            emitted_by=place,
            note=why,
            author=by,
            created_at=now,
            rules=RULES,
        )
        _write_templates(row)
        outbox.enqueue("incident", incident.pk)
    return row


def remove_log_note(*, note: LogNote) -> None:
    """Take a log note away."""
    with transaction.atomic():
        outbox.enqueue("incident", note.incident_id)
        note.delete()


def check_of_incident(incident: Incident, rows: Mapping[str, Part | None], faults: Faults) -> None:
    """Note a fault for each row that is of another incident."""
    for name, row in rows.items():
        if row is not None and row.incident_id != incident.pk:
            faults.add(name, f"This {NAMES.get(name, name)} is not of {incident.label}.")


def checked_lines(
    snippet: Snippet | None, first: int | None, last: int | None, faults: Faults
) -> tuple[int | None, int | None]:
    """A range of a snippet's lines: one number alone means that line; none means the whole. Faults are noted."""
    if first is None and last is None:
        return None, None
    first, last = first or last or 1, last or first or 1
    if snippet is None:
        faults.add("first_line", "Lines are counted in a snippet; name it.")
        return None, None
    total = snippet.code.count("\n") + (not snippet.code.endswith("\n"))
    if not 1 <= first <= last:
        faults.add("first_line", f"Lines {first} to {last} are no range.")
    elif last > total:
        faults.add("last_line", f"It has {total} line{'' if total == 1 else 's'}; {last} is none of them.")
    return first, last


def cut_lines(code: str, first: int | None, last: int | None) -> str:
    """The lines `first` to `last` (from 1, both included) without terminal colours; all for None."""
    text = without_ansi(code)
    return text if first is None else "\n".join(text.split("\n")[first - 1 : last or first])


def known(lines: Iterable[str], *, viewer: User, without: Incident | None = None, limit: int = 20) -> list[Known]:
    """Which of these lines somebody judged before, in an incident that `viewer` may see: two queries.

    Each judgement comes once, with the first line that it is about; the newest come first. `without` leaves one out.
    """
    places: dict[str, tuple[int, str]] = {}
    for at, line in enumerate(lines, 1):
        if at > LINES_A_LOOKUP:
            break
        for template in _templates(line):
            places.setdefault(_fingerprint(template), (at, line))
    if not places:
        return []
    # Asked for each of the few that fit; the composer asks at every pause of typing.
    is_seen = Exists(Incident.objects.visible_to(viewer).order_by().filter(pk=OuterRef("note__incident_id")))
    found = LogTemplate.objects.filter(is_seen, fingerprint__in=places)
    if without is not None:
        found = found.exclude(note__incident=without)
    rows = found.select_related("note__incident", "note__step").order_by("-note__created_at", "-note_id", "id")
    seen: dict[int, Known] = {}
    for row in rows[: limit * 5]:
        at, line = places[row.fingerprint]
        seen.setdefault(row.note_id, Known(at, line, row.note))
    return list(seen.values())[:limit]


def keep_templates(*, batch: int = 500) -> int:
    """Make the templates of notes anew that were made by other rules, or never; how many notes it were."""
    notes = list(LogNote.objects.exclude(rules=RULES).order_by("pk")[:batch])
    for note in notes:
        with transaction.atomic():
            note.templates.all().delete()
            _write_templates(note)
            LogNote.objects.filter(pk=note.pk).update(rules=RULES)
    return len(notes)


def _write_templates(note: LogNote) -> None:
    found = {_fingerprint(template): template for template in _templates(note.line)}
    LogTemplate.objects.bulk_create(
        [
            LogTemplate(note=note, template=template[:500], fingerprint=fingerprint)
            for fingerprint, template in list(found.items())[:TEMPLATES_A_NOTE]
        ]
    )


def _templates(text: str) -> list[str]:
    """The lines of a text with what changes masked, those that say enough to be known again."""
    found = (mask(line.rest).strip() for line in lines_of(text))
    return [template for template in found if len(template.strip(" *")) >= SHORTEST_TEMPLATE]


def _fingerprint(template: str) -> str:
    return hashlib.sha256(template.lower().strip(" *").encode("utf-8", "replace")).hexdigest()[:32]
