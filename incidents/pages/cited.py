"""What stands beside sources that are drawn without the rest of their incident: single lines, pictures."""

from hindsight.lib.kept import Kept
from incidents.models import Forest, Incident, LogNote, StepEvidence
from incidents.pages.margin import Margin

_EVIDENCE = Kept(
    lambda incident: (
        StepEvidence.objects.filter(step__incident=incident)
        .exclude(kind__in=["link", "metric"])
        .only("pk", "kind", "step_id", "snippet_id", "attachment_id", "entry_id")
    )
)
_NOTES = Kept(lambda incident: LogNote.objects.filter(incident=incident).exclude(snippet=None))


def margin_of(incident: Incident, *, page: str = "", has_notes: bool = True) -> Margin:
    """The margin of an incident's sources: three queries at most, one where nothing is evidence and notes don't matter.

    `page` is the address of the incident where the steps stand on another page than this.
    """
    cited = _EVIDENCE.rows(incident.pk)
    numbers = {spot.pk: spot.number for spot in Forest.of(incident).reading_order()} if cited else {}
    notes = _NOTES.rows(incident.pk) if has_notes else ()
    return Margin(page=page).add_notes(notes).add_evidence(cited, numbers)
