"""Services and tags that a person may know of, with what is told of them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from accounts.models import Role, User
from hindsight.lib.kept import Kept
from incidents.models import ACTIVE_STATUSES, Incident, Service, Tag, originals

SUGGESTED = 300
_NAMES_FOR_ADMINS: Kept[str] = Kept(lambda: _names(User(role=Role.ADMIN)))
_NAMES_FOR_OTHERS: Kept[str] = Kept(lambda pk: _names(User(pk=pk, role=Role.VIEWER)))


def visible_services(user: User) -> QuerySet[Service]:
    """Those of incidents that `user` may see, and those of none; a name that only hidden ones use stays hidden."""
    links = Incident.services.through.objects.filter(service=OuterRef("pk"))
    seen = _one_seen(user, services=OuterRef("pk"))
    return Service.objects.alias(seen=seen).filter(Q(seen__isnull=False) | ~Exists(links))


def _one_seen(user: User, **of: OuterRef) -> Subquery:
    """Any incident of these that `user` may see. Asked for each service: the first one ends the search, where EXISTS
    would make PostgreSQL list the services of all incidents."""
    return Subquery(Incident.objects.visible_to(user).filter(**of).order_by().values("pk")[:1])


def service_names(user: User) -> list[str]:
    """What a box for services suggests."""
    if not user.is_active:
        return list(_names(user))
    return _NAMES_FOR_ADMINS.rows() if user.is_admin else _NAMES_FOR_OTHERS.rows(user.pk)


def _names(user: User) -> QuerySet[Service, str]:
    return visible_services(user).values_list("name", flat=True)[:SUGGESTED]


def tag_names(user: User) -> list[str]:
    """What a box for tags suggests."""
    seen = _one_seen(user, tags=OuterRef("pk"))
    return list(Tag.objects.alias(seen=seen).filter(seen__isnull=False).values_list("name", flat=True)[:SUGGESTED])


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service and what has broken in it, as far as the reader may see."""

    service: Service
    incidents: int
    active: int
    last_at: datetime | None


def service_rows(user: User) -> list[ServiceRow]:
    """Every service that `user` may know of; those with open incidents first, then by how often they broke."""
    visible = originals(Incident.objects.visible_to(user), user)
    counted = {
        row["service_id"]: row
        for row in Incident.services.through.objects.filter(incident__in=visible)
        .values("service_id")
        .annotate(
            incidents=Count("incident_id"),
            active=Count("incident_id", filter=Q(incident__status__in=ACTIVE_STATUSES)),
            last_at=Max("incident__started_at"),
        )
    }
    rows = []
    for service in visible_services(user).select_related("team"):
        facts = counted.get(service.pk)
        if facts:
            rows.append(ServiceRow(service, facts["incidents"], facts["active"], facts["last_at"]))
        else:
            rows.append(ServiceRow(service, 0, 0, None))
    return sorted(rows, key=lambda row: (-row.active, -row.incidents, row.service.name.lower()))
