"""Beginning a postmortem, saving its sections, publishing it."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry, User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.models import Incident, Snippet
from incidents.services.snippets import add_snippet
from postmortems.models import (
    SECTION_LIMIT,
    Postmortem,
    ProofState,
    Revision,
)
from postmortems.services.begin import begin, record
from postmortems.services.proof import waive
from postmortems.services.publish import NotReadyError, missing, publish, withdraw
from postmortems.services.revise import revise
from postmortems.services.sections import SectionsStaleError, save_sections
from search.models import OutboxEntry
from tests.support.postmortems import REQUIRED, make_postmortem, make_proof, make_published
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
            severity="sev2",
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
            "root_cause": f"- **The pool is empty**: 200 of 200 in use [[step-{step.pk}]]",
            "fix": f"- Stopped the job [[entry-{fix.pk}]]",
            "verification": f"- No 502 for ten minutes [[entry-{check.pk}]]",
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
