"""Every kind of place: a word that stands only there is found, and the result's address opens at it."""

import gzip
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from accounts.models import User
from incidents import readings
from incidents.models import Attachment, EntryKind, Incident
from incidents.pages import diagnosis, timeline
from incidents.services.attachments import attach, edit_attachment
from incidents.services.changes import judge, note_change
from incidents.services.diagnosis import add_log_note
from incidents.services.evidence import add_evidence, add_first_check
from incidents.services.handover import save_note
from incidents.services.roles import assign_role
from incidents.services.snippets import add_snippet
from postmortems.services.comments import comment
from postmortems.services.factors import set_factors
from postmortems.services.proof import waive
from search.results import find
from tests.search.real import index
from tests.support.personas import client_of
from tests.support.pictures import terminal
from tests.support.postmortems import make_action, make_postmortem, make_proof
from tests.support.records import LATER, NOW, make_entry, make_incident, make_step

__all__ = ["index"]

SECTIONS = ("summary", "impact", "detection", "root_cause", "fix", "verification", "lessons")
# Words are made so that no two share a stem; "zq" and a letter pair stand in no other text.
LETTERS = "abcdefghijklmnoprstuvw"


@dataclass(frozen=True)
class Place:
    """A word, and where its result has to open: a beginning of the address behind the record's own."""

    word: str
    begins: str


