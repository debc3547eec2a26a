"""The list as most people open it, with nothing asked of it: its first page, and how many there are."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Role, User
from hindsight.lib.kept import Kept
from incidents.models import Incident, IncidentLink, IncidentQuerySet, LinkKind, Service, originals

# What a row shows, and what the orders need.
COLUMNS = (
    "number",
    "title",
    "severity",
    "status",
    "kind",
    "is_private",
    "started_at",
    "listed_at",
    "updated_at",
    "version",
)
ROWS = 50
_SERVICES_OF = Kept(
    lambda *pks: (
        Incident.services.through.objects.filter(incident__in=pks)
        .order_by("service")
        .values_list("incident_id", "service_id", "service__name", "service__slug")
    )
)
_FOR_ADMINS: dict[tuple[str, str], Kept[Incident]] = {}
_FOR_OTHERS: dict[tuple[str, str], Kept[Incident]] = {}


def first_rows(user: User, order: tuple[str, str]) -> list[Incident]:
    """The first rows that `user` may see and one more, in one of the orders that the list offers; without services."""
    if not user.is_active:
        return []
    if user.is_admin:
        admin = User(role=Role.ADMIN)
        return _FOR_ADMINS.setdefault(order, Kept(lambda: _page(admin, order))).rows()
    return _FOR_OTHERS.setdefault(order, Kept(lambda pk: _page(User(pk=pk, role=Role.VIEWER), order))).rows(user.pk)


def _page(user: User, order: tuple[str, str]) -> QuerySet[Incident]:
    return originals(Incident.objects.visible_to(user), user).only(*COLUMNS).order_by(*order)[: ROWS + 1]


def services_of(incidents: Sequence[Incident]) -> dict[int, list[Service]]:
    """The services of up to a page of rows and one, by the incident's id: one query, built once."""
    if not incidents:
        return {}
    pks = [incident.pk for incident in incidents]
    found: dict[int, list[Service]] = {pk: [] for pk in pks}
    # The same number of values each time, so that the query stays the same.
    for pk, service, name, slug in _SERVICES_OF.rows(*pks, *[pks[-1]] * (ROWS + 1 - len(pks))):
        found[pk].append(Service(pk=service, name=name, slug=slug))
    return found


def count_all(user: User) -> int:
    """How many `user` may see, those left out that repeat another: all, less the private ones that are not theirs.

    Counting by the rule itself would read every row.
    """
    if not user.is_active:
        return 0
    visible = Incident.objects.visible_to(user)
    whole = Incident.objects.filter(merged_into__isnull=True).count()
    return whole - _hidden(user, visible) - _repeating(visible)


def _hidden(user: User, visible: IncidentQuerySet) -> int:
    if user.is_admin:
        return 0
    private = Incident.objects.filter(merged_into__isnull=True, is_private=True).count()
    return private - visible.filter(is_private=True).count() if private else 0


def _repeating(visible: IncidentQuerySet) -> int:
    repeats = IncidentLink.objects.filter(kind=LinkKind.DUPLICATE)
    ends = [Exists(visible.filter(pk=OuterRef(end)).order_by()) for end in ("source_id", "target_id")]
    return repeats.filter(*ends).count() if repeats.exists() else 0
