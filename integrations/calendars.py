"""Action items as a calendar that phones and desks subscribe to; it shows what its reader may see at that moment."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.models import User
from hindsight.lib.ical import DayEvent, calendar
from integrations.feeds import for_readers
from postmortems.models import ActionItem
from postmortems.pages.cited_actions import cite_actions

EVENTS = 500


@for_readers
def actions(request: HttpRequest) -> HttpResponse:
    """What is left to do and has a date: the reader's own, with `?owner=any` everybody's."""
    assert isinstance(request.user, User)
    rows = ActionItem.objects.visible_to(request.user).unfinished().exclude(due_on=None)
    is_all = request.GET.get("owner") == "any"
    if not is_all:
        rows = rows.filter(owner=request.user)
    shown = rows.select_related("incident", "owner").defer("incident__summary", "incident__rendered")
    rows_shown = list(shown.order_by("due_on", "pk")[:EVENTS])
    cite_actions(rows_shown, reader=request.user)
    events = [_event(row) for row in rows_shown]
    text = calendar("Action items" if is_all else "My action items", events)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="actions.ics"'
    return response


def _event(row: ActionItem) -> DayEvent:
    assert row.due_on is not None
    base = settings.BASE_URL.rstrip("/")
    owner = row.owner.shown_name if row.owner else "nobody yet"
    told = [f"{row.get_kind_display()}, {row.get_state_display().lower()}, {owner}", row.incident.title]
    if row.done_when:
        told.append(f"Done when: {_said(row, row.done_when)}")
    return DayEvent(
        uid=f"action-{row.pk}@{urlsplit(base).hostname or 'hindsight'}",
        on=row.due_on,
        title=f"{_said(row, row.title)} ({row.incident.label})",
        text="\n".join(told),
        url=f"{base}{reverse('postmortem', args=[row.incident.number])}#{row.anchor}",
        changed_at=row.created_at,
        revision=row.version,
    )


def _said(row: ActionItem, text: str) -> str:
    return row.cites.words(text) if row.cites else text
