"""The formats that can be imported: a name for each, and how a row of it becomes a record."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from integrations.importing import hindsight_rows
from integrations.importing.json_rows import Row
from integrations.importing.records import Record

AUTO = "auto"
Reader: TypeAlias = Callable[[Row, datetime], Record]


def _hindsight(row: Row, now: datetime) -> Record:
    return hindsight_rows.record_of(row, now=now)


READERS: dict[str, Reader] = {hindsight_rows.NAME: _hindsight}
CHOICES = (AUTO, *READERS)


def reader_of(name: str) -> Reader:
    """How rows of that format are read. `auto` is the only line format there is."""
    return READERS[hindsight_rows.NAME if name == AUTO else name]