class Words:
    """Hands out a word for every kind of place."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}

    def __call__(self, name: str, begins: str) -> str:
        at = len(self.places)
        word = f"zq{LETTERS[at // 20]}{LETTERS[at % 20]}wort"
        self.places[name] = Place(word, begins)
        return word


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def lines(last: str, before: int = 40) -> str:
    """A text whose last line has the word."""
    return "\n".join([*(f"line {number} of an ordinary log" for number in range(1, before + 1)), f"then {last} came"])


def upload(incident: Incident, by: User, name: str, data: bytes, **fields: Any) -> Attachment:
    return attach(incident=incident, by=by, now=NOW, upload=ContentFile(data), filename=name, **fields)


def zipped(**files: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.log", text)
    return held.getvalue()


def everywhere(by: User, other: User, word: Words) -> Incident:
    """An incident with a word of its own in every place that can hold one."""
    incident = make_incident(
        by,
        title=f"Checkout {word('title', '')} answers 502",
        summary=f"Since {word('summary', '#summary')} all fail.",
        services=[f"{word('service', '')}-api"],
        tags=[word("tag", "")],
        source_name=word("link name", "#facts"),
        source_url=f"https://example.org/{word('link', '#facts')}/1",
    )
    other.display_name = word("person", "")
    other.save()
    assign_role(incident=incident, by=by, now=NOW, role="lead", person=other)
    entry = make_entry(incident, by, f"Saw {word('entry', '#entry-')} in the panel")
    make_entry(incident, by, f"Set {word('entry of a fix', '#entry-')} to 20", kind=EntryKind.FIX)
    step = make_step(incident, by, f"It is {word('hypothesis', '#step-')}", finding=word("finding", "#step-"))
    make_step(incident, by, f"Not {word('dead end', '#step-')}", outcome="ruled_out", finding="it was not")
    add_evidence(step=step, by=by, now=NOW, entry=entry, fields={"meaning": word("step evidence", "#evidence-")})
    add_first_check(incident=incident, by=by, now=NOW, text=f"Look at {word('first check', '#first-check-')}")
    line, said = word("ledger line", "#log-note-"), word("ledger", "#log-note-")
    add_log_note(incident=incident, by=by, now=NOW, verdict="decisive", line=line, note=said)
    add_snippet(incident=incident, by=by, now=NOW, code=lines(word("snippet", "#snippet-")), language="text")
    add_snippet(
        incident=incident,
        by=by,
        now=NOW,
        code="of a step",
        caption=word("caption", "#snippet-"),
        step=step,
        language="",
    )
    change = note_change(
        incident=incident, by=by, now=NOW, fields={"title": f"Deploy of {word('change', '#entry-')}", "at": NOW}
    )
    judge(incident=incident, change=change, verdict="culprit", why=word("verdict", "#entry-"), by=by, now=NOW)
    save_note(incident=incident, by=by, now=NOW, body=f"Mind {word('hand-over', 'handover/#note')}", version=0)
    files(incident, by, word)
    written(incident, by, word)
    return incident


def files(incident: Incident, by: User, word: Words) -> None:
    """Files of each kind, read as the worker reads them."""
    upload(incident, by, "worker.log", lines(word("text file", "attachments/"), 1500).encode())
    upload(incident, by, "old.log.gz", gzip.compress(lines(word("inside .gz", "attachments/")).encode()))
    upload(incident, by, "all.zip", zipped(a="nothing", b=lines(word("inside .zip", "attachments/"))))
    upload(incident, by, f"{word('file name', '#attachment-')}.bin", b"\x00\x01\x02", caption="dump")
    picture = upload(incident, by, "shot.png", terminal("Nothing to see"))
    for file in readings.waiting():
        readings.read(file, now=NOW)
    picture.refresh_from_db()
    words, instead = f"FATAL {word('screenshot', '#attachment-')} gone", word("alt text", "#attachment-")
    edit_attachment(attachment=picture, by=by, now=NOW, text=words, alt_text=instead)


def written(incident: Incident, by: User, word: Words) -> None:
    """What stands in the postmortem."""
    texts = {key: f"The {word(f'section {key}', f'postmortem/#section-{key}')} of it." for key in SECTIONS}
    row = make_postmortem(by, incident, **texts)
    set_factors(postmortem=row, by=by, now=NOW, factors=[("process", word("factor", "postmortem/#factor-"))])
    make_proof(row, by, claim=f"It {word('proof', 'postmortem/#evidence-')} now")
    waive(postmortem=row, by=by, now=NOW, reason=f"No {word('waiver', 'postmortem/#waiver')} can be had")
    make_action(incident, by, f"Watch {word('action item', 'postmortem/#action-')}")
    comment(
        postmortem=row, by=by, now=NOW, body=f"Why {word('comment', 'postmortem/review/#comment-')}?", section="fix"
    )
    incident.refresh_from_db()


def wrong(reader: User, client: Client, incident: Incident, places: dict[str, Place]) -> Iterator[str]:
    """What is not as it has to be, in words."""
    for name, place in places.items():
        results = find(reader, place.word).results
        if [result.hit.id for result in results] != [incident.pk]:
            yield f"{name}: found {[result.hit.number for result in results]}"
            continue
        highlight = next(iter(results[0].highlights), None)
        anchor = highlight.anchor if highlight else ""
        if not anchor.startswith(place.begins) or bool(anchor) != bool(place.begins):
            yield f"{name}: opens at {anchor!r}"
            continue
        address, _, fragment = f"{results[0].hit.url}{highlight.address if highlight else ''}".partition("#")
        # Servers and scripts never see the words that it quotes.
        fragment = fragment.partition(":~:")[0]
        answer = client.get(address, follow=True)
        page = answer.content.decode()
        if answer.status_code != 200:
            yield f"{name}: {address} answers {answer.status_code}"
        elif place.word not in (element(page, fragment) if fragment else page):
            yield f"{name}: {address} has it not at #{fragment}"


def element(page: str, name: str) -> str:
    """The HTML from the element of that id on: a line up to its end, all else for a stretch."""
    _, there, rest = page.partition(f'id="{name}"')
    if re.search(r"L[0-9]+$", name):
        return rest.partition("\n")[0]
    return rest[:4000] if there else ""


def test_a_result_says_where_it_matched_and_opens_there(
    index: Callable[[], None], responder: User, outsider: User, viewer: User
) -> None:
    word = Words()
    incident = everywhere(responder, outsider, word)
    make_incident(responder, title="Something else")
    index()
    assert len(word.places) > 35
    for reader in (responder, viewer):
        assert not list(wrong(reader, client_of(reader), incident, word.places))


def test_an_action_item_without_a_postmortem_opens_as_well(index: Callable[[], None], responder: User) -> None:
    word = Words()
    incident = make_incident(responder)
    make_action(incident, responder, f"Watch {word('action item', 'postmortem/#action-')}")
    index()
    assert list(wrong(responder, client_of(responder), incident, word.places)) == []


@pytest.mark.parametrize("typed", ["INC-1", "inc1", "#1", "inc 1"])
def test_a_number_opens_its_incident(index: Callable[[], None], responder: User, typed: str) -> None:
    incident = make_incident(responder)
    make_incident(responder, title="Follow-up of INC-1")
    index()
    results = find(responder, typed).results
    assert results[0].hit.url == incident.get_absolute_url()
    assert client_of(responder).get(results[0].hit.url).status_code == 200


def test_what_stands_beyond_the_first_page_opens_as_well(
    index: Callable[[], None], responder: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "LINES_A_PAGE", 5)
    monkeypatch.setattr(timeline, "LINES_BEFORE", 2)
    monkeypatch.setattr(diagnosis, "STEPS_A_PAGE", 3)
    word = Words()
    incident = make_incident(responder)
    entry = make_entry(incident, responder, f"Saw {word('entry', '#entry-')} early")
    caption = word("file of an entry", "#attachment-")
    upload(incident, responder, "a.bin", b"\x00", caption=caption, entry=entry)
    add_snippet(
        incident=incident,
        by=responder,
        now=NOW,
        code=word("snippet of an entry", "#snippet-"),
        language="",
        entry=entry,
    )
    for number in range(8):
        make_entry(incident, responder, f"Line {number}", now=LATER)
        step = make_step(incident, responder, f"Guess {number}")
    make_step(incident, responder, word("step", "#step-"))
    add_evidence(step=step, by=responder, now=NOW, entry=entry, fields={"meaning": word("step evidence", "#evidence-")})
    index()
    client = client_of(responder)
    first = client.get(incident.get_absolute_url()).content.decode()
    assert not [place.word for place in word.places.values() if place.word in first]
    assert not list(wrong(responder, client, incident, word.places))


@pytest.mark.parametrize(
    "name",
    ["", "entry-9999", "step-1", "snippet-7-L3", "attachment-" + "-" * 36, "evidence-2", "entry-" + "9" * 40, "<"],
)
def test_a_place_that_is_not_there_opens_the_page(responder: User, name: str) -> None:
    incident = make_incident(responder)
    assert client_of(responder).get(incident.get_absolute_url(), {"at": name}).status_code == 200
