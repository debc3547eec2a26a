"""Earlier texts: who saved what and when, the words that differ between any two, and what an amendment changed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.safestring import SafeString

from accounts.models import User
from hindsight.lib import differences
from hindsight.lib.pagination import BadCursor, page_by_keyset
from postmortems.models import Postmortem, Publication, Revision, Section
from postmortems.services.publish import facts_of
from postmortems.shipped import prompt_of

# Saves of one person that follow each other this closely are one sitting: who writes saves every few seconds.
SITTING = timedelta(minutes=10)
ROWS = 200
# As much text as a page compares; what is longer is compared section by section.
COMPARED = 1_000_000
_POINT = re.compile(r"(?P<kind>[pr])(?P<number>[0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Sitting:
    """Saves of one section by one person in one go; `last` stands for them, `before` is what it is compared with."""

    section: Section
    title: str
    saves: list[Revision]

    @property
    def last(self) -> Revision:
        """The newest of them."""
        return self.saves[0]

    @property
    def first(self) -> Revision:
        """The oldest of them."""
        return self.saves[-1]

    @property
    def before(self) -> int:
        """The version that they began from; 0 was empty."""
        return self.first.version - 1

    @property
    def is_current(self) -> bool:
        """Whether this is how the section stands."""
        return self.last.version == self.section.version


@dataclass(frozen=True, slots=True)
class History:
    """A page of sittings, the newest first."""

    sittings: list[Sitting]
    sections: list[tuple[str, str]]
    publications: list[Publication]
    section: str
    following: str


@dataclass(frozen=True, slots=True)
class SectionChange:
    """One section in two states, with the words that differ."""

    key: str
    title: str
    before: int
    after: int
    html: SafeString


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two points: sections in the order of the page, then facts that came and went."""

    title_before: str
    title_after: str
    sections: list[SectionChange]
    gone: list[str]
    came: list[str]

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.sections or self.gone or self.came)


@dataclass(frozen=True, slots=True)
class Point:
    """A state of the whole postmortem: the version of each section, and the facts where they are known."""

    title: str
    versions: dict[str, int]
    facts: list[str] | None


def read_history(postmortem: Postmortem, *, section: str = "", cursor: str = "") -> History:
    """Who saved what and when, of one section or of all; a constant number of queries and no texts."""
    sections = {row.pk: row for row in postmortem.sections.defer("body", "rendered")}
    asked = postmortem.questions
    titles = {row.pk: prompt_of(asked, row.key, row.title).title for row in sections.values()}
    wanted = [row.pk for row in sections.values() if not section or row.key == section]
    rows = Revision.objects.filter(section__in=wanted).select_related("by").defer("body")
    try:
        page = page_by_keyset(rows, order=("-at", "-pk"), cursor=cursor, limit=ROWS)
    except BadCursor:
        page = page_by_keyset(rows, order=("-at", "-pk"), cursor=None, limit=ROWS)
    return History(
        sittings=[Sitting(sections[pk], titles[pk], saves) for pk, saves in sittings(page.items)],
        sections=[(row.key, titles[row.pk]) for row in sections.values()],
        publications=list(postmortem.publications.select_related("by")),
        section=section,
        following=_address(section, page.next_cursor),
    )


def _address(section: str, cursor: str | None) -> str:
    return f"?{urlencode({**({'section': section} if section else {}), 'cursor': cursor})}" if cursor else ""


def sittings(saves: Iterable[Revision]) -> list[tuple[int, list[Revision]]]:
    """Saves, newest first, gathered by section and person where each follows the one before closely."""
    gathered: list[tuple[int, list[Revision]]] = []
    open_: dict[int, list[Revision]] = {}
    for save in saves:
        held = open_.get(save.section_id)
        if held and held[-1].by_id == save.by_id and held[-1].at - save.at <= SITTING:
            held.append(save)
        else:
            open_[save.section_id] = [save]
            gathered.append((save.section_id, open_[save.section_id]))
    return gathered


def compare_section(postmortem: Postmortem, key: str, before: int, after: int) -> SectionChange | None:
    """One section in two of its versions (0 is empty); None where there is no such section or version."""
    row = postmortem.sections.filter(key=key).first()
    if row is None:
        return None
    texts = dict(row.revisions.filter(version__in=(before, after)).values_list("version", "body"))
    texts.setdefault(0, "")
    if before not in texts or after not in texts:
        return None
    title = prompt_of(postmortem.questions, key, row.title).title
    return SectionChange(key, title, before, after, differences.words(texts[before], texts[after]))


