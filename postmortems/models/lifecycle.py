"""Statuses of a postmortem with the named transitions between them, as data."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from django.db import models

Who: TypeAlias = Literal["writer", "reviewer"]


class PostmortemStatus(models.TextChoices):
    """How far the writing is."""

    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    CHANGES_ASKED = "changes_asked", "Changes asked"
    APPROVED = "approved", "Approved"
    PUBLISHED = "published", "Published"
    NOT_NEEDED = "not_needed", "Not needed"


# Being written: neither out nor given up.
UNPUBLISHED = (
    PostmortemStatus.DRAFT,
    PostmortemStatus.IN_REVIEW,
    PostmortemStatus.CHANGES_ASKED,
    PostmortemStatus.APPROVED,
)
UNDER_REVIEW = (PostmortemStatus.IN_REVIEW, PostmortemStatus.CHANGES_ASKED, PostmortemStatus.APPROVED)


@dataclass(frozen=True)
class PostmortemTransition:
    """One allowed step: `name` is what the act is called, `needs_parts` whether the required parts must be there,
    `who` whether anybody who may write takes it, or only a named reviewer by their verdict."""

    name: str
    needs_parts: bool = False
    who: Who = "writer"


_S = PostmortemStatus
TRANSITIONS: dict[tuple[PostmortemStatus, PostmortemStatus], PostmortemTransition] = {
    **{(start, _S.IN_REVIEW): PostmortemTransition("ask_review") for start in UNPUBLISHED if start != _S.IN_REVIEW},
    **{
        (start, _S.CHANGES_ASKED): PostmortemTransition("ask_changes", who="reviewer")
        for start in (_S.IN_REVIEW, _S.APPROVED)
    },
    **{
        (start, _S.APPROVED): PostmortemTransition("approve", who="reviewer")
        for start in (_S.IN_REVIEW, _S.CHANGES_ASKED)
    },
    **{(start, _S.DRAFT): PostmortemTransition("end_review") for start in UNDER_REVIEW},
    **{(start, _S.PUBLISHED): PostmortemTransition("publish", needs_parts=True) for start in UNPUBLISHED},
    (_S.PUBLISHED, _S.DRAFT): PostmortemTransition("withdraw"),
    **{(start, _S.NOT_NEEDED): PostmortemTransition("not_needed") for start in UNPUBLISHED},
    (_S.NOT_NEEDED, _S.DRAFT): PostmortemTransition("needed"),
}


def postmortem_transition(start: PostmortemStatus, end: PostmortemStatus) -> PostmortemTransition | None:
    """The transition from `start` to `end`; None when there is none."""
    return TRANSITIONS.get((start, end))
