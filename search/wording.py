"""Changing the thesaurus of an installation: groups of its own, and shipped ones put away; each can be undone.

Accounts, which keep the audit log, are a sibling app: who calls hands in `note`, which is called in the transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from hindsight.lib.problems import InvalidError, too_long
from hindsight.lib.text import clean
from search.models import ThesaurusChange
from search.planning import terms_of
from search.thesaurus import GROUPS, LINES, Group, Symptom, key, made_of, read, written
from search.thesaurus import lines as lines_in_force

LINE_LIMIT = 600
PHRASE_LIMIT = 60
MOST_PHRASES = 20
MOST_WORDS = 5
MOST_GROUPS = 500

# Takes what was done and to which group.
Note = Callable[[str, str], object]


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the page of administrators lists it; `row` is the change that made it so, if one did."""

    group: Group | Symptom
    text: str
    is_own: bool
    is_away: bool = False
    row: int | None = None

    @property
    def can_change(self) -> bool:
        """Tell whether a group may take its place: none can say what is read in one direction alone."""
        return not self.is_away and not isinstance(self.group, Symptom)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a text brings besides itself: `said` are words of the text, `other` stands in for them."""

    said: str
    other: str


def add(*, words: str, now: datetime, note: Note) -> ThesaurusChange:
    """Add a group of the installation's own, from one line with commas between. Raises InvalidError."""
    group = checked(words)
    with transaction.atomic():
        if ThesaurusChange.objects.filter(is_own=True).count() >= MOST_GROUPS:
            raise InvalidError({"words": f"There are {MOST_GROUPS} groups of your own; the limit is {MOST_GROUPS}."})
        row = _made(written(group), is_own=True, now=now)
        note("thesaurus.add", row.words)
    return row


def change(*, instead: str, words: str, now: datetime, note: Note) -> ThesaurusChange:
    """Put a group in the place of one in force: an own one goes, a shipped one is put away. Raises InvalidError, also
    where somebody else removed or changed it in the meantime."""
    group = checked(words)
    if written(group) == instead:
        raise InvalidError({"words": "Nothing in the group is changed."})
    with transaction.atomic():
        own = ThesaurusChange.objects.select_for_update().filter(words=instead, is_own=True)
        if own.delete()[0]:
            note("thesaurus.remove", instead)
        elif instead in map(written, GROUPS) and not ThesaurusChange.objects.filter(words=instead).exists():
            put_away(words=instead, now=now, note=note)
        else:
            raise InvalidError(
                {"words": f"“{instead}” is gone: somebody changed or removed it. Add yours as a new group."}
            )
        row = _made(written(group), is_own=True, now=now)
        note("thesaurus.add", row.words)
    return row


def put_away(*, words: str, now: datetime, note: Note) -> ThesaurusChange:
    """Let a shipped line count no longer. Raises InvalidError for one that is not shipped."""
    if words not in map(written, LINES):
        raise InvalidError({"words": "There is no such group."})
    with transaction.atomic():
        row = _made(words, is_own=False, now=now)
        note("thesaurus.put_away", row.words)
    return row


def undo(*, pk: int, note: Note) -> ThesaurusChange:
    """Take a change back: an own group goes, a shipped one is in force again. Raises ThesaurusChange.DoesNotExist."""
    with transaction.atomic():
        row = ThesaurusChange.objects.select_for_update().get(pk=pk)
        ThesaurusChange.objects.filter(pk=pk).delete()
        note("thesaurus.remove" if row.is_own else "thesaurus.restore", row.words)
    return row


def lines() -> tuple[list[Line], list[Line]]:
    """The installation's own groups, and the shipped ones, each by their words."""
    rows = list(ThesaurusChange.objects.all())
    own = [Line(read(row.words), row.words, is_own=True, row=row.pk) for row in rows if row.is_own]
    away = {row.words: row.pk for row in rows if not row.is_own}
    shipped = [
        Line(line, text, is_own=False, is_away=text in away, row=away.get(text))
        for line in LINES
        for text in (written(line),)
    ]
    return own, shipped


def brought(text: str, more: Group = ()) -> list[Brought]:
    """What a text brings with the groups in force, and with one `more` that is not kept yet; nothing of any record."""
    thesaurus = made_of([*lines_in_force(), more] if more else lines_in_force())
    held = thesaurus.alternatives(" ".join(text.split())[:400])
    found = [Brought(" ".join(each.said), each.other) for each in held]
    return list(dict.fromkeys(found))


def checked(words: str) -> Group:
    """The group that a line says. Raises InvalidError, which names the fault and the limit."""
    line = " ".join(clean(words).text.split())
    if len(line) > LINE_LIMIT:
        raise InvalidError({"words": too_long("The group", len(line), LINE_LIMIT)})
    group = tuple(dict.fromkeys(phrase.lower() for phrase in read(line)))
    fault = _fault(group)
    if fault:
        raise InvalidError({"words": fault})
    return group


def _fault(group: Group) -> str:
    if len(group) < 2:
        return "A group needs two words or phrases at least, with commas between."
    if len(group) > MOST_PHRASES:
        return f"The group has {len(group)} words and phrases; the limit is {MOST_PHRASES}."
    for phrase in group:
        if len(phrase) > PHRASE_LIMIT:
            return too_long(f"“{phrase[:20]}…”", len(phrase), PHRASE_LIMIT)
        if len(key(phrase)) > MOST_WORDS:
            return f"“{phrase}” has {len(key(phrase))} words; the limit is {MOST_WORDS}."
        if not terms_of(phrase):
            return f"“{phrase}” has no word that is searched: words such as “the” and “not” are left out."
    for at, phrase in enumerate(group):
        for earlier in group[:at]:
            if key(phrase) == key(earlier):
                return f"“{earlier}” and “{phrase}” are the same word to search already."
    return ""


def _made(words: str, *, is_own: bool, now: datetime) -> ThesaurusChange:
    if is_own and any(set(read(words)) == set(line) for line in lines_in_force() if not isinstance(line, Symptom)):
        raise InvalidError({"words": "There is this group already."})
    try:
        with transaction.atomic():
            return ThesaurusChange.objects.create(words=words, is_own=is_own, changed_at=now)
    except IntegrityError as error:
        what = "There is this group already, or a shipped one like it was put away." if is_own else "It is put away."
        raise InvalidError({"words": what}) from error
