"""The steps of the diagnosis as a tree, flattened for a template that opens and closes lists as it goes."""

from collections import defaultdict
from dataclasses import dataclass, field

from incidents.models import Attachment, DiagnosisStep, Incident
from incidents.pages.material import Shelf, ShownSnippet, attachments_prefetch, load_missing_code, snippets_prefetch

# Above this the tree comes in pages.
STEPS_A_PAGE = 200


@dataclass(slots=True)
class Node:
    """One step. `opens` a list below the last one; `closes` holds one item for each list that ends after it."""

    step: DiagnosisStep
    number: str
    opens: bool
    closes: range = field(default=range(0))
    snippets: list[ShownSnippet] = field(default_factory=list)
    pictures: list[Attachment] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tree:
    """Some steps in reading order: each before those under it."""

    nodes: list[Node]
    total: int
    page: int
    pages: int


def read_tree(incident: Incident, *, shelf: Shelf, page: int = 1, around: int | None = None) -> Tree:
    """One page of the tree; `around` picks the page that holds that step."""
    order = _reading_order(incident)
    pages = max(1, -(-len(order) // STEPS_A_PAGE))
    if around:
        places = [place for place, (pk, _, _) in enumerate(order) if pk == around]
        page = places[0] // STEPS_A_PAGE + 1 if places else page
    page = min(max(page, 1), pages)
    part = order[(page - 1) * STEPS_A_PAGE : page * STEPS_A_PAGE]
    return Tree(_nodes(part, shelf), len(order), page, pages)


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


def _nodes(part: list[tuple[int, str, int]], shelf: Shelf) -> list[Node]:
    steps = DiagnosisStep.objects.filter(pk__in=[pk for pk, _, _ in part])
    rows = {step.pk: step for step in steps.prefetch_related("author", snippets_prefetch(), attachments_prefetch())}
    load_missing_code(snippet for step in rows.values() for snippet in step.snippets.all())
    # A page may begin in the middle of a branch; its depths count from the shallowest step that it shows.
    base = min((depth for _, _, depth in part), default=0)
    nodes: list[Node] = []
    depth = -1
    for pk, number, raw in part:
        level = min(raw - base, depth + 1)
        if nodes and level <= depth:
            nodes[-1].closes = range(depth - level)
        nodes.append(_node(rows[pk], number, level > depth, shelf))
        depth = level
    if nodes:
        nodes[-1].closes = range(depth + 1)
    return nodes


def _node(step: DiagnosisStep, number: str, opens: bool, shelf: Shelf) -> Node:
    files = list(step.attachments.all())
    return Node(
        step,
        number,
        opens,
        snippets=[shelf.show(snippet) for snippet in step.snippets.all()],
        pictures=[file for file in files if file.is_picture],
        files=[file for file in files if not file.is_picture],
    )
