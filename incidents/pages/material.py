"""Snippets and files as pages show them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Q
from django.db.models.functions import Substr
from django.utils.safestring import SafeString

from hindsight.lib.highlight import RENDER_VERSION, SHOWN_CHARS
from hindsight.lib.languages import BY_KEY
from incidents.colouring import is_cut, lines_of
from incidents.models import Attachment, Incident, Snippet
from incidents.pages.margin import Margin
from incidents.pages.words import with_words

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
    margin: Margin | None = None

    @property
    def language_label(self) -> str:
        """The language as people call it."""
        language = BY_KEY.get(self.row.language)
        return language.label if language else self.row.language


def load_missing_code(snippets: Iterable[Snippet]) -> None:
    """Fetch the code of those whose coloured lines are gone or out of date: one query, only as much as is shown."""
    missing = {row.pk: row for row in snippets if (row.highlighted or {}).get("version") != RENDER_VERSION}
    if missing:
        heads = Snippet.objects.filter(pk__in=missing).annotate(head=Substr("code", 1, SHOWN_CHARS + 1))
        for pk, head in heads.values_list("pk", "head"):
            missing[pk].code = head


class Shelf:
    """Hands out shown snippets until the page has enough lines; later ones show only where they are."""

    def __init__(self, *, each: int = LINES_SHOWN, together: int = LINES_IN_PAGE, margin: Margin | None = None) -> None:
        self.each = each
        self.margin = margin
        self.left = together

    def show(self, row: Snippet) -> ShownSnippet:
        """The first lines of a snippet, as far as this page still has room."""
        lines = lines_of(row)
        total = (row.highlighted or {}).get("total") or len(lines)
        shown = lines[: min(self.each, self.left)]
        self.left -= len(shown)
        return ShownSnippet(row, shown, total, len(shown) < total or is_cut(row), self.margin)


@dataclass(slots=True)
class Carried:
    """What one entry or step carries, or what nothing carries."""

    snippets: list[ShownSnippet] = field(default_factory=list)
    pictures: list[Attachment] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.snippets or self.pictures or self.files)


class Material:
    """The code and files of some entries and steps, and those that neither carries: two queries, whatever their number.

    The code itself and the text of logs are left out; pages show the coloured lines, and the words in pictures.
    """

    def __init__(
        self,
        incident: Incident,
        *,
        entries: Collection[int],
        steps: Collection[int],
        margin: Margin | None = None,
    ) -> None:
        wanted = Q(entry__in=entries) | Q(step__in=steps) | Q(entry=None, step=None)
        self._carried: dict[tuple[str, int], Carried] = defaultdict(Carried)
        self.loose = Carried()
        self.margin = margin
        shelf = Shelf(margin=margin)
        snippets = list(Snippet.objects.filter(wanted, incident=incident).defer("code"))
        load_missing_code(snippets)
        for snippet in snippets:
            self._place(snippet).snippets.append(shelf.show(snippet))
        for file in with_words(Attachment.objects.filter(wanted, incident=incident)):
            place = self._place(file)
            (place.pictures if file.is_picture else place.files).append(file)

    def _place(self, row: Snippet | Attachment) -> Carried:
        if row.step_id:
            return self._carried["step", row.step_id]
        return self._carried["entry", row.entry_id] if row.entry_id else self.loose

    def of(self, kind: str, pk: int) -> Carried:
        """What the `entry` or `step` with that id carries."""
        return self._carried.get((kind, pk)) or Carried()
