"""Taking a text out of an incident for good: out of every row, earlier version, cache and file, and out of search."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

from accounts import audit
from accounts.models import OnceKey, User
from hindsight.lib.rendered import RenderedModel
from hindsight.lib.secrets import find, masked, walk
from hindsight.lib.shapes import Shape
from incidents.models import Attachment, EntrySource, Incident
from incidents.redacting import Holder, holders
from incidents.redacting_parts import Part, blank
from incidents.services.checks import Faults
from incidents.services.redact_files import Covered, cover, purge_files, without
from incidents.services.timeline import add_entry
from search import forgetting, outbox

REDACTED = "[redacted]"
REASON_LIMIT = 500
# Shorter texts stand in too many words.
SHORTEST = 4
EXACT_LIMIT = 20_000
MOST_MARKED = 50
# A line of a part that goes as a whole is looked for in the rows beside it, and from this length on everywhere.
LINE_BESIDE, LINE_ANYWHERE = 8, 24


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


@dataclass(frozen=True, slots=True)
class Scope:
    """Where it is taken out: the record, or a part with what leads to it; with `is_whole` the part itself goes."""

    incident: Incident
    part: Part | None = None
    is_everywhere: bool = True
    is_whole: bool = False

    def rows(self, holder: Holder) -> "models.QuerySet[Any]":
        """The rows that are looked through."""
        if self.part is None or self.is_everywhere:
            return holder.rows(self.incident)
        # Answers that are kept may repeat any text; which part it came from isn't known.
        return holder.rows(self.incident) if holder.model is OnceKey else holder.rows_of(self.part.row)

    def files(self) -> set[UUID] | None:
        """The files that are looked through; None is all."""
        if self.part is None or self.is_everywhere:
            return None
        holder = next(one for one in holders() if one.model is Attachment)
        return set(holder.rows_of(self.part.row).values_list("pk", flat=True))

    def own(self, holder: Holder) -> set[Any]:
        """The rows that go as a whole."""
        if self.part is None or not self.is_whole or self.part.is_picture:
            return set()
        return set(self.part.own_rows(holder.model).values_list("pk", flat=True))


def suspects(incident: Incident, part: Part | None = None) -> list[Suspect]:
    """What looks like a credential in an incident or a part of it, earlier versions and files' words included."""
    known: dict[str, tuple[str, str]] = {}
    places: dict[str, Counter[str]] = {}
    for holder, text in _texts(Scope(incident, part, is_everywhere=part is None)):
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
    marked: Iterable[str] = (),
    pictures: Iterable[str] = (),
    part: Part | None = None,
    is_whole: bool = False,
    is_everywhere: bool = True,
    covers: Sequence[Shape] = (),
) -> Redacted:
    """Purge credentials (by digest), exact and marked texts, and pictures from an incident and all made from it.

    With a `part`, `is_whole` takes all that it says, `covers` blacks out places of a picture, and without
    `is_everywhere` other parts stay as they are. What goes leaves a mask; who, when and why stand in the timeline and
    in the audit log, the text does not. Nothing of it can be brought back. Raises InvalidError.
    """
    scope = Scope(incident, part, is_everywhere, is_whole)
    exacts = [text for text in (exact, *list(marked)[:MOST_MARKED]) if text.strip()]
    words = _words(scope, set(digests), exacts)
    blacked = {*pictures, *([str(part.row.pk)] if part and part.is_file and is_whole else [])}
    faults = Faults()
    why = faults.line("reason", reason, label="Reason", limit=REASON_LIMIT, required=True)
    if any(len(text.strip()) < SHORTEST for text in exacts):
        faults.add("exact", f"The text is shorter than {SHORTEST} characters; it would go from too many words.")
    if not (words or blacked or covers or is_whole):
        faults.add("exact", "Choose what was found, write the exact text, or choose a picture.")
    faults.stop_if_any()
    covered = cover(part.row, covers) if covers and part and isinstance(part.row, Attachment) and not is_whole else {}
    with transaction.atomic():
        Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
        done = _purge(scope, words, blacked, covered, now)
        if not done.rows and not done.files:
            faults.add("exact", "It stands nowhere in this incident.")
            faults.stop_if_any()
        _write_down(scope, by, now, masked(without(why, words)), done)
        forgetting.forget([("incident", incident.pk)])
        transaction.on_commit(_clean_up)
    return done


def _purge(
    scope: Scope, words: Mapping[str, str], blacked: set[str], covered: Mapping[UUID, Covered], now: datetime
) -> Redacted:
    within = scope.files()
    counts = _purge_rows(scope, words, now)
    files = purge_files(scope.incident, words, blacked=blacked, covered=covered, within=within)
    return Redacted(sum(counts.values()), files, dict(counts))


