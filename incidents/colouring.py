"""The coloured lines of a snippet: a cache on its row, made again when the highlighter changes."""

from typing import Any

from django.utils.safestring import SafeString, mark_safe

from hindsight.lib.highlight import RENDER_VERSION, TIME_LIMIT_S, Highlighted, highlight
from incidents.models import Snippet


def colour(snippet: Snippet, *, limit_s: float = TIME_LIMIT_S) -> bool:
    """Highlight and keep the result on the row; False when it should be tried again with more time."""
    result = highlight(snippet.code, snippet.language, limit_s=limit_s)
    snippet.highlighted = packed(result)
    snippet.highlight_note = result.note[:200]
    if snippet.pk:
        Snippet.objects.filter(pk=snippet.pk).update(
            highlighted=snippet.highlighted, highlight_note=snippet.highlight_note
        )
    return result.is_final


def packed(result: Highlighted) -> dict[str, Any] | None:
    """What the row keeps; None for a result that is not final."""
    if not result.is_final:
        return None
    return {
        "version": RENDER_VERSION,
        "lines": list(result.lines),
        "total": result.total_lines,
        "is_cut": result.is_cut,
    }


def lines_of(snippet: Snippet) -> list[SafeString]:
    """The shown lines as safe HTML, from the row when it holds them, else highlighted now without keeping them."""
    kept = snippet.highlighted
    if kept and kept.get("version") == RENDER_VERSION:
        return [mark_safe(line) for line in kept["lines"]]  # noqa: S308 - made by our highlighter
    return list(highlight(snippet.code, "text").lines)


def is_cut(snippet: Snippet) -> bool:
    """Whether only the beginning is shown."""
    return bool(snippet.highlighted and snippet.highlighted.get("is_cut"))
