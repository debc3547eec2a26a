"""Taking a text out of an incident for good: out of every row, earlier version, cache and file, and out of search."""

import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import connection, models, transaction
from PIL import Image

from accounts import audit
from accounts.models import User
from hindsight.lib.files import FileStore, decode_text
from hindsight.lib.rendered import RenderedModel
from hindsight.lib.secrets import find, masked, walk
from incidents.models import Attachment, EntrySource, Incident, PreviewState, TextState
from incidents.redacting import Holder, holders
from incidents.services.checks import Faults
from incidents.services.timeline import add_entry
from incidents.tasks import prepare_preview
from search import forgetting, outbox

REDACTED = "[redacted]"
REASON_LIMIT = 500
# Shorter texts stand in too many words.
SHORTEST = 4
EXACT_LIMIT = 20_000
FILE_LIMIT = 64 * 1024 * 1024
GONE = b"This file was removed by redaction.\n"
# A blacked-out picture keeps its shape, not its size.
BLACK_SIDE = 1_600


@dataclass(frozen=True, slots=True)
class Redacted:
    """How many rows and files were changed; `by_model` names them for the audit log."""

    rows: int = 0
    files: int = 0
    by_model: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A credential that stands in an incident: its digest, and in which of its parts it stands."""

    digest: str
    label: str
    hint: str
    places: dict[str, int]


def suspects(incident: Incident) -> list[Suspect]:
    """What looks like a credential anywhere in an incident, earlier versions and files' words included."""
    known: dict[str, tuple[str, str]] = {}
    places: dict[str, Counter[str]] = {}
    for holder, text in _texts(incident):
        for one in find(text, limit_s=0.5).findings:
            known.setdefault(one.digest, (one.label, one.hint))
            places.setdefault(one.digest, Counter())[str(holder.model._meta.verbose_name)] += 1
    return [Suspect(digest, *known[digest], dict(found)) for digest, found in places.items()]


def redact(
    *,
    incident: Incident,
    by: User,
    now: datetime,
    reason: str,
    digests: Iterable[str] = (),
    exact: str = "",
    pictures: Iterable[str] = (),
) -> Redacted:
    """Purge credentials (by digest), an exact text, and pictures from an incident and everything made from it.

    What goes leaves a mask; who, when and why stand in the timeline and in the audit log, the text does not. Nothing of
    it can be brought back. Raises InvalidError.
    """
    words = _words(incident, set(digests), exact)
    blacked = set(pictures)
    faults = Faults()
    why = faults.line("reason", reason, label="Reason", limit=REASON_LIMIT, required=True)
    if exact.strip() and len(exact.strip()) < SHORTEST:
        faults.add("exact", f"The text is shorter than {SHORTEST} characters; it would go from too many words.")
    if not words and not blacked:
        faults.add("exact", "Choose what was found, write the exact text, or choose a picture.")
    faults.stop_if_any()
    with transaction.atomic():
        Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
        counts = _purge_rows(incident, words, now)
        files = _purge_files(incident, words, blacked)
        if not counts and not files:
            faults.add("exact", "It stands nowhere in this incident.")
            faults.stop_if_any()
        told = masked(_without(why, words))
        done = Redacted(sum(counts.values()), files, dict(counts))
        _write_down(incident, by, now, told, done)
        forgetting.forget([("incident", incident.pk)])
        transaction.on_commit(_clean_up)
    return done


# --- what is to go ----------------------------------------------------------------------------------------------------


def _words(incident: Incident, digests: set[str], exact: str) -> dict[str, str]:
    """The texts to purge, the longest first, with what takes the place of each."""
    words: dict[str, str] = {}
    if digests:
        for _, text in _texts(incident):
            words |= {one.value: one.mask for one in find(text, limit_s=0.5).findings if one.digest in digests}
    text = exact.replace("\r\n", "\n").strip()[:EXACT_LIMIT]
    if len(text) >= SHORTEST:
        words.setdefault(text, REDACTED)
    words |= {word.replace("\n", "\r\n"): mask for word, mask in words.items() if "\n" in word}
    return dict(sorted(words.items(), key=lambda pair: -len(pair[0])))


def _without(text: str, words: Mapping[str, str]) -> str:
    for word, mask in words.items():
        text = text.replace(word, mask)
    return text


def _texts(incident: Incident) -> Iterable[tuple[Holder, str]]:
    for holder in holders():
        if not holder.ways:
            continue
        for values in holder.rows(incident).values_list(*holder.columns).iterator(chunk_size=200):
            found: list[str] = []
            walk(list(values), lambda text, kept=found: kept.append(text) or text)  # type: ignore[misc]  # append answers None
            for text in found:
                if text:
                    yield holder, text


# --- rows -------------------------------------------------------------------------------------------------------------


