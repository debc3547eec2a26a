"""What was learned: the postmortem, its proof, and what is to be done."""

from .action import ACTION_TEXT_LIMIT, ACTION_TITLE_LIMIT, ActionItem, ActionItemQuerySet
from .choices import (
    ACTION_KIND_MEANING,
    UNFINISHED,
    ActionKind,
    ActionState,
    FactorCategory,
    ProofMethod,
    ProofResult,
    ProofState,
)
from .evidence import CLAIM_LIMIT, DETAIL_LIMIT, PLACE_LIMIT, Evidence
from .lifecycle import PostmortemStatus, PostmortemTransition, postmortem_transition
from .postmortem import (
    FACTOR_LIMIT,
    FACTORS_LIMIT,
    SECTION_LIMIT,
    WAIVER_LIMIT,
    ContributingFactor,
    Postmortem,
    PostmortemQuerySet,
    Revision,
    Section,
)

__all__ = [
    "ACTION_KIND_MEANING",
    "ACTION_TEXT_LIMIT",
    "ACTION_TITLE_LIMIT",
    "CLAIM_LIMIT",
    "DETAIL_LIMIT",
    "FACTORS_LIMIT",
    "FACTOR_LIMIT",
    "PLACE_LIMIT",
    "SECTION_LIMIT",
    "UNFINISHED",
    "WAIVER_LIMIT",
    "ActionItem",
    "ActionItemQuerySet",
    "ActionKind",
    "ActionState",
    "ContributingFactor",
    "Evidence",
    "FactorCategory",
    "Postmortem",
    "PostmortemQuerySet",
    "PostmortemStatus",
    "PostmortemTransition",
    "ProofMethod",
    "ProofResult",
    "ProofState",
    "Revision",
    "Section",
    "postmortem_transition",
]
