"""Who may open and change what, and what a page costs."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from incidents.services.snippets import add_snippet
from postmortems.models import Postmortem
from tests.support.postmortems import make_action, make_postmortem, make_proof, make_published
from tests.support.records import NOW, make_entry, make_incident, make_step

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
READ = ("postmortem", "postmortem_markdown", "postmortem_json")
WRITE = (
    "postmortem_begin",
    "postmortem_edit",
    "postmortem_publish",
    "postmortem_withdraw",
    "postmortem_factors",
    "evidence_add",
    "postmortem_waive",
    "postmortem_unwaive",
    "action_add",
)


def at(name: str, row: Postmortem, *args: object) -> str:
    return reverse(name, args=[row.incident.number, *args])


@pytest.fixture
def draft(responder: User) -> Postmortem:
    return make_postmortem(responder, summary="It was down.")


class TestAccess:
    @pytest.mark.parametrize("name", READ)
    def test_anonymous_people_are_sent_to_the_sign_in(self, draft: Postmortem, client: Client, name: str) -> None:
        response = client.get(at(name, draft))
        assert response.status_code == 302
        assert reverse("account_login") in response["Location"]

    @pytest.mark.parametrize("name", READ)
    def test_everyone_reads_what_is_not_private(self, draft: Postmortem, viewer_client: Client, name: str) -> None:
        assert viewer_client.get(at(name, draft)).status_code == 200

    @pytest.mark.parametrize("name", READ)
    def test_a_private_one_is_as_unknown_as_none(self, responder: User, outsider_client: Client, name: str) -> None:
        row = make_postmortem(responder, make_incident(responder, is_private=True))
        assert outsider_client.get(at(name, row)).status_code == 404
        assert outsider_client.get(reverse(name, args=[999_999])).status_code == 404

    @pytest.mark.parametrize("name", WRITE)
    def test_outsiders_write_nothing_of_a_private_one(
        self, responder: User, outsider_client: Client, name: str
    ) -> None:
        row = make_postmortem(responder, make_incident(responder, is_private=True))
        assert outsider_client.post(at(name, row)).status_code == 404

    @pytest.mark.parametrize("name", WRITE)
    def test_viewers_write_nothing(self, draft: Postmortem, viewer_client: Client, name: str) -> None:
        assert viewer_client.post(at(name, draft)).status_code == 403

    def test_viewers_see_no_way_to_write(self, draft: Postmortem, viewer_client: Client) -> None:
        assert viewer_client.get(at("postmortem_edit", draft)).status_code == 403
        assert at("postmortem_edit", draft) not in viewer_client.get(at("postmortem", draft)).content.decode()

    @pytest.mark.parametrize("name", [name for name in WRITE if name not in {"postmortem_edit", "postmortem_factors"}])
    def test_reading_never_changes_anything(self, draft: Postmortem, responder_client: Client, name: str) -> None:
        assert responder_client.get(at(name, draft)).status_code == 405

    def test_a_proof_of_another_postmortem_is_unknown(
        self, draft: Postmortem, responder: User, responder_client: Client
    ) -> None:
        other = make_proof(make_postmortem(responder), responder)
        for name in ("evidence_edit", "evidence_remove"):
            assert responder_client.post(at(name, draft, other.pk)).status_code == 404

    def test_action_items_follow_their_incident(
        self, responder: User, outsider_client: Client, viewer_client: Client
    ) -> None:
        hidden = make_action(make_incident(responder, is_private=True), responder, title="Hidden thing")
        shown = make_action(make_incident(responder), responder)
        assert outsider_client.get(reverse("action_edit", args=[hidden.pk])).status_code == 404
        assert outsider_client.post(reverse("action_state", args=[hidden.pk])).status_code == 404
        assert "Hidden thing" not in outsider_client.get(reverse("action_list")).content.decode()
        assert viewer_client.post(reverse("action_state", args=[shown.pk])).status_code == 403

    def test_the_library_hides_private_ones_and_counts_without_them(
        self, responder: User, outsider_client: Client
    ) -> None:
        make_published(responder, make_incident(responder, title="Secret thing", is_private=True))
        make_published(responder, make_incident(responder, title="Open thing"))
        page = outsider_client.get(reverse("postmortem_list") + "?q=pool").content.decode()
        assert "Open thing" in page
        assert "Secret thing" not in page
        assert "1 postmortems" in page


class TestQueries:
    def count(self, client: Client, url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    def grows(self, client: Client, url: str, add: Callable[[], object]) -> bool:
        before = self.count(client, url)
        for _ in range(5):
            add()
        return self.count(client, url) > before

    def full(self, row: Postmortem, by: User) -> None:
        incident = row.incident
        snippet = add_snippet(incident=incident, by=by, now=NOW, code="print(1)")
        make_proof(row, by, snippet=snippet)
        make_entry(incident, by)
        make_step(incident, by)
        make_action(incident, by, owner=by)

    @pytest.mark.parametrize("name", ["postmortem", "postmortem_edit", "postmortem_markdown", "postmortem_json"])
    def test_a_longer_record_asks_no_more(self, responder: User, responder_client: Client, name: str) -> None:
        row = make_published(responder)
        self.full(row, responder)
        assert not self.grows(responder_client, at(name, row), lambda: self.full(row, responder))

    @pytest.mark.parametrize("name", ["postmortem_list", "action_list", "board"])
    def test_longer_lists_ask_no_more(self, responder: User, responder_client: Client, name: str) -> None:
        def add() -> None:
            incident = make_incident(responder, services=["checkout"])
            make_published(responder, incident)
            make_action(incident, responder, owner=responder)

        add()
        assert not self.grows(responder_client, reverse(name), add)
