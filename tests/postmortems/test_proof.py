"""Proof of the fix, contributing factors and action items."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry, User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.models import Incident, Snippet
from incidents.services.snippets import add_snippet
from postmortems.models import (
    ActionState,
    FactorCategory,
    Postmortem,
    ProofResult,
)
from postmortems.services.actions import update_action
from postmortems.services.factors import set_factors
from postmortems.services.proof import remove_evidence, unwaive, update_evidence, verification_state, waive
from tests.support.postmortems import make_action, make_postmortem, make_proof, make_published
from tests.support.records import LATER, NOW, make_incident

pytestmark = pytest.mark.django_db


def bodies(row: Postmortem) -> dict[str, str]:
    return dict(row.sections.values_list("key", "body"))


def snippet_of(incident: Incident, by: User) -> Snippet:
    return add_snippet(incident=incident, by=by, now=NOW, code="print(1)")


class TestProof:
    @pytest.mark.parametrize(
        ("results", "waived_at", "state"),
        [
            ("", None, "unproven"),
            ("f", None, "unproven"),
            ("i", None, "unproven"),
            ("p", None, "verified"),
            ("pi", None, "verified"),
            ("fp", None, "verified"),
            ("pf", None, "did_not_hold"),
            ("pfi", None, "did_not_hold"),
            ("pfp", None, "verified"),
            ("", 0, "waived"),
            ("f", 5, "waived"),
            ("f", 0, "did_not_hold"),
            ("pf", 5, "did_not_hold"),
            ("p", 5, "verified"),
        ],
    )
    def test_the_last_decides(self, responder: User, results: str, waived_at: int | None, state: str) -> None:
        row = make_postmortem(responder)
        words = {"p": ProofResult.PASSED, "f": ProofResult.FAILED, "i": ProofResult.INCONCLUSIVE}
        for minute, letter in enumerate(results, start=1):
            at = NOW - timedelta(days=1) + timedelta(minutes=minute)
            make_proof(row, responder, result=words[letter], at=at)
        if waived_at is not None:
            at = NOW - timedelta(days=1) + timedelta(minutes=waived_at)
            waive(postmortem=row, by=responder, now=at, reason="None can exist")
        row.refresh_from_db()
        assert row.proof == state
        assert verification_state(row) == state

    def test_a_proof_that_fails_later_stays_published_but_says_so(self, responder: User) -> None:
        row = make_published(responder)
        make_proof(row, responder, result="failed", at=LATER)
        row.refresh_from_db()
        assert (row.status, row.proof) == ("published", "did_not_hold")

    def test_taking_the_only_proof_away_is_noticed(self, responder: User) -> None:
        row = make_published(responder)
        remove_evidence(evidence=row.evidence.get(), by=responder, now=LATER)
        row.refresh_from_db()
        assert row.proof == "unproven"
        assert AuditEntry.objects.filter(action="evidence.remove").exists()

    def test_a_waiver_needs_a_reason_and_can_be_taken_back(self, responder: User) -> None:
        row = make_postmortem(responder)
        with pytest.raises(InvalidError):
            waive(postmortem=row, by=responder, now=NOW, reason="  ")
        waive(postmortem=row, by=responder, now=NOW, reason="None can exist")
        row = unwaive(postmortem=row, by=responder, now=NOW)
        assert (row.waiver_reason, row.waiver_by, row.waiver_at, row.proof) == ("", None, None, "unproven")

    def test_the_database_refuses_an_unsigned_waiver(self, responder: User) -> None:
        row = make_postmortem(responder)
        with pytest.raises(IntegrityError), transaction.atomic():
            Postmortem.objects.filter(pk=row.pk).update(waiver_reason="Because")

    def test_material_of_another_incident_is_refused(self, responder: User) -> None:
        row = make_postmortem(responder)
        foreign = snippet_of(make_incident(responder, is_private=True), responder)
        with pytest.raises(InvalidError) as excinfo:
            make_proof(row, responder, snippet=foreign)
        assert "snippet" in excinfo.value.fields
        own = snippet_of(row.incident, responder)
        assert make_proof(row, responder, snippet=own).snippet == own

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"claim": ""}, "claim"),
            ({"claim": "x" * 501}, "claim"),
            ({"method": "hope"}, "method"),
            ({"result": "maybe"}, "result"),
            ({"url": "javascript:alert(1)"}, "url"),
            ({"detail": "x" * 50_001}, "detail"),
            ({"at": NOW + timedelta(days=3)}, "at"),
        ],
    )
    def test_names_the_field_at_fault(self, responder: User, fields: dict[str, object], field: str) -> None:
        with pytest.raises(InvalidError) as excinfo:
            make_proof(make_postmortem(responder), responder, **fields)
        assert list(excinfo.value.fields) == [field]

    def test_an_older_version_is_refused(self, responder: User) -> None:
        proof = make_proof(make_postmortem(responder), responder)
        update_evidence(evidence=proof, by=responder, now=NOW, version=1, fields={"claim": "Other"})
        with pytest.raises(StaleError):
            update_evidence(evidence=proof, by=responder, now=NOW, version=1, fields={"claim": "Mine"})


class TestFactors:
    def test_are_replaced(self, responder: User) -> None:
        row = make_postmortem(responder)
        set_factors(postmortem=row, by=responder, now=NOW, factors=[("test", "None with two nodes")])
        set_factors(postmortem=row, by=responder, now=NOW, factors=[("change", ""), ("review", "Skipped")])
        assert list(row.factors.values_list("category", "text")) == [("change", ""), ("review", "Skipped")]

    def test_an_unknown_category_is_refused(self, responder: User) -> None:
        with pytest.raises(InvalidError):
            set_factors(postmortem=make_postmortem(responder), by=responder, now=NOW, factors=[("human", "x")])
        assert "human" not in FactorCategory.values


class TestActions:
    def test_done_has_its_time_and_open_has_none(self, responder: User) -> None:
        action = make_action(make_incident(responder), responder, due_on=date(2026, 3, 8), owner=responder)
        assert action.is_overdue(date(2026, 3, 9))
        action = update_action(action=action, by=responder, now=LATER, version=1, fields={"state": "done"})
        assert (action.done_at, action.version, action.is_overdue(date(2026, 3, 9))) == (LATER, 2, False)
        action = update_action(action=action, by=responder, now=LATER, version=2, fields={"state": "doing"})
        assert action.done_at is None

    def test_not_doing_it_needs_a_reason(self, responder: User) -> None:
        action = make_action(make_incident(responder), responder)
        with pytest.raises(InvalidError) as excinfo:
            update_action(action=action, by=responder, now=NOW, version=1, fields={"state": "wont_do"})
        assert "reason" in excinfo.value.fields
        fields = {"state": "wont_do", "reason": "Too dear"}
        action = update_action(action=action, by=responder, now=NOW, version=1, fields=fields)  # type: ignore[arg-type]
        assert action.state == ActionState.WONT_DO

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"title": " "}, "title"),
            ({"title": "x" * 301}, "title"),
            ({"kind": "pray"}, "kind"),
            ({"state": "later"}, "state"),
            ({"tracker_url": "ftp://x"}, "tracker_url"),
            ({"due_on": date(1, 1, 1)}, "due_on"),
        ],
    )
    def test_names_the_field_at_fault(self, responder: User, fields: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidError) as excinfo:
            make_action(make_incident(responder), responder, **fields)
        assert list(excinfo.value.fields) == [field]

    def test_an_older_version_is_refused(self, responder: User) -> None:
        action = make_action(make_incident(responder), responder)
        update_action(action=action, by=responder, now=NOW, version=1, fields={"state": "doing"})
        with pytest.raises(StaleError):
            update_action(action=action, by=responder, now=NOW, version=1, fields={"state": "done"})
