"""One import from the first line to the last: each row by itself, whatever becomes of the others."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, transaction

from accounts import audit
from accounts.models import User
from hindsight.lib.problems import InvalidError
from hindsight.lib.secrets import mask_all
from incidents.models import Incident
from integrations.importing.formats import Reader
from integrations.importing.json_rows import parse_row
from integrations.importing.lines import Line, Source
from integrations.importing.problems import BadRow
from integrations.importing.records import Note, Record
from integrations.importing.report import Fate, Report
from integrations.importing.store import colour_snippets, is_untouched, origin_of, renew, take

MASKED = Note("what looks like a credential was masked (--keep-secrets keeps it)")


@dataclass(frozen=True, slots=True)
class Job:
    """How to import: in whose name, at what time, whether changed rows are taken, and whether anything is written."""

    reader: Reader
    by: User | None
    now: datetime
    is_update: bool = False
    is_dry: bool = False
    keeps_secrets: bool = False


def run(source: Source, job: Job, report: Report, *, advance: Callable[[int], object]) -> None:
    """Import every line of `source` and tell `report`; `advance` gets the bytes that were read."""
    for line in source.lines():
        try:
            import_line(line, job, report)
        except BadRow as error:
            report.fail(line.where, str(error))
        advance(line.length)


def note_in_audit(source: Source, job: Job, report: Report) -> None:
    """One line in the audit log for the whole import."""
    counts = {fate.name.lower(): count for fate, count in report.fates.items()}
    audit.record(by=job.by, action="records.import", target=source.path.name, now=job.now, **counts)


def import_line(line: Line, job: Job, report: Report) -> None:
    """Import one line. Raises BadRow when it can't be taken; nothing of it was written then."""
    if line.fault:
        raise BadRow(line.fault)
    try:
        row = parse_row(line.data)
        row, masked = (row, 0) if job.keeps_secrets else mask_all(row)
        record = job.reader(row, job.now)
        fate = _dry(record, job, report) if job.is_dry else import_record(record, job, report)
    except RecursionError as error:
        raise BadRow("The row is nested too deeply.") from error
    except InvalidError as error:
        told = (f"{field}: {message}" if field else message for field, message in error.fields.items())
        raise BadRow(" ".join(told)) from error
    except DatabaseError as error:
        raise BadRow(f"The database refused it ({error}).") from error
    report.count(fate, record.external_id)
    if fate in {Fate.TAKEN, Fate.RENEWED}:
        report.note(record.external_id, record.notes + (MASKED,) * bool(masked))


def import_record(record: Record, job: Job, report: Report) -> Fate:
    """Write a record, or tell why there is nothing to write. Raises InvalidError."""
    known = Incident.objects.filter(external_id=record.external_id).first()
    if known is None:
        incident = take(record, by=job.by, now=job.now)
        report.labels.append(incident.label)
        if not job.is_dry:
            colour_snippets(incident)
        return Fate.TAKEN
    return _again(known, record, job)


def _again(known: Incident, record: Record, job: Job) -> Fate:
    """What to do with a record whose id is there already."""
    origin = origin_of(known)
    if origin is None:
        return Fate.FOREIGN
    if origin.get("digest") == record.origin.digest:
        return Fate.KNOWN
    if not job.is_update:
        return Fate.DIFFERS
    if not is_untouched(known, origin):
        return Fate.CHANGED_HERE
    renew(known, record, by=job.by, now=job.now)
    if not job.is_dry:
        colour_snippets(known)
    return Fate.RENEWED


def _dry(record: Record, job: Job, report: Report) -> Fate:
    """Do it all, so that every rule is met, and take it back."""
    with transaction.atomic():
        fate = import_record(record, job, report)
        transaction.set_rollback(True)
    report.labels.clear()
    return fate
