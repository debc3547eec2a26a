"""What an index can't say of a record, read in its text: the order of words, and the places that they stand in."""

import re
from collections.abc import Iterable, Mapping, Sequence

from search.documents import Part
from search.planning import terms_of
from search.query import Clause, Filter, Not, Phrase, Query, Words
from search.words import index_words, normal

# Of one part so much is read.
MAX_READ = 2_000_000


class Check:
    """The conditions of one query that are read in texts, ready for any number of records."""

    def __init__(self, query: Query) -> None:
        self._groups = [group for group in query.required if self._is_read(group, query.within)]
        self._unwanted = query.excluded_phrases
        self._within = query.within
        self._patterns: dict[str, _Said] = {}
        self._forms: dict[str, list[tuple[str, ...]]] = {}

    def holds(self, parts: Sequence[Part], facts: Mapping[str, tuple[str, ...]] | None = None) -> bool | None:
        """Tell whether a record with these parts fulfils what the query asks of its text. None where that hangs on its
        facts, which may stand in for a phrase, and those are not given."""
        whole = _Texts(parts)
        inside = _Texts([part for part in parts if part.field in self._within]) if self._within else whole
        if any(self._has_phrase(whole, phrase.text) for phrase in self._unwanted):
            return False
        return _all(_any(self._fulfils(clause, inside, facts) for clause in group) for group in self._groups)

    @staticmethod
    def _is_read(group: Iterable[Clause], within: frozenset[str]) -> bool:
        bare = [_bare(clause) for clause in group]
        return any(isinstance(clause, Phrase) or (within and isinstance(clause, Words)) for clause in bare)

    def _fulfils(self, clause: Clause, texts: "_Texts", facts: Mapping[str, tuple[str, ...]] | None) -> bool | None:
        if isinstance(clause, Not):
            found = self._fulfils(clause.clause, texts, facts)
            return None if found is None else not found
        if isinstance(clause, Filter):
            if facts is None:
                return None
            return clause.value.casefold() in {value.casefold() for value in facts.get(clause.name, ())}
        if isinstance(clause, Phrase):
            return self._has_phrase(texts, clause.text)
        return self._has_words(texts, clause.text)

    def _has_phrase(self, texts: "_Texts", text: str) -> bool:
        if text not in self._patterns:
            self._patterns[text] = _Said(text)
        said = self._patterns[text]
        return any(said.stands_in(part, low) for part, low in texts.with_low)

    def _has_words(self, texts: "_Texts", text: str) -> bool:
        if text not in self._forms:
            self._forms[text] = [term.forms for term in terms_of(text) if not term.text.startswith("=")]
        return all(texts.words.intersection(forms) for forms in self._forms[text])


class _Texts:
    """The texts of some parts, in the forms that they are compared in, each made when it is first needed."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self._normal: list[str] | None = None
        self._low: list[tuple[str, str]] | None = None
        self._words: set[str] | None = None

    @property
    def normal(self) -> list[str]:
        if self._normal is None:
            self._normal = [normal(part.text[:MAX_READ]) for part in self._parts]
        return self._normal

    @property
    def with_low(self) -> list[tuple[str, str]]:
        """Each text, and beside it the same in small letters."""
        if self._low is None:
            self._low = [(text, text.lower()) for text in self.normal]
        return self._low

    @property
    def words(self) -> set[str]:
        if self._words is None:
            self._words = {word for text in self.normal for word in index_words(text)}
        return self._words


def _any(found: Iterable[bool | None]) -> bool | None:
    """Whether one holds; None where none does and of one it is not known."""
    is_unsure = False
    for one in found:
        if one:
            return True
        is_unsure = is_unsure or one is None
    return None if is_unsure else False


def _all(found: Iterable[bool | None]) -> bool | None:
    """Whether all hold; None where none fails and of one it is not known."""
    is_unsure = False
    for one in found:
        if one is False:
            return False
        is_unsure = is_unsure or one is None
    return None if is_unsure else True


def _bare(clause: Clause) -> Clause:
    return clause.clause if isinstance(clause, Not) else clause


class _Said:
    """A phrase, whatever stands between its words and whichever of their letters are large."""

    def __init__(self, text: str) -> None:
        words = re.findall(r"\w+", normal(text))
        self._pattern = re.compile(r"(?<!\w)" + r"\W+".join(map(re.escape, words)) + r"(?!\w)", re.IGNORECASE)
        self._longest = max(words, key=len, default="").lower()

    def stands_in(self, text: str, low: str) -> bool:
        """Tell whether a text, given in small letters too, holds it."""
        # Far faster than the pattern. Beyond ASCII one letter may have several small forms, so the pattern decides.
        if text.isascii() and self._longest.isascii() and self._longest not in low:
            return False
        return self._pattern.search(text) is not None
