"""What may stand behind a command, offered while somebody writes there: a few at a time, all that they may know of."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Case, Q, When
from django.utils import timezone

from accounts.models import User
from hindsight.lib.time import clock_text
from incidents.commands.known import find
from incidents.models import (
    SEVERITY_MEANING,
    STATUS_MEANING,
    DiagnosisStep,
    Forest,
    Incident,
    LinkKind,
    Outcome,
    Severity,
    Status,
    transition,
)
from incidents.pages.catalogue import visible_services

SHOWN = 8
# How many people are asked for, one by one, whether a private incident is open to them.
_ASKED = 40
_NUMBER_LIMIT = 10**9
_NUMBER = re.compile(r"(?:inc-?|#)?(\d{1,9})", re.IGNORECASE)
_LINKED = re.compile(r"(?:inc-?|#)?\d{1,9}[,:]?\s+", re.IGNORECASE)
_COUNT = re.compile(r"(\d{1,4})\s*(?:([mhd])[a-z ]*)?")
_MINUTES = {"m": 1, "h": 60, "d": 1440}
_USUAL = ("now", "5m ago", "10m ago", "15m ago", "30m ago", "1h ago", "2h ago")


@dataclass(frozen=True, slots=True)
class Offer:
    """One of them: what is written for it, how it is shown, and what it means."""

    value: str
    says: str
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Offers:
    """What fits `part`, the end of what was typed. `is_open`: it may as well stay empty, so that none is chosen yet."""

    part: str
    found: list[Offer] = field(default_factory=list)
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Who writes behind which command of which incident, when."""

    incident: Incident
    by: User
    now: datetime
    typed: str


def offers(*, incident: Incident, by: User, now: datetime, command: str, typed: str) -> Offers:
    """What may stand where somebody has typed this much; nothing for a command that takes free words."""
    known = find(command)
    offered = _OFFERED.get(known.name) if known else None
    return offered(Asked(incident, by, now, typed)) if offered else Offers(typed)


def _status(asked: Asked) -> Offers:
    here = Status(asked.incident.status)
    found = []
    for status in Status:
        step = transition(here, status)
        if step and status.value.startswith(asked.typed.lower()):
            why = " Say why." if step.needs_reason else ""
            value = f"{status.value} because " if step.needs_reason else status.value
            found.append(Offer(value, f"{STATUS_MEANING[status]}{why}", status.value))
    return Offers(asked.typed, found)


def _severity(asked: Asked) -> Offers:
    typed = asked.typed.lower().removeprefix("sev").strip(" -")
    others = [one for one in Severity if one.value != asked.incident.severity and one.value[3:].startswith(typed)]
    return Offers(asked.typed, [Offer(one.value[3:], SEVERITY_MEANING[one]) for one in others])


def _lead(asked: Asked) -> Offers:
    words = asked.typed.removeprefix("@").lower()
    mine = f"{asked.by.username} {asked.by.shown_name}".lower()
    found = [Offer("me", asked.by.shown_name)] if "me".startswith(words) or words in mine else []
    if words and "nobody".startswith(words):
        found.append(Offer("nobody", "Nobody leads"))
    found += [Offer(person.username, _name_of(person, asked)) for person in islice(_people(asked, words), SHOWN)]
    return Offers(asked.typed, found[:SHOWN])


def _people(asked: Asked, words: str) -> Iterator[User]:
    """Others whose name has the words in it, as far as they may see the incident."""
    named = Q(username__icontains=words) | Q(display_name__icontains=words)
    others = User.objects.filter(named, is_active=True).exclude(pk=asked.by.pk)
    for person in others.order_by("username")[: _ASKED if asked.incident.is_private else SHOWN]:
        if not asked.incident.is_private or Incident.objects.visible_to(person).filter(pk=asked.incident.pk).exists():
            yield person


def _name_of(person: User, asked: Asked) -> str:
    leads = "leads now" if person.pk == asked.incident.lead_id else ""
    name = person.shown_name if person.shown_name != person.username else ""
    return ", ".join(filter(None, [name, leads]))


