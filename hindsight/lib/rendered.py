"""Rows that keep their markdown rendered beside the source."""

import hashlib
from typing import ClassVar

from django.db import models
from django.utils.safestring import SafeString, mark_safe

from hindsight.lib import markdown


class RenderedModel(models.Model):
    """Keeps the HTML of MARKDOWN_FIELDS in `rendered`: a cache that may be emptied at any moment."""

    MARKDOWN_FIELDS: ClassVar[tuple[str, ...]] = ()

    rendered = models.JSONField(default=dict, editable=False)

    class Meta:
        """No table of its own."""

        abstract = True

    def render_fields(self, *names: str) -> None:
        """Render the named fields, or all, into `self.rendered`; unchanged ones are skipped. Never saves."""
        kept = {name: entry for name, entry in self.rendered.items() if name in self.MARKDOWN_FIELDS}
        for name in names or self.MARKDOWN_FIELDS:
            if self._cached(name) is None:
                kept = {**kept, **_entry(name, self._source(name))}
        self.rendered = kept

    def html(self, field: str) -> SafeString:
        """Return the field's HTML, from the cache when it fits source and renderer, else rendered now."""
        cached = self._cached(field)
        return markdown.render(self._source(field)) if cached is None else mark_safe(cached)  # noqa: S308 - our renderer wrote it

    def _source(self, name: str) -> str:
        if name not in self.MARKDOWN_FIELDS:
            raise ValueError(f"{name} is not one of {type(self).__name__}.MARKDOWN_FIELDS")
        return str(getattr(self, name) or "")

    def _cached(self, name: str) -> str | None:
        source = self._source(name)
        entry = self.rendered.get(name)
        if not isinstance(entry, dict) or entry.get("key") != _key(source):
            return None
        html = entry.get("html")
        return html if isinstance(html, str) else None


def _key(source: str) -> str:
    """Name the source and the renderer that an HTML belongs to."""
    digest = hashlib.sha256(source.encode("utf-8", "replace")).hexdigest()
    return f"{markdown.RENDER_VERSION}:{digest[:32]}"


def _entry(name: str, source: str) -> dict[str, dict[str, str]]:
    """Return what the cache keeps for one field: nothing when only a busy renderer made the text plain."""
    shown = markdown.convert(source)
    return {name: {"key": _key(source), "html": str(shown.html)}} if shown.is_final else {}
