"""What the texts of action items cite: a step, a snippet, another incident, as the reader may see it."""

from collections.abc import Sequence

from accounts.models import User
from incidents.models import Incident
from postmortems.models import ActionItem
from postmortems.pages.citations import Citations


def cite_actions(actions: Sequence[ActionItem], *, reader: User, incident: Incident | None = None) -> None:
    """Look up what these items cite; all are of `incident`, or know theirs. No query where nothing is cited."""
    texts = [text for row in actions for text in (row.title, row.done_when, row.proof, row.reason) if "[[" in text]
    if not texts:
        return
    # Across incidents nothing is at home: what each is called is decided below.
    found = Citations(texts, reader=reader, incident=incident or Incident())
    for row in actions:
        row.cites = found if incident else found.seen_from(row.incident)
