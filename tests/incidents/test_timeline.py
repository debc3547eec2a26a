"""The timeline: its parts and marks, corrections with their history, pins, quotes, Markdown, and ten thousand lines."""

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.models import Incident, Outcome, Status, TimelineEntry
from incidents.pages.timeline import LINES_A_PAGE, LINES_BEFORE
from incidents.services.timeline import edit_entry, restore_entry, set_key
from incidents.services.update import update
from tests.support.personas import client_of
from tests.support.records import LATER, NOW, make_entry, make_incident, make_step

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def incident(responder: User) -> Incident:
    """An open incident."""
    return make_incident(responder)


def at(name: str, entry: TimelineEntry, *more: int) -> str:
    return reverse(name, args=[entry.incident.number, entry.pk, *more])


def page_of(client: Client, incident: Incident, query: str = "") -> str:
    return client.get(f"{incident.get_absolute_url()}{query}").content.decode()


def lines_of(page: str) -> str:
    return page.split('<ol class="timeline" id="timeline-lines">')[1].split("</ol>")[0]


class TestMarks:
    def test_silence_is_marked(self, incident: Incident, responder: User, responder_client: Client) -> None:
        make_entry(incident, responder, at=NOW + timedelta(minutes=47, seconds=20), now=LATER)
        assert "47 min without an entry" in lines_of(page_of(responder_client, incident))

    def test_what_is_left_out_is_no_silence(
        self, incident: Incident, responder: User, responder_client: Client
    ) -> None:
        make_entry(incident, responder, at=NOW + timedelta(minutes=47), now=LATER, kind="fix")
        assert "without an entry" not in page_of(responder_client, incident, "?view=story")

    def test_another_time_of_noting_is_told(
        self, incident: Incident, responder: User, responder_client: Client
    ) -> None:
        entry = make_entry(incident, responder, "Seen late", at=NOW, now=NOW + timedelta(minutes=17))
        line = lines_of(page_of(responder_client, incident)).split(f'id="entry-{entry.pk}"')[1].split("</li>")[0]
        assert "noted <time" in line
        assert ">14:22<" in line


class TestParts:
    @pytest.fixture(autouse=True)
    def lines(self, incident: Incident, responder: User) -> None:
        """Some of each."""
        make_entry(incident, responder, "An aside")
        set_key(entry=make_entry(incident, responder, "The turning point"), is_key=True)
        make_entry(incident, responder, "Rolled back", kind="fix")
        make_step(incident, responder, "The pool was halved", outcome=Outcome.CONFIRMED)
        make_step(incident, responder, "The cache is cold", outcome=Outcome.RULED_OUT)
        update(incident=incident, by=responder, now=NOW, version=None, fields={"status": Status.MITIGATED})

    def test_the_story_is_what_matters(self, incident: Incident, responder_client: Client) -> None:
        story = lines_of(page_of(responder_client, incident, "?view=story"))
        for words in ("The turning point", "Rolled back", "The pool was halved", "Mitigated"):
            assert words in story
        assert "An aside" not in story
        assert "The cache is cold" not in story

    def test_one_kind(self, incident: Incident, responder_client: Client) -> None:
        fixes = lines_of(page_of(responder_client, incident, "?kind=fix"))
        assert "Rolled back" in fixes
        assert "The turning point" not in fixes

    @pytest.mark.parametrize("query", ["?view=nothing", "?kind=nothing", "?order=up"])
    def test_what_is_not_known_is_everything(self, incident: Incident, responder_client: Client, query: str) -> None:
        assert "An aside" in lines_of(page_of(responder_client, incident, query))

    def test_a_link_to_a_line_wins_over_the_part(self, incident: Incident, responder_client: Client) -> None:
        entry = incident.entries.get(body="An aside")
        assert "An aside" in lines_of(page_of(responder_client, incident, f"?view=story&entry={entry.pk}"))

    def test_the_script_gets_the_lines_alone(self, incident: Incident, responder_client: Client) -> None:
        answer = responder_client.get(f"{incident.get_absolute_url()}?view=story", headers=HTMX)
        assert answer.content.decode().startswith('<div id="timeline"')

    def test_as_markdown(self, incident: Incident, responder_client: Client) -> None:
        address = reverse("timeline_markdown", args=[incident.number])
        story = b"".join(responder_client.get(f"{address}?view=story")).decode()
        assert "## Story" in story
        assert "The pool was halved (confirmed)" in story
        assert "An aside" not in story
        assert "An aside" in b"".join(responder_client.get(address)).decode()


