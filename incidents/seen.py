"""Columns of some incidents as one person may see them: what every search asks for, with its SQL kept."""

from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

from django.db.models import QuerySet

from accounts.models import Role, User
from hindsight.lib.kept import Kept
from incidents.models import Incident

# A kept query has as many values as it was made with, so ids are filled up to one of these.
SIZES = (8, 32, 128, 512)


class Seen:
    """Reads these columns of incidents; a list of values for each that the person may see, in no order."""

    def __init__(self, *columns: str) -> None:
        self._for_admins = Kept(partial(self._of_admins, columns))
        self._for_others = Kept(partial(self._of_others, columns))

    def rows(self, viewer: Any, ids: Collection[int]) -> Iterator[tuple[Any, ...]]:
        """One query for up to 512 ids."""
        if not isinstance(viewer, User) or not viewer.is_active:
            return
        wanted = list(ids)
        for start in range(0, len(wanted), SIZES[-1]):
            held = wanted[start : start + SIZES[-1]]
            size = next(size for size in SIZES if size >= len(held))
            # The same id once more changes nothing.
            held += held[-1:] * (size - len(held))
            if viewer.is_admin:
                yield from self._for_admins.rows(*held)
            else:
                yield from self._for_others.rows(viewer.pk, *held)

    @staticmethod
    def _of_admins(columns: tuple[str, ...], *ids: int) -> QuerySet[Incident, tuple[Any, ...]]:
        return _columns(User(role=Role.ADMIN), columns, ids)

    @staticmethod
    def _of_others(columns: tuple[str, ...], user: int, *ids: int) -> QuerySet[Incident, tuple[Any, ...]]:
        return _columns(User(pk=user, role=Role.VIEWER), columns, ids)


def _columns(viewer: User, columns: tuple[str, ...], ids: tuple[int, ...]) -> QuerySet[Incident, tuple[Any, ...]]:
    return Incident.objects.visible_to(viewer).filter(pk__in=ids).order_by().values_list(*columns)
