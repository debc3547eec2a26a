"""The diagnosis told as a story: who suspected what when, how it was tested, and what became of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from incidents.models import LogNote, Outcome
from incidents.pages.diagnosis import Node, Tree

# A text that is one paragraph goes on within the sentence before it.
_ONE_PARAGRAPH = re.compile(r"\s*<p>((?:(?!</?p>).)*)</p>\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Told:
    """A text within the story: `words` go on in the line, `blocks` stand below it; one of them is empty."""

    words: SafeString
    blocks: SafeString

    def __bool__(self) -> bool:
        return bool(self.words or self.blocks)


@dataclass(frozen=True, slots=True)
class Passage:
    """One step as the story tells it; `day` where another day begins, `parent` the number that it followed from."""

    node: Node
    day: date | None
    action: Told
    finding: Told
    parent: str
    took: timedelta | None

    @property
    def stop(self) -> str:
        """What ends the sentence after the hypothesis."""
        return "" if self.node.step.hypothesis.rstrip().endswith((".", "?", "!", "…", "。", "؟")) else "."


@dataclass(frozen=True, slots=True)
class Story:
    """All passages in the order of time, and the one sentence that stands before them."""

    passages: list[Passage]
    opening: str


@dataclass(frozen=True, slots=True)
class Check:
    """Something to look at first the next time; `anchor` is the step that it repeats."""

    words: str
    anchor: str = ""
    number: str = ""
    action: SafeString | None = None


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What to check first the next time, marked by people or, where nobody marked any, what settled it this time."""

    checks: list[Check]
    is_marked: bool
    decisive: list[LogNote]
    misleading: list[LogNote]

    def __bool__(self) -> bool:
        return bool(self.checks or self.decisive or self.misleading)


def tell(tree: Tree) -> Story:
    """The steps of a tree in the order of time."""
    numbers = {node.step.pk: node.number for node in tree.nodes}
    passages: list[Passage] = []
    last: date | None = None
    for node in sorted(tree.nodes, key=lambda node: (node.step.at, node.step.pk)):
        step = node.step
        day = timezone.localtime(step.at).date()
        parent = numbers.get(step.parent_id, "") if step.parent_id else ""
        told = [_told(step.html(name)) for name in ("action", "finding")]
        passages.append(Passage(node, day if day != last else None, told[0], told[1], parent, step.open_for))
        last = day
    return Story(passages, _opening(tree, passages))


def _told(html: SafeString) -> Told:
    match = _ONE_PARAGRAPH.fullmatch(html)
    if match:
        return Told(mark_safe(match[1]), SafeString(""))  # noqa: S308 - a part of what our renderer wrote
    return Told(SafeString(""), html)


def _opening(tree: Tree, passages: Sequence[Passage]) -> str:
    """How many were followed, and which was the one: "5 ideas were followed. Number 3 held; 2 ruled out." """
    if tree.total < 2 or tree.pages > 1:
        return ""
    held = [str(at) for at, passage in enumerate(passages, 1) if passage.node.step.outcome == Outcome.CONFIRMED]
    parts = [f"number {' and '.join(held)} held" if len(held) < 3 else f"{len(held)} held"] if held else []
    parts += [f"{tree.dead_words} on the way"] if tree.dead_words else []
    said = "; ".join(parts)
    return f"{tree.total} ideas were followed." + (f" {said[0].upper()}{said[1:]}." if said else "")


def first_look(tree: Tree, notes: Sequence[LogNote]) -> FirstLook:
    """What to check first; without marks, the steps on the way to the cause that held."""
    by_step = {node.step.pk: node for node in tree.nodes}
    marked = [_check(check.words, by_step.get(check.step_id or 0)) for check in tree.first_checks]
    held = [_check(node.step.hypothesis, node) for node in tree.nodes if node.step.outcome == Outcome.CONFIRMED]
    return FirstLook(
        checks=marked or held,
        is_marked=bool(marked),
        decisive=[note for note in notes if note.verdict == "decisive"],
        misleading=[note for note in notes if note.verdict in ("misleading", "noisy")],
    )


def _check(words: str, node: Node | None) -> Check:
    if node is None:
        return Check(words)
    return Check(words, node.step.anchor, node.number, node.step.html("action"))
