"""The page of one incident."""

from dataclasses import dataclass

from accounts.models import Team, User
from incidents.models import Attachment, Incident, LogNote, Snippet
from incidents.pages.diagnosis import Tree, read_tree
from incidents.pages.material import Shelf, ShownSnippet, load_missing_code
from incidents.pages.timeline import Timeline, read_timeline


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of a long record is asked for."""

    order: str = ""
    cursor: str = ""
    entry: int | None = None
    step: int | None = None
    steps: int = 1

    @property
    def newest_first(self) -> bool | None:
        """The order that was asked for; None leaves it to the incident."""
        return {"newest": True, "oldest": False}.get(self.order)


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that the page of an incident shows."""

    timeline: Timeline
    tree: Tree
    snippets: list[ShownSnippet]
    pictures: list[Attachment]
    files: list[Attachment]
    log_notes: list[LogNote]
    people: list[User]
    teams: list[Team]


def read_record(incident: Incident, place: Place) -> Record:
    """The record in a number of queries that does not depend on its length."""
    shelf = Shelf()
    tree = read_tree(incident, shelf=shelf, page=place.steps, around=place.step)
    timeline = read_timeline(
        incident, shelf=shelf, newest_first=place.newest_first, cursor=place.cursor, around=place.entry
    )
    loose = list(Snippet.objects.filter(incident=incident, entry=None, step=None).defer("code"))
    load_missing_code(loose)
    files = list(Attachment.objects.filter(incident=incident, entry=None, step=None).defer("text"))
    return Record(
        timeline=timeline,
        tree=tree,
        snippets=[shelf.show(snippet) for snippet in loose],
        pictures=[file for file in files if file.is_picture],
        files=[file for file in files if not file.is_picture],
        log_notes=list(incident.log_notes.select_related("step").prefetch_related("author")),
        people=list(incident.people.all()) if incident.is_private else [],
        teams=list(incident.teams.all()) if incident.is_private else [],
    )
