"""What open pages of an incident learn while others work on it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import User
from incidents.models import Incident, Outcome, Presence, Pulse, Status, TimelineEntry
from incidents.pages.live import NAMED, State, state_named
from incidents.pages.news import read_news
from incidents.pages.timeline import EVERYTHING
from incidents.services.diagnosis import update_step
from incidents.services.presence import sweep
from incidents.services.redact import redact
from incidents.services.timeline import edit_entry, set_key
from incidents.services.update import update
from tests.support.personas import client_of
from tests.support.records import NOW, make_entry, make_incident, make_step

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
Committed: TypeAlias = Callable[[], AbstractContextManager[object]]


@pytest.fixture
def committed(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Committed:
    """What happens inside is committed: one database moves the pulse right after that."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def incident(responder: User, committed: Committed) -> Incident:
    """The incident under watch."""
    with committed():
        return make_incident(responder)


class Watcher:
    """An open page: it remembers what it knows, as the script does."""

    def __init__(self, client: Client, incident: Incident) -> None:
        self.client, self.address = client, f"{incident.get_absolute_url()}live/"
        self.known = {"since": "", "who": ""}

    def ask(self, **part: str) -> HttpResponse:
        """Ask for news and learn from the answer."""
        answer: HttpResponse = self.client.get(self.address, {**self.known, **part}, headers=HTMX)  # type: ignore[assignment]  # the client adds to it
        if answer.status_code == 200:
            page = answer.content.decode()
            self.known = {name: page.split(f'data-{name}="')[1].split('"')[0] for name in self.known}
        return answer


@pytest.fixture
def watcher(responder_client: Client, incident: Incident) -> Watcher:
    """A page that has seen everything so far."""
    page = Watcher(responder_client, incident)
    page.ask()
    assert page.ask().status_code == 204
    return page


def test_nothing_new_is_204_and_never_cached(watcher: Watcher) -> None:
    answer = watcher.ask()
    assert answer.status_code == 204
    assert answer.content == b""
    assert "no-store" in answer["Cache-Control"]


def test_a_new_line_comes_alone(watcher: Watcher, incident: Incident, responder: User, committed: Committed) -> None:
    with committed():
        entry = make_entry(incident, responder, "The pool is empty")
    page = watcher.ask().content.decode()
    assert f'id="entry-{entry.pk}"' in page
    assert "The pool is empty" in page
    assert "data-page" not in page
    assert watcher.ask().status_code == 204


def test_what_a_page_has_is_not_sent_again(
    watcher: Watcher, incident: Incident, responder: User, committed: Committed
) -> None:
    with committed():
        first = make_entry(incident, responder, "The pool is empty")
    watcher.ask()
    with committed():
        second = make_entry(incident, responder, "It is full again")
    page = watcher.ask().content.decode()
    assert f'id="entry-{second.pk}"' in page
    assert f'id="entry-{first.pk}"' not in page


def test_a_line_whose_change_ended_late_comes_all_the_same(
    watcher: Watcher, incident: Incident, responder: User, committed: Committed
) -> None:
    with committed():
        make_entry(incident, responder, "Quick")
    assert "Quick" in watcher.ask().content.decode()
    stamped = datetime.fromtimestamp(int(watcher.known["since"].split(".")[2]), UTC) - timedelta(seconds=9)
    with committed():
        slow = make_entry(incident, responder, "Stamped first, seen last")
        TimelineEntry.objects.filter(pk=slow.pk).update(changed_at=stamped)
    assert "Stamped first, seen last" in watcher.ask().content.decode()


def test_more_lines_than_a_state_names_come_again(incident: Incident, responder: User) -> None:
    entries = [make_entry(incident, responder, f"Line {number}") for number in range(NAMED + 3)]
    TimelineEntry.objects.update(changed_at=NOW)
    at = int(NOW.timestamp())
    first = read_news(incident, State(1, 1, at), State(2, 2, at), EVERYTHING, can_write=True)
    assert len(str(first.state)) < 1_500
    assert state_named(str(first.state)) == first.state
    again = read_news(incident, first.state, State(3, 3, at), EVERYTHING, can_write=True)
    assert [entry for entry in entries if f'id="entry-{entry.pk}"' in again.lines] == entries[:3]


def test_each_reader_gets_lines_of_their_own(
    incident: Incident, responder: User, teammate: User, viewer: User, committed: Committed
) -> None:
    teammate.timezone = "Asia/Tokyo"
    teammate.save()
    pages = [Watcher(client_of(person), incident) for person in (responder, teammate, viewer)]
    for page in pages:
        page.ask()
    with committed():
        entry = make_entry(incident, responder, "The pool is empty")
    writers, tokyo, readers = (page.ask().content.decode() for page in pages)
    assert f"entries/{entry.pk}/edit/" in writers
    assert f"entries/{entry.pk}/edit/" in tokyo
    assert f"entries/{entry.pk}/edit/" not in readers
    assert f">{NOW:%H:%M}</time>" in writers
    assert f">{NOW.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M}</time>" in tokyo
    assert "csrfmiddlewaretoken" not in writers + tokyo + readers


def test_what_was_redacted_is_sent_to_nobody(
    watcher: Watcher, incident: Incident, responder: User, teammate: User, committed: Committed
) -> None:
    with committed():
        entry = make_entry(incident, responder, "The password is hunter2hunter2")
    assert "hunter2hunter2" in watcher.ask().content.decode()
    with committed():
        redact(incident=incident, by=responder, now=timezone.now(), exact="hunter2hunter2", reason="A password")
    for page in (watcher, Watcher(client_of(teammate), incident)):
        answer = page.ask().content.decode()
        assert f'id="entry-{entry.pk}"' in answer
        assert "hunter2hunter2" not in answer


