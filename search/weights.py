"""What moves a result beside the match itself, each weight named once; `?explain=1` shows what each came to.

All but PASSAGE and MEANING are shares of a record's own match: they put records in order that match about as well, and
move none far. What they are worth was measured (docs/search.md): none costs a place in any kind of query.
"""

from typing import Final

# What each weight came to, by its name.
Shares = tuple[tuple[str, float], ...]

# The best so many are put into their final order; further ones stay as the engine ranks them.
RERANKED: Final = 50

# A query told in a sentence is answered where its words stand together: what a record gains whose best passage holds
# all of it, in shares of the best record's match.
PASSAGE: Final = 2.0
# From no sentence to a whole one, in words: between them the gain grows.
SENTENCE: Final = (3, 6)

# With the semantic extra: what a record gains whose best passage means the same, in shares of the best record's match.
MEANING: Final = 2.0
# So many of the best by their words are read for it.
MEANT: Final = 200

# How far the fix is proven.
PROOF: Final = {"verified": 0.03, "waived": 0.01, "unproven": 0.0, "did_not_hold": -0.03}
# A record that tells the root cause, and one that tells the fix.
CAUSE: Final = 0.01
FIX: Final = 0.02
# Looked for beside an incident: a service in common with it.
SERVICE: Final = 0.1
# What an old record loses in the end; it loses half of that in so many days.
AGE: Final = 0.02
HALF_AGE_DAYS: Final = 730

# What people said of a result for a query of the same words moves its score by this share at most, up or down.
FEEDBACK: Final = 0.25
# One voice is an accident; so many of one mind count in full.
FEEDBACK_FULL_VOICES: Final = 3
