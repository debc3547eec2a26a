"""Writing records: each whole or not at all, and never over what somebody changed here."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from incidents.colouring import colour
from incidents.models import EntryKind, EntrySource, Incident, Snippet, TimelineEntry
from incidents.services.declare import declare
from incidents.services.diagnosis import add_log_note, add_step
from incidents.services.fields import IncidentFields
from incidents.services.snippets import add_snippet
from incidents.services.timeline import add_entry
from incidents.services.update import update
from integrations.importing.records import Record, SnippetRecord
from postmortems.models import Postmortem
from postmortems.services import begin
from postmortems.services.actions import add_action
from postmortems.services.proof import add_evidence
from postmortems.services.publish import missing, publish
from postmortems.services.sections import save_sections

SOURCE = EntrySource.IMPORT
# Below this key of its line's data an imported incident keeps where it came from.
ORIGIN_KEY = "import"


def take(record: Record, *, by: User | None, now: datetime) -> Incident:
    """Write a new incident with all that belongs to it, in one transaction. Raises InvalidError."""
    with transaction.atomic():
        incident = declare(by=by, now=now, fields=record.fields, source=SOURCE)
        _add_story(incident, record, by=by, now=now)
        _add_snippets(incident, record.snippets, by=by, now=now)
        _add_postmortem(incident, record, by=by, now=now)
        TimelineEntry.objects.bulk_create([_origin_entry(incident, record, by=by, now=now)])
    return incident


def renew(incident: Incident, record: Record, *, by: User | None, now: datetime) -> None:
    """Bring an imported incident that nobody touched since up to a changed row. Raises InvalidError.

    What the row no longer has stays; earlier texts of sections stay as revisions.
    """
    fields: IncidentFields = {**record.fields}
    fields.pop("status", None)
    with transaction.atomic():
        update(incident=incident, by=by, now=now, version=None, fields=fields, source=SOURCE)
        known = Postmortem.objects.filter(incident=incident).first()
        if known:
            wanted: dict[str, tuple[str, int | None]] = {key: (body, None) for key, body in record.sections.items()}
            save_sections(postmortem=known, by=by, now=now, sections=wanted)
        else:
            _add_postmortem(incident, record, by=by, now=now)
        codes = set(incident.snippets.values_list("code", flat=True))
        _add_snippets(incident, [item for item in record.snippets if item.code not in codes], by=by, now=now)
        _renew_origin(incident, record, by=by, now=now)


def origin_of(incident: Incident) -> dict[str, Any] | None:
    """What the import kept about where this incident came from; None when no import made it."""
    entry = origin_entry_of(incident)
    return entry.data[ORIGIN_KEY] if entry else None


def origin_entry_of(incident: Incident) -> TimelineEntry | None:
    """The line of the timeline that says where it came from."""
    rows = incident.entries.filter(source=SOURCE, kind=EntryKind.NOTE).order_by("id")
    return next((row for row in rows if isinstance(row.data.get(ORIGIN_KEY), dict)), None)


def is_untouched(incident: Incident, origin: dict[str, Any]) -> bool:
    """Whether incident and postmortem are as the import left them."""
    return _versions(incident) == origin.get("versions")


def colour_snippets(incident: Incident) -> None:
    """Highlight what has no colours yet; outside of the transaction, since it takes time."""
    for snippet in incident.snippets.filter(highlighted__isnull=True):
        colour(snippet)


def _add_story(incident: Incident, record: Record, *, by: User | None, now: datetime) -> None:
    for entry in record.entries:
        row = add_entry(incident=incident, by=by, now=now, body=entry.body, kind=entry.kind, at=entry.at, source=SOURCE)
        if entry.is_key:
            TimelineEntry.objects.filter(pk=row.pk).update(is_key=True)
    for step in record.steps:
        add_step(incident=incident, by=by, now=now, fields=step, source=SOURCE)
    for note in record.log_notes:
        add_log_note(incident=incident, by=by, now=now, verdict=note.verdict, line=note.line, note=note.note)


def _add_snippets(
    incident: Incident, snippets: tuple[SnippetRecord, ...] | list[SnippetRecord], *, by: User | None, now: datetime
) -> list[Snippet]:
    return [
        add_snippet(
            incident=incident,
            by=by,
            now=now,
            code=item.code,
            language=item.language,
            filename=item.filename,
            source=SOURCE,
        )
        for item in snippets
    ]


def _add_postmortem(incident: Incident, record: Record, *, by: User | None, now: datetime) -> None:
    """Sections, causes, proofs and action items. It stays a draft unless it may be published and lacks nothing."""
    for action in record.actions:
        add_action(incident=incident, by=by, now=now, fields=action.fields, done_at=action.done_at)
    if not record.sections:
        return
    postmortem = begin.record(incident=incident, by=by, now=now, sections=record.sections, factors=record.factors)
    for proof in record.evidence:
        add_evidence(postmortem=postmortem, by=by, now=now, fields=proof)
    postmortem.refresh_from_db()
    if record.may_publish and not missing(postmortem):
        publish(postmortem=postmortem, by=by, now=now)


def _versions(incident: Incident) -> dict[str, int]:
    row = Incident.objects.only("version").get(pk=incident.pk)
    written = Postmortem.objects.filter(incident=incident).only("version").first()
    return {"incident": row.version, "postmortem": written.version if written else 0}


def _origin_data(incident: Incident, record: Record) -> dict[str, Any]:
    origin = record.origin
    kept = {**origin.data, "format": origin.format, "digest": origin.digest, "versions": _versions(incident)}
    return {ORIGIN_KEY: kept}


def _end_of(incident: Incident) -> datetime | None:
    """The last that is known of an incident: where it came from stands below its story, not years after it."""
    ends = [incident.started_at, incident.detected_at, incident.mitigated_at, incident.resolved_at, incident.closed_at]
    lines = incident.entries.order_by("-at").values_list("at", flat=True)[:1]
    return max([*filter(None, ends), *lines], default=None)


def _origin_entry(incident: Incident, record: Record, *, by: User | None, now: datetime) -> TimelineEntry:
    entry = TimelineEntry(
        incident=incident,
        kind=EntryKind.NOTE,
        body=record.origin.text,
        at=_end_of(incident) or now,
        noted_at=now,
        author=by,
        source=SOURCE,
        data=_origin_data(incident, record),
    )
    entry.render_fields()
    return entry


def _renew_origin(incident: Incident, record: Record, *, by: User | None, now: datetime) -> None:
    entry = origin_entry_of(incident) or _origin_entry(incident, record, by=by, now=now)
    entry.body = record.origin.text
    entry.data = _origin_data(incident, record)
    entry.version += 1
    entry.render_fields()
    entry.save()
