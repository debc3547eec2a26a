"""What moves a result beside the match itself, each weight named once; `?explain=1` shows what each came to."""

from typing import Final

# The best so many are put into their final order; further ones stay as the engine ranks them.
RERANKED: Final = 50
# What people said of a result for a query of the same words moves its score by this share at most, up or down.
FEEDBACK: Final = 0.25
# One voice is an accident; so many of one mind count in full.
FEEDBACK_FULL_VOICES: Final = 3
