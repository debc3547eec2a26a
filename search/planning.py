"""From what was asked to what an engine is asked: which words, at which weight, with which corrections."""

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, takewhile

from search import query as asked_for
from search import registry
from search.engines.protocol import AllOf, Clause, Fact, Not, Plan, Term, View
from search.everyday import is_everyday
from search.query import Filter, Phrase, Query
from search.signatures import signature, telling
from search.signatures import tokens as tokens_of_signature
from search.signing import form_of, weight
from search.spelling import can_be_slip, distance
from search.thesaurus import alternatives, is_used
from search.weights import SENTENCE
from search.words import STEM_MARK, Word, stem, tokens, words_of

# A pasted text is searched by its rarest words; a typed query seldom has more.
MAX_TERMS = 25
# Words of a pasted text that are looked up at all.
MAX_LOOKED_UP = 600
MAX_TOKENS = 60_000
# What stands beside a word counts less than the word: its exact ending, a corrected spelling.
SURFACE_WEIGHT = 0.3
PIECE_WEIGHT = 0.7
SHORTEST_STEM = 3
# An identifier that some record holds whole, and its parts.
FOUND_WHOLE_WEIGHT = 2.0
PART_WEIGHT = 0.1
# A corrected spelling, and one that leaves no doubt: see `_trust`.
CORRECTED_WEIGHT = 0.5
SURE_WEIGHT = 0.9
MAX_CORRECTED_WORDS = 6
# What is told in a sentence is seldom told in the record's words; a few words are more often names.
THESAURUS_WEIGHTS = (0.45, 0.95)
SENTENCE_WORDS = (5, 9)
MAX_BESIDE = 30
# While one types, an answer has to come before the next letter, so symptoms wait until all is said.
MAX_BESIDE_TYPED = 12
# Words that are in every story, in a query told in a sentence.
EVERYDAY_WEIGHT = 0.6
MAX_SIGNATURE_TERMS = 40
# Of a long pasted text, what stands in lines that tell less than its best: never enough to outweigh these.
BEHIND_WEIGHT = 0.2
MAX_BEHIND = 8
# Words that a word still being typed may become.
LONGER_WEIGHT = 0.8
MAX_LONGER = 8


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, the corrections in it (typed word to the word that visible records hold), and how far, from 0 to 1, the
    query is told in a sentence."""

    plan: Plan
    corrections: dict[str, str]
    sentence: float = 0.0


def plan(query: Query, view: View) -> Planned:
    """Choose the terms of a query for somebody's view of the index."""
    told, behind = telling(query.words) if query.is_paste else (query.ranking, "")
    terms = terms_of(told)
    known = view.rarest(terms, MAX_TERMS)
    longer = view.completions(query.unfinished.lower(), MAX_LONGER) if query.unfinished else []
    sentence = 0.0 if query.is_paste else _grown(_count(terms), SENTENCE)
    corrections = {} if query.is_paste or longer else _corrections(terms, known, view, is_sentence=sentence > 0)
    chosen = _by_wholes(told, [term for term, _ in known])
    if sentence:
        chosen = [_weighed(term, _told(term, sentence)) for term in chosen]
    chosen.extend(_weighed(term, LONGER_WEIGHT) for word, _ in longer for term in terms_of(word)[:1])
    for typed, near in corrections.items():
        chosen.extend(_weighed(term, _trust(typed, near)) for term in terms_of(near[0]))
    chosen.extend(_signature(told if query.is_paste else query.words, view))
    if behind:
        chosen.extend(_behind(behind, view))
    if not query.is_paste:
        chosen.extend(_beside(query.ranking, chosen, view, is_typing=bool(query.unfinished)))
    first = query.after.toordinal() if query.after else None
    last = query.before.toordinal() if query.before else None
    # That a phrase is absent can only be read in the text, so a group with such a condition is left to it.
    required = tuple(tuple(map(clause, group)) for group in query.required if not any(map(_is_without, group)))
    wanted = _unique(chosen)
    if terms and not wanted:
        # Words were asked for that no visible record holds: that is no question for everything.
        wanted = terms[:1]
    return Planned(
        Plan(
            terms=tuple(wanted),
            required=required,
            excluded=tuple(clause(c) for c in query.excluded if not isinstance(c, Phrase)),
            pinned=tuple(Fact("number", name) for number in query.numbers for name in _named(number)),
            first_day=first,
            last_day=last,
        ),
        {typed: near[0] for typed, near in corrections.items()},
        sentence,
    )


