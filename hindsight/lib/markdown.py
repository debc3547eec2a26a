"""Markdown for people's texts: safe, bounded in time, never an error."""

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from hindsight.lib import commonmark
from hindsight.lib.pool import JobFailed, PoolError, TookTooLong, shared
from hindsight.lib.text import clean, strip_markdown

# Raise it when the HTML made from the same source changes: what rows have cached is then rendered anew.
RENDER_VERSION = 1

IN_PROCESS_LIMIT = 4_000
TEXT_LIMIT = 2_000_000
TIME_LIMIT_S = 2.0

_JOB = "hindsight.lib.markdown_job:render"


@dataclass(frozen=True, slots=True)
class Converted:
    """Rendered markdown; not final when only the lack of a free renderer made it plainer than it could be."""

    html: SafeString
    is_final: bool


def render(text: str) -> SafeString:
    """Return safe HTML of a markdown text in at most about 2 s; falls back to escaped plain text, never raises."""
    return convert(text).html


def convert(text: str) -> Converted:
    """Render like `render`, and tell whether the result may be kept."""
    text = clean(text).text
    if not text.strip():
        return Converted(SafeString(""), is_final=True)
    if len(text) > TEXT_LIMIT:
        return Converted(_plain(text, f"it has more than {TEXT_LIMIT:,} characters"), is_final=True)
    has_code = commonmark.has_named_code(text)
    if len(text) <= IN_PROCESS_LIMIT and not has_code:
        return _in_process(text, is_final=True)
    return _in_child(text, has_code=has_code)


def plain_text(text: str) -> str:
    """Return the words of a markdown text without its marks, for search and one-liners; linear in time."""
    return strip_markdown(text)


def _in_process(text: str, *, is_final: bool) -> Converted:
    try:
        html = commonmark.to_html(text)
    except Exception:
        # Whatever a parser trips over, the words are what the reader needs.
        return Converted(_plain(text, "its markdown could not be read"), is_final=True)
    return Converted(mark_safe(html), is_final=is_final)  # noqa: S308 - nh3 has been over it


def _in_child(text: str, *, has_code: bool) -> Converted:
    """Render in the killable child: with colours first, and when those take too long, without."""
    attempts = [(True, TIME_LIMIT_S * 0.6), (False, TIME_LIMIT_S * 0.4)] if has_code else [(False, TIME_LIMIT_S)]
    reason, is_final = "", True
    for colours, limit_s in attempts:
        try:
            html = shared.call(_JOB, text.encode(), {"colours": colours}, limit_s=limit_s).decode()
        except TookTooLong:
            reason = f"its markdown took longer than {TIME_LIMIT_S:.0f} s to render"
        except JobFailed:
            reason = "its markdown could not be read"
        except PoolError:
            reason, is_final = "the renderer is busy; reload to see it rendered", False
            break
        else:
            return Converted(mark_safe(html), is_final=True)  # noqa: S308 - nh3 has been over it in the child
    if len(text) <= IN_PROCESS_LIMIT:
        return _in_process(text, is_final=is_final)
    return Converted(_plain(text, reason), is_final=is_final)


def _plain(text: str, reason: str) -> SafeString:
    return format_html('<p class="plain-note">Shown as plain text: {}.</p><pre class="plain">{}</pre>', reason, text)
