"""Where in a long record something stands, by the name of its anchor: a browser never sends what follows the "#"."""

import re
import uuid
from dataclasses import dataclass

from incidents.colouring import FOLDED_LINES
from incidents.models import Attachment, Incident, Snippet, StepEvidence

_NAME = re.compile(r"(entry|step|snippet|evidence)-([0-9]{1,17})(?:-L([0-9]{1,9}))?|attachment-([0-9a-f-]{36})")


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The entry or step that holds it; or, where the incident's page folds it away, the `address` that shows it."""

    entry: int | None = None
    step: int | None = None
    address: str = ""


NOWHERE = Whereabouts()


def whereabouts(incident: Incident, name: str) -> Whereabouts:
    """Where the thing of that anchor is; one query at most. What nobody knows is nowhere."""
    found = _NAME.fullmatch(name)
    if not found:
        return NOWHERE
    kind, number, line, file = found.groups()
    if file:
        return _of_file(incident, file)
    if kind == "snippet":
        return _of_snippet(incident, int(number), int(line or 0))
    if kind == "evidence":
        row = StepEvidence.objects.filter(pk=int(number), step__incident=incident).values_list("step_id").first()
        return Whereabouts(step=row[0]) if row else NOWHERE
    return Whereabouts(entry=int(number)) if kind == "entry" else Whereabouts(step=int(number))


def _of_snippet(incident: Incident, pk: int, line: int) -> Whereabouts:
    if line > FOLDED_LINES:
        return Whereabouts(address=f"{incident.get_absolute_url()}snippets/{pk}/?lines={line}#snippet-{pk}-L{line}")
    row = Snippet.objects.filter(pk=pk, incident=incident).values_list("entry_id", "step_id").first()
    return Whereabouts(*row) if row else NOWHERE


def _of_file(incident: Incident, name: str) -> Whereabouts:
    try:
        pk = uuid.UUID(name)
    except ValueError:
        return NOWHERE
    row = Attachment.objects.filter(pk=pk, incident=incident).values_list("entry_id", "step_id").first()
    return Whereabouts(*row) if row else NOWHERE