def terms_of(text: str) -> list[Term]:
    """The different terms of a text, in its order; of a very long one those that tell most."""
    found: dict[str, Term] = {}
    for token in islice(tokens(text), MAX_TOKENS):
        for word in words_of(token):
            for term in _terms(word):
                found.setdefault(term.text, term)
    terms = list(found.values())
    if len(terms) > MAX_LOOKED_UP:
        terms.sort(key=_promise)
        terms = terms[:MAX_LOOKED_UP]
    return terms


def _by_wholes(text: str, terms: list[Term]) -> list[Term]:
    """The terms; an identifier that some record holds whole counts for more than parts which don't stand alone."""
    held = {term.text for term in terms}
    wholes: set[str] = set()
    parts: set[str] = set()
    alone: set[str] = set()
    for token in islice(tokens(text), MAX_TOKENS):
        words = words_of(token)
        if len(words) > 1 and words[0].role == "whole" and words[0].text in held:
            wholes.add(words[0].text)
            parts.update(word.text for word in words[1:])
        else:
            alone.update(word.text for word in words)
    factors = {**dict.fromkeys(parts - alone, PART_WEIGHT), **dict.fromkeys(wholes, FOUND_WHOLE_WEIGHT)}
    return [_weighed(term, factors.get(term.text.lstrip("="), 1.0)) for term in terms]


def clause(asked: asked_for.Clause) -> Clause:
    """A filter or phrase in the engine's words. A phrase's order is read in the record's text afterwards."""
    if isinstance(asked, asked_for.Not):
        plain = clause(asked.clause)
        return plain if isinstance(plain, Not) else Not(plain)
    if isinstance(asked, Filter):
        return Fact(asked.name, asked.value)
    return AllOf(tuple(term for term in terms_of(asked.text) if not term.text.startswith("=")))


def _named(number: str) -> list[str]:
    """A number as records carry it: "#42" is that of any kind."""
    if not number.startswith("#"):
        return [number]
    return [f"{source.prefix}-{number[1:]}".casefold() for source in registry.sources()]


def _is_without(asked: asked_for.Clause) -> bool:
    return isinstance(asked, asked_for.Not) and isinstance(asked.clause, Phrase)


def _terms(word: Word) -> tuple[Term, ...]:
    if not word.stem:
        return (Term(word.text, (word.text,), PIECE_WEIGHT if word.role == "piece" else 1.0),)
    by_stem = Term(word.text, _forms(word))
    if word.stem == word.text:
        return (by_stem,)
    return by_stem, Term(f"={word.text}", (word.text,), SURFACE_WEIGHT)


def _forms(word: Word) -> tuple[str, ...]:
    """What a prose word is found by: its stem, written out or of another ending. One of two letters that is written out
    is another word: the "us" of "used"."""
    marked = STEM_MARK + word.stem
    if len(word.stem) < SHORTEST_STEM:
        return (word.text,) if word.stem == word.text else (marked,)
    return word.stem, marked


def _told(term: Term, sentence: float) -> float:
    """What a word counts in a query that is told in a sentence so far."""
    return 1.0 - (1.0 - EVERYDAY_WEIGHT) * sentence if is_everyday(term.text.lstrip("=")) else 1.0


def _corrections(
    terms: list[Term], known: list[tuple[Term, int]], view: View, *, is_sentence: bool
) -> dict[str, list[str]]:
    """For words that no visible record holds those near to them that some do, the likeliest first. In a sentence,
    words that people use are meant as they stand."""
    held = {term.text for term, _ in known}
    corrections: dict[str, list[str]] = {}
    if len(terms) > 2 * MAX_TERMS:
        return {}
    for term in terms:
        if term.text in held or term.text.startswith("=") or not can_be_slip(term.text):
            continue
        near = [] if is_sentence and _is_in_use(term.text) else view.near(term.text)
        if near:
            corrections[term.text] = [word for word, _ in near]
        if len(corrections) >= MAX_CORRECTED_WORDS:
            break
    return corrections


