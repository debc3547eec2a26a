"""Names of services and tags as other systems write them, made to fit."""

import re

from hindsight.lib.text import clean, one_line
from incidents.models import SERVICE_NAME_LIMIT, TAG_NAME_LIMIT
from incidents.services.catalogue import NAMES_LIMIT
from integrations.importing.records import Note

# A comma that is not inside brackets: "Elastic Block Store (EBS, gp2), EC2" holds two names.
_COMMA = re.compile(r",\s*(?:and\s+)?(?![^(]*\))")


def services_of(names: list[str], notes: list[Note]) -> list[str]:
    """Service names; several in one text, parted by commas, are taken apart."""
    pieces: list[str] = []
    for name in names:
        parts = [part for part in _COMMA.split(name) if part.strip()]
        if len(parts) > 1:
            notes.append(Note("several services in one name: taken apart", name))
        pieces.extend(parts)
    return _fitting(pieces, SERVICE_NAME_LIMIT, "service", notes)


def tags_of(names: list[str], notes: list[Note]) -> list[str]:
    """Tags in lower case."""
    return _fitting([name.lower() for name in names], TAG_NAME_LIMIT, "tag", notes)


def _fitting(names: list[str], limit: int, what: str, notes: list[Note]) -> list[str]:
    """Names of one line within `limit`, each once (ignoring case), and no more than an incident may have."""
    kept: dict[str, str] = {}
    for name in names:
        line = " ".join(clean(name).text.split())
        if len(line) > limit:
            notes.append(Note(f"{what} name over {limit} characters: cut", line))
            line = one_line(line, limit)
        if line:
            kept.setdefault(line.lower(), line)
    if len(kept) > NAMES_LIMIT:
        notes.append(Note(f"more than {NAMES_LIMIT} {what}s: the first {NAMES_LIMIT} taken", str(len(kept))))
    return list(kept.values())[:NAMES_LIMIT]
