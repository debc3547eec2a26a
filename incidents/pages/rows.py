"""Rows of the list as HTML.

They are written here and not in a template because a page has fifty of them: this takes a tenth of the time.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from django.utils import timezone
from django.utils.safestring import SafeString

from hindsight.lib.markup import escaped
from incidents.models import Incident, Kind, Service, Status

SERVICES_SHOWN = 3
KIND_CHIPS = {
    Kind.DRILL.value: '<span class="chip chip-drill">Drill</span>',
    Kind.NEAR_MISS.value: '<span class="chip">Near miss</span>',
}


def list_rows(
    incidents: Iterable[Incident], services: Mapping[int, Sequence[Service]], *, is_selectable: bool = False
) -> SafeString:
    """One `<li>` an incident, for the inside of a dense list; `services` are those of each, by its id.

    A selectable row has a box that belongs to the form `bulk` and sends the number with the version that was seen.
    """
    return SafeString(
        "".join(
            _row(incident, services.get(incident.pk, ()), _pick(incident) if is_selectable else "")
            for incident in incidents
        )
    )


def _pick(incident: Incident) -> str:
    return (
        f'<input class="row-pick" type="checkbox" name="row" form="bulk" value="{incident.number}:{incident.version}"'
        f' aria-label="Choose {incident.label}">'
    )


def _row(incident: Incident, of: Sequence[Service], pick: str) -> str:
    private = '<span class="chip chip-private">Private</span>' if incident.is_private else ""
    services = "".join(
        f'<a class="service" href="?service={service.slug}"><bdi>{escaped(service.name)}</bdi></a>'
        for service in of[:SERVICES_SHOWN]
    )
    return (
        f'<li>{pick}<span class="incident-number">{incident.label}</span>'
        f'<span class="sev {incident.severity}">{incident.severity}</span>'
        f'<span class="dense-title"><a href="/incidents/{incident.label}/">'
        f"<bdi>{escaped(incident.title)}</bdi></a></span>"
        f'<span class="dense-facts">{private}{KIND_CHIPS.get(incident.kind, "")}{services}'
        f"{_status(incident.status)}{_start(incident)}</span></li>"
    )


@cache
def _status(value: str) -> str:
    return f'<span class="status status-{value}">{Status(value).label}</span>'


def _start(incident: Incident) -> str:
    at = incident.started_at
    if at is None:
        return '<span class="no-date">no date</span>'
    local = timezone.localtime(at)
    words = f"{local.day} {local:%b %Y}"
    return f'<time datetime="{at:%Y-%m-%dT%H:%M:%SZ}" title="{words}, {local:%H:%M %Z} · {at:%H:%M} UTC">{words}</time>'
