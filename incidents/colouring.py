"""The coloured lines of a snippet: a cache on its row, made again when the highlighter changes."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.safestring import SafeString, mark_safe

from hindsight.lib.highlight import RENDER_VERSION, TIME_LIMIT_S, Highlighted, highlight
from incidents.models import Snippet

# Of a long snippet the incident's page shows so many lines, and no more HTML than this: one line may be long.
FOLDED_LINES = 40
FOLDED_CHARS = 60_000
COLUMNS = ("highlighted", "folded", "highlight_note", "render_version")


def colour(snippet: Snippet, *, limit_s: float = TIME_LIMIT_S) -> bool:
    """Highlight and keep the result on the row; False when it should be tried again with more time."""
    keep(snippet, highlight(snippet.code, snippet.language, limit_s=limit_s))
    if snippet.pk:
        # What was corrected meanwhile is coloured by its own job.
        row = Snippet.objects.filter(pk=snippet.pk, version=snippet.version)
        row.update(**{name: getattr(snippet, name) for name in COLUMNS})
    return snippet.render_version == RENDER_VERSION


def keep(snippet: Snippet, result: Highlighted) -> None:
    """Put the result into the row's columns; one that is not final leaves them empty."""
    snippet.highlight_note = result.note[:200]
    snippet.highlighted = snippet.folded = None
    snippet.render_version = RENDER_VERSION if result.is_final else 0
    if result.is_final:
        facts = {"version": RENDER_VERSION, "total": result.total_lines, "is_cut": result.is_cut}
        snippet.highlighted = {**facts, "lines": list(result.lines)}
        snippet.folded = {**facts, "lines": _head(result.lines)}


def _head(lines: tuple[SafeString, ...]) -> list[str]:
    """The lines that a folded snippet shows; at least one."""
    shown: list[str] = []
    room = FOLDED_CHARS
    for line in lines[:FOLDED_LINES]:
        room -= len(line)
        if shown and room < 0:
            break
        shown.append(line)
    return shown


def stale() -> QuerySet[Snippet]:
    """Snippets without colours by the highlighter as it is now: imported ones, and those of an earlier release."""
    return Snippet.objects.filter(render_version__lt=RENDER_VERSION)


def is_kept(kept: Mapping[str, Any] | None) -> bool:
    """Whether these are lines by the highlighter as it is now."""
    return bool(kept) and kept is not None and kept.get("version") == RENDER_VERSION


def lines_of(snippet: Snippet) -> list[SafeString]:
    """The shown lines as safe HTML, from the row when it holds them, else without colours and without keeping them."""
    kept = snippet.highlighted
    if kept is not None and is_kept(kept):
        return [mark_safe(line) for line in kept["lines"]]  # noqa: S308 - made by our highlighter
    return list(highlight(snippet.code, "text").lines)


def is_cut(snippet: Snippet) -> bool:
    """Whether only the beginning is shown."""
    return bool(snippet.highlighted and snippet.highlighted.get("is_cut"))
