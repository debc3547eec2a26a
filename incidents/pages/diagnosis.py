"""The steps of the diagnosis as a tree, flattened for a template that opens and closes lists as it goes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hindsight.lib.kept import Kept
from incidents.models import DiagnosisStep, FirstCheck, Forest, Incident, Outcome, Spot
from incidents.models.forest import IN_ORDER
from incidents.pages.evidence import ShownEvidence
from incidents.pages.material import Carried, Material

# Above this the tree comes in pages.
STEPS_A_PAGE = 200
_COUNTED = (Outcome.RULED_OUT, Outcome.RED_HERRING, Outcome.INCONCLUSIVE)
_STEPS = Kept(lambda incident: DiagnosisStep.objects.filter(incident=incident).order_by(*IN_ORDER)[: STEPS_A_PAGE + 1])
_SEVERAL = {Outcome.RED_HERRING: "red herrings"}


@dataclass(slots=True)
class Node:
    """One step. `opens` a list below the last one; `closes` holds an item for each list that ends after it, true where
    that list ends with folded dead ends. `fold` says what folds away from this step on: "2 ruled out, 1 red herring".
    """

    step: DiagnosisStep
    number: str
    opens: bool
    fold: str = ""
    closes: Sequence[bool] = ()
    is_path: bool = False
    carried: Carried = field(default_factory=Carried)
    evidence: list[ShownEvidence] = field(default_factory=list)
    is_first_check: bool = False

    @property
    def fold_key(self) -> str:
        """A name of its fold that stays while the page lives."""
        return f"dead-ends-{self.step.parent_id or 0}"


@dataclass(frozen=True, slots=True)
class Tree:
    """Some steps in reading order: each before those under it; and how many there are of each outcome in all."""

    nodes: list[Node]
    total: int
    page: int
    pages: int
    counts: Mapping[str, int] = field(default_factory=dict)
    first_checks: Sequence[FirstCheck] = ()

    @property
    def open_count(self) -> int:
        """How many wait for an answer."""
        return self.counts.get(Outcome.OPEN, 0)

    @property
    def confirmed_count(self) -> int:
        """How many were found true."""
        return self.counts.get(Outcome.CONFIRMED, 0)

    @property
    def dead_words(self) -> str:
        """How many led nowhere, in words: "4 ruled out, 1 red herring"."""
        return dead_words(self.counts)


@dataclass(frozen=True, slots=True)
class Branch:
    """Some steps as they are stored, with where each stands, and where they stand in the whole."""

    places: list[Spot]
    steps: dict[int, DiagnosisStep]
    forest: Forest
    numbers: Mapping[int, str]
    page: int
    pages: int


def dead_words(counts: Mapping[str, int]) -> str:
    """Dead ends by outcome, in words; nothing for none."""
    return ", ".join(_words(outcome, counts[outcome]) for outcome in _COUNTED if counts.get(outcome))


def _words(outcome: Outcome, count: int) -> str:
    return f"{count} {_SEVERAL.get(outcome, outcome.label.lower()) if count > 1 else outcome.label.lower()}"


def read_branch(incident: Incident, *, page: int = 1, around: int | None = None, open_first: bool = True) -> Branch:
    """One page of steps in reading order; `around` picks the page that holds that step."""
    first = _STEPS.rows(incident.pk)
    is_whole = len(first) <= STEPS_A_PAGE
    forest = Forest((step.pk, step.parent_id, step.outcome) for step in first) if is_whole else Forest.of(incident)
    order = forest.reading_order(open_first=open_first)
    pages = max(1, -(-len(order) // STEPS_A_PAGE))
    found = [place for place, spot in enumerate(order) if spot.pk == around] if around else []
    page = found[0] // STEPS_A_PAGE + 1 if found else min(max(page, 1), pages)
    places = order[(page - 1) * STEPS_A_PAGE : page * STEPS_A_PAGE]
    shown = [spot.pk for spot in places]
    known = {step.pk: step for step in first} if is_whole else DiagnosisStep.objects.in_bulk(shown)
    steps = {pk: known[pk] for pk in shown if pk in known}
    places = [spot for spot in places if spot.pk in steps]
    return Branch(places, steps, forest, {spot.pk: spot.number for spot in order}, page, pages)


def draw(
    branch: Branch,
    material: Material,
    *,
    evidence: Mapping[int, list[ShownEvidence]] | None = None,
    first_checks: Sequence[FirstCheck] = (),
) -> Tree:
    """The tree of a branch, with what its steps carry and rest on; authors must be known already."""
    # A page may begin in the middle of a branch; its depths count from the shallowest step that it shows.
    base = min((spot.depth for spot in branch.places), default=0)
    marked = {check.step_id for check in first_checks}
    nodes: list[Node] = []
    # One item for each list that is open: whether dead ends fold in it.
    lists: list[bool] = []
    for spot in branch.places:
        level = min(spot.depth - base, len(lists))
        if nodes and level < len(lists):
            nodes[-1].closes = _closed(lists, level + 1)
        node = Node(branch.steps[spot.pk], spot.number, opens=level == len(lists))
        if node.opens:
            lists.append(False)
        if spot.fold:
            node.fold, lists[level] = dead_words(spot.fold), True
        node.is_path = spot.pk in branch.forest.path
        node.carried = material.of("step", spot.pk)
        node.evidence = (evidence or {}).get(spot.pk, [])
        node.is_first_check = spot.pk in marked
        nodes.append(node)
    if nodes:
        nodes[-1].closes = _closed(lists, 0)
    counts = Counter(branch.forest.outcomes.values())
    return Tree(nodes, len(branch.numbers), branch.page, branch.pages, counts, first_checks)


def _closed(lists: list[bool], left: int) -> list[bool]:
    """Close the innermost lists until `left` are open."""
    closed = lists[left:][::-1]
    del lists[left:]
    return closed
