"""The postmortems before and after one, in the order of their incidents."""

from dataclasses import dataclass

from django.db.models import Q

from accounts.models import User
from incidents.models import Incident
from postmortems.models import Postmortem, PostmortemStatus


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The incident before and the one after, of those whose postmortem can be read as finished."""

    earlier: Incident | None
    later: Incident | None


def read_neighbours(incident: Incident, *, reader: User) -> Neighbours:
    """Two queries; only what `reader` may see."""
    written = Postmortem.objects.filter(Q(status=PostmortemStatus.PUBLISHED) | Q(begun_by=None)).values("incident_id")
    rows = Incident.objects.visible_to(reader).filter(pk__in=written).only("number", "title")
    before = Q(listed_at__lt=incident.listed_at) | Q(listed_at=incident.listed_at, pk__lt=incident.pk)
    after = Q(listed_at__gt=incident.listed_at) | Q(listed_at=incident.listed_at, pk__gt=incident.pk)
    return Neighbours(
        earlier=rows.filter(before).order_by("-listed_at", "-pk").first(),
        later=rows.filter(after).order_by("listed_at", "pk").first(),
    )
