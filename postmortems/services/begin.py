"""Beginning a postmortem: with what was logged, or with the text of one that was written elsewhere."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.models import User
from incidents.models import Incident
from postmortems.models import Postmortem, PostmortemStatus, Revision, Section
from postmortems.services.choosing import Choice, choose, standard
from postmortems.services.factors import set_factors
from postmortems.services.locking import locked, touch
from postmortems.services.prefill import drafts
from postmortems.services.sections import save_sections
from postmortems.shipped import prompt_of
from search import outbox


def begin(*, incident: Incident, by: User, now: datetime) -> Postmortem:
    """The incident's postmortem, begun if there was none: sections hold drafts of what was logged.

    Safe to call twice, and by two people at once: the second gets the first's.
    """
    return begun(incident=incident, by=by, now=now)[0]


def begun(*, incident: Incident, by: User, now: datetime) -> tuple[Postmortem, bool]:
    """As `begin`, and whether this call began it: False when the row is one that somebody else wrote."""
    known = Postmortem.objects.filter(incident=incident).first()
    if known is not None:
        return (known if known.is_needed else _begin_after_all(known, by=by, now=now)), False
    try:
        with transaction.atomic():
            row = _create(incident, choose(incident), by=by, now=now)
            _write(row, drafts(incident, row.questions.keys), by=by, now=now)
            audit.record(by=by, action="postmortem.begin", target=incident.label, now=now)
            outbox.enqueue("incident", incident.pk)
    except IntegrityError:
        # Somebody else began it in the meantime; anything but that is raised again.
        return Postmortem.objects.get(incident=incident), False
    return row, True


def empty(*, incident: Incident, by: User, now: datetime) -> Postmortem:
    """The incident's postmortem, or a new one without texts: for what is said about it before it is written."""
    known = Postmortem.objects.filter(incident=incident).first()
    return known or _create(incident, choose(incident), by=by, now=now)


def _begin_after_all(known: Postmortem, *, by: User, now: datetime) -> Postmortem:
    """A draft of one that was said to be not needed: what was written is kept, else what was logged is put in place."""
    with transaction.atomic():
        row = locked(known)
        if row.is_needed:
            return row
        row.status, row.not_needed_reason, row.begun_by, row.begun_at = PostmortemStatus.DRAFT, "", by, now
        if not row.sections.exists():
            _write(row, drafts(row.incident, row.questions.keys), by=by, now=now)
        audit.record(by=by, action="postmortem.needed", target=row.incident.label, now=now)
        touch(row, now=now, fields=("status", "not_needed_reason", "begun_by", "begun_at"))
    return row


def record(
    *,
    incident: Incident,
    by: User | None,
    now: datetime,
    sections: Mapping[str, str],
    factors: Iterable[tuple[str, str]] = (),
    published_at: datetime | None = None,
    template: Choice | None = None,
    is_afterwards: bool = False,
) -> Postmortem:
    """Keep a postmortem that was written elsewhere, byte for byte; an incident that has one keeps it unchanged.

    `sections` by key; a text without sections goes under "account". With `published_at` it counts as published even if
    parts are absent, since it was: without proof it shows as unproven. The standard questions are taken unless
    `template` names others. Raises InvalidError.
    """
    known = Postmortem.objects.filter(incident=incident).first()
    if known is not None:
        return known
    with transaction.atomic():
        row = _create(incident, template or standard(), by=by, now=now, is_afterwards=is_afterwards)
        save_sections(
            postmortem=row, by=by, now=now, sections={key: (body, None) for key, body in sections.items() if body}
        )
        set_factors(postmortem=row, by=by, now=now, factors=factors)
        if published_at is not None:
            Postmortem.objects.filter(pk=row.pk).update(
                status=PostmortemStatus.PUBLISHED, published_at=published_at, published_by=by
            )
        outbox.enqueue("incident", incident.pk)
    row.refresh_from_db()
    return row


def _create(
    incident: Incident, choice: Choice, *, by: User | None, now: datetime, is_afterwards: bool = False
) -> Postmortem:
    return Postmortem.objects.create(
        incident=incident,
        template=choice.version,
        template_key=choice.template.key,
        template_version=choice.version.number,
        template_why=choice.why,
        is_afterwards=is_afterwards,
        begun_by=by,
        begun_at=now,
        updated_at=now,
    )


def _write(row: Postmortem, bodies: Mapping[str, str], *, by: User | None, now: datetime) -> None:
    """The first texts of a new postmortem, each with its revision."""
    asked = row.questions
    made = [
        Section(
            postmortem=row,
            key=key,
            title=prompt_of(asked, key).title,
            body=body,
            updated_by=by,
            updated_at=now,
        )
        for key, body in bodies.items()
    ]
    for section in made:
        section.render_fields()
    Section.objects.bulk_create(made)
    Revision.objects.bulk_create(
        Revision(section=section, version=section.version, body=section.body, by=by, at=now) for section in made
    )
