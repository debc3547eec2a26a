"""Parts of pages that differ in a few words, such as forms and menus: drawn by their template once, filled in often."""

import re
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from hindsight.lib.markup import escaped

_HOLE: Final = re.compile(r"hole-([a-z_.]+)-eloh")


class Stencil:
    """A template that prints some words as they are, its holes, and for the rest depends on its choices alone.

    Nothing of a request may reach it in another way: what is drawn is kept, for everybody. The template gets a mark for
    each hole, so it may print it, but neither test nor cut it. `csrf_token` may be a hole, and "incident.label" one in
    an object. `fixed` is the same always.
    """

    def __init__(self, template: str, holes: tuple[str, ...], **fixed: Any) -> None:
        self.template = template
        self.marks = {name: mark(name) for name in holes}
        self.fixed = fixed
        self._drawn: dict[tuple[tuple[str, object], ...], list[str]] = {}

    def fill(self, words: dict[str, object], **choices: bool | str) -> SafeString:
        """The part with these words, which are escaped unless they are safe; each choice has to be one of few."""
        key = tuple(sorted(choices.items()))
        parts = self._drawn.get(key)
        if parts is None:
            # Two threads that come first together draw the same.
            html = render_to_string(self.template, {**self.fixed, **choices, **_nested(self.marks)})
            parts = self._drawn[key] = _HOLE.split(html)
        # Text and the names of holes take turns.
        filled = parts.copy()
        # A hole may be there several times.
        shown = {name: escaped(words[name]) for name in self.marks}
        filled[1::2] = [shown[name] for name in parts[1::2]]
        return SafeString("".join(filled))


def mark(name: str) -> str:
    """What stands for a hole while a template is drawn."""
    return f"hole-{name}-eloh"


def _nested(marks: dict[str, str]) -> dict[str, Any]:
    """Marks as a context, those with a dot in objects."""
    context: dict[str, Any] = {}
    for name, hole in marks.items():
        owner, _, part = name.rpartition(".")
        (context.setdefault(owner, {}) if owner else context)[part] = hole
    return context
