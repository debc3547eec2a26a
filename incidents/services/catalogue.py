"""Services and tags by the names that people type."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypedDict

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from accounts import audit
from accounts.models import Team, User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.models import SERVICE_NAME_LIMIT, TAG_NAME_LIMIT, Service, Tag
from incidents.services.checks import Faults
from search import outbox

# More than this on one incident is a paste gone wrong.
NAMES_LIMIT = 50
DESCRIPTION_LIMIT = 20_000


def _folded(names: Iterable[str], *, field: str, label: str, limit: int) -> list[str]:
    """The names without doubles (ignoring case) and blanks, in their order; InvalidError over a limit."""
    faults = Faults()
    kept: dict[str, str] = {}
    for name in names:
        line = faults.line(field, name, label=label, limit=limit)
        if line:
            kept.setdefault(line.lower(), line)
    if len(kept) > NAMES_LIMIT:
        faults.add(field, f"{len(kept)} given; the limit is {NAMES_LIMIT}.")
    faults.stop_if_any()
    return list(kept.values())


def services_named(names: Iterable[str], *, by: User | None) -> list[Service]:
    """The services with these names, ignoring case; made when absent."""
    wanted = _folded(names, field="services", label="Service name", limit=SERVICE_NAME_LIMIT)
    # In one order for everybody: two who make the same two names at once would wait for each other for ever.
    return [_service(name, by) for name in sorted(wanted, key=str.lower)]


def _service(name: str, by: User | None) -> Service:
    known = Service.objects.filter(name__iexact=name).first()
    if known:
        return known
    base = slugify(name)[:120] or "service"
    for attempt in range(100):
        try:
            with transaction.atomic():
                slug = base if attempt == 0 else f"{base}-{attempt + 1}"
                return Service.objects.create(name=name, slug=slug, created_by=by)
        except IntegrityError:
            # The slug is another service's, or somebody made this very service just now.
            known = Service.objects.filter(name__iexact=name).first()
            if known:
                return known
    raise InvalidError({"services": f"{name} can't be told apart from services that are there already."})


def tags_named(names: Iterable[str]) -> list[Tag]:
    """The tags with these names, in lower case; made when absent."""
    # Some letters are longer in lower case.
    lower = (name.lower() for name in names)
    wanted = sorted(_folded(lower, field="tags", label="Tag", limit=TAG_NAME_LIMIT))
    Tag.objects.bulk_create([Tag(name=name) for name in wanted], ignore_conflicts=True)
    return list(Tag.objects.filter(name__in=wanted))


class ServiceFields(TypedDict):
    """What is known of a service."""

    name: str
    description: str
    runbook_url: str
    team: Team | None


def update_service(*, service: Service, by: User, now: datetime, version: int | None, fields: ServiceFields) -> Service:
    """Correct what is known of a service; its address stays, so that links go on working.

    The change stands in the audit log. Without `version` the last one to write wins. Raises StaleError, InvalidError.
    """
    columns = _checked(fields)
    try:
        with transaction.atomic():
            row = Service.objects.select_for_update(no_key=True).get(pk=service.pk)
            if version is not None and version != row.version:
                raise StaleError(row)
            changed = sorted(name for name, value in columns.items() if getattr(row, name) != value)
            if changed:
                audit.record(by=by, action="service.edit", target=row.name, now=now, fields=changed)
                _change(row, columns)
    except IntegrityError as error:
        raise InvalidError({"name": "Another service has this name already."}) from error
    return row


def _change(row: Service, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    # Its name stands in what search knows of its incidents.
    outbox.enqueue_many("incident", row.incidents.values_list("pk", flat=True))


def _checked(fields: ServiceFields) -> dict[str, Any]:
    faults = Faults()
    columns = {
        "name": faults.line("name", fields["name"], label="Name", limit=SERVICE_NAME_LIMIT, required=True),
        "description": faults.text("description", fields["description"], label="Description", limit=DESCRIPTION_LIMIT),
        "runbook_url": faults.url("runbook_url", fields["runbook_url"], label="Runbook"),
        "team": fields["team"],
    }
    faults.stop_if_any()
    return columns
