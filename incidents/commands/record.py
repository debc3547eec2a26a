"""The commands about the incident itself: how bad, how far, who, what is concerned; and plain lines of a kind."""

import re
from difflib import get_close_matches

from accounts.models import User
from hindsight.lib.problems import InvalidError
from incidents.commands.grammar import Block
from incidents.commands.scene import Act, Made, Scene
from incidents.models import EntryKind, Incident, LinkKind, Severity, Status, TimelineEntry, transition
from incidents.pages.catalogue import visible_services
from incidents.services.changes import ChangeFields, note_change
from incidents.services.fields import IncidentFields
from incidents.services.links import link as link_incidents
from incidents.services.roles import acknowledge, take_lead
from incidents.services.timeline import add_entry
from incidents.services.update import MOMENT_OF, update

KINDS = {
    "fix": EntryKind.FIX,
    "verify": EntryKind.VERIFICATION,
    "decision": EntryKind.DECISION,
    "note": EntryKind.NOTE,
}
# From here on a name is like another.
_NEAR = 0.7
_NUMBER = re.compile(r"(?:INC-?|#)?(\d{1,9})\b[,:]?", re.IGNORECASE)


def status(scene: Scene, block: Block) -> Act:
    """Move on, or back with a reason, which is whatever stands behind the status."""
    word, _, reason = block.words.partition(" ")
    word, _, below = word.partition("\n")
    target = _status_named(word)
    fields: IncidentFields = {"status": target.value}
    if scene.at and target in MOMENT_OF:
        fields[MOMENT_OF[target]] = scene.at  # type: ignore[literal-required]  # one of three moments
    why = " ".join(f"{below} {reason}".split()).removeprefix("because ").strip(" ,:-–")
    step = transition(Status(scene.status), target)
    if step and step.needs_reason and not why:
        raise InvalidError({"reason": f"To {step.name}, give a reason."})
    scene.status = target.value
    return Act(f"Status becomes {target.label.lower()}", lambda: _update(scene, fields, reason=why))


def _status_named(word: str) -> Status:
    found = [status for status in Status if word and status.value.startswith(word.lower())]
    if len(found) != 1:
        raise InvalidError({"": f"/status takes one of {', '.join(Status.values)}."})
    return found[0]


def sev(scene: Scene, block: Block) -> Act:
    """Rate it anew: `2`, `sev2` and `SEV-2` are the same."""
    value = f"sev{block.head.lower().removeprefix('sev').strip(' -')}"
    if value not in Severity.values:
        raise InvalidError({"": "/sev takes 1, 2, 3 or 4; 1 is the worst."})
    return Act(f"Severity becomes {value}", lambda: _update(scene, {"severity": value}))


def lead(scene: Scene, block: Block) -> Act:
    """Hand the lead over: `me`, `nobody`, a user name, a shown name, or how one of them begins."""
    words = block.head.removeprefix("@").strip()
    if words.lower() in {"nobody", "none", "-"}:
        return Act("Nobody leads", lambda: _update(scene, {"lead": None}))
    person = scene.by if words.lower() in {"me", "i"} else _person(words)

    def run() -> Made:
        if person == scene.by:
            take_lead(incident=scene.incident, by=scene.by, now=scene.now, source=scene.source)
            return Made()
        return _update(scene, {"lead": person})

    return Act(f"{person.shown_name} leads", run)


def _person(words: str) -> User:
    people = User.objects.filter(is_active=True)
    if not words:
        raise InvalidError({"": "Say who: /lead me, or a user name."})
    for lookup in ("username__iexact", "display_name__iexact", "username__istartswith", "display_name__istartswith"):
        found = list(people.filter(**{lookup: words})[:3])
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(person.username for person in found)
            raise InvalidError({"": f"“{words[:60]}” may be {names}; write one of these user names."})
    raise InvalidError({"": f"Nobody here is called “{words[:60]}”."})


