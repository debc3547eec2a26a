"""Single lines of a timeline, as the page that shows the rest of it takes them in."""

from collections import defaultdict
from collections.abc import Collection

from accounts.models import User
from incidents.models import Incident
from incidents.pages.material import Carried, Material
from incidents.pages.timeline import Chapter, Timeline, draw


class _Nothing(Material):
    """For lines that are known to carry nothing: asks for nothing."""

    def __init__(self) -> None:
        self._carried = defaultdict(Carried)
        self.loose = Carried()
        self.margin = None


def read_lines(incident: Incident, entries: Collection[int], *, by: User, has_material: bool) -> Timeline:
    """These entries, all written by `by`, with what they carry, in the order in which they happened."""
    rows = list(incident.entries.filter(pk__in=entries).order_by("at", "pk"))
    for row in rows:
        row.author = by
    material = Material(incident, entries=[row.pk for row in rows], steps=[]) if has_material else _Nothing()
    return draw(Chapter(rows, newest_first=False, next_cursor=None, is_from_start=True), incident, material)
