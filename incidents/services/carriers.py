"""Which line of the timeline or step carries a snippet or a file."""

from datetime import datetime

from accounts.models import User
from hindsight.lib.problems import InvalidError
from incidents.models import DiagnosisStep, EntryKind, Incident, TimelineEntry


def check_carriers(incident: Incident, entry: TimelineEntry | None, step: DiagnosisStep | None) -> None:
    """Both must be of this incident; InvalidError otherwise."""
    if entry is not None and entry.incident_id != incident.pk:
        raise InvalidError({"entry": f"Entry {entry.pk} is not an entry of {incident.label}."})
    if step is not None and step.incident_id != incident.pk:
        raise InvalidError({"step": f"Step {step.pk} is not a step of {incident.label}."})


def carrier_entry(
    incident: Incident,
    *,
    entry: TimelineEntry | None,
    step: DiagnosisStep | None,
    by: User | None,
    now: datetime,
    source: str,
) -> TimelineEntry | None:
    """The entry that carries new material: the given one, none below a step, else a line of its own."""
    if entry is not None or step is not None:
        return entry
    return TimelineEntry.objects.create(
        incident=incident, kind=EntryKind.NOTE, at=now, noted_at=now, author=by, source=source
    )
