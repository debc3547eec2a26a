"""Whether a fix held: who is asked, the answers, and where it shows that it did not."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.answers import answers
from incidents.models import Incident
from incidents.services.links import link
from incidents.services.update import change_status
from postmortems.models import Evidence, Postmortem
from postmortems.services.proof import add_evidence, update_evidence, waive
from postmortems.services.recurring import earlier, fix_did_not_hold
from postmortems.services.watching import did_not_hold, due_for, extend, held
from tests.support.postmortems import make_action, make_postmortem, make_proof, make_published
from tests.support.records import NOW, make_incident

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)


def state(row: Postmortem) -> str:
    row.refresh_from_db()
    return row.proof


def watched(by: User, incident: Incident | None = None, **fields: Any) -> Evidence:
    row = make_postmortem(by, incident)
    at = NOW - timedelta(days=30)
    return make_proof(row, by, at=at, **{"watch_until": YESTERDAY, **fields})


class TestWhoIsAsked:
    def test_its_maker_when_the_watch_is_over(self, responder: User, outsider: User) -> None:
        proof = watched(responder)
        assert [one.proof for one in due_for(responder, today=TODAY)] == [proof]
        assert due_for(responder, today=YESTERDAY) == []
        assert due_for(outsider, today=TODAY) == []

    def test_the_lead_when_the_maker_is_gone(self, responder: User, outsider: User) -> None:
        proof = watched(responder)
        Incident.objects.update(lead=outsider)
        User.objects.filter(pk=responder.pk).update(is_active=False)
        assert [one.proof for one in due_for(outsider, today=TODAY)] == [proof]

    def test_nobody_who_may_not_see_it_any_more(self, responder: User, outsider: User) -> None:
        watched(outsider)
        Incident.objects.update(is_private=True, declared_by=responder)
        assert due_for(outsider, today=TODAY) == []

    @pytest.mark.parametrize("fields", [{"result": "failed"}, {"result": "inconclusive"}, {"watch_until": None}])
    def test_nobody_about_what_is_settled(self, responder: User, fields: dict[str, Any]) -> None:
        watched(responder, **fields)
        assert due_for(responder, today=TODAY) == []


class TestAnswers:
    def test_it_held(self, responder: User) -> None:
        proof = watched(responder)
        held(proof=proof, by=responder, now=NOW)
        held(proof=proof, by=responder, now=NOW + timedelta(days=1))
        proof.refresh_from_db()
        assert (proof.held_at, proof.held_by) == (NOW, responder)
        assert due_for(responder, today=TODAY) == []

    def test_watch_on(self, responder: User) -> None:
        proof = watched(responder)
        extend(proof=proof, by=responder, now=NOW, until=TODAY + timedelta(days=7))
        assert due_for(responder, today=TODAY) == []
        assert due_for(responder, today=TODAY + timedelta(days=8))
        for until in (YESTERDAY, date(2200, 1, 1)):
            with pytest.raises(InvalidError):
                extend(proof=proof, by=responder, now=NOW, until=until)

    def test_it_did_not_hold(self, responder: User) -> None:
        row = make_published(responder)
        proof = row.evidence.get()
        assert state(row) == "verified"
        did_not_hold(proof=proof, by=responder, now=NOW + timedelta(days=3), reason="The queue grew again")
        assert state(row) == "did_not_hold"
        add_evidence(
            postmortem=row,
            by=responder,
            now=NOW + timedelta(days=4),
            fields={"method": "test", "claim": "It holds now", "result": "passed"},
        )
        assert state(row) == "verified"

    def test_a_changed_result_says_the_same(self, responder: User) -> None:
        row = make_published(responder)
        proof = row.evidence.get()
        later = NOW + timedelta(days=1)
        update_evidence(evidence=proof, by=responder, now=later, version=None, fields={"result": "failed"})
        assert state(row) == "did_not_hold"
        update_evidence(evidence=proof, by=responder, now=later, version=None, fields={"result": "passed"})
        assert state(row) == "verified"

    def test_bad_answers(self, responder: User) -> None:
        row = make_published(responder)
        proof = row.evidence.get()
        wrong: list[dict[str, Any]] = [
            {"reason": " "},
            {"reason": "x" * 2001},
            {"reason": "x", "on": TODAY + timedelta(days=1)},
            {"reason": "x", "on": TODAY - timedelta(days=400)},
            {"reason": "x", "recurrence": row.incident},
        ]
        for fields in wrong:
            with pytest.raises(InvalidError):
                did_not_hold(proof=proof, by=responder, now=NOW, **fields)
        failed = make_proof(row, responder, result="failed", at=NOW - timedelta(days=9))
        with pytest.raises(InvalidError, match="Only a proof that passed"):
            did_not_hold(proof=failed, by=responder, now=NOW, reason="x")
        with pytest.raises(StaleError):
            held(proof=proof, by=responder, now=NOW, version=99)


class TestRecurring:
    @pytest.fixture
    def both(self, responder: User) -> tuple[Postmortem, Incident]:
        old = make_published(responder)
        new = make_incident(responder, title="Again")
        link(source=new, target=old.incident, kind="same_cause", by=responder, now=NOW)
        return old, new

    def test_one_click_marks_the_earlier_fix_everywhere(
        self, both: tuple[Postmortem, Incident], responder: User, responder_client: Client
    ) -> None:
        old, new = both
        make_action(old.incident, responder, title="Limit the pool")
        make_action(old.incident, responder, title="Was done", state="done")
        page = responder_client.get(new.get_absolute_url()).content.decode()
        assert "Limit the pool" in page
        assert "Was done" not in page
        place = reverse("incident_recurred", args=[new.number])
        for _ in range(2):
            assert responder_client.post(place, {"earlier": old.incident.label}).status_code == 303
        assert state(old) == "did_not_hold"
        assert answers([old.incident_id])[old.incident_id].verified == "did_not_hold"
        assert "Did not hold" in responder_client.get(new.get_absolute_url()).content.decode()
        read = responder_client.get(reverse("postmortem", args=[old.incident.number])).content.decode()
        assert "came back in" in read
        assert new.label in read

    def test_a_fix_that_was_waived_did_not_hold_either(self, responder: User) -> None:
        old = make_postmortem(responder, fix="A limit")
        waive(postmortem=old, by=responder, now=NOW, reason="The host is gone")
        new = make_incident(responder)
        link(source=new, target=old.incident, kind="duplicate", by=responder, now=NOW)
        fix_did_not_hold(incident=old.incident, again=new, by=responder, now=NOW + timedelta(days=2))
        assert state(old) == "did_not_hold"

    def test_it_needs_the_link(self, responder: User) -> None:
        old, new = make_published(responder), make_incident(responder)
        with pytest.raises(InvalidError, match="not linked"):
            fix_did_not_hold(incident=old.incident, again=new, by=responder, now=NOW)

    def test_private_ones_leave_no_trace(
        self, responder: User, outsider: User, outsider_client: Client, responder_client: Client
    ) -> None:
        old = make_published(outsider)
        hidden = make_incident(responder, title="Zebra", is_private=True)
        link(source=hidden, target=old.incident, kind="same_cause", by=responder, now=NOW)
        fix_did_not_hold(incident=old.incident, again=hidden, by=responder, now=NOW + timedelta(days=1))
        for name in ("postmortem", "postmortem_markdown", "postmortem_json", "postmortem_edit"):
            page = outsider_client.get(reverse(name, args=[old.incident.number])).content.decode()
            assert hidden.label not in page, name
            assert "Zebra" not in page, name
        # The other way round: an earlier one that is private offers nothing.
        secret = make_published(responder, make_incident(responder, title="Yak", is_private=True))
        shown = make_incident(responder)
        link(source=shown, target=secret.incident, kind="same_cause", by=responder, now=NOW)
        assert earlier(shown, outsider) == []
        place = reverse("incident_recurred", args=[shown.number])
        assert outsider_client.post(place, {"earlier": secret.incident.label}).status_code == 404
        assert outsider_client.post(place, {"earlier": "INC-999"}).status_code == 404


class TestPages:
    def test_the_three_answers(self, responder: User, responder_client: Client) -> None:
        row = make_published(responder)
        proof = row.evidence.get()
        page = reverse("evidence_watch", args=[1, proof.pk])
        assert "Did it hold?" in responder_client.get(page).content.decode()
        until = (TODAY + timedelta(days=400)).isoformat()
        extended = responder_client.post(reverse("evidence_extend", args=[1, proof.pk]), {"extend-until": until})
        assert extended.status_code in {303, 422}
        assert responder_client.post(reverse("evidence_held", args=[1, proof.pk])).status_code == 303
        broke = reverse("evidence_broke", args=[1, proof.pk])
        refused = responder_client.post(broke, {"broke-reason": "Again", "broke-recurrence": "INC-77"})
        assert refused.status_code == 422
        assert "no such incident" in refused.content.decode()
        assert responder_client.post(broke, {"broke-reason": "Again"}).status_code == 303
        assert "Reopen the postmortem" in responder_client.get(page).content.decode()

    def test_the_incident_is_reopened_with_the_reason(self, responder: User, responder_client: Client) -> None:
        row = make_published(responder)
        change_status(incident=row.incident, by=responder, now=NOW, status="resolved")
        did_not_hold(proof=row.evidence.get(), by=responder, now=NOW, reason="The queue grew again")
        place = reverse("postmortem_reopen_incident", args=[1])
        assert responder_client.post(place).status_code == 303
        row.incident.refresh_from_db()
        assert row.incident.is_active
        assert "The queue grew again" in responder_client.get("/incidents/INC-1/").content.decode()

    def test_who_may(self, responder: User, outsider_client: Client, viewer_client: Client) -> None:
        shown = make_published(responder).evidence.get()
        hidden = make_published(responder, make_incident(responder, is_private=True)).evidence.get()
        for name in ("evidence_watch", "evidence_held", "evidence_extend", "evidence_broke"):
            verb = "GET" if name == "evidence_watch" else "POST"
            assert viewer_client.generic(verb, reverse(name, args=[1, shown.pk])).status_code == 403
            for number, pk in ((2, hidden.pk), (1, hidden.pk), (99, shown.pk)):
                assert outsider_client.generic(verb, reverse(name, args=[number, pk])).status_code == 404

    def test_a_proof_has_to_show_something(self, responder: User, responder_client: Client) -> None:
        row = make_postmortem(responder)
        sent = {"proof-claim": "It works", "proof-method": "test", "proof-result": "passed"}
        refused = responder_client.post(reverse("evidence_add", args=[1]), sent)
        assert refused.status_code == 422
        assert "Show it" in refused.content.decode()
        sent["proof-url"] = "https://ci.example.org/1"
        assert responder_client.post(reverse("evidence_add", args=[1]), sent).status_code == 303
        assert state(row) == "verified"
