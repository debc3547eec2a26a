"""What an incident has to do with others, as far as the reader may know of them."""

from dataclasses import dataclass

from django.db.models import Q

from accounts.models import User
from hindsight.lib.kept import Kept
from incidents.answers import Answer, answers
from incidents.models import Incident, IncidentLink, LinkKind

_LINKS = Kept(lambda incident: IncidentLink.objects.filter(Q(source=incident) | Q(target=incident)))
_WORDS = {
    (LinkKind.DUPLICATE.value, True): "Duplicate of",
    (LinkKind.DUPLICATE.value, False): "Has the duplicate",
    (LinkKind.SAME_CAUSE.value, True): "Same cause as",
    (LinkKind.SAME_CAUSE.value, False): "Same cause as",
    (LinkKind.RELATED.value, True): "Related to",
    (LinkKind.RELATED.value, False): "Related to",
}
_LISTED = ("number", "title", "severity", "status", "started_at", "is_private", "kind")


@dataclass(frozen=True, slots=True)
class ShownLink:
    """One link from where the reader stands: what it says, the incident at its other end, and what that one taught."""

    link: IncidentLink
    words: str
    other: Incident
    answer: Answer

    @property
    def is_original(self) -> bool:
        """Whether the other one is what this incident repeats."""
        return self.link.kind == LinkKind.DUPLICATE and self.words == _WORDS[LinkKind.DUPLICATE.value, True]

    @property
    def is_same_cause(self) -> bool:
        """Whether the other one had the same cause."""
        return self.link.kind == LinkKind.SAME_CAUSE


def read_links(incident: Incident, user: User) -> list[ShownLink]:
    """Links with both ends visible to `user`, who may see this one: one query while there are none, which is usual."""
    links = _LINKS.rows(incident.pk)
    if not links:
        return []
    ends = {row.pk: row.target_id if row.source_id == incident.pk else row.source_id for row in links}
    visible = Incident.objects.visible_to(user).only(*_LISTED).in_bulk(set(ends.values()))
    found = answers(list(visible))
    return [
        ShownLink(
            row, _WORDS[row.kind, row.source_id == incident.pk], visible[ends[row.pk]], found[visible[ends[row.pk]].pk]
        )
        for row in links
        if ends[row.pk] in visible
    ]
