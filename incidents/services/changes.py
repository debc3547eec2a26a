"""Reporting what went to production, and what an incident finds about it."""

from datetime import UTC, datetime
from typing import Any, TypedDict

from django.db import IntegrityError, transaction

from accounts.models import User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.models import (
    CHANGE_TITLE_LIMIT,
    WHY_LIMIT,
    Change,
    ChangeKind,
    ChangeVerdict,
    EntryKind,
    EntrySource,
    Incident,
    Service,
    TimelineEntry,
    Verdict,
)
from incidents.services.catalogue import services_named
from incidents.services.checks import Faults
from search import outbox


class ChangeFields(TypedDict, total=False):
    """What may be given of a change; the title alone is enough. `service` is a name, made when absent."""

    at: datetime
    kind: str
    title: str
    service: str
    version: str
    author: str
    url: str
    external_id: str | None


def report(*, by: User | None, now: datetime, fields: ChangeFields) -> tuple[Change, bool]:
    """Keep a change that went to production; and whether it is new.

    Another with the same `external_id` is the same change: it is returned as it is. Raises InvalidError.
    """
    columns, service = _checked(fields, now=now)
    known = _known(columns["external_id"])
    if known:
        return known, False
    try:
        with transaction.atomic():
            return _stored(columns, service, incident=None, by=by, now=now), True
    except IntegrityError:
        known = _known(columns["external_id"])
        if known is None:
            raise
        return known, False


def note_change(
    *, incident: Incident, by: User, now: datetime, fields: ChangeFields, source: str = EntrySource.WEB
) -> Change:
    """Keep a change that somebody tells of on an incident's page, with its line in the timeline. Raises InvalidError.

    Only who may see the incident will see the change.
    """
    columns, service = _checked({**fields, "external_id": None}, now=now)
    if service and incident.is_private and not Service.objects.filter(name__iexact=service.strip()).exists():
        # A service of no incident is everybody's to see.
        raise InvalidError({"service": f"{service[:80]} is no service yet; add it to the incident first."})
    with transaction.atomic():
        change = _stored(columns, service, incident=incident, by=by, now=now)
        data = {"change": change.pk}
        words = change_words(change)
        _line(incident, EntryKind.CHANGE, words, data, at=change.at, by=by, now=now, source=source)
    return change


def judge(
    *,
    incident: Incident,
    change: Change,
    verdict: str,
    by: User,
    now: datetime,
    why: str = "",
    seen: str | None = None,
    source: str = EntrySource.WEB,
) -> ChangeVerdict | None:
    """Say what a change had to do with an incident: suspect, cleared (and why) or culprit; "" takes it back.

    `seen` is the verdict that the person saw ("" for none); another one meanwhile raises StaleError with it. The same
    verdict again changes nothing. Each change has its line in the timeline. Raises InvalidError.
    """
    reason = _checked_verdict(verdict, why)
    with transaction.atomic():
        # One at a time for an incident; its key stays, so that notes can be added meanwhile.
        Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
        row = ChangeVerdict.objects.filter(incident=incident, change=change).first()
        before = row.verdict if row else ""
        if seen is not None and seen != before:
            raise StaleError(row)
        if before == verdict and (not row or row.why == reason):
            return row
        data = {"change": change.pk, "from": before, "to": verdict, "reason": reason}
        words = verdict_words(change, verdict, reason)
        _line(incident, EntryKind.VERDICT, words, data, at=now, by=by, now=now, source=source)
        if not verdict:
            ChangeVerdict.objects.filter(incident=incident, change=change).delete()
            return None
        row = row or ChangeVerdict(incident=incident, change=change)
        row.verdict, row.why, row.by, row.at = verdict, reason, by, now
        row.save()
    return row


def change_words(change: Change) -> str:
    """A change in one line."""
    parts = [change.title, change.version, f"({change.service.name})" if change.service else ""]
    return f"{ChangeKind(change.kind).label}: {' '.join(part for part in parts if part)}"


def verdict_words(change: Change, verdict: str, why: str) -> str:
    """A verdict in one line, with the time of the change."""
    said = Verdict(verdict).label if verdict else "No verdict any more"
    words = f"{said}: {change_words(change)}, {change.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"{words}. {why}" if why else words


def _checked_verdict(verdict: str, why: str) -> str:
    faults = Faults()
    faults.choice("verdict", verdict, ["", *Verdict.values], label="Verdict")
    reason = faults.line("why", why, label="Why", limit=WHY_LIMIT)
    if verdict == Verdict.CLEARED and not reason:
        faults.add("why", "Say why it is cleared; a few words are enough.")
    faults.stop_if_any()
    return reason


def _checked(fields: ChangeFields, *, now: datetime) -> tuple[dict[str, Any], str]:
    """The columns, and the name of the service."""
    faults = Faults()
    kind, at = fields.get("kind") or ChangeKind.DEPLOY.value, fields.get("at") or now
    faults.choice("kind", kind, ChangeKind.values, label="Kind")
    faults.moment("at", at, now=now)
    columns = {
        "at": at,
        "kind": kind,
        "title": faults.line("title", fields.get("title", ""), label="Title", limit=CHANGE_TITLE_LIMIT, required=True),
        "version": faults.line("version", fields.get("version", ""), label="Version", limit=120),
        "author": faults.line("author", fields.get("author", ""), label="Author", limit=200),
        "url": faults.url("url", fields.get("url", ""), label="Address"),
        "external_id": faults.line("external_id", fields.get("external_id") or "", label="External id", limit=200)
        or None,
    }
    faults.stop_if_any()
    return columns, fields.get("service", "")


def _known(external_id: str | None) -> Change | None:
    return Change.objects.filter(external_id=external_id).first() if external_id else None


def _stored(
    columns: dict[str, Any], service: str, *, incident: Incident | None, by: User | None, now: datetime
) -> Change:
    try:
        named = services_named([service], by=by)
    except InvalidError as problem:
        raise InvalidError({"service": str(problem)}) from problem
    row = Change(incident=incident, service=named[0] if named else None, noted_by=by, noted_at=now, **columns)
    row.save(force_insert=True)
    return row


def _line(
    incident: Incident,
    kind: str,
    body: str,
    data: dict[str, Any],
    *,
    at: datetime,
    by: User,
    now: datetime,
    source: str,
) -> None:
    entry = TimelineEntry(
        incident=incident, kind=kind, body=body, data=data, at=at, noted_at=now, author=by, source=source
    )
    entry.render_fields()
    entry.save(force_insert=True)
    outbox.enqueue("incident", incident.pk)
