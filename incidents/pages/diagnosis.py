"""The steps of the diagnosis as a tree, flattened for a template that opens and closes lists as it goes."""

from collections import defaultdict
from dataclasses import dataclass, field

from incidents.models import DiagnosisStep, Incident
from incidents.pages.material import Carried, Material

# Above this the tree comes in pages.
STEPS_A_PAGE = 200


@dataclass(slots=True)
class Node:
    """One step. `opens` a list below the last one; `closes` holds one item for each list that ends after it."""

    step: DiagnosisStep
    number: str
    opens: bool
    closes: range = field(default=range(0))
    carried: Carried = field(default_factory=Carried)


@dataclass(frozen=True, slots=True)
class Tree:
    """Some steps in reading order: each before those under it."""

    nodes: list[Node]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Branch:
    """Some steps as they are stored, with number and depth, and where they stand in the whole."""

    places: list[tuple[int, str, int]]
    steps: dict[int, DiagnosisStep]
    total: int
    page: int
    pages: int


def read_branch(incident: Incident, *, page: int = 1, around: int | None = None) -> Branch:
    """One page of steps in reading order; `around` picks the page that holds that step."""
    order = _reading_order(incident)
    pages = max(1, -(-len(order) // STEPS_A_PAGE))
    found = [place for place, (pk, _, _) in enumerate(order) if pk == around] if around else []
    page = found[0] // STEPS_A_PAGE + 1 if found else min(max(page, 1), pages)
    places = order[(page - 1) * STEPS_A_PAGE : page * STEPS_A_PAGE]
    return Branch(places, DiagnosisStep.objects.in_bulk([pk for pk, _, _ in places]), len(order), page, pages)


def _reading_order(incident: Incident) -> list[tuple[int, str, int]]:
    """Id, number such as 3.1, and depth of every step, in reading order."""
    children: dict[int | None, list[int]] = defaultdict(list)
    for pk, parent in incident.steps.order_by("at", "id").values_list("pk", "parent_id"):
        children[parent].append(pk)
    order: list[tuple[int, str, int]] = []
    waiting = [(pk, str(place), 0) for place, pk in enumerate(children[None], 1)][::-1]
    while waiting:
        pk, number, depth = waiting.pop()
        order.append((pk, number, depth))
        waiting.extend([(child, f"{number}.{at}", depth + 1) for at, child in enumerate(children[pk], 1)][::-1])
    return order


def draw(branch: Branch, material: Material) -> Tree:
    """The tree of a branch, with what its steps carry; authors must be known already."""
    # A page may begin in the middle of a branch; its depths count from the shallowest step that it shows.
    base = min((depth for _, _, depth in branch.places), default=0)
    nodes: list[Node] = []
    depth = -1
    for pk, number, raw in branch.places:
        level = min(raw - base, depth + 1)
        if nodes and level <= depth:
            nodes[-1].closes = range(depth - level)
        nodes.append(Node(branch.steps[pk], number, opens=level > depth, carried=material.of("step", pk)))
        depth = level
    if nodes:
        nodes[-1].closes = range(depth + 1)
    return Tree(nodes, branch.total, branch.page, branch.pages)