def compare(postmortem: Postmortem, before: Point, after: Point) -> Comparison:
    """What differs between two points, in three queries."""
    rows = {row.key: row for row in postmortem.sections.defer("body", "rendered")}
    asked = postmortem.questions
    differing = [key for key in rows if before.versions.get(key, 0) != after.versions.get(key, 0)]
    order = {key: at for at, key in enumerate(asked.keys)}
    texts = _texts(rows, differing, before, after)
    changes = []
    room = COMPARED
    for key in sorted(differing, key=lambda one: order.get(one, len(order))):
        old, new = (texts.get((key, point.versions.get(key, 0)), "") for point in (before, after))
        if old == new:
            continue
        room -= len(old) + len(new)
        html = differences.words(old, new) if room > 0 else SafeString("")
        title = prompt_of(asked, key, rows[key].title).title
        changes.append(SectionChange(key, title, before.versions.get(key, 0), after.versions.get(key, 0), html))
    gone, came = _facts(before.facts, after.facts)
    return Comparison(before.title, after.title, changes, gone, came)


def _texts(rows: dict[str, Section], keys: Sequence[str], before: Point, after: Point) -> dict[tuple[str, int], str]:
    wanted = Q(pk__in=[])
    for key in keys:
        wanted |= Q(section=rows[key], version__in=(before.versions.get(key, 0), after.versions.get(key, 0)))
    found = Revision.objects.filter(wanted).values_list("section__key", "version", "body")
    return {(key, version): body for key, version, body in found}


def _facts(before: list[str] | None, after: list[str] | None) -> tuple[list[str], list[str]]:
    if before is None or after is None:
        return [], []
    return [fact for fact in before if fact not in after], [fact for fact in after if fact not in before]


def point(postmortem: Postmortem, name: str) -> Point | None:
    """The point that an address names: `now`, `p2` (the second publication), `r17` (after that save); None: unknown."""
    if name in {"", "now"}:
        versions = dict(postmortem.sections.values_list("key", "version"))
        return Point("now", versions, facts_of(postmortem))
    match = _POINT.fullmatch(name)
    if match is None:
        return None
    number = int(match["number"])
    return _published(postmortem, number) if match["kind"] == "p" else _saved(postmortem, number)


def _published(postmortem: Postmortem, number: int) -> Point | None:
    row = postmortem.publications.filter(number=number).first()
    if row is not None:
        name = "published" if not row.note else "amended"
        return Point(f"{name} {row.at:%-d %B %Y, %H:%M} UTC", dict(row.versions), list(row.facts))
    if number != 1 or postmortem.published_at is None or postmortem.publications.exists():
        return None
    # Published before publications were kept: the texts as they stood then; those of one brought in, as they came.
    versions = _versions(postmortem, postmortem.published_at, None) or _first_versions(postmortem)
    return Point(f"published {postmortem.published_at:%-d %B %Y}", versions, None)


def _first_versions(postmortem: Postmortem) -> dict[str, int]:
    rows = Revision.objects.filter(section__postmortem=postmortem).order_by("-version")
    return dict(rows.values_list("section__key", "version"))


def _saved(postmortem: Postmortem, pk: int) -> Point | None:
    save = Revision.objects.filter(section__postmortem=postmortem, pk=pk).only("at").first()
    if save is None:
        return None
    return Point(f"{save.at:%-d %B %Y, %H:%M} UTC", _versions(postmortem, save.at, pk), None)


def _versions(postmortem: Postmortem, at: datetime, pk: int | None) -> dict[str, int]:
    """The version of every section at a moment; saves of one moment are told apart by their order."""
    until = Q(at__lt=at) | Q(at=at, **({"pk__lte": pk} if pk is not None else {}))
    rows = Revision.objects.filter(until, section__postmortem=postmortem).order_by("at", "pk")
    return dict(rows.values_list("section__key", "version"))


def since_publication(postmortem: Postmortem) -> str:
    """The name of the point that readers compare with: how it first went out."""
    last = postmortem.publications.filter(note="").order_by("-number").values_list("number", flat=True).first()
    return f"p{last or 1}"


def may_restore(user: User, postmortem: Postmortem) -> bool:
    """Whether this person may take an earlier text up again."""
    return user.can_write and postmortem.is_needed
