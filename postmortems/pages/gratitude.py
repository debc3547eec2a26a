"""Whom a postmortem helped: how many, and for those who log incidents also who."""

from collections.abc import Collection
from dataclasses import dataclass

from accounts.models import User
from hindsight.lib.kept import Kept
from postmortems.indexing import KIND
from postmortems.models import Postmortem, Thanks
from postmortems.services.thanks import may_thank
from search.models import SearchFeedback

_SAID = Kept(lambda row: Thanks.objects.filter(postmortem=row).select_related("user"))
_FOUND = Kept(
    lambda incident: SearchFeedback.objects.filter(kind=KIND, object_id=incident, helped=True).values_list(
        "user_id", flat=True
    )
)
# Names beyond these are a number.
NAMES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Gratitude:
    """`count` persons were helped: by reading, or by finding it in a search. `people` said so here."""

    count: int
    people: list[User]
    is_mine: bool
    may_thank: bool

    @property
    def others(self) -> int:
        """How many of them are not named."""
        return self.count - len(self.people)


def read_gratitude(postmortem: Postmortem, *, reader: User) -> Gratitude:
    """Two queries. Names are for those who log incidents; who only reads sees the number."""
    said = _SAID.rows(postmortem.pk)
    voices = {row.user_id for row in said} | set(_FOUND.rows(postmortem.incident_id))
    return Gratitude(
        count=len(voices),
        people=[row.user for row in said[:NAMES_SHOWN]] if reader.can_write else [],
        is_mine=any(row.user_id == reader.pk for row in said),
        may_thank=may_thank(postmortem, reader),
    )


def voices_of(postmortems: Collection[Postmortem]) -> dict[int, int]:
    """How many persons each of these helped, by its id: two queries for all."""
    by_incident = {row.incident_id: row.pk for row in postmortems}
    voices: dict[int, set[int]] = {row.pk: set() for row in postmortems}
    for pk, user in Thanks.objects.filter(postmortem__in=voices).values_list("postmortem_id", "user_id"):
        voices[pk].add(user)
    found = SearchFeedback.objects.filter(kind=KIND, object_id__in=by_incident, helped=True)
    for incident, user in found.values_list("object_id", "user_id"):
        voices[by_incident[incident]].add(user)
    return {pk: len(people) for pk, people in voices.items()}
