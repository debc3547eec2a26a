"""How a result of a search that is an incident reads: its facts, its answer, and what to check first next time."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from django.urls import reverse

from hindsight.lib.rows import rows_of, table
from incidents.answers import Answer, answers
from incidents.models import DiagnosisStep, FirstCheck, Incident, Kind, Service
from incidents.seen import Seen
from search import registry
from search.registry import Hit

KIND = "incident"
# Of one incident, a result tells no more of what to check first.
CHECKS_SHOWN = 3
# The columns that a result shows.
_SEEN = Seen("pk", "number", "title", "severity", "status", "kind", "started_at", "external_id", "is_private")
_Shown: TypeAlias = tuple[int, int, str, str, str, str, datetime | None, str | None, bool]


def hits_of(viewer: Any, ids: Collection[int]) -> dict[int, Hit]:
    """Results to show of those incidents that this person may see, in a constant number of queries."""
    known: dict[int, _Shown] = {row[0]: row for row in _SEEN.rows(viewer, ids)}
    found, services, checks = answers(list(known)), _service_names(list(known)), first_checks(list(known))
    # An address is made once; finding it anew for every row took longer than reading the row.
    address = reverse("incident_detail", args=[1])
    return {
        pk: _hit(row, found[pk], services[pk], checks[pk], address.replace("INC-1", f"INC-{row[1]}"))
        for pk, row in known.items()
    }


def first_checks(ids: list[int]) -> Mapping[int, Sequence[str]]:
    """What to check first next time, a few lines for each of these incidents: one query."""
    lines: dict[int, list[str]] = defaultdict(list)
    joined = f"{table(FirstCheck)} AS c LEFT JOIN {table(DiagnosisStep)} AS s ON s.id = c.step_id"
    columns = "c.incident_id, CASE WHEN c.text = '' THEN s.hypothesis ELSE c.text END"
    for pk, words in rows_of(joined, columns, "c.incident_id", ids, tail="ORDER BY c.created_at, c.id"):
        if len(lines[pk]) < CHECKS_SHOWN:
            lines[pk].append(words)
    return lines


def _hit(row: _Shown, answer: Answer, services: Sequence[str], checks: Sequence[str], url: str) -> Hit:
    pk, number, title, severity, status, kind, started_at, external_id, is_private = row
    return Hit(
        kind=KIND,
        id=pk,
        number=f"INC-{number}",
        title=title,
        url=url,
        severity=severity,
        severity_label=registry.known_values("severity").get(severity, severity),
        status=status,
        status_label=registry.known_values("status").get(status, status),
        services=tuple(services),
        started_at=started_at,
        root_cause=answer.root_cause,
        fix=answer.fix,
        verified=answer.verified,
        note=answer.note,
        external_id=external_id or "",
        badges=() if kind == Kind.REAL else (str(Kind(kind).label),),
        is_private=is_private,
        first_checks=tuple(checks),
    )


def _service_names(ids: list[int]) -> dict[int, list[str]]:
    """The names of these incidents' services, in the order that services are listed in."""
    names: dict[int, list[str]] = defaultdict(list)
    joined = f"{table(Incident.services.through)} JOIN {table(Service)} AS s ON s.id = service_id"
    for pk, name in rows_of(joined, "incident_id, s.name", "incident_id", ids, tail="ORDER BY lower(s.name)"):
        names[pk].append(name)
    return names
