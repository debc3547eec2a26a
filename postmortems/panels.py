"""What pages of incidents show of postmortems: on the board what waits, on an incident where its own stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import User
from hindsight.lib.kept import Kept
from incidents import slots
from incidents.models import ACTIVE_STATUSES, Incident, Kind, originals
from postmortems.indexing import answers_of
from postmortems.models import ActionItem, Postmortem, PostmortemStatus, WritingPolicy
from postmortems.pages.cited_actions import cite_actions
from postmortems.pages.recurring import read_earlier

SHOWN = 5
_OF = Kept(lambda incident: Postmortem.objects.filter(incident=incident)[:1])


def on_incident(request: HttpRequest, incident: Incident | None) -> SafeString:
    """The state of its postmortem with cause and fix, or the way to begin one once it is resolved."""
    if incident is None:
        return SafeString("")
    row = _OF.first(incident.pk)
    answer = answers_of([incident.pk]).get(incident.pk) if row else None
    is_waited_for = not incident.is_active and (row is None or (row.is_needed and not row.is_published))
    due_on = WritingPolicy.current().due_on(incident, row) if is_waited_for else None
    context = {
        "incident": incident,
        "postmortem": row,
        "answer": answer,
        "due_on": due_on,
        "is_overdue": due_on is not None and due_on < timezone.localdate(),
    }
    return render_to_string("postmortems/_incident_panel.html", context, request=request)


def on_board(request: HttpRequest, incident: Incident | None) -> SafeString:
    """Postmortems to write and the reader's own action items, a handful of each."""
    user = request.user
    if not isinstance(user, User):
        return SafeString("")
    done = (
        originals(Incident.objects.visible_to(user), user).exclude(status__in=ACTIVE_STATUSES).exclude(kind=Kind.DRILL)
    )
    unwritten = done.exclude(postmortem__status__in=(PostmortemStatus.PUBLISHED, PostmortemStatus.NOT_NEEDED))
    # What was brought in waits for nobody.
    unwritten = unwritten.exclude(postmortem__isnull=False, postmortem__begun_by=None)
    own = ActionItem.objects.visible_to(user).unfinished().filter(owner=user).select_related("incident")
    shown = list(own.order_by(F("due_on").asc(nulls_last=True), "pk")[:SHOWN])
    cite_actions(shown, reader=user)
    context = {
        "unwritten": _with_due(
            unwritten.select_related("postmortem").defer("summary", "rendered").order_by("-updated_at", "-pk")[:SHOWN]
        )
        if user.can_write
        else [],
        "own": shown,
        "today": timezone.localdate(),
    }
    return render_to_string("postmortems/_board_panel.html", context, request=request)


@dataclass(frozen=True, slots=True)
class Unwritten:
    """An incident whose postmortem is to be written, with the day on which it should be out."""

    incident: Incident
    due_on: date | None
    is_overdue: bool


def _with_due(incidents: Iterable[Incident]) -> list[Unwritten]:
    policy, today = WritingPolicy.current(), timezone.localdate()
    days = [(incident, policy.due_on(incident, getattr(incident, "postmortem", None))) for incident in incidents]
    return [Unwritten(incident, due, due is not None and due < today) for incident, due in days]


def recurring(request: HttpRequest, incident: Incident | None) -> SafeString:
    """Earlier incidents with the same cause: whether their fix held, and what of it was never done."""
    if incident is None or not isinstance(request.user, User):
        return SafeString("")
    found = read_earlier(incident, request.user)
    if not found:
        return SafeString("")
    context = {"incident": incident, "earlier": found}
    return render_to_string("postmortems/_recurring.html", context, request=request)


def register() -> None:
    """Put them into their places."""
    slots.register("incident", on_incident)
    slots.register("incident", recurring)
    slots.register("board", on_board)
