"""The format `hindsight`: one JSON object a line, with a title, a text in markdown, its sections and snippets."""

import hashlib
import json
import re
from datetime import datetime

from hindsight.lib.languages import normalise_language
from hindsight.lib.text import clean, one_line
from incidents.models import SNIPPET_LIMIT, SUMMARY_LIMIT, TITLE_LIMIT, Kind, Severity, Status
from incidents.services.checks import Faults
from incidents.services.fields import IncidentFields
from integrations.importing.coverage import is_covered
from integrations.importing.json_rows import Row, kind_of, object_of, rows_of, text_of, texts_of
from integrations.importing.moments import span_of
from integrations.importing.names import services_of, tags_of
from integrations.importing.problems import BadRow
from integrations.importing.records import Note, Origin, Record, SnippetRecord
from postmortems.models import SECTION_LIMIT
from postmortems.prompts import ACCOUNT
from postmortems.shipped import STANDARD

NAME = "hindsight"
ID_LIMIT = 200
KEYS = {
    *("id", "title", "organisation", "date", "start_time", "end_time", "url", "source_repo", "source_file", "kind"),
    *("body_markdown", "sections", "services", "tags", "snippets", "licence", "redistributable", "text_origin"),
}
# What rows call themselves when they are what a record is anyway; other kinds become a tag.
PLAIN_KINDS = {"", "postmortem", "incident"}
_FIRST_ADDRESS = re.compile(r"https?://[^\s()<>\[\],]+")
ORIGIN_KEYS = ("organisation", "source_repo", "source_file", "licence", "text_origin", "kind")


def record_of(row: Row, *, now: datetime) -> Record:
    """The record that a row tells of. Raises BadRow."""
    notes: list[Note] = [Note("no severity told: SEV3 assumed")]
    external_id = _id(row)
    full_title = " ".join(_text(row, "title", notes, required=True).split())
    title = _title(full_title, notes)
    sections = _sections(row, notes)
    account = _account(row, full_title=full_title, title=title, sections=sections, notes=notes)
    _note_unknown_keys(row, notes)
    return Record(
        external_id=external_id,
        fields=_fields(row, external_id=external_id, title=title, sections=sections, now=now, notes=notes),
        origin=_origin(row),
        sections={**sections, ACCOUNT: account} if account else sections,
        snippets=tuple(_snippets(row, notes)),
        notes=tuple(notes),
    )


