"""Postmortems and their parts, made through the services."""

from typing import Any

from accounts.models import User
from incidents.models import Incident
from postmortems.models import ActionItem, Evidence, Postmortem
from postmortems.services.actions import add_action
from postmortems.services.begin import begin
from postmortems.services.proof import add_evidence
from postmortems.services.publish import publish
from postmortems.services.sections import save_sections
from tests.support.records import NOW, make_incident

REQUIRED = {"root_cause": "The pool had no limit.", "fix": "A limit of 20.", "verification": "The load test holds."}


def make_postmortem(by: User, incident: Incident | None = None, /, **sections: str) -> Postmortem:
    """A draft with these texts."""
    row = begin(incident=incident or make_incident(by), by=by, now=NOW)
    save_sections(postmortem=row, by=by, now=NOW, sections={key: (body, None) for key, body in sections.items()})
    row.refresh_from_db()
    return row


def make_proof(postmortem: Postmortem, by: User, **fields: Any) -> Evidence:
    """A proof that passed."""
    given = {"method": "test", "claim": "The test fails without the limit", **fields}
    return add_evidence(postmortem=postmortem, by=by, now=fields.pop("now", NOW), fields=given)  # type: ignore[arg-type]


def make_published(by: User, incident: Incident | None = None, /, **sections: str) -> Postmortem:
    """A published postmortem with its required parts and one proof."""
    row = make_postmortem(by, incident, **{**REQUIRED, **sections})
    make_proof(row, by)
    return publish(postmortem=row, by=by, now=NOW)


def make_action(incident: Incident, by: User, title: str = "Watch the pool", **fields: Any) -> ActionItem:
    """Something to do."""
    return add_action(incident=incident, by=by, now=NOW, fields={"title": title, **fields})  # type: ignore[typeddict-item]