def _purge_rows(incident: Incident, words: Mapping[str, str], now: datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    for holder in holders() if words else ():
        for row in holder.rows(incident).iterator(chunk_size=200):
            values = _purged(holder, row, words, now)
            if values:
                holder.model._base_manager.filter(pk=row.pk).update(**values)
                counts[holder.label] += 1
    return counts


def _purged(holder: Holder, row: Any, words: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The columns of a row that change, with what is made from them; empty when it holds nothing of it."""
    values: dict[str, Any] = {}
    for name in holder.columns:
        old = getattr(row, name)
        new = walk(old, lambda text: _without(text, words))
        if new != old:
            limit = getattr(row._meta.get_field(name), "max_length", None)
            values[name] = new[:limit] if isinstance(new, str) and limit else new
    if not values:
        return {}
    for name, value in values.items():
        setattr(row, name, value)
    return {**values, **_made_anew(row), **_newer(row, now), **holder.after(row, set(values))}


def _made_anew(row: Any) -> dict[str, Any]:
    """Caches of a row that hold its text in other shapes."""
    made: dict[str, Any] = {}
    if isinstance(row, RenderedModel):
        row.rendered = {}
        row.render_fields()
        made["rendered"] = row.rendered
    if hasattr(row, "signature_of"):
        row.signature = {}
        made["signature"] = row.signature_of()
    if hasattr(row, "highlighted"):
        made |= {"highlighted": None, "folded": None, "render_version": 0}
    return made


def _newer(row: Any, now: datetime) -> dict[str, Any]:
    """Counts the change, so that a page which still shows the text can't save it back unasked."""
    names = {column.name: column for column in row._meta.concrete_fields}
    newer: dict[str, Any] = {}
    counted = names.get("version")
    is_key = any("version" in getattr(rule, "fields", ()) for rule in row._meta.constraints)
    if isinstance(counted, models.PositiveIntegerField) and not is_key:
        newer["version"] = row.version + 1
    if "changed_at" in names:
        newer["changed_at"] = now
    return newer


# --- files ------------------------------------------------------------------------------------------------------------


def _purge_files(incident: Incident, words: Mapping[str, str], blacked: set[str]) -> int:
    """Text files are written anew without it; pictures that show it, and archives, are replaced as a whole."""
    rows = list(Attachment.objects.filter(incident=incident))
    chosen = {row.pk for row in rows if str(row.pk) in blacked}
    # What was drawn on a picture shows the picture.
    chosen |= {row.pk for row in rows if row.drawn_from_id in chosen}
    count = 0
    for row in rows:
        if row.pk in chosen or _is_masked_in(row, words):
            count += _replace(row, *_stand_in(row, words))
        elif words and row.size <= FILE_LIMIT:
            count += _rewrite(row, words)
    return count


def _is_masked_in(row: Attachment, words: Mapping[str, str]) -> bool:
    """Whether the words that were read in a picture or an archive held it: they are masked by now."""
    is_text = row.content_type == "text/plain"
    return not is_text and any(mask in row.text for mask in words.values())


def _stand_in(row: Attachment, words: Mapping[str, str]) -> tuple[bytes, str]:
    if row.preview_state == PreviewState.NONE:
        return GONE, "text/plain"
    wide, high = row.width or 800, row.height or 450
    scale = min(1.0, BLACK_SIDE / max(wide, high))
    data = io.BytesIO()
    Image.new("RGB", (max(1, int(wide * scale)), max(1, int(high * scale)))).save(data, "PNG")
    return data.getvalue(), "image/png"


def _rewrite(row: Attachment, words: Mapping[str, str]) -> int:
    try:
        data = FileStore().path(row.path).read_bytes()
    except OSError:
        return 0
    text = decode_text(data)
    if text is None or not any(word in text for word in words):
        # A file of another kind may hold it in plain bytes all the same.
        is_inside = text is None and any(word.encode() in data for word in words)
        return _replace(row, *_stand_in(row, words)) if is_inside else 0
    return _replace(row, _without(text, words).encode(), row.content_type)


def _replace(row: Attachment, data: bytes, content_type: str) -> int:
    store, old = FileStore(), row.path
    stored = store.save(File(io.BytesIO(data)), limit=FILE_LIMIT * 2)
    values: dict[str, Any] = {"path": stored.relpath, "size": stored.size, "sha256": stored.sha256}
    values |= {"content_type": content_type, "version": models.F("version") + 1, "drawn_shapes": None}
    if content_type == "image/png":
        values |= {"text": "", "text_state": TextState.EMPTY, "text_note": "Blacked out by redaction."}
        values |= {"preview_state": PreviewState.PENDING, "preview_note": "", "signature": {}}
        transaction.on_commit(lambda: prepare_preview.enqueue(str(row.pk)))
    Attachment.objects.filter(pk=row.pk).update(**values)
    transaction.on_commit(lambda: store.delete(old))
    return 1


# --- what is told of it, and what remains on the disk -----------------------------------------------------------------


def _write_down(incident: Incident, by: User, now: datetime, reason: str, done: Redacted) -> None:
    parts = [f"{done.rows} {'text' if done.rows == 1 else 'texts'}", f"{done.files} files"]
    body = f"Redacted: {' and '.join(parts if done.files else parts[:1])} of this record. Reason: {reason}"
    add_entry(incident=incident, by=by, now=now, body=body, source=EntrySource.SYSTEM)
    audit.record(by=by, action="incident.redact", target=incident.label, now=now, rows=done.by_model, files=done.files)
    outbox.enqueue("incident", incident.pk)


def _clean_up() -> None:
    """After the commit: an index without its words, and no page of the write-ahead log that still has it."""
    forgetting.rebuild_soon()
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            # Deleted content is overwritten (PRAGMA secure_delete in the settings); the log would keep it for a while.
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
