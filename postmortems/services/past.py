"""Writing up what was never logged while it happened: an incident and its postmortem in one act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from hindsight.lib.problems import InvalidError, too_long
from hindsight.lib.text import clean
from incidents.models import EntrySource, Kind, Precision, Status
from incidents.services.declare import declare
from incidents.services.fields import IncidentFields
from incidents.services.timeline import add_entry
from postmortems.models import SECTION_LIMIT, Postmortem
from postmortems.prompts import ACCOUNT
from postmortems.services.begin import record
from postmortems.services.choosing import choose
from postmortems.shipped import STANDARD
from postmortems.splitting import split

WORDS = "Written down afterwards: nobody logged this incident while it happened."


@dataclass(frozen=True, slots=True)
class PastOutage:
    """What is known of it. `moments` by field of the incident; `is_day_only` when only days are known of some."""

    title: str
    text: str = ""
    severity: str = "sev3"
    services: Sequence[str] = ()
    tags: Sequence[str] = ()
    is_private: bool = False
    detected_by: str = "unknown"
    source_url: str = ""
    moments: Mapping[str, datetime] = field(default_factory=dict)
    is_day_only: bool = False


def write_up(*, outage: PastOutage, by: User, now: datetime) -> Postmortem:
    """Keep it as a resolved incident with a draft of its postmortem; the text goes to sections by its headings.

    What fits no section is kept whole as the account. Raises InvalidError, naming "text" for a part that is too long.
    """
    text = clean(outage.text).text
    with transaction.atomic():
        incident = declare(by=by, now=now, fields=_fields(outage), source=EntrySource.IMPORT)
        add_entry(incident=incident, by=by, now=now, body=WORDS)
        choice = choose(incident)
        asked = choice.version.questions(key=choice.template.key)
        parts = split(text, [*asked.sections, *(one for one in STANDARD.sections if not asked.section(one.key))])
        sections = {**parts.sections, **({ACCOUNT: parts.rest} if parts.rest else {})}
        _check(sections)
        row = record(incident=incident, by=by, now=now, sections=sections, template=choice, is_afterwards=True)
        audit.record(by=by, action="postmortem.write_up", target=incident.label, now=now)
    return row


def _fields(outage: PastOutage) -> IncidentFields:
    fields = IncidentFields(
        title=outage.title,
        severity=outage.severity,
        kind=Kind.REAL,
        status=Status.RESOLVED,
        detected_by=outage.detected_by,
        is_private=outage.is_private,
        services=outage.services,
        tags=outage.tags,
        source_url=outage.source_url,
        started_precision=Precision.DAY if outage.is_day_only else Precision.MINUTE,
    )
    moments: IncidentFields = dict(outage.moments)  # type: ignore[assignment]  # its keys are fields of the incident
    return {**fields, **moments}


def _check(sections: Mapping[str, str]) -> None:
    """A part over the limit is named as part of the text, which is what was pasted."""
    for key, body in sections.items():
        if len(body) > SECTION_LIMIT:
            prompt = STANDARD.section(key)
            name = f"“{prompt.title}” in the text" if prompt else "The text without its sections"
            raise InvalidError({"text": too_long(name, len(body), SECTION_LIMIT)})