class TestCorrections:
    @pytest.fixture
    def entry(self, incident: Incident, responder: User) -> TimelineEntry:
        """A line that was corrected once."""
        entry = make_entry(incident, responder, "The pool is ful")
        return edit_entry(entry=entry, by=responder, now=LATER, version=1, body="The pool is full", at=LATER)

    def test_what_stood_there_is_kept(self, entry: TimelineEntry, responder: User) -> None:
        kept = entry.revisions.get()
        assert (kept.version, kept.body, kept.at_before, kept.by, kept.replaced_at) == (
            1,
            "The pool is ful",
            NOW,
            responder,
            LATER,
        )

    def test_nothing_different_is_no_correction(self, entry: TimelineEntry, responder: User) -> None:
        same = edit_entry(entry=entry, by=responder, now=LATER, version=2, body="The pool is full", at=LATER)
        assert same.version == 2
        assert entry.revisions.count() == 1

    def test_the_line_says_so_and_its_page_shows_how(self, entry: TimelineEntry, viewer: User) -> None:
        client = client_of(viewer)
        assert f'href="{at("entry_detail", entry)}#history">edited</a>' in page_of(client, entry.incident)
        page = client.get(at("entry_detail", entry)).content.decode()
        assert "<del>ful</del><ins>full</ins>" in page
        assert "It happened" in page
        assert "Bring back" not in page

    def test_it_can_be_brought_back(self, entry: TimelineEntry, responder_client: Client) -> None:
        assert "Bring back version 1" in responder_client.get(at("entry_detail", entry)).content.decode()
        responder_client.post(at("entry_restore", entry, 1), {"version": "2"})
        entry.refresh_from_db()
        assert (entry.body, entry.at, entry.version) == ("The pool is ful", NOW, 3)
        assert entry.revisions.count() == 2

    def test_not_over_what_another_wrote_meanwhile(self, entry: TimelineEntry, responder_client: Client) -> None:
        answer = responder_client.post(at("entry_restore", entry, 1), {"version": "1"})
        assert answer.status_code == 409
        entry.refresh_from_db()
        assert entry.body == "The pool is full"

    def test_lines_that_follow_from_acts_stay(self, incident: Incident, responder: User) -> None:
        entry = incident.entries.get(kind="status")
        with pytest.raises(InvalidError):
            edit_entry(entry=entry, by=responder, now=NOW, version=1, body="Not so")

    def test_restoring_is_a_correction_like_any_other(self, entry: TimelineEntry, responder: User) -> None:
        with pytest.raises(StaleError):
            restore_entry(entry=entry, revision=entry.revisions.get(), by=responder, now=NOW, version=1)

    def test_two_at_once(self, entry: TimelineEntry, teammate: User) -> None:
        data = {"body": "The queue is full", "kind": "fix", "at": "2026-03-01T14:10:00Z", "version": "1"}
        answer = client_of(teammate).post(at("entry_edit", entry), data, headers=HTMX)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "The <del>pool</del><ins>queue</ins> is full" in page
        assert "responder</bdi>" in page
        assert 'value="2"' in page
        assert "<del>Note</del>" in page
        assert answer["HX-Retarget"] == "closest .entry-form"

    def test_saved_in_place(self, entry: TimelineEntry, responder_client: Client) -> None:
        data = {"body": "The queue is full", "kind": "note", "at": "2026-03-01T14:10:00Z", "version": "2"}
        answer = responder_client.post(at("entry_edit", entry), data, headers=HTMX)
        assert answer.content.decode().strip().startswith('<li class="entry entry-note')
        assert answer["HX-Retarget"] == "closest .entry"

    def test_on_a_page_of_its_own_it_is_a_plain_form(self, entry: TimelineEntry, responder_client: Client) -> None:
        # There is no line here that htmx could put the answer in.
        own = responder_client.get(at("entry_edit", entry)).content.decode()
        inside = responder_client.get(at("entry_edit", entry), headers=HTMX).content.decode()
        address = f'hx-post="{at("entry_edit", entry)}"'
        assert address not in own
        assert address in inside


