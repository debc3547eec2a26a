"""The composer's three addresses: sending, preview, and what a text is going to do."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from hindsight.lib.language_look import looks_like_code
from incidents.models import Incident
from tests.support.records import make_incident, make_step
from tests.support.web import HTMX, queries_of

LOG = "\n".join(f"2026-03-01 14:05:{at:02d} ERROR pool exhausted id={at}" for at in range(50)) + "\n"
PYTHON = "    def connect(pool):\n        return pool.acquire(timeout=3)\n\n    print(connect(pool))\n"


@pytest.fixture
def incident(responder: User) -> Incident:
    return make_incident(responder)


@pytest.fixture
def address(incident: Incident) -> str:
    return reverse("entry_new", args=[incident.number])


def test_a_fence_becomes_a_snippet_of_the_note(incident: Incident, address: str, responder_client: Client) -> None:
    responder_client.post(address, {"body": f"Look:\r\n```\r\n{LOG}```\r\nstrange"})
    entry = incident.entries.latest("pk")
    snippet = entry.snippets.get()
    assert (entry.body, snippet.code, snippet.language) == ("Look:\nstrange", LOG, "log")


@pytest.mark.parametrize(("text", "language"), [(LOG, "log"), (PYTHON, "python")])
def test_code_alone_becomes_a_snippet_as_it_is(
    incident: Incident, address: str, responder_client: Client, text: str, language: str
) -> None:
    responder_client.post(address, {"body": text})
    snippet = incident.entries.latest("pk").snippets.get()
    assert (snippet.code, snippet.language) == (text, language)


def test_kept_as_text_it_stays_text(incident: Incident, address: str, responder_client: Client) -> None:
    responder_client.post(address, {"body": LOG, "is_text": "on"})
    assert incident.entries.latest("pk").body == LOG.rstrip("\n")
    assert not incident.snippets.exists()


def test_a_long_log_is_kept_whole(incident: Incident, address: str, responder_client: Client) -> None:
    log = LOG * 40
    assert len(log) > 60_000
    responder_client.post(address, {"body": log})
    assert incident.snippets.get().code == log


def test_a_text_over_its_limit_comes_back(address: str, responder_client: Client) -> None:
    answer = responder_client.post(address, {"body": "word " * 12_000})
    assert answer.status_code == 422
    assert "the limit is 50,000" in answer.content.decode()


def test_cards_come_with_language_and_name(incident: Incident, address: str, responder_client: Client) -> None:
    cards = [
        {"code": "select 1\n", "language": "sql", "filename": "q.sql"},
        {"code": "x := 1\n", "language": "", "filename": "main.go"},
        {"code": "   ", "language": "", "filename": ""},
    ]
    responder_client.post(address, {"body": "Both", "cards": json.dumps(cards)})
    entry = incident.entries.latest("pk")
    found = [(snippet.language, snippet.filename) for snippet in entry.snippets.order_by("pk")]
    assert found == [("sql", "q.sql"), ("go", "main.go")]


@pytest.mark.parametrize("cards", ["{", "1", json.dumps([{}] * 21), "[" * 100_000])
def test_odd_cards_are_refused_and_the_text_stays(
    incident: Incident, address: str, responder_client: Client, cards: str
) -> None:
    before = incident.entries.count()
    answer = responder_client.post(address, {"body": "Mine", "cards": cards})
    assert answer.status_code == 422
    assert "Mine</textarea>" in answer.content.decode()
    assert incident.entries.count() == before


@pytest.mark.parametrize("cards", ['["x", null, {"code": 5}]', '[{"code": "a\\u0000b\\ud800"}]'])
def test_strange_members_of_cards_do_no_harm(address: str, responder_client: Client, cards: str) -> None:
    assert responder_client.post(address, {"body": "Mine", "cards": cards}).status_code == 303


def test_what_waited_in_the_browser_keeps_its_time(incident: Incident, address: str, responder_client: Client) -> None:
    responder_client.post(address, {"body": "Offline"}, headers={**HTMX, "X-Hindsight-Waited": "3600"})
    entry = incident.entries.get(body="Offline")
    assert 3590 < (entry.noted_at - entry.at).total_seconds() < 3610


def test_files_that_were_dropped_at_once_stand_in_their_order(
    incident: Incident, address: str, responder_client: Client
) -> None:
    """They go up side by side, and the last may be there first."""
    for place in (2, 0, 1):
        sent = {"batch": "b1", "place": place, "once": f"once-of-{place}-and-more", "uploads": _file(f"{place}.bin")}
        assert responder_client.post(address, sent, headers=HTMX).status_code == 200
    alone = {"batch": "b2", "place": 0, "once": "once-of-another-one", "uploads": _file("later.bin")}
    responder_client.post(address, alone, headers=HTMX)
    rows = incident.entries.filter(attachments__isnull=False).order_by("at", "pk")
    names = [row.attachments.get().filename for row in rows]
    assert names == ["0.bin", "1.bin", "2.bin", "later.bin"]
    first, last = rows[0], rows[2]
    assert (last.at - first.at).total_seconds() == 0.002


def test_what_waited_at_once_keeps_time_and_order(incident: Incident, address: str, responder_client: Client) -> None:
    for place in (1, 0):
        sent = {"batch": "b1", "place": place, "once": f"once-of-{place}-and-more", "uploads": _file(f"{place}.bin")}
        responder_client.post(address, sent, headers={**HTMX, "X-Hindsight-Waited": "3600"})
    rows = incident.entries.filter(attachments__isnull=False).order_by("at", "pk")
    assert [row.attachments.get().filename for row in rows] == ["0.bin", "1.bin"]
    assert 3590 < (rows[0].noted_at - rows[0].at).total_seconds() < 3610


def test_an_odd_place_is_refused_and_a_batch_is_of_one_incident(
    address: str, responder: User, responder_client: Client
) -> None:
    other = reverse("entry_new", args=[make_incident(responder).number])
    for to in (address, other, address):
        assert responder_client.post(to, {"body": "Mine", "batch": "b1", "place": 3}).status_code == 303
    assert responder_client.post(address, {"body": "Mine", "batch": "b1", "place": "x"}).status_code == 422


def _file(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"\x00\x01" * 40)


@pytest.mark.parametrize("waited", ["", "x", "-1", "4", "99999999999", "٣٦٠٠"])
def test_odd_waiting_times_mean_now(incident: Incident, address: str, responder_client: Client, waited: str) -> None:
    responder_client.post(
        address, {"body": "Now"}, headers={**HTMX, "X-Hindsight-Waited": waited.encode().decode("latin-1")}
    )
    entry = incident.entries.get(body="Now")
    assert abs((entry.noted_at - entry.at).total_seconds()) < 10


def test_what_somebody_else_wrote_is_not_sent_in_my_name(
    incident: Incident, address: str, responder_client: Client, outsider: User
) -> None:
    before = incident.entries.count()
    answer = responder_client.post(
        address, {"body": "Theirs"}, headers={**HTMX, "X-Hindsight-Writer": str(outsider.pk)}
    )
    assert (answer.status_code, answer["X-Hindsight-Session"]) == (403, "other")
    assert incident.entries.count() == before


def test_the_plan_says_what_a_text_does_and_writes_nothing(
    incident: Incident, responder: User, responder_client: Client
) -> None:
    make_step(incident, responder, "Pool")
    before = incident.entries.count()
    text = "10m ago\n/ruled-out no\n/ruled-out again\n/hypothesis DNS\n/confirmed\n/status nowhere"
    plan = responder_client.post(
        reverse("entry_plan", args=[incident.number]), {"body": text, "code": "select 1 from users where id = 3;"}
    ).json()
    assert plan["language"] == {"key": "sql", "label": "SQL"}
    assert plan["at"]["line"] == 1
    assert [(act["says"], act["fault"]) for act in plan["acts"][:4]] == [
        ("“Pool” becomes ruled out", False),
        ("Adds “again”, ruled out", False),
        ("Opens the hypothesis “DNS”", False),
        ("“DNS” becomes confirmed", False),
    ]
    assert plan["acts"][4]["fault"]
    assert incident.entries.count() == before
    assert incident.steps.get().outcome == "open"


def test_a_time_before_the_words_is_when_it_happened_unless_another_was_chosen(
    incident: Incident, address: str, responder_client: Client
) -> None:
    responder_client.post(address, {"body": "yesterday 14:05 restarted the pods"})
    entry = incident.entries.get(body="restarted the pods")
    assert (entry.at.hour, entry.at.minute, (entry.noted_at.date() - entry.at.date()).days) == (14, 5, 1)
    responder_client.post(address, {"body": "14:05 restarted the pods", "at": "yesterday 09:00"})
    entry = incident.entries.get(body="14:05 restarted the pods")
    assert (entry.at.hour, entry.at.minute) == (9, 0)
    plan = reverse("entry_plan", args=[incident.number])
    assert responder_client.post(plan, {"body": "14:05 restarted it"}).json()["at"]["words"] == "restarted it"
    assert responder_client.post(plan, {"body": "14:05 restarted it", "at": "10m ago"}).json()["at"] is None


def test_the_plan_names_a_slip(incident: Incident, responder_client: Client) -> None:
    plan = responder_client.post(reverse("entry_plan", args=[incident.number]), {"body": "/statsu resolved"}).json()
    assert "Did you mean /status?" in plan["fault"]


def test_the_plan_says_which_services_would_be_new(
    incident: Incident, responder: User, responder_client: Client
) -> None:
    make_incident(responder, services=["checkout-api"])

    def foreseen(words: str) -> str:
        plan = reverse("entry_plan", args=[incident.number])
        return str(responder_client.post(plan, {"body": f"/service {words}"}).json()["acts"][0]["says"])

    assert foreseen("Checkout-API") == "Adds Checkout-API to the services"
    assert foreseen("checkout").endswith("checkout is new, or did you mean checkout-api?")
    assert foreseen("billing").endswith("billing is new")


def test_the_plan_says_when_a_change_is_taken_to_have_gone_live(incident: Incident, responder_client: Client) -> None:
    plan = reverse("entry_plan", args=[incident.number])

    def foreseen(text: str) -> str:
        return str(responder_client.post(plan, {"body": text}).json()["acts"][0]["says"])

    assert foreseen("/change Deployed 118").endswith("as of now; /at 14:05 says when it went live")
    assert foreseen("/change Deployed 118\n/at 10m ago").endswith("“Deployed 118”")
    assert foreseen("10m ago\n/change Deployed 118").endswith("“Deployed 118”")


def test_the_preview_is_safe_markdown(incident: Incident, responder_client: Client) -> None:
    text = "**bold** <script>x</script>\n/fix _done_\n```\n<b>\n```"
    page = responder_client.post(reverse("entry_preview", args=[incident.number]), {"body": text}).content.decode()
    assert "<strong>bold</strong>" in page
    assert "<script" not in page
    assert "<em>done</em>" in page
    assert "&lt;b&gt;" in page


@pytest.mark.parametrize("name", ["entry_plan", "entry_preview"])
def test_neither_is_for_readers_or_strangers(
    incident: Incident, outsider: User, viewer_client: Client, name: str
) -> None:
    hidden = make_incident(outsider, is_private=True)
    assert viewer_client.post(reverse(name, args=[incident.number]), {"body": "x"}).status_code == 403
    assert viewer_client.post(reverse(name, args=[hidden.number]), {"body": "x"}).status_code == 404
    assert viewer_client.get(reverse(name, args=[incident.number])).status_code == 405


@pytest.mark.parametrize(
    "text",
    [
        "Called the provider.\nThey say it is on our side.\nWill call again at three.",
        "- looked at the logs\n- restarted the worker\n- no change so far",
        "We saw:\n1. errors on checkout\n2. slow pages everywhere\n3. customers calling us",
        "one line",
        "two\nlines",
    ],
)
def test_words_are_no_code(text: str) -> None:
    assert not looks_like_code(text)


def test_an_entry_costs_a_few_queries(address: str, responder_client: Client) -> None:
    responder_client.post(address, {"body": "warm"}, headers=HTMX)
    with CaptureQueriesContext(connection) as captured:
        responder_client.post(address, {"body": "Note"}, headers=HTMX)
    assert len(captured) <= 24
    assert queries_of(responder_client, address) < 12
