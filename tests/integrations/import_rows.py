"""Rows to import, and the command that imports them."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

from incidents.models import Incident

THREE_ROWS = Path(__file__).parent / "data" / "rows.jsonl"


def row(**changes: Any) -> dict[str, Any]:
    """A row with nothing remarkable in it but `changes`."""
    return {"id": "lamp-1", "title": "The lamp flickers", "body_markdown": "It does.", "sections": {}, **changes}


def write_rows(path: Path, *rows: dict[str, Any] | str | bytes) -> Path:
    """A file with these lines; what is no row is written as it is."""
    lines = [line if isinstance(line, bytes) else _text(line).encode() for line in rows]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def _text(line: dict[str, Any] | str) -> str:
    return line if isinstance(line, str) else json.dumps(line)


def import_records(path: Path, *arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("import_records", str(path), *arguments, stdout=out)
    return out.getvalue()


def sections_of(incident: Incident) -> dict[str, str]:
    """The texts of its postmortem by key."""
    return dict(incident.postmortem.sections.values_list("key", "body"))