def digest_of(row: Row) -> str:
    """The same for rows that say the same, whatever the order of their keys."""
    canonical = json.dumps(row, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _id(row: Row) -> str:
    value = text_of(row, "id", required=True).strip()
    if len(value) > ID_LIMIT:
        raise BadRow(f"id has {len(value):,} characters; the limit is {ID_LIMIT}.")
    if clean(value).replaced or any(char.isspace() and char != " " for char in value):
        raise BadRow("id holds control characters.")
    return value


def _title(full: str, notes: list[Note]) -> str:
    if len(full) <= TITLE_LIMIT:
        return full
    notes.append(Note(f"title over {TITLE_LIMIT} characters: cut; the whole stands at the top of the account", full))
    return one_line(full, TITLE_LIMIT)


def _fields(
    row: Row, *, external_id: str, title: str, sections: dict[str, str], now: datetime, notes: list[Note]
) -> IncidentFields:
    span = span_of(text_of(row, "date"), text_of(row, "start_time"), text_of(row, "end_time"), now=now, notes=notes)
    kind = text_of(row, "kind").strip().lower().replace("_", "-")
    services = services_of(texts_of(row, "services"), notes)
    if not services:
        notes.append(Note("no service named"))
    summary = sections.get("summary", "")
    return IncidentFields(
        title=title,
        # A longer one stands in the postmortem, whole.
        summary=summary if len(summary) <= SUMMARY_LIMIT else "",
        severity=Severity.SEV3,
        status=Status.CLOSED,
        kind=Kind.REAL,
        services=services,
        tags=tags_of([*texts_of(row, "tags"), *([] if kind in PLAIN_KINDS else [kind])], notes),
        started_at=span.started_at,
        started_precision=span.precision,
        resolved_at=span.resolved_at,
        external_id=external_id,
        source_url=_url(row, notes),
        source_name=one_line(_text(row, "organisation", notes), 200),
    )


def _url(row: Row, notes: list[Note]) -> str:
    """The address of the source. Of several, or with words around it, the first; all of it is told with the origin."""
    given = text_of(row, "url").strip()
    checked = _address(given)
    if checked:
        return checked
    found = _FIRST_ADDRESS.search(given)
    first = _address(found[0]) if found else ""
    if first:
        notes.append(Note("url is more than an address: the first one taken", given))
    elif given:
        notes.append(Note("url is no http or https address: kept in the note of the import only", given))
    else:
        notes.append(Note("no url of a source"))
    return first


def _address(text: str) -> str:
    faults = Faults()
    address = faults.url("url", text, label="url")
    return "" if faults.fields else address


def _sections(row: Row, notes: list[Note]) -> dict[str, str]:
    """The texts by section. One that the template has no place for joins the account, under its name."""
    known = {prompt.key for prompt in STANDARD.sections}
    taken: dict[str, str] = {}
    for key, value in object_of(row, "sections").items():
        if value is None:
            continue
        if not isinstance(value, str):
            raise BadRow(f"sections.{key[:40]} is {kind_of(value)}; it must be text.")
        if not value.strip():
            continue
        if key not in known:
            notes.append(Note("a section that there is no place for: put into the account", key))
            continue
        taken[key] = _within(f"sections.{key}", _clean(value, f"sections.{key}", notes))
    return taken


def _account(row: Row, *, full_title: str, title: str, sections: dict[str, str], notes: list[Note]) -> str:
    """The whole text, byte for byte, unless the sections hold all of it."""
    body = _text(row, "body_markdown", notes)
    others = {key: value for key, value in object_of(row, "sections").items() if key not in sections}
    stray = [f"## {key}\n\n{text}" for key, text in others.items() if isinstance(text, str) and text.strip()]
    stray = [text for text in stray if text.split("\n\n", 1)[1].strip() not in body]
    pieces = [full_title] if full_title != title else []
    if body.strip() and not is_covered(body, sections=sections.values(), title=full_title):
        pieces.append(body)
    pieces += [_clean(text, "sections", notes) for text in stray]
    if not sections:
        notes.append(Note("no sections: the whole text is the account" if body.strip() else "no text at all"))
    elif body.strip() and body not in pieces:
        notes.append(Note("the sections hold the whole text: no account beside them"))
    return _within("body_markdown", "\n\n".join(pieces))


def _snippets(row: Row, notes: list[Note]) -> list[SnippetRecord]:
    taken = []
    for item in rows_of(row, "snippets"):
        code = _clean(text_of(item, "code"), "snippets.code", notes, keep_ansi=True)
        if not code.strip():
            notes.append(Note("an empty snippet: left out"))
            continue
        if len(code) > SNIPPET_LIMIT:
            raise BadRow(f"A snippet has {len(code):,} characters; the limit is {SNIPPET_LIMIT:,}.")
        given = text_of(item, "language").strip()
        language = normalise_language(given)
        if not language:
            notes.append(Note("a snippet's language is not known here: guessed", given or "none given"))
        taken.append(SnippetRecord(code=code, language=language, filename=one_line(text_of(item, "filename"), 200)))
    return taken


def _origin(row: Row) -> Origin:
    data = {key: clean(text_of(row, key)).text for key in ORIGIN_KEYS if text_of(row, key).strip()}
    may_pass_on = row.get("redistributable")
    lines = [
        ("Published by", data.get("organisation", "")),
        ("Source", clean(text_of(row, "url")).text),
        ("Collected in", ", ".join(filter(None, [data.get("source_repo", ""), data.get("source_file", "")]))),
        ("Text", data.get("text_origin", "").replace("-", " ")),
        ("Licence", data.get("licence", "") + (" (may not be passed on)" if may_pass_on is False else "")),
    ]
    told = "\n".join(f"- {label}: {' '.join(value.split())}" for label, value in lines if value.strip())
    text = f"Imported; not checked here.\n\n{told}".strip()
    if isinstance(may_pass_on, bool):
        return Origin(NAME, digest_of(row), text, {**data, "redistributable": may_pass_on})
    return Origin(NAME, digest_of(row), text, dict(data))


def _note_unknown_keys(row: Row, notes: list[Note]) -> None:
    notes.extend(Note("a key that is not known: not taken", key[:40]) for key in row if key not in KEYS)


def _text(row: Row, key: str, notes: list[Note], *, required: bool = False) -> str:
    return _clean(text_of(row, key, required=required), key, notes)


def _clean(text: str, key: str, notes: list[Note], *, keep_ansi: bool = False) -> str:
    cleaned = clean(text, keep_ansi=keep_ansi)
    if cleaned.replaced:
        notes.append(Note("control characters: replaced by U+FFFD", f"{cleaned.replaced} in {key}"))
    return cleaned.text


def _within(key: str, text: str) -> str:
    if len(text) > SECTION_LIMIT:
        raise BadRow(f"{key} has {len(text):,} characters; the limit is {SECTION_LIMIT:,}.")
    return text
