"""The use cases of postmortems."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry, User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.models import Incident, Snippet
from incidents.services.snippets import add_snippet
from postmortems.models import (
    SECTION_LIMIT,
    ActionState,
    FactorCategory,
    Postmortem,
    ProofResult,
    ProofState,
    Revision,
)
from postmortems.services.actions import update_action
from postmortems.services.begin import begin, record
from postmortems.services.factors import set_factors
from postmortems.services.proof import remove_evidence, unwaive, update_evidence, verification_state, waive
from postmortems.services.publish import NotReadyError, missing, publish, withdraw
from postmortems.services.revise import revise
from postmortems.services.sections import SectionsStaleError, save_sections
from search.models import OutboxEntry
from tests.support.postmortems import REQUIRED, make_action, make_postmortem, make_proof, make_published
from tests.support.records import LATER, NOW, make_entry, make_incident, make_step

pytestmark = pytest.mark.django_db


def bodies(row: Postmortem) -> dict[str, str]:
    return dict(row.sections.values_list("key", "body"))


def snippet_of(incident: Incident, by: User) -> Snippet:
    return add_snippet(incident=incident, by=by, now=NOW, code="print(1)")


class TestBegin:
    def test_what_was_logged_is_already_there(self, responder: User) -> None:
        incident = make_incident(
            responder,
            summary="One checkout in five failed.",
            started_at=NOW - timedelta(hours=1),
            detected_at=NOW - timedelta(minutes=51),
            mitigated_at=NOW - timedelta(minutes=13),
            resolved_at=NOW,
            detected_by="customer",
        )
        step = make_step(incident, responder, "The pool is empty", finding="200 of 200 in use", outcome="confirmed")
        make_step(incident, responder, "The deploy broke it", outcome="ruled_out")
        fix = make_entry(incident, responder, "Stopped the job", kind="fix")
        check = make_entry(incident, responder, "No 502 for\n\nten minutes", kind="verification")
        texts = bodies(begin(incident=incident, by=responder, now=NOW))
        assert texts == {
            "summary": (
                "One checkout in five failed.\n\nIt began on 1 March 2026 at 13:05 UTC; "
                "users were affected for 47 min. The cause was gone after 1 h."
            ),
            "detection": "A customer told us at 13:14 UTC, 9 min after it began.",
            "root_cause": f"- **The pool is empty**: 200 of 200 in use ([step](#step-{step.pk}))",
            "fix": f"- Stopped the job ([14:05 UTC](#entry-{fix.pk}))",
            "verification": f"- No 502 for ten minutes ([14:05 UTC](#entry-{check.pk}))",
        }

    def test_is_safe_to_repeat(self, responder: User, outsider: User) -> None:
        incident = make_incident(responder)
        first = begin(incident=incident, by=responder, now=NOW)
        save_sections(postmortem=first, by=responder, now=NOW, sections={"summary": ("Mine", None)})
        again = begin(incident=incident, by=outsider, now=LATER)
        assert (again.pk, again.begun_by, bodies(again)["summary"]) == (first.pk, responder, "Mine")

    def test_every_first_text_has_its_revision(self, responder: User) -> None:
        row = begin(incident=make_incident(responder, summary="Down"), by=responder, now=NOW)
        assert Revision.objects.get(section__postmortem=row).body == bodies(row)["summary"]

    def test_an_import_keeps_texts_byte_for_byte_and_is_repeatable(self, responder: User) -> None:
        incident = make_incident(responder)
        text = "Line one\r\n\r\n  indented\t \n"
        made = [
            record(incident=incident, by=None, now=now, sections={"account": text}, published_at=NOW)
            for now in (NOW, LATER)
        ]
        assert made[0] == made[1]
        assert bodies(made[0]) == {"account": text}
        assert (made[0].status, made[0].proof) == ("published", ProofState.UNPROVEN)


class TestSections:
    def test_each_save_is_a_revision(self, responder: User) -> None:
        row = make_postmortem(responder)
        for version, text in enumerate(["One", "Two"]):
            save_sections(postmortem=row, by=responder, now=NOW, sections={"impact": (text, version)})
        section = row.sections.get(key="impact")
        assert (section.body, section.version) == ("Two", 2)
        assert list(section.revisions.values_list("version", "body")) == [(2, "Two"), (1, "One")]
        assert OutboxEntry.objects.filter(kind="incident", object_id=row.incident_id).count() >= 3

    def test_two_writers_of_two_sections_do_not_meet(self, responder: User, teammate: User) -> None:
        row = make_postmortem(responder, impact="Old", lessons="Old")
        save_sections(postmortem=row, by=teammate, now=NOW, sections={"impact": ("Theirs", 1), "lessons": ("Old", 1)})
        # The other page was loaded before and sends its old text of "impact" along.
        save_sections(
            postmortem=row, by=responder, now=NOW, sections={"impact": ("Old\r\n", 1), "lessons": ("Mine", 1)}
        )
        assert bodies(row)["impact"] == "Theirs"
        assert bodies(row)["lessons"] == "Mine"

    def test_a_conflict_saves_nothing_and_returns_both_texts(self, responder: User, teammate: User) -> None:
        row = make_postmortem(responder, impact="Old")
        save_sections(postmortem=row, by=teammate, now=NOW, sections={"impact": ("Theirs", 1)})
        with pytest.raises(SectionsStaleError) as excinfo:
            save_sections(
                postmortem=row, by=responder, now=NOW, sections={"impact": ("Mine", 1), "lessons": ("Also mine", 0)}
            )
        (conflict,) = excinfo.value.conflicts
        assert (conflict.prompt.key, conflict.body, conflict.current_body, conflict.current_version) == (
            "impact",
            "Mine",
            "Theirs",
            2,
        )
        assert "lessons" not in bodies(row)

    def test_both_began_the_same_empty_section(self, responder: User, teammate: User) -> None:
        row = make_postmortem(responder)
        save_sections(postmortem=row, by=teammate, now=NOW, sections={"impact": ("Theirs", 0)})
        with pytest.raises(SectionsStaleError):
            save_sections(postmortem=row, by=responder, now=NOW, sections={"impact": ("Mine", 0)})

    def test_the_same_text_twice_is_no_conflict_and_no_revision(self, responder: User) -> None:
        row = make_postmortem(responder)
        for _ in range(2):
            save_sections(postmortem=row, by=responder, now=NOW, sections={"impact": ("Same", 0)})
        assert row.sections.get(key="impact").version == 1

    def test_names_unknown_keys_and_lengths(self, responder: User) -> None:
        row = make_postmortem(responder)
        with pytest.raises(InvalidError) as excinfo:
            save_sections(
                postmortem=row,
                by=responder,
                now=NOW,
                sections={"blame": ("x", 0), "impact": ("x" * (SECTION_LIMIT + 1), 0), "lessons": ("fine", 0)},
            )
        assert set(excinfo.value.fields) == {"blame", "impact"}
        assert "root_cause" in excinfo.value.fields["blame"]
        assert "200,001 characters; the limit is 200,000" in excinfo.value.fields["impact"]
        assert "lessons" not in bodies(row)

    def test_nul_bytes_are_replaced(self, responder: User) -> None:
        row = make_postmortem(responder, impact="a\x00b")
        assert bodies(row)["impact"] == "a\ufffdb"


class TestPublish:
    @pytest.mark.parametrize("absent", list(REQUIRED))
    def test_is_refused_without_each_required_part(self, responder: User, absent: str) -> None:
        row = make_postmortem(responder, **{key: body for key, body in REQUIRED.items() if key != absent})
        make_proof(row, responder)
        with pytest.raises(NotReadyError) as excinfo:
            publish(postmortem=row, by=responder, now=NOW)
        assert excinfo.value.missing == [absent]
        row.refresh_from_db()
        assert row.status == "draft"

    def test_a_section_of_blanks_is_absent(self, responder: User) -> None:
        row = make_postmortem(responder, **{**REQUIRED, "fix": " \n "})
        assert missing(row) == ["fix", "evidence"]

    @pytest.mark.parametrize("result", ["failed", "inconclusive"])
    def test_is_refused_without_a_proof_that_passed(self, responder: User, result: str) -> None:
        row = make_postmortem(responder, **REQUIRED)
        make_proof(row, responder, result=result)
        with pytest.raises(NotReadyError) as excinfo:
            publish(postmortem=row, by=responder, now=NOW)
        assert excinfo.value.missing == ["evidence"]

    def test_with_proof_it_is_out_and_in_the_audit_log(self, responder: User) -> None:
        row = make_published(responder)
        assert (row.status, row.published_by, row.published_at, row.proof) == ("published", responder, NOW, "verified")
        assert AuditEntry.objects.get(action="postmortem.publish").detail == {"proof": "verified"}

    def test_with_a_waiver_as_well(self, responder: User) -> None:
        row = make_postmortem(responder, **REQUIRED)
        waive(postmortem=row, by=responder, now=NOW, reason="The hardware is gone")
        row = publish(postmortem=row, by=responder, now=NOW)
        assert (row.status, row.proof, row.waiver_by) == ("published", "waived", responder)

    def test_editing_keeps_it_published(self, responder: User) -> None:
        row = make_published(responder)
        save_sections(postmortem=row, by=responder, now=LATER, sections={"fix": ("A limit of 30.", 1)})
        row.refresh_from_db()
        assert row.is_published
        assert row.sections.get(key="fix").revisions.count() == 2

    def test_can_be_withdrawn(self, responder: User) -> None:
        row = withdraw(postmortem=make_published(responder), by=responder, now=LATER)
        assert (row.status, row.published_at) == ("draft", None)

    def test_a_stale_version_is_refused(self, responder: User) -> None:
        row = make_postmortem(responder, **REQUIRED)
        make_proof(row, responder)
        with pytest.raises(StaleError):
            publish(postmortem=row, by=responder, now=NOW, version=row.version)


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


class TestRevise:
    def test_changes_all_or_nothing(self, responder: User) -> None:
        row = make_postmortem(responder)
        with pytest.raises(InvalidError):
            revise(
                postmortem=row,
                by=responder,
                now=NOW,
                version=row.version,
                fields={"sections": {"fix": "A limit"}, "evidence": [(None, {"claim": "x"})]},
            )
        assert "fix" not in bodies(row)
        revised = revise(
            postmortem=row,
            by=responder,
            now=NOW,
            version=row.version,
            fields={
                "sections": REQUIRED,
                "factors": [("test", "")],
                "evidence": [(None, {"method": "metric", "claim": "p95 is back"})],
            },
        )
        assert (missing(revised), revised.proof) == ([], "verified")
        with pytest.raises(StaleError):
            revise(postmortem=row, by=responder, now=NOW, version=row.version, fields={})
