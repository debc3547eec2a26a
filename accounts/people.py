"""Reading people by their ids: whoever a page names, in one query."""

from collections.abc import Iterable

from accounts.models import User
from hindsight.lib.kept import Kept

# As many ids as one query takes; few pages name more people.
AT_ONCE = 8
_NAMED = Kept(lambda *pks: User.objects.filter(pk__in=pks).order_by())


def people_by_id(pks: Iterable[int | None]) -> dict[int, User]:
    """The people with these ids; none of those that are gone, nor for None. No query without an id."""
    wanted = sorted({pk for pk in pks if pk})
    found: dict[int, User] = {}
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        # The same number of values each time, so that the query stays the same.
        full = some + [some[-1]] * (AT_ONCE - len(some))
        found.update((person.pk, person) for person in _NAMED.rows(*full))
    return found
