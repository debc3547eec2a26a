"""Mails about what was promised: overdue action items once a week, and watches that are over."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import User
from hindsight.lib.mail import is_set_up
from postmortems.models import ActionDigest, ActionItem
from postmortems.services.watching import DueWatch, note_asked, unasked

log = structlog.get_logger(__name__)

EVERY = timedelta(days=7)
# One round mails so many; the others have the next one.
AT_ONCE = 50
SHOWN = 30


def mail_overdue(*, now: datetime) -> int:
    """One mail a week to each who owns overdue items, wants it and may see them; how many were sent.

    Noted before it is sent: a mail that gets lost is better than one that comes every hour.
    """
    if not is_set_up():
        return 0
    sent = 0
    for person in _people(now):
        # The day is theirs: what is due today is not overdue, wherever they are.
        items = overdue_of(person, now=now)
        if not items:
            continue
        ActionDigest.objects.update_or_create(user=person, defaults={"mailed_at": now})
        count = len(items)
        subject = f"{count} of your action items {'is' if count == 1 else 'are'} overdue"
        context = {"items": items[:SHOWN], "more": max(0, count - SHOWN)}
        sent += _send(person, subject, "overdue", context)
    return sent


def overdue_of(person: User, *, now: datetime) -> list[ActionItem]:
    """What `person` owns, may see at this moment, and should have done: the oldest first."""
    today = timezone.localdate(now, timezone=person.zone)
    rows = ActionItem.objects.visible_to(person).overdue(today).filter(owner=person)
    return list(rows.select_related("incident").order_by("due_on", "pk")[:500])


def mail_watches(*, now: datetime) -> int:
    """Ask owners whether a fix held, once for each watch that is over; how many mails were sent."""
    if not is_set_up():
        return 0
    asked: dict[int, list[DueWatch]] = {}
    for one in unasked(today=timezone.localdate(now), limit=AT_ONCE * 4):
        asked.setdefault(one.owner.pk, []).append(one)
    sent = 0
    for watches in list(asked.values())[:AT_ONCE]:
        owner = watches[0].owner
        proofs = [one.proof for one in watches]
        note_asked(proofs, now=now)
        if not owner.email:
            continue
        subject = f"{len(watches)} fixes to answer for: did they hold?" if len(watches) > 1 else "Did the fix hold?"
        ok = _send(owner, subject, "watch", {"watches": watches})
        sent += ok
        if not ok:
            note_asked(proofs, now=None)
    return sent


def _people(now: datetime) -> Iterable[User]:
    """Who may get the mail now: nobody twice within a week."""
    recent = ActionDigest.objects.filter(mailed_at__gt=now - EVERY).values("user_id")
    # A day more than any zone is ahead: the exact day is decided for each.
    owners = ActionItem.objects.overdue((now + timedelta(days=1)).date()).exclude(owner=None).values("owner_id")
    people = User.objects.filter(is_active=True, wants_digest=True, pk__in=owners).exclude(email="")
    return people.exclude(pk__in=recent).order_by("pk")[: AT_ONCE * 4]


def _send(person: User, subject: str, template: str, context: dict[str, object]) -> int:
    """1 when it went out. The subject names no record."""
    values = {"person": person, "base_url": settings.BASE_URL.rstrip("/"), **context}
    try:
        send_mail(subject, render_to_string(f"postmortems/mail/{template}_message.txt", values), None, [person.email])
    except Exception:
        log.exception("a mail could not be sent", mail=template)
        return 0
    return 1
