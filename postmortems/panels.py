"""What pages of incidents show of postmortems: on the board what waits, on an incident where its own stands."""

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
from postmortems.models import ActionItem, Postmortem, PostmortemStatus

SHOWN = 5
_OF = Kept(lambda incident: Postmortem.objects.filter(incident=incident)[:1])


def on_incident(request: HttpRequest, incident: Incident | None) -> SafeString:
    """The state of its postmortem with cause and fix, or the way to begin one once it is resolved."""
    if incident is None:
        return SafeString("")
    row = _OF.first(incident.pk)
    answer = answers_of([incident.pk]).get(incident.pk) if row else None
    context = {"incident": incident, "postmortem": row, "answer": answer}
    return render_to_string("postmortems/_incident_panel.html", context, request=request)


def on_board(request: HttpRequest, incident: Incident | None) -> SafeString:
    """Postmortems to write and the reader's own action items, a handful of each."""
    user = request.user
    if not isinstance(user, User):
        return SafeString("")
    done = (
        originals(Incident.objects.visible_to(user), user).exclude(status__in=ACTIVE_STATUSES).exclude(kind=Kind.DRILL)
    )
    unwritten = done.exclude(postmortem__status=PostmortemStatus.PUBLISHED)
    # What was brought in waits for nobody.
    unwritten = unwritten.exclude(postmortem__isnull=False, postmortem__begun_by=None)
    own = ActionItem.objects.visible_to(user).unfinished().filter(owner=user).select_related("incident")
    context = {
        "unwritten": list(
            unwritten.select_related("postmortem").defer("summary", "rendered").order_by("-updated_at", "-pk")[:SHOWN]
        )
        if user.can_write
        else [],
        "own": list(own.order_by(F("due_on").asc(nulls_last=True), "pk")[:SHOWN]),
        "today": timezone.localdate(),
    }
    return render_to_string("postmortems/_board_panel.html", context, request=request)


def register() -> None:
    """Put them into their places."""
    slots.register("incident", on_incident)
    slots.register("board", on_board)
