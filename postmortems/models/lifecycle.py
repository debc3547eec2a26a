"""Statuses of a postmortem with the named transitions between them, as data."""

from dataclasses import dataclass

from django.db import models


class PostmortemStatus(models.TextChoices):
    """How far the writing is."""

    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"


@dataclass(frozen=True)
class PostmortemTransition:
    """One allowed step: `name` is what the act is called, `needs_parts` whether the required parts must be there."""

    name: str
    needs_parts: bool


TRANSITIONS = {
    (PostmortemStatus.DRAFT, PostmortemStatus.PUBLISHED): PostmortemTransition("publish", needs_parts=True),
    (PostmortemStatus.PUBLISHED, PostmortemStatus.DRAFT): PostmortemTransition("withdraw", needs_parts=False),
}


def postmortem_transition(start: PostmortemStatus, end: PostmortemStatus) -> PostmortemTransition | None:
    """The transition from `start` to `end`; None when there is none."""
    return TRANSITIONS.get((start, end))
