"""Single lines of a timeline, as the page that shows the rest of it takes them in."""

from collections.abc import Collection

from incidents.models import Incident
from incidents.pages.material import Material
from incidents.pages.timeline import Chapter, Timeline, draw


def read_lines(incident: Incident, entries: Collection[int]) -> Timeline:
    """These entries with what they carry, in the order in which they happened."""
    rows = list(incident.entries.filter(pk__in=entries).select_related("author").order_by("at", "pk"))
    material = Material(incident, entries=[row.pk for row in rows], steps=[])
    return draw(Chapter(rows, newest_first=False, next_cursor=None, is_from_start=True), incident, material)