def _service(asked: Asked) -> Offers:
    """The one after the last comma; a name that nothing has had yet is said to be new."""
    part = asked.typed.rpartition(",")[2].lstrip()
    words = " ".join(part.split())
    rows = visible_services(asked.by).filter(name__icontains=words)
    begins = Case(When(name__istartswith=words, then=0), default=1)
    taken = {name.lower() for name in asked.incident.services.values_list("name", flat=True)}
    taken |= {" ".join(name.split()).lower() for name in asked.typed.split(",")[:-1]}
    names = rows.order_by(begins, "name").values_list("name", flat=True)[: SHOWN + len(taken)]
    is_known = words.lower() in taken or rows.filter(name__iexact=words).exists()
    found = [Offer(name, "") for name in names if name.lower() not in taken][:SHOWN]
    if words and not is_known:
        found.append(Offer(words, "is new"))
    return Offers(part, found)


def _link(asked: Asked) -> Offers:
    """Incidents by number or by words of their title, the latest first; behind a number, how they hang together."""
    linked = _LINKED.match(asked.typed)
    if linked:
        return _link_kinds(asked.typed[linked.end() :])
    rows = Incident.objects.visible_to(asked.by).exclude(pk=asked.incident.pk)
    number = _NUMBER.fullmatch(asked.typed.strip())
    if number:
        rows = rows.filter(_numbers_from(int(number[1]))).order_by("number")
    else:
        rows = rows.newest_first()
        for word in re.sub(r"^inc-?$", "", asked.typed.strip(), flags=re.IGNORECASE).split()[:6]:
            rows = rows.filter(title__icontains=word)
    found = rows.only("number", "title")[:SHOWN]
    return Offers(asked.typed, [Offer(f"{one.label} ", one.title, one.label) for one in found])


def _numbers_from(number: int) -> Q:
    """The numbers that begin with these digits."""
    found, low, high = Q(number=number), number, number
    while number and low * 10 < _NUMBER_LIMIT:
        low, high = low * 10, high * 10 + 9
        found |= Q(number__range=(low, high))
    return found


def _link_kinds(part: str) -> Offers:
    kinds = [(kind.value.replace("_", " "), str(kind.label)) for kind in LinkKind]
    return Offers(part, [Offer(*one) for one in kinds if one[0].startswith(part.lower())], is_open=not part)


def _at(asked: Asked) -> Offers:
    """Times that lie a while back; a number that was typed is taken for minutes, hours and days."""
    typed = asked.typed.lower().strip()
    count = _COUNT.fullmatch(typed)
    if count:
        texts = [f"{count[1]}{unit} ago" for unit in _MINUTES if count[2] in {None, unit}]
    else:
        texts = [text for text in _USUAL if text.startswith(typed)]
    zone = timezone.get_current_timezone()
    times = {text: clock_text(asked.now - _back(text), zone=zone, now=asked.now) for text in texts if text != typed}
    return Offers(asked.typed, [Offer(*one) for one in times.items()])


def _back(text: str) -> timedelta:
    """How long ago "10m ago" and "now" are."""
    return timedelta(minutes=int(text[:-5]) * _MINUTES[text[-5]]) if text[0].isdigit() else timedelta()


def _steps(asked: Asked) -> Offers:
    """The hypotheses by the numbers of the board, in its order: open ones first."""
    typed = asked.typed.removeprefix("#")
    spots = [spot for spot in Forest.of(asked.incident).reading_order() if spot.number.startswith(typed)][:SHOWN]
    rows = DiagnosisStep.objects.in_bulk([spot.pk for spot in spots])
    return Offers(asked.typed, [_step(spot.number, rows[spot.pk]) for spot in spots if spot.pk in rows])


def _step(number: str, step: DiagnosisStep) -> Offer:
    decided = "" if step.outcome == Outcome.OPEN else f"{Outcome(step.outcome).label}: "
    return Offer(f"#{number} ", f"{decided}{step.hypothesis[:120]}", f"#{number}")


def _only(names: Iterable[str], offered: Callable[[Asked], Offers]) -> dict[str, Callable[[Asked], Offers]]:
    return dict.fromkeys(names, offered)


_OFFERED: dict[str, Callable[[Asked], Offers]] = {
    "status": _status,
    "sev": _severity,
    "lead": _lead,
    "service": _service,
    "link": _link,
    "at": _at,
    **_only(("hypothesis", "check", "confirmed", "ruled-out", "red-herring", "inconclusive"), _steps),
}
