"""Loading the demo data: once; a second time finds everything there."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.db import transaction

from accounts.models import Installation
from integrations.demo.practice import practice_record
from integrations.demo.rows import record_of, times_of
from integrations.importing.formats import AUTO, reader_of
from integrations.importing.json_rows import parse_row
from integrations.importing.lines import open_source
from integrations.importing.report import Report
from integrations.importing.run import Job, import_record

FILE = Path(__file__).parent / "incidents.jsonl"


def load(*, now: datetime, file: Path = FILE, advance: Callable[[], object]) -> Report:
    """Write the demo incidents, oldest first, and the practice incident; returns what became of each."""
    rows = [parse_row(line.data) for line in open_source(file).lines()]
    rows.sort(key=lambda row: times_of(row).first)
    records = [*map(record_of, rows), practice_record(now=now)]
    job, report = Job(reader=reader_of(AUTO), by=None, now=now), Report()
    for record in records:
        report.count(import_record(record, job, report), record.external_id)
        advance()
    _mark()
    return report


def _mark() -> None:
    """Pages say that there is demo data."""
    with transaction.atomic():
        row = Installation.locked()
        row.has_demo_data = True
        row.save(update_fields=["has_demo_data"])
