"""What the record already says, as first drafts of sections, so that nobody starts from an empty page."""

from collections.abc import Collection
from datetime import UTC, datetime

from hindsight.lib.text import one_line, strip_markdown
from hindsight.lib.time import duration_text
from incidents.models import DetectedBy, DiagnosisStep, EntryKind, Incident, Outcome, Precision, TimelineEntry

# A longer entry is cut to this in a draft; the citation leads to the whole.
LINE_LIMIT = 600

FOUND_BY = {
    DetectedBy.ALERT: "An alert told us",
    DetectedBy.CUSTOMER: "A customer told us",
    DetectedBy.COLLEAGUE: "A colleague noticed",
    DetectedBy.LUCK: "We noticed by luck",
    DetectedBy.UNKNOWN: "It was noticed",
}


def drafts(incident: Incident, keys: Collection[str]) -> dict[str, str]:
    """Texts by section key, from what was logged; sections of which nothing was logged are left out.

    `keys` are the sections that are asked for. Lines cite the entry or step that they come from (`[[entry-17]]`).
    """
    entries = list(incident.entries.filter(kind__in=(EntryKind.FIX, EntryKind.VERIFICATION)))
    detection = _detection(incident)
    # Where nobody asks how it was found, the summary tells.
    found = "" if "detection" in keys else detection
    texts = {
        "summary": "\n\n".join(filter(None, (_summary(incident), found))),
        "detection": detection,
        "root_cause": _causes(list(incident.steps.filter(outcome=Outcome.CONFIRMED))),
        "fix": _lines([entry for entry in entries if entry.kind == EntryKind.FIX]),
        "verification": _lines([entry for entry in entries if entry.kind == EntryKind.VERIFICATION]),
    }
    return {key: text for key, text in texts.items() if text and key in keys}


def durations_sentence(incident: Incident) -> str:
    """When it began and how long it hurt, in one or two sentences; empty when the start is not known."""
    start = incident.started_at
    if start is None:
        return ""
    if incident.started_precision == Precision.DAY:
        return f"It began on {_day(start)}."
    sentence = f"It began on {_day(start)} at {_clock(start)}"
    if incident.time_to_mitigate is not None and incident.mitigated_at is not None:
        return f"{sentence}; users were affected for {duration_text(incident.time_to_mitigate)}.{_resolved(incident)}"
    if incident.time_to_resolve is not None:
        return f"{sentence} and was resolved after {duration_text(incident.time_to_resolve)}."
    return f"{sentence}."


def _resolved(incident: Incident) -> str:
    took = incident.time_to_resolve
    if took is None or took == incident.time_to_mitigate:
        return ""
    return f" The cause was gone after {duration_text(took)}."


def _summary(incident: Incident) -> str:
    return "\n\n".join(filter(None, (incident.summary.strip(), durations_sentence(incident))))


def _detection(incident: Incident) -> str:
    """How and when it was noticed; empty when neither is known."""
    if incident.detected_by == DetectedBy.UNKNOWN and incident.detected_at is None:
        return ""
    sentence = FOUND_BY[DetectedBy(incident.detected_by)]
    if incident.detected_at is not None:
        sentence += f" at {_clock(incident.detected_at)}"
    if incident.time_to_detect is not None:
        sentence += f", {duration_text(incident.time_to_detect)} after it began"
    return f"{sentence}."


def _causes(steps: list[DiagnosisStep]) -> str:
    """Confirmed hypotheses with what was found."""
    lines = []
    for step in steps:
        found = f": {_short(step.finding)}" if step.finding.strip() else ""
        lines.append(f"- **{step.hypothesis.rstrip('.')}**{found} [[{step.anchor}]]")
    return "\n".join(lines)


def _lines(entries: list[TimelineEntry]) -> str:
    return "\n".join(f"- {_short(entry.body) or 'See'} [[{entry.anchor}]]" for entry in entries)


def _short(text: str) -> str:
    """A text of one line as it was written; of several lines, its words."""
    kept = text.strip()
    return kept if "\n" not in kept and len(kept) <= LINE_LIMIT else one_line(strip_markdown(kept), LINE_LIMIT)


def _day(moment: datetime) -> str:
    local = moment.astimezone(UTC)
    return f"{local.day} {local:%B %Y}"


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%H:%M} UTC"