# --- what is to go ----------------------------------------------------------------------------------------------------


def _words(scope: Scope, digests: set[str], exacts: Iterable[str]) -> dict[str, str]:
    """The texts to purge, the longest first, with what takes the place of each."""
    words: dict[str, str] = {}
    if digests:
        for _, text in _texts(scope):
            words |= {one.value: one.mask for one in find(text, limit_s=0.5).findings if one.digest in digests}
    for exact in exacts:
        text = exact.replace("\r\n", "\n").strip()[:EXACT_LIMIT]
        if len(text) >= SHORTEST:
            words.setdefault(text, REDACTED)
    for line in _own_lines(scope):
        words.setdefault(line, REDACTED)
    words |= {word.replace("\n", "\r\n"): mask for word, mask in words.items() if "\n" in word}
    return dict(sorted(words.items(), key=lambda pair: -len(pair[0])))


def _own_lines(scope: Scope) -> Iterable[str]:
    """What a part that goes as a whole says, text by text and line by line, for what repeats it."""
    if scope.part is None or not scope.is_whole or scope.part.is_picture:
        return
    least = LINE_ANYWHERE if scope.is_everywhere else LINE_BESIDE
    for said in scope.part.said():
        for line in {said.text.strip(), *map(str.strip, said.text.splitlines())}:
            if len(line) >= least and not (line.startswith("[") and line.endswith("]")):
                yield line


def _texts(scope: Scope) -> Iterable[tuple[Holder, str]]:
    for holder in holders():
        if not holder.ways:
            continue
        for values in scope.rows(holder).values_list(*holder.columns).iterator(chunk_size=200):
            found: list[str] = []
            walk(list(values), lambda text, kept=found: kept.append(text) or text)  # type: ignore[misc]  # append answers None
            for text in found:
                if text:
                    yield holder, text


# --- rows -------------------------------------------------------------------------------------------------------------


def _purge_rows(scope: Scope, words: Mapping[str, str], now: datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    for holder in holders() if words or scope.is_whole else ():
        own = scope.own(holder)
        for row in scope.rows(holder).iterator(chunk_size=200):
            values = _purged(holder, row, words, now, is_own=row.pk in own)
            if values:
                holder.model._base_manager.filter(pk=row.pk).update(**values)
                counts[holder.label] += 1
    return counts


def _purged(holder: Holder, row: Any, words: Mapping[str, str], now: datetime, *, is_own: bool) -> dict[str, Any]:
    """The columns of a row that change, with what is made from them; empty when it holds nothing of it."""
    values: dict[str, Any] = {}
    for name in holder.columns:
        old = getattr(row, name)
        new = blank(row, name, old, REDACTED) if is_own else _replaced(name, old, words)
        if new != old:
            limit = getattr(row._meta.get_field(name), "max_length", None)
            values[name] = new[:limit] if isinstance(new, str) and limit else new
    if not values:
        return {}
    for name, value in values.items():
        setattr(row, name, value)
    return {**values, **_made_anew(row), **_newer(row, now), **holder.after(row, set(values))}


def _replaced(name: str, old: Any, words: Mapping[str, str]) -> Any:
    if name == "drawn_shapes":
        # Their other texts are kinds and colours.
        return [{**shape, "words": without(shape["words"], words)} for shape in old] if old else old
    return walk(old, lambda text: without(text, words))


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


# --- what is told of it, and what remains on the disk -----------------------------------------------------------------


def _write_down(scope: Scope, by: User, now: datetime, reason: str, done: Redacted) -> None:
    incident, part = scope.incident, scope.part
    counted = [(done.rows, "text"), (done.files, "file")]
    what = " and ".join(f"{count} {word}{'s' * (count != 1)}" for count, word in counted if count)
    where = f" ([{part.name}](#{part.row.anchor}))" if part else ""
    body = f"Redacted: {what} of this record{where}. Reason: {reason}"
    add_entry(incident=incident, by=by, now=now, body=body, source=EntrySource.SYSTEM)
    of_part = {"part": part.row.anchor, "everywhere": scope.is_everywhere} if part else {}
    told = {"rows": done.by_model, "files": done.files, **of_part}
    audit.record(by=by, action="incident.redact", target=incident.label, now=now, **told)
    outbox.enqueue("incident", incident.pk)


def _clean_up() -> None:
    """After the commit: an index without its words, and no page of the write-ahead log that still has it."""
    forgetting.rebuild_soon()
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            # Deleted content is overwritten (PRAGMA secure_delete in the settings); the log would keep it for a while.
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