def test_a_corrected_and_a_pinned_line_come_again(
    watcher: Watcher, incident: Incident, responder: User, committed: Committed
) -> None:
    with committed():
        entry = make_entry(incident, responder, "The pool is ful")
    before = watcher.ask().content.decode()
    with committed():
        edit_entry(entry=entry, by=responder, now=NOW, version=1, body="The pool is full")
    corrected = watcher.ask().content.decode()
    assert "The pool is full" in corrected
    mark = f'id="entry-{entry.pk}" data-at="{int(NOW.timestamp() * 1_000_000)}" data-v="'
    assert before.split(mark)[1][:8] != corrected.split(mark)[1][:8]
    with committed():
        set_key(entry=entry, is_key=True)
    assert "Key moment" in watcher.ask().content.decode()


@pytest.mark.parametrize("what", ["status", "step", "title"])
def test_other_changes_say_that_the_page_has_to_be_read(
    watcher: Watcher, incident: Incident, responder: User, committed: Committed, what: str
) -> None:
    with committed():
        if what == "status":
            update(incident=incident, by=responder, now=NOW, version=None, fields={"status": Status.IDENTIFIED})
        elif what == "step":
            step = make_step(incident, responder)
            update_step(step=step, by=responder, now=NOW, version=None, fields={"outcome": Outcome.CONFIRMED})
        else:
            update(incident=incident, by=responder, now=NOW, version=None, fields={"title": "Another title"})
    assert "data-page" in watcher.ask().content.decode()


def test_only_lines_of_the_part_that_is_shown_come(
    watcher: Watcher, incident: Incident, responder: User, committed: Committed
) -> None:
    with committed():
        make_entry(incident, responder, "Just a note")
        make_entry(incident, responder, "Rolled it back", kind="fix")
    page = watcher.ask(view="story").content.decode()
    assert "Rolled it back" in page
    assert "Just a note" not in page


def test_a_page_that_missed_very_much_reads_its_timeline_again(
    watcher: Watcher, incident: Incident, responder: User, committed: Committed
) -> None:
    with committed():
        for number in range(101):
            make_entry(incident, responder, f"Line {number}")
    page = watcher.ask().content.decode()
    assert "data-too-much" in page
    assert "Line 7" not in page


def test_a_closed_incident_is_asked_no_more(
    watcher: Watcher, incident: Incident, responder: User, committed: Committed
) -> None:
    with committed():
        update(incident=incident, by=responder, now=NOW, version=None, fields={"status": Status.RESOLVED})
        update(incident=incident, by=responder, now=NOW, version=None, fields={"status": Status.CLOSED})
    assert watcher.ask().status_code == 286
    page = watcher.client.get(incident.get_absolute_url()).content.decode()
    assert "data-live=" not in page


def test_the_page_begins_where_it_stands(incident: Incident, responder_client: Client, committed: Committed) -> None:
    page = responder_client.get(incident.get_absolute_url()).content.decode()
    since = page.split('data-since="')[1].split('"')[0]
    watcher = Watcher(responder_client, incident)
    watcher.known["since"] = since
    assert "news-lines" not in watcher.ask().content.decode()


def test_who_is_here(watcher: Watcher, incident: Incident, teammate: User) -> None:
    assert " here" not in watcher.ask().content.decode()
    other = Watcher(client_of(teammate), incident)
    assert "responder</bdi> is here" in other.ask().content.decode()
    assert "teammate</bdi> is here" in watcher.ask().content.decode()
    other.client.post(f"{incident.get_absolute_url()}leave/")
    assert "teammate" not in watcher.ask().content.decode()


def test_who_went_away_without_a_word_is_forgotten(watcher: Watcher, incident: Incident, teammate: User) -> None:
    Watcher(client_of(teammate), incident).ask()
    watcher.ask()
    Presence.objects.filter(user=teammate).update(seen_at=timezone.now() - timedelta(minutes=3))
    assert "teammate" not in watcher.ask().content.decode()
    sweep(now=timezone.now())
    assert not Presence.objects.filter(user=teammate).exists()


def test_polls_write_nothing(watcher: Watcher, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(4) as queries:
        assert watcher.ask().status_code == 204
    assert not [query for query in queries.captured_queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_rights_are_read_at_each_poll(incident: Incident, responder: User, outsider: User) -> None:
    watcher = Watcher(client_of(outsider), incident)
    assert watcher.ask().status_code == 200
    update(incident=incident, by=responder, now=NOW, version=None, fields={"is_private": True})
    assert watcher.ask().status_code == 404
    assert watcher.client.post(f"{incident.get_absolute_url()}leave/").status_code == 404


def test_a_session_that_ended_is_told(incident: Incident) -> None:
    answer = Client().get(f"{incident.get_absolute_url()}live/", headers=HTMX)
    assert answer.status_code == 401
    assert answer["X-Hindsight-Session"] == "over"


@pytest.mark.parametrize("since", ["", "x", "1.2", "-1.0.0", "9" * 30 + ".0.0", "1.0.99999999999", "½.0.0"])
def test_a_forged_state_is_as_good_as_none(incident: Incident, responder_client: Client, since: str) -> None:
    answer = responder_client.get(f"{incident.get_absolute_url()}live/", {"since": since}, headers=HTMX)
    assert answer.status_code == 200


def test_an_incident_from_before_has_no_pulse_yet(
    incident: Incident, responder: User, responder_client: Client, committed: Committed
) -> None:
    Pulse.objects.all().delete()
    watcher = Watcher(responder_client, incident)
    watcher.ask()
    assert watcher.ask().status_code == 204
    with committed():
        make_entry(incident, responder, "First of all")
    assert "First of all" in watcher.ask().content.decode()