class TestLines:
    def test_pinned_and_no_longer(self, incident: Incident, responder: User, responder_client: Client) -> None:
        entry = make_entry(incident, responder)
        responder_client.post(at("entry_key", entry), {"is_key": "1"})
        assert "Key moment" in lines_of(page_of(responder_client, incident))
        answer = responder_client.post(at("entry_key", entry), {"is_key": "0"}, headers=HTMX)
        assert "Key moment" not in answer.content.decode()

    def test_quoted(self, incident: Incident, responder: User, responder_client: Client) -> None:
        entry = make_entry(incident, responder, "One line\n<b>two</b>")
        page = page_of(responder_client, incident, f"?quote={entry.pk}")
        assert "&gt; One line\n&gt; &lt;b&gt;two&lt;/b&gt;" in page
        assert f"{incident.get_absolute_url()}?entry={entry.pk}#entry-{entry.pk}" in page

    def test_a_line_of_another_incident_is_not_quoted(
        self, incident: Incident, responder: User, outsider: User
    ) -> None:
        secret = make_entry(make_incident(responder, is_private=True), responder, "zq_secret")
        assert "zq_secret" not in page_of(client_of(outsider), incident, f"?quote={secret.pk}")

    def test_as_markdown(self, incident: Incident, responder: User, responder_client: Client) -> None:
        entry = make_entry(incident, responder, "Seen at the proxy")
        text = responder_client.get(at("entry_markdown", entry)).content.decode()
        assert "2026-03-01 14:05 UTC Note" in text
        assert "Seen at the proxy" in text
        assert f"?entry={entry.pk}#entry-{entry.pk}" in text

    @pytest.mark.parametrize("name", ["entry_detail", "entry_markdown", "entry_key", "entry_edit"])
    def test_hidden_from_outsiders(self, responder: User, outsider: User, name: str) -> None:
        entry = make_entry(make_incident(responder, is_private=True), responder)
        client = client_of(outsider)
        assert client.post(at(name, entry)).status_code in {404, 405}
        assert client.get(at(name, entry)).status_code in {404, 405}

    def test_readers_change_nothing(self, incident: Incident, responder: User, viewer: User) -> None:
        entry = make_entry(incident, responder)
        assert client_of(viewer).post(at("entry_key", entry), {"is_key": "1"}).status_code == 403
        assert client_of(viewer).post(at("entry_restore", entry, 1), {"version": "1"}).status_code == 403

    def test_a_line_of_another_incident_is_unknown(
        self, incident: Incident, responder: User, responder_client: Client
    ) -> None:
        entry = make_entry(make_incident(responder), responder)
        assert responder_client.get(reverse("entry_detail", args=[incident.number, entry.pk])).status_code == 404


class TestTenThousandLines:
    @pytest.fixture
    def incident(self, responder: User) -> Incident:
        """A very long one: a line every half minute."""
        incident = make_incident(responder)
        moments = [NOW + timedelta(seconds=30 * number) for number in range(10_000)]
        TimelineEntry.objects.bulk_create(
            [
                TimelineEntry(
                    incident=incident,
                    kind="fix" if number % 500 == 0 else "note",
                    body=f"Line {number}",
                    at=moment,
                    noted_at=moment,
                    author=responder,
                )
                for number, moment in enumerate(moments)
            ],
            batch_size=1000,
        )
        return incident

    def test_stay_usable(self, incident: Incident, responder_client: Client) -> None:
        middle = incident.entries.get(body="Line 5000")
        pages = {}
        started = time.process_time()
        for query in ("", "?order=oldest", "?view=story", "?kind=fix", f"?entry={middle.pk}"):
            pages[query] = lines_of(page_of(responder_client, incident, query))
        assert (time.process_time() - started) / len(pages) < 2
        assert pages[""].count('<li class="entry ') == LINES_A_PAGE
        assert ">Line 9999</p>" in pages[""].split("</li>")[1]
        assert ">Line 0</p>" in pages["?order=oldest"]
        assert pages["?kind=fix"].count('<li class="entry ') == 20
        assert pages["?view=story"].count('<li class="entry ') == 21
        assert f'id="entry-{middle.pk}"' in pages[f"?entry={middle.pk}"]
        # What led to it stands before it: in this order the later lines.
        assert f">Line {5000 + LINES_BEFORE}</p>" in pages[f"?entry={middle.pk}"]
        assert f">Line {5001 + LINES_BEFORE}</p>" not in pages[f"?entry={middle.pk}"]

    def test_take_one_more_at_once(self, incident: Incident, responder_client: Client) -> None:
        address = reverse("entry_new", args=[incident.number])
        responder_client.post(address, {"body": "Warm"}, headers=HTMX)
        started = time.process_time()
        answer = responder_client.post(address, {"body": "One more"}, headers=HTMX)
        assert time.process_time() - started < 0.3
        assert len(answer.content) < 20_000

    def test_are_written_as_markdown(self, incident: Incident, responder_client: Client) -> None:
        started = time.process_time()
        answer = responder_client.get(reverse("timeline_markdown", args=[incident.number]))
        text = b"".join(answer).decode()
        assert time.process_time() - started < 20
        assert text.count("\n- **") == 10_001
