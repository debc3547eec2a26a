"""What an incident with a known cause shows of the earlier ones: their fix, and what was never done."""

from collections import defaultdict
from dataclasses import dataclass

from accounts.models import User
from incidents.answers import Answer, answers
from incidents.models import Incident
from postmortems.models import ActionItem, ActionState
from postmortems.pages.cited_actions import cite_actions
from postmortems.services.recurring import earlier


@dataclass(frozen=True, slots=True)
class EarlierFix:
    """An earlier incident with the same cause, as its reader may see it."""

    incident: Incident
    answer: Answer
    undone: list[ActionItem]
    can_be_marked: bool


def read_earlier(incident: Incident, user: User) -> list[EarlierFix]:
    """Those before it: one query while there are none, which is usual."""
    rows = earlier(incident, user)
    if not rows:
        return []
    ids = [row.pk for row in rows]
    undone: dict[int, list[ActionItem]] = defaultdict(list)
    for action in (
        ActionItem.objects.filter(incident__in=ids).exclude(state=ActionState.DONE).select_related("owner", "incident")
    ):
        undone[action.incident_id].append(action)
    cite_actions([action for group in undone.values() for action in group], reader=user)
    known = answers(ids)
    return [
        EarlierFix(
            row,
            known[row.pk],
            undone[row.pk],
            can_be_marked=user.can_write and known[row.pk].verified not in {"none", "did_not_hold"},
        )
        for row in rows
    ]
