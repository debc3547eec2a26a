"""Single lines of a timeline, as the page that shows the rest of it takes them in."""

from collections.abc import Collection

from accounts.models import User
from incidents.models import Incident
from incidents.pages.material import Material, NoMaterial
from incidents.pages.timeline import Chapter, Timeline, draw


def read_lines(incident: Incident, entries: Collection[int], *, by: User, has_material: bool) -> Timeline:
    """These entries, all written by `by`, with what they carry, in the order in which they happened."""
    rows = list(incident.entries.filter(pk__in=entries).order_by("at", "pk"))
    for row in rows:
        row.author = by
    material = Material(incident, entries=[row.pk for row in rows], steps=[]) if has_material else NoMaterial()
    return draw(Chapter(rows, newest_first=False, next_cursor=None, is_from_start=True), incident, material)
