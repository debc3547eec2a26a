"""What would move if an incident were merged into another."""

from collections import Counter
from dataclasses import dataclass

from incidents import merging
from incidents.models import Incident
from incidents.services.merge import audience, objection

# What people call the parts; others go by their model's own name.
_NAMES = {
    "incidents.TimelineEntry": "lines of the timeline",
    "incidents.DiagnosisStep": "steps of the diagnosis",
    "incidents.Snippet": "snippets",
    "incidents.Attachment": "files",
    "incidents.LogNote": "log lines",
    "incidents.FirstCheck": "things to check first",
    "incidents.ChangeVerdict": "verdicts on changes",
    "incidents.Change": "changes noted by hand",
    "incidents.IncidentLink": "links to other incidents",
    "incidents.RoleHolding": "roles",
    "incidents.HandoverNote": "hand-over note",
    "incidents.Incident": "numbers merged into it before",
    "postmortems.Postmortem": "postmortem",
    "postmortems.ActionItem": "action items",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would do: `objection` says why it can't be; `lose_sight` counts who could read it until then."""

    source: Incident
    target: Incident
    parts: list[tuple[str, int]]
    objection: str
    lose_sight: int
    is_narrowed: bool


def read_preview(source: Incident, target: Incident) -> Preview:
    """Count what `source` holds, and ask who objects."""
    counts: Counter[str] = Counter()
    for pointer in merging.pointers():
        if not pointer.is_passing:
            name = _NAMES.get(pointer.label, str(pointer.model._meta.verbose_name_plural))
            counts[name] += pointer.rows(source).count()
    both_private = source.is_private and target.is_private
    return Preview(
        source=source,
        target=target,
        parts=[(name, count) for name, count in counts.items() if count],
        objection=objection(source, target),
        lose_sight=len(audience(source) - audience(target)) if both_private else 0,
        is_narrowed=target.is_private and not source.is_private,
    )
