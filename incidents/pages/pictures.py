"""The pictures of an incident: all of them in the order in which they came, one among them, two beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from incidents.models import Attachment, Incident, PreviewState
from incidents.pages.words import with_words


@dataclass(frozen=True, slots=True)
class Spot:
    """A picture among the others; `at` counts from 1."""

    file: Attachment
    at: int
    count: int
    before: Attachment | None
    after: Attachment | None


def pictures_of(incident: Incident) -> list[Attachment]:
    """All pictures, also those that can't be shown and say why: one query, whatever their number."""
    rows = Attachment.objects.filter(incident=incident).exclude(preview_state=PreviewState.NONE)
    return list(with_words(rows).order_by("created_at", "pk"))


def spot_of(pictures: Sequence[Attachment], pk: object) -> Spot | None:
    """Where a picture stands among the others; None when it is not one of them."""
    at = next((place for place, one in enumerate(pictures) if one.pk == pk), None)
    if at is None:
        return None
    return Spot(
        file=pictures[at],
        at=at + 1,
        count=len(pictures),
        before=pictures[at - 1] if at else None,
        after=pictures[at + 1] if at + 1 < len(pictures) else None,
    )


def shown(pictures: Sequence[Attachment]) -> list[Attachment]:
    """Those that can be looked at."""
    return [one for one in pictures if one.is_picture]
