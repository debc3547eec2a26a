"""Single lines of a timeline, as the page that shows the rest of it takes them in."""

from collections.abc import Collection

from accounts.models import User
from hindsight.lib.kept import Kept
from incidents.models import Incident, TimelineEntry
from incidents.pages.material import Material, NoMaterial
from incidents.pages.timeline import Chapter, Timeline, draw

# Of as many lines as one kept query takes; few texts write more.
_FEW = 8
_LINES = Kept(lambda incident, *pks: TimelineEntry.objects.filter(incident=incident, pk__in=pks).order_by("at", "pk"))


def read_lines(incident: Incident, entries: Collection[int], *, by: User, has_material: bool) -> Timeline:
    """These entries, all written by `by`, with what they carry, in the order in which they happened."""
    rows = _read(incident, list(entries))
    for row in rows:
        row.author = by
    material = Material(incident, entries=[row.pk for row in rows], steps=[]) if has_material else NoMaterial()
    return draw(Chapter(rows, newest_first=False, next_cursor=None, is_from_start=True), incident, material)


def _read(incident: Incident, entries: list[int]) -> list[TimelineEntry]:
    if not 0 < len(entries) <= _FEW:
        return list(incident.entries.filter(pk__in=entries).order_by("at", "pk"))
    # The same number of values each time, so that the query stays the same.
    return _LINES.rows(incident.pk, *entries, *[entries[-1]] * (_FEW - len(entries)))
