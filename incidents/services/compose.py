"""Writing down what the composer sends: text with its commands, code, files; all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.db import transaction

from accounts.models import User
from hindsight.lib.language_look import looks_like_code
from incidents.commands.acting import run
from incidents.commands.grammar import Block, Piece, Written, moment_of, read
from incidents.commands.scene import Made, Scene
from incidents.models import Attachment, EntryKind, EntrySource, Incident, Snippet, TimelineEntry
from incidents.services.attachments import attach_stored
from incidents.services.snippets import REQUEST_LIMIT_S, add_coloured, coloured
from incidents.services.timeline import add_entry

# Colours take up to half a second each; those of further snippets come from the worker.
COLOURED_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text as it was understood, and the snippets of each of its blocks; `beside` came beside the text."""

    written: Written
    at: datetime | None
    snippets: list[list[Snippet]]
    beside: list[Snippet]


@dataclass(frozen=True, slots=True)
class Composed:
    """What was written: the lines of the timeline in the order in which they were written, and what to say of it."""

    entries: list[int]
    notices: list[str]
    has_commands: bool
    has_material: bool


def prepare(
    *,
    text: str,
    pieces: Sequence[Piece] = (),
    zone: tzinfo,
    now: datetime,
    at: datetime | None = None,
    is_text: bool = False,
    has_time: bool = False,
) -> Prepared:
    """Understand a text and colour its code, before a transaction keeps others from writing.

    Every word and every piece of code that a person sends passes `_screen`. A text that is nothing but code or a log
    becomes a snippet, unless `is_text` says that it was looked at. `now` is when it was sent off, from which "10m ago"
    counts; `at` is the time that was chosen beside the text, which a time in the text goes before; `has_time` that it
    was, so that a time before the words of the first line is left in them. Raises InvalidError.
    """
    if not is_text and looks_like_code(text):
        text, pieces = "", [Piece(text), *pieces]
    written = read(text, has_time=has_time)
    _screen(text, [*written.pieces, *pieces])
    paint = _Painter()
    return Prepared(
        written=written,
        at=moment_of(written, zone=zone, now=now) or at,
        snippets=[[paint(piece) for piece in block.pieces] for block in written.blocks],
        beside=[paint(piece) for piece in pieces],
    )


def _screen(text: str, pieces: Sequence[Piece]) -> None:
    """The one place that sees everything before it is saved; raises InvalidError for what must not be."""


class _Painter:
    """Makes snippets of pieces; only the first ones get their colours in the request."""

    def __init__(self) -> None:
        self.left = COLOURED_AT_ONCE

    def __call__(self, piece: Piece) -> Snippet:
        self.left -= 1
        limit_s = REQUEST_LIMIT_S if self.left >= 0 else None
        return coloured(
            code=piece.code, language=piece.language, filename=piece.filename, caption=piece.caption, limit_s=limit_s
        )


def compose(
    *,
    incident: Incident,
    by: User,
    now: datetime,
    prepared: Prepared,
    kind: str = EntryKind.NOTE,
    files: Sequence[Attachment] = (),
    source: str = EntrySource.WEB,
) -> Composed:
    """Write what `prepare` understood, with files from `on_disk`, in one transaction. Raises InvalidError.

    Code between fences is carried by the line or step that it stands in; what came beside the text, by the last one.
    """
    scene = Scene(incident=incident, by=by, now=now, at=prepared.at, source=source)
    blocks = prepared.written.blocks or [Block(None, 1)]
    has_commands = any(block.command for block in blocks)
    loads = [_Load(snippets) for snippets in prepared.snippets] or [_Load([])]
    loads[-1] = _Load([*loads[-1].snippets, *prepared.beside], files)
    # Whoever catches what this raises has to be outside of the whole transaction anyway.
    with transaction.atomic(savepoint=False):
        made = []
        for block, load in zip(blocks, loads, strict=True):
            made.append(_made(scene, block, load, kind=kind))
            _unload(scene, made[-1], load)
        entries = [one.entry.pk for one in made if one.entry]
        if has_commands:
            entries = _all_lines(scene)
    return Composed(entries, prepared.written.notices, has_commands, any(loads))


def _all_lines(scene: Scene) -> list[int]:
    """The lines that the commands wrote as well; what they did was noted now and happened when the text says."""
    mine = scene.incident.entries.filter(noted_at=scene.now, author=scene.by)
    if scene.at:
        mine.exclude(at=scene.at).update(at=scene.at)
    return list(mine.values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class _Load:
    """What one block brings along."""

    snippets: Sequence[Snippet]
    files: Sequence[Attachment] = ()

    def __bool__(self) -> bool:
        return bool(self.snippets or self.files)


def _made(scene: Scene, block: Block, load: _Load, *, kind: str) -> Made:
    """What a block writes, with something to carry what it brings along."""
    made = run(scene, block) if block.command else Made(entry=_note(scene, block.text, kind, allow_empty=bool(load)))
    if load and not (made.entry or made.step):
        return Made(entry=_note(scene, "", EntryKind.NOTE, allow_empty=True))
    return made


def _note(scene: Scene, body: str, kind: str, *, allow_empty: bool) -> TimelineEntry:
    return add_entry(
        incident=scene.incident,
        by=scene.by,
        now=scene.now,
        body=body,
        kind=kind,
        at=scene.moment,
        source=scene.source,
        allow_empty=allow_empty,
    )


def _unload(scene: Scene, made: Made, load: _Load) -> None:
    """Evidence of a step belongs to the step, everything else to the line."""
    entry = None if made.step else made.entry
    for snippet in load.snippets:
        add_coloured(
            snippet=snippet,
            incident=scene.incident,
            by=scene.by,
            now=scene.now,
            entry=entry,
            step=made.step,
            source=scene.source,
        )
    for row in load.files:
        attach_stored(
            row=row,
            incident=scene.incident,
            by=scene.by,
            now=scene.now,
            entry=entry,
            step=made.step,
            source=scene.source,
        )
