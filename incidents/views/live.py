"""What open pages of an incident ask every few seconds."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from hindsight.lib.htmx import private
from incidents import access
from incidents.models import Status
from incidents.pages.live import State, company_of, state_named, state_of
from incidents.pages.news import news_html, read_news
from incidents.pages.timeline import part_named
from incidents.services.presence import leave, note_presence
from incidents.views.replies import person

# htmx's word for: here is the last of it, ask no more.
STOP = 286
NOTHING = 204


@require_safe
def incident_live(request: HttpRequest, number: int) -> HttpResponse:
    """204 while nothing changed, the new and changed lines when something did, 286 once the incident is closed.

    404 for whoever may not see it any more: rights are read at each poll.
    """
    user = person(request)
    now = timezone.now()
    incident = access.get_incident(user, number)
    company = company_of(incident, user, now)
    if company.is_stale:
        note_presence(incident_id=incident.pk, user_id=user.pk, now=now)
    state = state_of(incident, now)
    known = state_named(request.GET.get("since", "")) or State(0, 0, 0)
    status = STOP if incident.status == Status.CLOSED or incident.number != number else 200
    if status == 200 and state.is_as(known) and request.GET.get("who") == company.key:
        return private(HttpResponse(status=NOTHING))
    part = part_named(request.GET.get("view", ""), request.GET.get("kind", ""))
    news = None if state.is_as(known) else read_news(incident, known, state, part, can_write=user.can_write)
    moved = incident.get_absolute_url() if incident.number != number else ""
    return private(
        HttpResponse(news_html(news, state=news.state if news else known, company=company, moved=moved), status=status)
    )


@require_POST
def incident_leave(request: HttpRequest, number: int) -> HttpResponse:
    """A page says that it is being closed."""
    incident = access.get_incident(request.user, number)
    leave(incident_id=incident.pk, user_id=person(request).pk)
    return private(HttpResponse(status=NOTHING))
