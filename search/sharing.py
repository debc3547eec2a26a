"""What a record has to share with a pasted text to be an answer to it."""

from collections.abc import Sequence
from itertools import islice

from search.engines.protocol import Scored, Statistics, Term
from search.signing import is_token
from search.words import tokens

# A text of fewer words is answered by any of them.
MANY = 8
_COUNTED = 200
# A word is common that stands in more visible records than this share of them, or than this many; one that a single
# record holds never is.
COMMON_SHARE = 0.1
COMMON_FROM = 100
# So many common words are enough: in a store of a few records every word is common.
SEVERAL = 2


def sharing(text: str, rows: Sequence[Scored], terms: Sequence[Term], statistics: Statistics) -> list[Scored]:
    """Those rows that share a part of its signature with a pasted text, or a word that is not common, or several that
    are; all of them where the text has few words. `terms` are what was searched for of it."""
    if len({token.lower() for token in islice(tokens(text), _COUNTED)}) < MANY:
        return list(rows)
    telling = {term.text for term in terms if _tells(term, statistics)}
    return [row for row in rows if not telling.isdisjoint(row.terms) or len(set(map(_word, row.terms))) >= SEVERAL]


def _tells(term: Term, statistics: Statistics) -> bool:
    most = max(1.0, min(COMMON_SHARE * statistics.count, COMMON_FROM))
    return is_token(term.text) or statistics.frequencies[term.text] <= most


def _word(text: str) -> str:
    """A word's exact ending is no further word."""
    return text.removeprefix("=")
