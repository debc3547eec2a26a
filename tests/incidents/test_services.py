"""The use cases of the record."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry, Team, User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.models import DiagnosisStep, EntryKind, Incident, NumberSequence, Outcome, Service, Status
from incidents.services.declare import declare
from incidents.services.diagnosis import add_log_note, add_step, update_step
from incidents.services.timeline import add_entry, edit_entry
from incidents.services.update import change_severity, change_status, update
from search.models import OutboxEntry
from tests.support.records import LATER, NOW, make_entry, make_incident, make_step

pytestmark = pytest.mark.django_db


def fault(excinfo: pytest.ExceptionInfo[InvalidError], field: str) -> str:
    return excinfo.value.fields[field]


class TestDeclare:
    def test_title_alone_is_enough(self, responder: User) -> None:
        incident = declare(by=responder, now=NOW, fields={"title": "Checkout answers 502"})
        assert (incident.label, incident.status, incident.severity) == ("INC-1", "investigating", "sev3")
        assert incident.started_at == NOW
        assert incident.entries.get().data == {"from": "", "to": "investigating", "severity": "sev3"}
        assert OutboxEntry.objects.filter(kind="incident", object_id=incident.pk).exists()

    def test_numbers_follow_without_gaps_after_a_failure(self, responder: User) -> None:
        make_incident(responder, external_id="a")
        with pytest.raises(InvalidError):
            make_incident(responder, external_id="a")
        assert make_incident(responder).number == 2
        assert NumberSequence.objects.get().last == 2

    @pytest.mark.parametrize(
        ("fields", "field", "part"),
        [
            ({"title": ""}, "title", "empty"),
            ({"title": " \n "}, "title", "empty"),
            ({"title": "x" * 10_000}, "title", "10,000 characters; the limit is 200"),
            ({"severity": "sev9"}, "severity", "sev1, sev2"),
            ({"started_at": NOW, "resolved_at": NOW - timedelta(minutes=1)}, "resolved_at", "before the start"),
            ({"started_at": NOW.replace(tzinfo=None)}, "started_at", "time zone"),
            ({"started_at": NOW + timedelta(days=3)}, "started_at", "future"),
            ({"source_url": "javascript:alert(1)"}, "source_url", "http"),
            ({"tags": ["x" * 61]}, "tags", "61 characters"),
            ({"services": [f"s{i}" for i in range(51)]}, "services", "limit is 50"),
        ],
    )
    def test_names_the_field_and_the_limit(self, responder: User, fields: dict, field: str, part: str) -> None:  # type: ignore[type-arg]
        with pytest.raises(InvalidError) as excinfo:
            make_incident(responder, **fields)
        assert part in fault(excinfo, field)
        assert not Incident.objects.exists()

    def test_nul_bytes_are_replaced(self, responder: User) -> None:
        assert make_incident(responder, title="a\x00b").title == "a\ufffdb"

    def test_services_are_found_ignoring_case_and_made_when_absent(self, responder: User) -> None:
        make_incident(responder, services=["Checkout", "C++"])
        make_incident(responder, services=["checkout ", "c#", "日本"])
        assert sorted(Service.objects.values_list("name", "slug")) == [
            ("C++", "c"),
            ("Checkout", "checkout"),
            ("c#", "c-2"),
            ("日本", "service"),
        ]

    def test_moments_give_start_and_status(self, responder: User) -> None:
        incident = make_incident(responder, detected_at=NOW - timedelta(hours=2), resolved_at=NOW)
        assert (incident.started_at, incident.status) == (NOW - timedelta(hours=2), "resolved")


class TestStatus:
    def test_going_forward_may_pass_over_stages(self, responder: User) -> None:
        incident = change_status(incident=make_incident(responder), by=responder, now=LATER, status="resolved")
        assert (incident.mitigated_at, incident.resolved_at, incident.version) == (LATER, LATER, 2)
        assert incident.entries.last().data["act"] == "resolve"  # type: ignore[union-attr]

    def test_going_back_needs_a_reason_and_takes_the_moment_away(self, responder: User) -> None:
        incident = change_status(incident=make_incident(responder), by=responder, now=LATER, status="resolved")
        with pytest.raises(InvalidError) as excinfo:
            change_status(incident=incident, by=responder, now=LATER, status="investigating")
        assert "reopen" in fault(excinfo, "reason")
        incident = change_status(incident=incident, by=responder, now=LATER, status="identified", reason="It is back")
        assert (incident.mitigated_at, incident.resolved_at) == (None, None)
        assert incident.entries.last().data["reason"] == "It is back"  # type: ignore[union-attr]

    def test_closing_early_needs_a_reason_and_does_not_claim_a_fix(self, responder: User) -> None:
        incident = make_incident(responder)
        with pytest.raises(InvalidError):
            change_status(incident=incident, by=responder, now=LATER, status="closed")
        incident = change_status(incident=incident, by=responder, now=LATER, status="closed", reason="False alarm")
        assert (incident.closed_at, incident.resolved_at, incident.mitigated_at) == (LATER, None, None)

    def test_unknown_status(self, responder: User) -> None:
        with pytest.raises(InvalidError) as excinfo:
            change_status(incident=make_incident(responder), by=responder, now=NOW, status="fixed")
        assert "investigating, identified" in fault(excinfo, "status")

    def test_severity_gets_a_line(self, responder: User) -> None:
        incident = change_severity(incident=make_incident(responder), by=responder, now=LATER, severity="sev1")
        assert incident.entries.filter(kind=EntryKind.SEVERITY).get().data == {"from": "sev3", "to": "sev1"}


class TestUpdate:
    def test_stale_version_changes_nothing(self, responder: User) -> None:
        incident = make_incident(responder)
        update(incident=incident, by=responder, now=NOW, version=1, fields={"title": "First"})
        with pytest.raises(StaleError) as excinfo:
            update(incident=incident, by=responder, now=NOW, version=1, fields={"title": "Second"})
        assert excinfo.value.current.title == "First"
        assert Incident.objects.get().title == "First"

    def test_same_values_change_nothing(self, responder: User) -> None:
        incident = make_incident(responder, tags=["dns"])
        same = update(
            incident=incident, by=responder, now=LATER, version=1, fields={"title": incident.title, "tags": ["DNS"]}
        )
        assert (same.version, same.updated_at) == (1, NOW)

    def test_resolved_time_moves_the_status(self, responder: User) -> None:
        incident = update(
            incident=make_incident(responder), by=responder, now=LATER, version=1, fields={"resolved_at": LATER}
        )
        assert incident.status == Status.RESOLVED

    def test_stored_start_counts(self, responder: User) -> None:
        incident = make_incident(responder)
        early = NOW - timedelta(hours=1)
        with pytest.raises(InvalidError) as excinfo:
            update(incident=incident, by=responder, now=NOW, version=1, fields={"resolved_at": early})
        assert "before the start (2026-03-01 14:05 UTC)" in fault(excinfo, "resolved_at")

    def test_making_private_is_audited(self, responder: User, team: Team) -> None:
        incident = make_incident(responder)
        update(incident=incident, by=responder, now=NOW, version=1, fields={"is_private": True, "teams": [team]})
        assert AuditEntry.objects.get(action="incident.access").detail["teams"] == ["Storage"]


class TestVisibility:
    def test_private_is_for_those_named(
        self, admin: User, responder: User, teammate: User, outsider: User, viewer: User, team: Team
    ) -> None:
        make_incident(responder, is_private=True, teams=[team], people=[viewer])
        seen = [u.username for u in (admin, responder, teammate, outsider, viewer) if Incident.objects.visible_to(u)]
        assert seen == ["admin", "responder", "teammate", "viewer"]

    def test_leaving_the_team_closes_the_door(self, responder: User, teammate: User, team: Team) -> None:
        make_incident(responder, is_private=True, teams=[team])
        assert Incident.objects.visible_to(teammate).exists()
        team.members.remove(teammate)
        assert not Incident.objects.visible_to(teammate).exists()


class TestTimeline:
    def test_entry_keeps_when_it_happened_and_when_it_was_noted(self, responder: User) -> None:
        entry = make_entry(make_incident(responder), responder, at=NOW - timedelta(minutes=10))
        assert (entry.at, entry.noted_at) == (NOW - timedelta(minutes=10), NOW)
        assert entry.html("body") == "<p>Looked at the load balancer</p>\n"

    def test_empty_or_unknown_kind(self, responder: User) -> None:
        with pytest.raises(InvalidError) as excinfo:
            add_entry(incident=make_incident(responder), by=responder, now=NOW, body=" ", kind="status")
        assert set(excinfo.value.fields) == {"kind", "body"}

    def test_editing_checks_the_version(self, responder: User) -> None:
        entry = make_entry(make_incident(responder), responder)
        edit_entry(entry=entry, by=responder, now=LATER, version=1, body="Better")
        with pytest.raises(StaleError):
            edit_entry(entry=entry, by=responder, now=LATER, version=1, body="Worse")

    def test_system_lines_are_not_edited(self, responder: User) -> None:
        line = make_incident(responder).entries.get()
        with pytest.raises(InvalidError):
            edit_entry(entry=line, by=responder, now=LATER, version=1, body="Never happened")


class TestDiagnosis:
    def test_step_has_its_line(self, responder: User) -> None:
        step = make_step(make_incident(responder), responder)
        assert step.entries.get().kind == EntryKind.DIAGNOSIS

    def test_changed_outcome_gets_a_line(self, responder: User) -> None:
        step = make_step(make_incident(responder), responder)
        step = update_step(step=step, by=responder, now=LATER, version=1, fields={"outcome": Outcome.RULED_OUT})
        assert [entry.data for entry in step.entries.order_by("id")] == [
            {"to": "open"},
            {"from": "open", "to": "ruled_out", "act": "rule out"},
        ]

    def test_tree_has_no_circle(self, responder: User) -> None:
        incident = make_incident(responder)
        top = make_step(incident, responder)
        below = make_step(incident, responder, "DNS", parent=top)
        with pytest.raises(InvalidError) as excinfo:
            update_step(step=top, by=responder, now=NOW, version=None, fields={"parent": below})
        assert "itself" in fault(excinfo, "parent")

    def test_tree_is_not_endless(self, responder: User) -> None:
        incident = make_incident(responder)
        parent: DiagnosisStep | None = None
        for depth in range(8):
            parent = make_step(incident, responder, f"Level {depth}", parent=parent)
        with pytest.raises(InvalidError) as excinfo:
            make_step(incident, responder, "One too deep", parent=parent)
        assert "8 deep" in fault(excinfo, "parent")

    def test_parent_of_another_incident(self, responder: User) -> None:
        other = make_step(make_incident(responder), responder)
        with pytest.raises(InvalidError):
            add_step(
                incident=make_incident(responder), by=responder, now=NOW, fields={"hypothesis": "x", "parent": other}
            )

    def test_log_note(self, responder: User) -> None:
        incident = make_incident(responder)
        note = add_log_note(
            incident=incident, by=responder, now=NOW, verdict="misleading", line="OOM killed", emitted_by="kubelet"
        )
        assert str(note) == "misleading: OOM killed"
        with pytest.raises(InvalidError):
            add_log_note(incident=incident, by=responder, now=NOW, verdict="odd", line="")
