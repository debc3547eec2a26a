"""What the child process does for markdown."""

from collections.abc import Mapping

from hindsight.lib import colours, commonmark

LARGEST_COLOURED = 20_000


def render(options: Mapping[str, object], body: bytes) -> bytes:
    """Render markdown; with the option `colours`, fenced code in a known language is highlighted."""
    return commonmark.to_html(body.decode(), _paint if options.get("colours") else None).encode()


def _paint(code: str, language: str) -> str | None:
    if len(code) > LARGEST_COLOURED:
        return None
    lines = colours.paint(code, language)
    return None if lines is None else "\n".join(lines) + "\n"
