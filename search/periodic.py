"""What search does every so often: mails about what saved searches found."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.template.loader import render_to_string

from hindsight.jobs.schedule import periodic
from hindsight.lib.mail import is_set_up
from search import watching
from search.models import SavedFind
from search.registry import Hit

logger = logging.getLogger(__name__)

# One round mails so many people; the others have the next one.
PEOPLE_AT_ONCE = 50


@periodic(every=timedelta(minutes=5))
def mail_finds(*, now: datetime) -> None:
    """One mail a person, about records that they may see at this moment; nothing while mail is not set up."""
    if not is_set_up():
        return
    waiting = watching.waiting_owners(now)[:PEOPLE_AT_ONCE]
    for person in get_user_model().objects.filter(pk__in=waiting, is_active=True).exclude(email=""):
        found = watching.to_mail(person, now)
        if not found:
            continue
        keys = [(find.kind, find.object_id) for find, _ in found]
        # Noted first: a mail that gets lost is better than one that comes twice, and the page tells of it anyway.
        watching.note_mailed(person, keys, now)
        try:
            send_mail(*_mail(found), None, [person.email])
        except Exception:
            logger.exception("A mail about new records could not be sent; it is tried again")
            SavedFind.objects.filter(search__owner=person, mailed_at=now).update(mailed_at=None)


def _mail(found: list[tuple[SavedFind, Hit]]) -> tuple[str, str]:
    """Subject, which names no record, and text."""
    count = len(found)
    values = {
        "found": found[: watching.IN_ONE_MAIL],
        "more": max(0, count - watching.IN_ONE_MAIL),
        "base_url": settings.BASE_URL.rstrip("/"),
    }
    subject = f"{count} new {'record' if count == 1 else 'records'} for your saved searches"
    return subject, render_to_string("search/mail/finds.txt", values)
