"""What a past incident answers: its root cause, its fix, and whether the fix is proven.

The postmortem knows, and it lives above incidents; so it registers itself here, and lists, search results and
exports of incidents read it without knowing it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Verified: TypeAlias = Literal["verified", "waived", "unproven", "did_not_hold", "none"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A line each of root cause and fix, and the state of the proof; `none` when there is no postmortem.

    `note` says what nobody should miss who reads that state: who signed that there can be no proof, and why.
    """

    root_cause: str = ""
    fix: str = ""
    verified: Verified = "none"
    note: str = ""


Provider: TypeAlias = Callable[[Collection[int]], Mapping[int, Answer]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Let `provider` answer for incidents by id; called once, when its app is ready."""
    if provider not in _providers:
        _providers.append(provider)


def answers(incident_ids: Collection[int]) -> dict[int, Answer]:
    """The answers of these incidents, in a constant number of queries; an Answer() where nobody knows."""
    found: dict[int, Answer] = {pk: Answer() for pk in incident_ids}
    for provider in _providers:
        found.update(provider(incident_ids))
    return found
