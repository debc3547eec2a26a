"""Snippets and files as pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch
from django.db.models.functions import Substr
from django.utils.safestring import SafeString

from hindsight.lib.highlight import RENDER_VERSION, SHOWN_CHARS
from hindsight.lib.languages import BY_KEY
from incidents.colouring import is_cut, lines_of
from incidents.models import Attachment, Snippet

# Lines of one snippet within a page; the snippet's own page shows as many as the highlighter does.
LINES_SHOWN = 200
LINES_IN_PAGE = 4_000


@dataclass(frozen=True, slots=True)
class ShownSnippet:
    """A snippet with the lines that this page shows of it, and how many there are."""

    row: Snippet
    lines: list[SafeString]
    total: int
    is_cut: bool

    @property
    def language_label(self) -> str:
        """The language as people call it."""
        language = BY_KEY.get(self.row.language)
        return language.label if language else self.row.language


def snippets_prefetch() -> Prefetch[str]:
    """Snippets without their code, which pages show from the coloured lines."""
    return Prefetch("snippets", Snippet.objects.defer("code").order_by("created_at", "id"))


def attachments_prefetch() -> Prefetch[str]:
    """Files without the words that were read in them."""
    return Prefetch("attachments", Attachment.objects.defer("text").order_by("created_at", "id"))


def load_missing_code(snippets: Iterable[Snippet]) -> None:
    """Fetch the code of those whose coloured lines are gone or out of date: one query, only as much as is shown."""
    missing = {row.pk: row for row in snippets if (row.highlighted or {}).get("version") != RENDER_VERSION}
    if missing:
        heads = Snippet.objects.filter(pk__in=missing).annotate(head=Substr("code", 1, SHOWN_CHARS + 1))
        for pk, head in heads.values_list("pk", "head"):
            missing[pk].code = head


class Shelf:
    """Hands out shown snippets until the page has enough lines; later ones show only where they are."""

    def __init__(self, *, each: int = LINES_SHOWN, together: int = LINES_IN_PAGE) -> None:
        self.each = each
        self.left = together

    def show(self, row: Snippet) -> ShownSnippet:
        """The first lines of a snippet, as far as this page still has room."""
        lines = lines_of(row)
        total = (row.highlighted or {}).get("total") or len(lines)
        shown = lines[: min(self.each, self.left)]
        self.left -= len(shown)
        return ShownSnippet(row, shown, total, len(shown) < total or is_cut(row))
