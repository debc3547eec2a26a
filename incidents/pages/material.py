"""Snippets and files as pages show them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.db.models.functions import Substr
from django.utils.safestring import SafeString, mark_safe

from hindsight.lib.highlight import SHOWN_CHARS, Highlighted, highlight
from hindsight.lib.kept import Kept
from hindsight.lib.languages import BY_KEY
from incidents.colouring import FOLDED_LINES, is_cut, is_kept, lines_of
from incidents.models import Attachment, Incident, Snippet
from incidents.pages.margin import Margin
from incidents.pages.present import ANYTHING, Present
from incidents.pages.words import with_words

# Lines of one snippet within a page; the snippet's own page shows as many as the highlighter does.
LINES_SHOWN = FOLDED_LINES
LINES_IN_PAGE = 4_000
# Without its coloured lines this much of the code is read for a page that shows the folded ones.
FOLDED_HEAD = 30_000
# Later parts are coloured while somebody waits.
PART_LIMIT_S = 0.5
_SNIPPETS = Kept(lambda incident: _light(Snippet.objects.filter(incident=incident)))
_FILES = Kept(lambda incident: with_words(Attachment.objects.filter(incident=incident)))
# Of as many entries as one kept query takes.
_FEW = 8
_SNIPPETS_OF = Kept(lambda incident, *entries: _light(Snippet.objects.filter(_carried(entries), incident=incident)))
_FILES_OF = Kept(lambda incident, *entries: with_words(Attachment.objects.filter(_carried(entries), incident=incident)))


def _carried(entries: Collection[int], steps: Collection[int] = ()) -> Q:
    return Q(entry__in=entries) | Q(step__in=steps) | Q(entry=None, step=None)


def _light(snippets: QuerySet[Snippet]) -> QuerySet[Snippet]:
    return snippets.defer("code", "highlighted")


@dataclass(frozen=True, slots=True)
class ShownSnippet:
    """A snippet with the lines that this page shows of it, and how many there are."""

    row: Snippet
    lines: list[SafeString]
    total: int
    is_cut: bool
    margin: Margin | None = None
    # The number of the first line here.
    first: int = 1
    note: str = ""

    @property
    def last(self) -> int:
        """The number of the last line here."""
        return self.first + len(self.lines) - 1

    @property
    def language_label(self) -> str:
        """The language as people call it."""
        language = BY_KEY.get(self.row.language)
        return language.label if language else self.row.language


def load_missing_code(snippets: Iterable[Snippet]) -> None:
    """Fetch the code of those whose coloured lines are gone or out of date: one query, only as much as is shown."""
    _load({row.pk: row for row in snippets if not is_kept(row.highlighted)}, SHOWN_CHARS + 1)


def load_missing_heads(snippets: Iterable[Snippet]) -> None:
    """The same for pages that show the folded lines only."""
    _load({row.pk: row for row in snippets if not is_kept(row.folded)}, FOLDED_HEAD)


def _load(missing: dict[int, Snippet], characters: int) -> None:
    if missing:
        heads = Snippet.objects.filter(pk__in=missing).annotate(head=Substr("code", 1, characters))
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
        return self._put(row, lines[: self.each], total, is_cut(row))

    def fold(self, row: Snippet) -> ShownSnippet:
        """The same from the folded lines, whose number is fixed: no more of the row is read."""
        kept = row.folded
        if kept is None or not is_kept(kept):
            made = highlight(row.code, "text")
            return self._put(row, list(made.lines[: self.each]), made.total_lines, len(row.code) >= FOLDED_HEAD)
        lines = [mark_safe(line) for line in kept["lines"]]  # noqa: S308 - made by our highlighter
        return self._put(row, lines, kept["total"], kept["is_cut"])

    def _put(self, row: Snippet, lines: list[SafeString], total: int, is_cut: bool) -> ShownSnippet:
        shown = lines[: self.left]
        self.left -= len(shown)
        return ShownSnippet(row, shown, total, len(shown) < total or is_cut, self.margin, note=row.highlight_note)


def part_of(row: Snippet, first: int, *, margin: Margin | None = None) -> ShownSnippet:
    """The lines from `first` on, as many as one page shows; the first part has the colours that are kept."""
    if first <= 1 and is_kept(row.highlighted):
        return Shelf(each=LINES_IN_PAGE, margin=margin).show(row)
    return _shown(row, highlight(row.code, row.language, limit_s=PART_LIMIT_S, first=first), margin)


def _shown(row: Snippet, made: Highlighted, margin: Margin | None) -> ShownSnippet:
    return ShownSnippet(row, list(made.lines), made.total_lines, made.is_cut, margin, made.first, made.note)


@dataclass(slots=True)
class Carried:
    """What one entry or step carries, or what nothing carries."""

    snippets: list[ShownSnippet] = field(default_factory=list)
    pictures: list[Attachment] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    margin: Margin | None = None

    def __bool__(self) -> bool:
        return bool(self.snippets or self.pictures or self.files)


class Material:
    """The code and files of some entries and steps, and those that neither carries: two queries, whatever their number.

    The code, all but its first coloured lines, and the text of logs are left out; pages show the words in pictures.
    """

    def __init__(
        self,
        incident: Incident,
        *,
        entries: Collection[int],
        steps: Collection[int],
        margin: Margin | None = None,
        is_all: bool = False,
        present: Present = ANYTHING,
    ) -> None:
        """`is_all` says that there are no other entries and steps, `present` what is known not to be there."""
        self._carried: dict[tuple[str, int], Carried] = defaultdict(lambda: Carried(margin=margin))
        self.loose = Carried(margin=margin)
        self.margin = margin
        shelf = Shelf(margin=margin)
        if is_all:
            snippets = _SNIPPETS.rows(incident.pk) if present.snippets else []
            attachments = _FILES.rows(incident.pk) if present.files else []
        elif 0 < len(entries) <= _FEW and not steps:
            # The same number of values each time, so that the queries stay the same.
            few = [*entries, *[next(iter(entries))] * (_FEW - len(entries))]
            snippets, attachments = _SNIPPETS_OF.rows(incident.pk, *few), _FILES_OF.rows(incident.pk, *few)
        else:
            wanted = _carried(entries, steps)
            snippets = list(_light(Snippet.objects.filter(wanted, incident=incident))) if present.snippets else []
            files = Attachment.objects.filter(wanted, incident=incident)
            attachments = list(with_words(files)) if present.files else []
        load_missing_heads(snippets)
        for snippet in snippets:
            self._place(snippet).snippets.append(shelf.fold(snippet))
        for file in attachments:
            place = self._place(file)
            (place.pictures if file.is_picture else place.files).append(file)

    def _place(self, row: Snippet | Attachment) -> Carried:
        if row.step_id:
            return self._carried["step", row.step_id]
        return self._carried["entry", row.entry_id] if row.entry_id else self.loose

    def of(self, kind: str, pk: int) -> Carried:
        """What the `entry` or `step` with that id carries."""
        return self._carried.get((kind, pk)) or Carried()


class NoMaterial(Material):
    """Of entries that are known to carry nothing: asks for nothing."""

    def __init__(self, margin: Margin | None = None) -> None:
        self._carried = defaultdict(Carried)
        self.loose = Carried()
        self.margin = margin