def service(scene: Scene, block: Block) -> Act:
    """Add services; those that are there stay."""
    names = [name for name in (" ".join(part.split()) for part in block.head.split(",")) if name]
    if not names:
        raise InvalidError({"": "Say which service, for example /service checkout-api."})

    def run() -> Made:
        there = list(scene.incident.services.values_list("name", flat=True))
        return _update(scene, {"services": [*there, *names]})

    return Act(f"Adds {', '.join(names)[:120]} to the services{_new_services(scene, names)}", run)


def _new_services(scene: Scene, names: list[str]) -> str:
    """Which of them nothing has had yet, and what may have been meant: a slip of the pen makes a service too."""
    known = {name.lower(): name for name in visible_services(scene.by).values_list("name", flat=True)}
    words = ""
    for name in names:
        if name.lower() in known:
            continue
        near = [one for one in known if name.lower() in one] or get_close_matches(name.lower(), known, 1, _NEAR)
        words += f"; {name[:60]} is new" + (f", or did you mean {known[near[0]]}?" if near else "")
    return words


def link(scene: Scene, block: Block) -> Act:
    """Point to another incident that the writer may see."""
    match = _NUMBER.match(block.head)
    if not match:
        raise InvalidError({"": "Say which incident, for example /link INC-7."})
    other = Incident.objects.visible_to(scene.by).filter(number=int(match[1])).exclude(pk=scene.incident.pk).first()
    if other is None:
        raise InvalidError({"": f"There is no other incident INC-{int(match[1])}, or it is not shared with you."})
    kind = _link_kind(block.head[match.end() :])

    def run() -> Made:
        link_incidents(source=scene.incident, target=other, kind=kind, by=scene.by, now=scene.now)
        return Made()

    return Act(f"{kind.label} {other.label}", run)


def _link_kind(words: str) -> LinkKind:
    found = "-".join(words.lower().replace("_", "-").split()).removesuffix("-of").removesuffix("-as")
    kinds = {kind.value.replace("_", "-"): kind for kind in LinkKind}
    if found and found not in kinds:
        raise InvalidError({"": f"Behind the number may stand {', '.join(kinds)}."})
    return kinds[found or LinkKind.RELATED.value]


def change(scene: Scene, block: Block) -> Act:
    """Note what went live: the first line is its title, what is below it a note."""
    title, _, rest = block.words.partition("\n")
    if not title.strip():
        raise InvalidError({"": "Say what changed, for example /change Deployed checkout 1.4.2."})

    def run() -> Made:
        fields: ChangeFields = {"title": title, "at": scene.moment}
        note_change(incident=scene.incident, by=scene.by, now=scene.now, fields=fields, source=scene.source)
        if rest.strip() or block.pieces:
            return Made(entry=_entry(scene, EntryKind.NOTE, rest, allow_empty=True))
        return Made()

    when = "" if scene.at else ", as of now; /at 14:05 says when it went live"
    return Act(f"Adds the change “{title.strip()[:60]}”{when}", run)


def acknowledged(scene: Scene, block: Block) -> Act:
    """Say that the writer has seen it and takes care."""

    def run() -> Made:
        acknowledge(incident=scene.incident, by=scene.by, now=scene.now, source=scene.source)
        return Made()

    return Act("Acknowledges the incident", run)


def line(scene: Scene, block: Block) -> Act:
    """A line of the timeline of that kind."""
    assert block.command is not None
    kind = KINDS[block.command.name]
    if not block.words and not block.pieces:
        raise InvalidError({"": f"Write something behind /{block.command.name}."})
    allow_empty = bool(block.pieces)
    says = f"Adds a line: {kind.label.lower()}"
    return Act(says, lambda: Made(entry=_entry(scene, kind, block.words, allow_empty=allow_empty)))


def _entry(scene: Scene, kind: str, body: str, *, allow_empty: bool = False) -> TimelineEntry:
    return add_entry(
        incident=scene.incident,
        by=scene.by,
        now=scene.now,
        body=body,
        kind=kind,
        at=scene.moment,
        source=scene.source,
        allow_empty=allow_empty,
    )


def _update(scene: Scene, fields: IncidentFields, *, reason: str = "") -> Made:
    update(
        incident=scene.incident,
        by=scene.by,
        now=scene.now,
        version=None,
        fields=fields,
        reason=reason,
        source=scene.source,
    )
    return Made()
