"""What the incident says by itself, for the sections that draw it."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from hindsight.lib.kept import Kept
from incidents.models import Change, ChangeVerdict, Incident, LogNote, Snippet
from incidents.pages.diagnosis import Tree
from incidents.pages.lifecycle import durations
from incidents.pages.material import Shelf, ShownSnippet, load_missing_code
from incidents.pages.record import Place, read_record
from incidents.pages.timeline import Timeline
from postmortems.models import ActionItem, ContributingFactor, Postmortem
from postmortems.prompts import Block

_VERDICTS = Kept(lambda incident: ChangeVerdict.objects.filter(incident=incident).select_related("by"))
_SNIPPETS = Kept(lambda incident: Snippet.objects.filter(incident=incident).defer("code"))
_ACTIONS = Kept(lambda incident: ActionItem.objects.filter(incident=incident).select_related("owner"))
_FACTORS = Kept(lambda row: ContributingFactor.objects.filter(postmortem=row))
# Lines that one snippet, and all of them, may take in the page; each links to the whole.
SNIPPET_LINES = 20
SNIPPETS_LINES = 300


@dataclass(frozen=True, slots=True)
class DrawnChange:
    """Something that went to production, and what this incident found about it."""

    change: Change
    verdict: ChangeVerdict | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the incident says by itself: times, timeline, diagnosis, changes, code, what is to be done."""

    incident: Incident
    timeline: Timeline
    tree: Tree
    log_notes: list[LogNote]
    durations: list[tuple[str, timedelta]]
    actions: list[ActionItem]
    factors: list[ContributingFactor]
    changes: list[DrawnChange]
    snippets: list[ShownSnippet]

    def has(self, block: Block) -> bool:
        """Whether there is anything to draw; proofs are not part of the incident."""
        return {
            "timeline": bool(self.timeline.lines),
            "diagnosis": bool(self.tree.nodes),
            "ledger": bool(self.log_notes),
            "changes": bool(self.changes),
            "snippets": bool(self.snippets),
            "factors": bool(self.factors),
            "actions": bool(self.actions),
        }.get(block, False)


def draw(incident: Incident, postmortem: Postmortem | None) -> Drawn:
    """The drawn blocks, in a number of queries that depends on the template alone."""
    record = read_record(incident, Place(order="oldest", open_first=False))
    blocks = postmortem.questions.blocks if postmortem else frozenset[Block]()
    return Drawn(
        incident=incident,
        timeline=record.timeline,
        tree=record.tree,
        log_notes=record.log_notes,
        durations=durations(incident, timezone.now()),
        actions=actions_of(incident),
        factors=_FACTORS.rows(postmortem.pk) if postmortem else [],
        changes=changes_of(incident) if "changes" in blocks else [],
        snippets=snippets_of(incident) if "snippets" in blocks else [],
    )


def changes_of(incident: Incident) -> list[DrawnChange]:
    """Changes that got a verdict here or were noted here, oldest first; another incident's own stay with it."""
    verdicts = {row.change_id: row for row in _VERDICTS.rows(incident.pk)}
    ours = Q(incident=incident) | Q(incident=None, pk__in=verdicts)
    rows = Change.objects.filter(ours).select_related("service").order_by("at", "pk")
    return [DrawnChange(row, verdicts.get(row.pk)) for row in rows]


def snippets_of(incident: Incident) -> list[ShownSnippet]:
    """All code of the incident, each with its first lines."""
    shelf = Shelf(each=SNIPPET_LINES, together=SNIPPETS_LINES)
    rows = _SNIPPETS.rows(incident.pk)
    load_missing_code(rows)
    return [shelf.show(row) for row in rows]


def actions_of(incident: Incident) -> list[ActionItem]:
    """What is to be done, what is left of it first."""
    rows = _ACTIONS.rows(incident.pk)
    return sorted(rows, key=lambda row: row.is_finished)
