"""Long logs and long code: found to their last line, opened at it, and never in the way of what people wrote."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest
from django.core.files.base import ContentFile

from accounts.models import User
from incidents.chunks import CHARACTERS, LINES, chunks
from incidents.models import Attachment
from incidents.services.attachments import attach
from incidents.services.snippets import add_snippet
from search.counting import tallies
from search.documents import Document, Part
from search.results import find
from tests.search.real import index
from tests.support.personas import client_of
from tests.support.postmortems import make_postmortem
from tests.support.records import NOW, make_incident

__all__ = ["index"]

LINE = "2026-03-01T14:{:02}:{:02}Z api-{} INFO worker.pool[{}]: job {} took {} ms, connection kept"


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def log(size: int, last: str) -> str:
    """So many characters of an ordinary log, with `last` as its last line."""
    lines, room, number = [], size - len(last), 0
    while room > 0:
        number += 1
        lines.append(LINE.format(number // 60 % 60, number % 60, number % 7, number, number * 31, number % 900))
        room -= len(lines[-1]) + 1
    return "\n".join([*lines, last])


def test_the_last_line_of_a_long_log_is_found_and_opens(index: Callable[[], None], responder: User) -> None:
    incident = make_incident(responder, title="Workers stopped")
    text = log(900_000, "FATAL quokka_lease_lost while renewing")
    file = attach(incident=incident, by=responder, now=NOW, upload=ContentFile(text.encode()), filename="worker.log")
    make_postmortem(responder, incident, root_cause="The wombatlease ran out.")
    begin = perf_counter()
    index()
    assert perf_counter() - begin < 20
    found = find(responder, "quokka_lease_lost").results[0]
    number = text.count("\n") + 1
    assert "quokka_lease_lost" in found.highlights[0].html
    assert found.highlights[0].anchor.startswith(f"attachments/{file.pk}/lines/?from=")
    assert found.highlights[0].anchor.endswith(f"#L{number}")
    page = client_of(responder).get(found.hit.url + found.highlights[0].anchor.partition("#")[0]).content.decode()
    line = page.partition(f'id="L{number}"')[2].partition("\n")[0]
    assert "quokka_lease_lost" in line
    # A long log takes nothing from what people wrote after it.
    assert [result.hit.number for result in find(responder, "wombatlease").results] == ["INC-1"]
    # A trace in the log's last lines is its signature as well.
    assert Attachment.objects.get().signature_tokens


def test_a_line_deep_in_long_code_opens_there(index: Callable[[], None], responder: User) -> None:
    incident = make_incident(responder)
    code = "\n".join(f"value_{n} = compute({n})" for n in range(1, 3000)) + "\nraise QuokkaError()"
    snippet = add_snippet(incident=incident, by=responder, now=NOW, code=code, language="python")
    index()
    found = find(responder, "QuokkaError").results[0].highlights[0]
    assert found.anchor == f"#snippet-{snippet.pk}-L3000"


def test_a_first_line_opens_as_ever(index: Callable[[], None], responder: User) -> None:
    snippet = add_snippet(incident=make_incident(responder), by=responder, now=NOW, code="one\nquokka", language="text")
    index()
    assert find(responder, "quokka").results[0].highlights[0].anchor == f"#snippet-{snippet.pk}-L2"


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "a", "a\n\nb\n", "x" * 50_000, "\n" * 5000 + "end", log(60_000, "end"), "é\r\n日本\n" * 900],
)
def test_chunks_lose_nothing_and_know_their_line(text: str) -> None:
    lines = text.split("\n")
    seen = 0
    for chunk in chunks(text):
        assert chunk.text.split("\n")[0] in lines[chunk.line - 1]
        assert chunk.text.count("\n") < LINES
        assert len(chunk.text) <= CHARACTERS
        seen += len("".join(chunk.text.split()))
    assert seen == len("".join(text.split()))


def test_what_people_wrote_counts_before_long_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.counting.MAX_WORDS", 3000)
    long = " ".join(f"w{n}" for n in range(4000))
    document = Document("note", 1, (Part("log", long), Part("fix", "quokka")), frozenset())
    assert "quokka" in tallies(document.parts)[0]


def test_lines_of_a_file_are_shown_to_those_who_may_see_it(responder: User, outsider: User) -> None:
    incident = make_incident(responder, is_private=True)
    upload = ContentFile("\n".join(f"line {n} <b>" for n in range(1, 2500)).encode())
    file = attach(incident=incident, by=responder, now=NOW, upload=upload, filename="a.log")
    address = f"{incident.get_absolute_url()}attachments/{file.pk}/lines/"
    text = client_of(responder).get(f"{address}?from=1200").content.decode()
    assert ('id="L1200"' in text, 'id="L1199"' in text, 'id="L2199"' in text, 'id="L2200"' in text) == (1, 0, 1, 0)
    assert "line 1200 &lt;b&gt;" in text
    assert ("?from=200" in text, "?from=2200" in text) == (True, True)
    for odd in ("", "0", "-3", "x", "99999999999", "2500"):
        assert 'id="L1"' in client_of(responder).get(address, {"from": odd}).content.decode()
    other = make_incident(outsider)
    assert client_of(outsider).get(address).status_code == 404
    assert client_of(outsider).get(f"{other.get_absolute_url()}attachments/{file.pk}/lines/").status_code == 404
