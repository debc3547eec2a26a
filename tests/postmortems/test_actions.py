"""Action items: the board, filters, closing, mails about what is overdue, and the calendar."""

import base64
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from hindsight.lib.ical import DayEvent, calendar
from postmortems.models import ActionItem
from postmortems.services.digest import mail_overdue, mail_watches
from tests.support.personas import bearer
from tests.support.postmortems import make_action, make_postmortem, make_proof
from tests.support.records import NOW, make_incident

pytestmark = pytest.mark.django_db
LONG_AGO = (NOW - timedelta(days=40)).date()


@pytest.fixture
def overdue(responder: User) -> ActionItem:
    return make_action(make_incident(responder), responder, owner=responder, due_on=LONG_AGO)


class TestClosing:
    def test_done_asks_for_proof_and_keeps_what_was_said(self, overdue: ActionItem, responder_client: Client) -> None:
        quick = reverse("action_state", args=[overdue.pk])
        asked = responder_client.post(quick, {"state": "done", "version": "1"})
        assert reverse("action_edit", args=[overdue.pk]) in asked["Location"]
        page = responder_client.get(asked["Location"]).content.decode()
        assert "how we see that it is done" in page.lower()
        closed = responder_client.post(quick, {"state": "done", "version": "1", "proof": "Alert fired"})
        assert closed.status_code == 303
        overdue.refresh_from_db()
        assert (overdue.state, overdue.proof) == ("done", "Alert fired")

    def test_a_due_date_in_the_past_is_refused_with_the_form(self, responder: User, responder_client: Client) -> None:
        make_postmortem(responder)
        yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
        sent = {"action-title": "Kept title", "action-kind": "detect", "action-due_on": yesterday}
        refused = responder_client.post(reverse("action_add", args=[1]), sent)
        assert refused.status_code == 422
        assert "is in the past" in refused.content.decode()
        assert "Kept title" in refused.content.decode()


class TestBoard:
    def test_columns_and_filters(self, overdue: ActionItem, responder: User, responder_client: Client) -> None:
        other = make_incident(responder, severity="sev1", services=["checkout"])
        make_action(other, responder, title="Second thing", state="doing", kind="document")
        make_action(other, responder, title="Third thing", state="wont_do", reason="Too dear")

        def titles(query: str) -> set[str]:
            page = responder_client.get(reverse("action_board") + query).content.decode()
            return {name for name in ("Watch the pool", "Second thing", "Third thing") if name in page}

        assert titles("") == {"Watch the pool", "Second thing", "Third thing"}
        assert titles("?owner=responder") == {"Watch the pool"}
        assert titles("?severity=sev1") == {"Second thing", "Third thing"}
        assert titles("?service=CHECKOUT&kind=document") == {"Second thing"}
        assert titles("?due=none") == {"Second thing", "Third thing"}
        assert titles("?overdue=on") == {"Watch the pool"}
        assert titles("?due=week") == {"Watch the pool"}
        assert titles("?severity=nonsense") == {"Watch the pool", "Second thing", "Third thing"}

    def test_others_see_nothing_of_private_ones(self, responder: User, outsider_client: Client) -> None:
        hidden = make_incident(responder, title="Zebra", is_private=True, services=["yak-service"])
        make_action(hidden, responder, title="Zebra thing", owner=responder)
        for name in ("action_board", "action_list"):
            page = outsider_client.get(reverse(name)).content.decode()
            assert "Zebra" not in page
            assert "yak-service" not in page

    def test_it_costs_the_same_with_many(self, overdue: ActionItem, responder: User, responder_client: Client) -> None:
        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                responder_client.get(reverse("action_board"))
            return len(queries)

        few = cost()
        for n in range(15):
            make_action(overdue.incident, responder, title=f"More {n}", owner=responder)
        assert cost() == few

    def test_a_viewer_moves_nothing(self, overdue: ActionItem, viewer_client: Client) -> None:
        page = viewer_client.get(reverse("action_board")).content.decode()
        assert "data-movable" not in page
        assert viewer_client.post(reverse("action_state", args=[overdue.pk])).status_code == 403


