"""The library: what it narrows to, counts, orders and says of each postmortem."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from incidents.models import Incident
from postmortems.models import ContributingFactor, Postmortem, Review, Thanks
from postmortems.services.proof import waive
from tests.support.postmortems import make_postmortem, make_proof, make_published
from tests.support.records import NOW, make_incident

pytestmark = pytest.mark.django_db
URL = "/postmortems/"


def page_of(client: Client, query: str = "") -> str:
    response = client.get(reverse("postmortem_list") + query)
    assert response.status_code == 200
    return response.content.decode()


def titles(client: Client, query: str = "") -> list[str]:
    found = re.findall(r'pm-card-title"><a href="[^"]+"><bdi>([^<]+)', page_of(client, query))
    return [str(title) for title in found]


def tabs(client: Client, query: str = "") -> dict[str, int]:
    page = page_of(client, query)
    part = page[page.index('aria-label="By state"') : page.index("</nav>", page.index('aria-label="By state"'))]
    return {name: int(count) for name, count in re.findall(r'>([A-Z][a-z ]+) <span class="count">(\d+)', part)}


@pytest.fixture
def rows(responder: User, teammate: User, outsider: User) -> list[Postmortem]:
    """Old and published; new, private and waived; one that nobody began; one that nobody needs."""
    long_ago = NOW - timedelta(days=800)
    old = make_published(responder, make_incident(responder, title="Old", started_at=long_ago, severity="sev1"))
    new = make_postmortem(teammate, make_incident(teammate, title="New", is_private=True))
    waive(postmortem=new, by=teammate, now=NOW, reason="Cannot be shown")
    brought = make_postmortem(outsider, make_incident(outsider, title="Brought", started_at=NOW - timedelta(days=1)))
    Postmortem.objects.filter(pk=brought.pk).update(begun_by=None)
    spare = make_postmortem(outsider, make_incident(outsider, title="Spare", started_at=NOW - timedelta(days=2)))
    Postmortem.objects.filter(pk=spare.pk).update(status="not_needed", not_needed_reason="A copy")
    return [old, new, brought, spare]


class TestNarrows:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", ["New", "Brought", "Old"]),
            ("?status=published", ["Old"]),
            ("?status=draft", ["New"]),
            ("?status=imported", ["Brought"]),
            ("?status=not_needed", ["Spare"]),
            ("?severity=sev1", ["Old"]),
            ("?proof=waived", ["New"]),
            ("?year=2023", ["Old"]),
            ("?author=responder", ["Old"]),
            ("?reviewer=outsider", ["Old"]),
            ("?cause=test", ["Old"]),
            ("?template=standard", ["Old"]),
            ("?q=pool+limit", ["Old"]),
            ("?year=1492&author=nobody&sort=nonsense&cursor=nonsense", ["New", "Brought", "Old"]),
        ],
    )
    def test_by(
        self, rows: list[Postmortem], outsider: User, admin_client_: Client, query: str, expected: list[str]
    ) -> None:
        Review.objects.create(postmortem=rows[0], reviewer=outsider, asked_at=NOW)
        ContributingFactor.objects.create(postmortem=rows[0], category="test", text="No test")
        assert titles(admin_client_, query) == expected

    @pytest.mark.parametrize(
        ("sort", "expected"),
        [
            ("oldest", ["Old", "Brought", "New"]),
            ("published", ["Old", "Brought", "New"]),
            ("severity", ["Old", "Brought", "New"]),
            ("helped", ["Brought", "New", "Old"]),
        ],
    )
    def test_in_order(
        self, rows: list[Postmortem], admin: User, admin_client_: Client, sort: str, expected: list[str]
    ) -> None:
        Thanks.objects.create(postmortem=rows[2], user=admin, at=NOW)
        assert titles(admin_client_, f"?sort={sort}")[0] == expected[0]
        assert sorted(titles(admin_client_, f"?sort={sort}")) == sorted(expected)

    def test_counts_states_of_what_fits(self, rows: list[Postmortem], admin_client_: Client) -> None:
        assert tabs(admin_client_) == {"All": 3, "Draft": 1, "Published": 1, "Not needed": 1, "Imported": 1}
        assert tabs(admin_client_, "?severity=sev1&status=draft") == {"All": 1, "Draft": 0, "Published": 1}

    def test_shows_and_offers_nothing_of_what_is_hidden(self, rows: list[Postmortem], outsider_client: Client) -> None:
        assert titles(outsider_client) == ["Brought", "Old"]
        page = page_of(outsider_client)
        assert "teammate" not in page
        assert "Cannot be shown" not in page
        assert tabs(outsider_client) == {"All": 2, "Published": 1, "Not needed": 1, "Imported": 1}


class TestRows:
    def test_say_cause_fix_and_proof(self, rows: list[Postmortem], admin_client_: Client) -> None:
        page = page_of(admin_client_)
        for words in ("The pool had no limit.", "A limit of 20.", "The test fails without the limit"):
            assert words in page
        assert "Waived by teammate: Cannot be shown" in page

    def test_say_what_failed(self, responder: User, responder_client: Client) -> None:
        row = make_published(responder)
        make_proof(row, responder, result="failed", claim="Broke again", now=NOW + timedelta(hours=1))
        page = page_of(responder_client)
        assert "<dt>Failed</dt>" in page
        assert "Broke again" in page

    def test_cost_the_same_for_any_number(self, responder: User, responder_client: Client) -> None:
        def cost() -> int:
            with CaptureQueriesContext(connection) as caught:
                page_of(responder_client)
            return len(caught)

        make_published(responder, make_incident(responder, services=["a"]))
        page_of(responder_client)
        before = cost()
        for number in range(5):
            row = make_published(responder, make_incident(responder, title=f"T{number}", services=["a", f"s{number}"]))
            ContributingFactor.objects.create(postmortem=row, category="test", text="x")
        assert cost() == before

    def test_nothing_says_so(self, responder_client: Client) -> None:
        assert "No postmortem yet" in page_of(responder_client)
        assert "No postmortem fits" in page_of(responder_client, "?severity=sev1")


class TestDue:
    @pytest.fixture
    def waited(self, rows: list[Postmortem], responder: User) -> None:
        """One that is over, one that is to come, and those above: only what somebody is writing has a day."""
        for title, days in (("Late", -3), ("Soon", 3)):
            row = make_postmortem(responder, make_incident(responder, title=title))
            Incident.objects.filter(pk=row.incident_id).update(status="resolved", resolved_at=timezone.now())
            Postmortem.objects.filter(pk=row.pk).update(due_on=timezone.localdate() + timedelta(days=days))

    def test_is_narrowed_to(self, waited: None, admin_client_: Client) -> None:
        assert titles(admin_client_, "?due=overdue") == ["Late"]
        assert sorted(titles(admin_client_, "?due=set")) == ["Late", "Soon"]
        assert titles(admin_client_, "?sort=due")[:2] == ["Late", "Soon"]
        assert len(titles(admin_client_, "?sort=due")) == 5

    def test_is_said(self, waited: None, admin_client_: Client) -> None:
        page = page_of(admin_client_)
        assert (page.count("overdue since"), page.count(">due <time")) == (1, 1)
