"""Telling people once what waits on them: a notice is kept with the act, and mailed by a job."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string

from accounts.models import Installation, User
from hindsight.lib import mail
from incidents.models import ACTIVE_STATUSES, Incident, Kind
from postmortems.business import after_business_days
from postmortems.models import Notice, NoticeKind, Postmortem, PostmortemStatus, WritingPolicy

log = structlog.get_logger(__name__)

# What is older has been seen in the app by now: nobody gets a week of mails when a mail server is set up or mended.
MAILED_WITHIN = timedelta(days=1)
# What was due longer ago has been said, or was brought in; nobody is told of it.
LOOK_BACK = timedelta(days=14)
# Incidents are looked through in this many days; a postmortem that takes longer has a date of its own.
RESOLVED_WITHIN = timedelta(days=250)


def notify(
    postmortem: Postmortem, kind: NoticeKind, *, to: Collection[int], by: User | None, now: datetime, key: str
) -> None:
    """Keep a notice for each of these people, once for each `key`; never for the one who acted."""
    people = [pk for pk in to if by is None or pk != by.pk]
    if not people:
        return
    Notice.objects.bulk_create(
        [Notice(to_id=pk, incident_id=postmortem.incident_id, kind=kind, key=key, by=by, at=now) for pk in people],
        ignore_conflicts=True,
    )


def note_due(*, now: datetime) -> int:
    """Keep a notice for every postmortem that is due within a business day or overdue; how many came new."""
    before = Notice.objects.count()
    today = now.date()
    policy = WritingPolicy.current()
    with transaction.atomic():
        for incident, row, due in _due(policy, now):
            kind = NoticeKind.OVERDUE if due < today else NoticeKind.DUE_SOON
            if due > after_business_days(today, 1, policy.off) or due < today - LOOK_BACK:
                continue
            people = _responsible(incident, row)
            rows = [
                Notice(to_id=pk, incident=incident, kind=kind, key=f"due:{incident.pk}:{due}", at=now) for pk in people
            ]
            Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return Notice.objects.count() - before


def _due(policy: WritingPolicy, now: datetime) -> Iterator[tuple[Incident, Postmortem | None, date]]:
    """Resolved incidents whose postmortem is not out, with the day on which it should be."""
    rows = (
        Incident.objects.filter(merged_into__isnull=True, resolved_at__gte=now - RESOLVED_WITHIN)
        .exclude(status__in=ACTIVE_STATUSES)
        .exclude(kind=Kind.DRILL)
        .exclude(postmortem__status__in=(PostmortemStatus.PUBLISHED, PostmortemStatus.NOT_NEEDED))
        .select_related("postmortem")
        .defer("summary", "rendered")
    )
    for incident in rows.iterator(chunk_size=500):
        row = getattr(incident, "postmortem", None)
        due = policy.due_on(incident, row)
        if due is not None:
            yield incident, row, due


def _responsible(incident: Incident, row: Postmortem | None) -> set[int]:
    """Whose it is to write: who began it, else who leads the incident, else who declared it."""
    begun_by = row.begun_by_id if row else None
    person = begun_by or incident.lead_id or incident.declared_by_id
    return {person} if person else set()


def mail_waiting(*, now: datetime) -> int:
    """Mail what was not mailed yet, one mail a person; how many mails went out. Nothing without a mail server."""
    if not mail.is_set_up():
        return 0
    waiting = Notice.objects.filter(sent_at=None, at__gte=now - MAILED_WITHIN)
    people = User.objects.filter(pk__in=waiting.values("to_id"), is_active=True).exclude(email="")
    return sum(_mail(person, waiting, now) for person in people)


def _mail(person: User, waiting: QuerySet[Notice], now: datetime) -> bool:
    """One mail with all that is new for a person: what they may not see any more is left out for good."""
    rows = list(waiting.filter(to=person).select_related("incident", "by"))
    claimed = Notice.objects.filter(pk__in=[row.pk for row in rows], sent_at=None)
    if not claimed.update(sent_at=now):
        return False
    visible = set(
        Incident.objects.visible_to(person)
        .filter(pk__in={row.incident_id for row in rows})
        .values_list("pk", flat=True)
    )
    lines = [row for row in rows if row.incident_id in visible]
    if not lines:
        return False
    context = {"person": person, "lines": lines, "base_url": settings.BASE_URL, "installation": Installation.current()}
    subject = " ".join(render_to_string("postmortems/mail/notices_subject.txt", context).split())[:200]
    try:
        send_mail(subject, render_to_string("postmortems/mail/notices_message.txt", context), None, [person.email])
    except Exception:
        # Whatever the mail server does: the next turn tries again.
        Notice.objects.filter(pk__in=[row.pk for row in rows]).update(sent_at=None)
        log.exception("mail of notices failed", person=person.pk)
        return False
    return True
