"""The list as most people open it, with nothing asked of it: its first page, and how many there are."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from accounts.models import Role, User
from hindsight.lib.kept import Kept
from hindsight.lib.rows import rows, table
from incidents.models import Incident, IncidentLink, LinkKind, Service, originals

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
# All, the private ones, and whether any repeats another. Nothing but the order of `incident_unmerged` lets PostgreSQL
# count in that index where rows are short; in the table it takes twice as long.
_WHOLE = """
SELECT (SELECT COUNT(*) FROM (
            SELECT 1 FROM {incidents} WHERE merged_into_id IS NULL ORDER BY listed_at DESC, id DESC
        ) unmerged),
       (SELECT COUNT(*) FROM {incidents} WHERE is_private AND merged_into_id IS NULL),
       EXISTS (SELECT 1 FROM {links} WHERE kind = 'duplicate')
"""
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
    whole, private, is_repeating = rows(_WHOLE.format(incidents=table(Incident), links=table(IncidentLink)))[0]
    if private and not user.is_admin:
        whole -= private - sum(_PRIVATE_SEEN.rows(user.pk))
    if is_repeating:
        whole -= sum(_REPEATING_FOR_ADMINS.rows() if user.is_admin else _REPEATING_FOR_OTHERS.rows(user.pk))
    return int(whole)


def _repeating(user: User) -> QuerySet[IncidentLink, int]:
    """How many links lead from a repeat that `user` may see to what it repeats, which they may see too."""
    visible = Incident.objects.visible_to(user)
    ends = [Exists(visible.filter(pk=OuterRef(end)).order_by()) for end in ("source_id", "target_id")]
    return _count(IncidentLink.objects.filter(*ends, kind=LinkKind.DUPLICATE), by="kind")


def _private(user: User) -> QuerySet[Incident, int]:
    return _count(Incident.objects.visible_to(user).filter(is_private=True), by="is_private")


def _count(found: QuerySet[Any], *, by: str) -> QuerySet[Any, int]:
    """How many there are as a row, and no row for none; `by` is the same in all of them."""
    counted: QuerySet[Any, int] = (
        found.order_by().values(by).annotate(count=Count("pk")).values_list("count", flat=True)
    )
    return counted


_PRIVATE_SEEN = Kept(lambda pk: _private(User(pk=pk, role=Role.VIEWER)))
_REPEATING_FOR_ADMINS = Kept(lambda: _repeating(User(role=Role.ADMIN)))
_REPEATING_FOR_OTHERS = Kept(lambda pk: _repeating(User(pk=pk, role=Role.VIEWER)))