class TestMails:
    def test_once_a_week_to_its_owner(self, overdue: ActionItem, responder: User) -> None:
        assert mail_overdue(now=NOW) == 1
        assert mail_overdue(now=NOW + timedelta(days=6)) == 0
        assert mail_overdue(now=NOW + timedelta(days=8)) == 1
        sent = mail.outbox[0]
        assert sent.to == [responder.email]
        assert sent.subject == "1 of your action items is overdue"
        assert "Watch the pool" in sent.body

    def test_who_gets_none(self, overdue: ActionItem, responder: User, outsider: User) -> None:
        User.objects.filter(pk=responder.pk).update(wants_digest=False)
        hidden = make_incident(responder, title="Zebra", is_private=True)
        make_action(hidden, responder, owner=outsider, due_on=LONG_AGO)
        assert mail_overdue(now=NOW) == 0
        assert mail.outbox == []

    def test_the_profile_ends_it(self, responder: User, responder_client: Client) -> None:
        sent = {"display_name": "", "email": responder.email, "timezone": "UTC", "theme": "system"}
        assert responder_client.post(reverse("settings"), sent).status_code == 303
        responder.refresh_from_db()
        assert not responder.wants_digest

    def test_a_watch_is_asked_about_once(self, responder: User, outsider: User) -> None:
        row = make_postmortem(responder)
        before = (NOW - timedelta(days=9)).date()
        make_proof(row, responder, at=NOW - timedelta(days=20), watch_until=before)
        hidden = make_postmortem(outsider, make_incident(outsider, title="Zebra", is_private=True))
        make_proof(hidden, responder, at=NOW - timedelta(days=20), watch_until=before)
        assert mail_watches(now=NOW) == 1
        assert mail_watches(now=NOW) == 0
        assert mail.outbox[0].to == [responder.email]
        assert "Zebra" not in mail.outbox[0].body


class TestCalendar:
    def test_a_token_reads_its_owners(
        self, overdue: ActionItem, responder: User, outsider: User, client: Client
    ) -> None:
        hidden = make_incident(outsider, title="Zebra", is_private=True)
        make_action(hidden, outsider, title="Zebra thing", owner=responder, due_on=LONG_AGO)
        secret = bearer(responder, "read")["Authorization"].removeprefix("Bearer ")
        basic = base64.b64encode(f"x:{secret}".encode()).decode()
        assert client.get("/feeds/actions.ics").status_code == 401
        answer = client.get("/feeds/actions.ics", headers={"Authorization": f"Basic {basic}"})
        text = answer.content.decode()
        assert answer["Content-Type"].startswith("text/calendar")
        assert f"DTSTART;VALUE=DATE:{LONG_AGO:%Y%m%d}" in text
        assert "Watch the pool" in text
        assert "Zebra" not in text

    def test_lines_are_folded_and_texts_escaped(self) -> None:
        title = "a,b;c\\d\nnext " + "ü" * 100 + "\x00\r"
        text = calendar("x", [DayEvent("u", LONG_AGO, title, "", "https://h/x y", NOW, 3)])
        assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
        assert "\n" not in text.replace("\r\n", "")
        whole = text.replace("\r\n ", "")
        assert "SUMMARY:a\\,b\\;c\\\\d\\nnext " + "ü" * 100 + "\\n\r\n" in whole
        assert "\x00" not in whole
        assert "URL:https://h/x%20y\r\n" in whole
        assert f"DTSTAMP:{NOW:%Y%m%dT%H%M%SZ}\r\n" in whole
        short = calendar("x", [DayEvent("u", LONG_AGO, "x" * 66, "", "https://h/", NOW)])
        assert f"SUMMARY:{'x' * 66}\r\n" in short