def _trust(typed: str, near: list[str]) -> float:
    """The weight of the nearest of these words: half, unless it is one slip away, no other word is as near, and what
    was typed is no word that people use."""
    close = list(takewhile(lambda word: distance(typed, word, 1) == 1, near))
    is_sure = len(set(map(stem, close))) == 1 and not _is_in_use(typed)
    return SURE_WEIGHT if is_sure else CORRECTED_WEIGHT


def _is_in_use(word: str) -> bool:
    return is_everyday(word) or is_used(word)


def _beside(text: str, chosen: list[Term], view: View, *, is_typing: bool) -> list[Term]:
    """Other words for the same things, those that visible records hold; a phrase shares its weight among its words."""
    held = {form for term in chosen for form in term.forms}
    weight = _thesaurus_weight(_count(chosen))
    found: dict[tuple[str, ...], Term] = {}
    for brought in alternatives(text):
        if is_typing and brought.share < 1.0:
            continue
        terms = _terms_instead(brought.other)
        # Stop words of a phrase are no terms; a phrase of nothing else stands for itself.
        instead = tuple(word for word in brought.said if words_of(word)) or brought.said
        for term in terms:
            beside = Term(term.text, term.forms, term.weight * weight * brought.share / len(terms), instead)
            known = found.get(term.forms)
            if not held & set(term.forms) and (known is None or known.weight < beside.weight):
                found[term.forms] = beside
    return [term for term, _ in view.rarest(found.values(), MAX_BESIDE_TYPED if is_typing else MAX_BESIDE)]


@lru_cache(maxsize=5000)
def _terms_instead(phrase: str) -> tuple[Term, ...]:
    """The terms of a phrase that stands in for another; none of one that comes down to one plain word, or to words of
    everyday speech: the rest of it is in every text ("run out", "not found", "used up"), and what is left says
    something else by itself."""
    terms = tuple(term for term in terms_of(phrase) if not term.text.startswith("="))
    is_plain = len(terms) == 1 or all(len(term.text) < SHORTEST_STEM or is_everyday(term.text) for term in terms)
    return () if is_plain and len(list(tokens(phrase))) > 1 else terms


def _behind(text: str, view: View) -> list[Term]:
    """The rarest words of the lines that tell less, and what those lines are known by."""
    words = [term for term, _ in view.rarest(terms_of(text), MAX_BEHIND)]
    return [_weighed(term, BEHIND_WEIGHT) for term in (*words, *_signature(text, view)[:MAX_BEHIND])]


def _signature(text: str, view: View) -> list[Term]:
    """What a trace, a log or a single error line is known by, whatever its numbers and paths; the rarest of it."""
    found = tokens_of_signature(signature(text))
    terms = [Term(token, (form_of(token),), weight(token)) for token in found]
    return [term for term, _ in view.rarest(terms, MAX_SIGNATURE_TERMS)] if terms else []


def _thesaurus_weight(words: int) -> float:
    """From the one weight to the other, as a query grows from a few words to a sentence."""
    low, high = THESAURUS_WEIGHTS
    return low + (high - low) * _grown(words, SENTENCE_WORDS)


def _grown(words: int, between: tuple[int, int]) -> float:
    few, many = between
    return min(max(words - few, 0), many - few) / (many - few)


def _count(terms: list[Term]) -> int:
    """How many words these terms are; the exact ending of one is no further word."""
    return sum(not term.text.startswith("=") for term in terms)


def _weighed(term: Term, factor: float) -> Term:
    return replace(term, weight=term.weight * factor)


def _unique(terms: list[Term]) -> list[Term]:
    return list({term.forms: term for term in reversed(terms)}.values())[::-1]


def _promise(term: Term) -> tuple[bool, int]:
    """Names of code first, then long words: in a pasted megabyte they tell the most."""
    return term.text.isalpha(), -len(term.text)
