"""Earlier texts: who saved what, the words that differ, going back, and what an amendment changed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from postmortems.models import Postmortem, Publication
from postmortems.pages.revisions import compare, point, read_history, since_publication
from postmortems.services.begin import record
from postmortems.services.proof import waive
from postmortems.services.publish import NotPublishedError, amend, publish, withdraw
from postmortems.services.revisions import restore
from postmortems.services.sections import SectionsStaleError, save_sections
from tests.support.postmortems import make_postmortem, make_proof, make_published
from tests.support.records import LATER, NOW, make_incident

pytestmark = pytest.mark.django_db


def save(row: Postmortem, by: User, minutes: float = 0, **texts: str) -> None:
    now = NOW + timedelta(minutes=minutes)
    save_sections(postmortem=row, by=by, now=now, sections={key: (body, None) for key, body in texts.items()})


def at(name: str, row: Postmortem, *args: object) -> str:
    return reverse(name, args=[row.incident.number, *args])


def changed(row: Postmortem, before: str, after: str = "now") -> list[str]:
    first, last = point(row, before), point(row, after)
    assert first
    assert last
    return [change.key for change in compare(row, first, last).sections]


class TestHistory:
    def test_saves_in_one_go_are_one_line(self, responder: User, outsider: User) -> None:
        row = make_postmortem(responder, impact="a")
        for minute in (1, 2, 11):
            save(row, responder, minute, impact=f"a {minute}")
        save(row, outsider, 12, impact="b")
        save(row, responder, 60, impact="c")
        sittings = read_history(row, section="impact").sittings
        assert [(str(one.last.by), len(one.saves), one.before) for one in sittings] == [
            ("responder", 1, 5),
            ("outsider", 1, 4),
            ("responder", 4, 0),
        ]
        assert sittings[0].is_current

    def test_queries_do_not_grow(self, responder: User, responder_client: Client) -> None:
        row = make_postmortem(responder, impact="a")

        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert responder_client.get(at("postmortem_revisions", row)).status_code == 200
            return len(queries)

        count()
        few = count()
        for number in range(12):
            save(row, responder, number * 30, impact=f"a {number}", detection=f"b {number}")
        assert count() == few


class TestComparing:
    def test_the_whole_at_two_moments(self, responder: User) -> None:
        row = make_postmortem(responder, impact="a", detection="b")
        first = row.sections.get(key="detection").revisions.get(version=1)
        save(row, responder, 5, impact="a new")
        save(row, responder, 9, lessons="luck")
        assert set(changed(row, f"r{first.pk}")) == {"impact", "lessons"}
        assert set(changed(row, "now", f"r{first.pk}")) == {"impact", "lessons"}
        assert changed(row, "now") == []

    @pytest.mark.parametrize("name", ["p9", "r999999", "x", "r1x", "p1"])
    def test_unknown_points(self, responder: User, responder_client: Client, name: str) -> None:
        row = make_postmortem(responder, impact="a")
        assert point(row, name) is None
        assert responder_client.get(at("postmortem_changes", row), {"from": name}).status_code == 404

    def test_the_page_of_one_section(self, responder: User, viewer_client: Client) -> None:
        row = make_postmortem(responder, impact="One in five failed <b>.")
        save(row, responder, 1, impact="One in four failed <b>.")
        url = at("postmortem_revision", row, "impact")
        page = viewer_client.get(url, {"before": "2", "after": "1"}).content.decode()
        assert "<del>five</del>" in page
        assert "<ins>four</ins>" in page
        assert "Restore" not in page
        for query in ({"before": "1", "after": "9"}, {"before": "x", "after": "1"}, {"before": "-1", "after": "1"}):
            assert viewer_client.get(url, query).status_code == 404
        assert viewer_client.get(at("postmortem_revision", row, "nope")).status_code == 404

    def test_a_private_one_is_unknown(self, responder: User, outsider_client: Client) -> None:
        row = make_postmortem(responder, make_incident(responder, is_private=True), impact="a")
        url = at("postmortem_revision", row, "impact")
        assert outsider_client.get(url, {"before": "0", "after": "1"}).status_code == 404
        assert outsider_client.post(at("postmortem_restore", row, "impact")).status_code == 404


class TestRestoring:
    def test_it_makes_a_new_revision(self, responder: User, outsider: User, outsider_client: Client) -> None:
        row = make_postmortem(responder, impact="first")
        save(row, responder, 1, impact="second")
        sent = {"version": "1", "base": "2"}
        assert outsider_client.post(at("postmortem_restore", row, "impact"), sent).status_code == 303
        section = row.sections.get(key="impact")
        assert (section.body, section.version, section.updated_by) == ("first", 3, outsider)
        assert list(section.revisions.values_list("body", flat=True)) == ["first", "second", "first"]

    def test_what_somebody_saved_meanwhile_is_not_lost(
        self, responder: User, outsider: User, outsider_client: Client
    ) -> None:
        row = make_postmortem(responder, impact="first")
        save(row, responder, 1, impact="second")
        with pytest.raises(SectionsStaleError):
            restore(postmortem=row, by=outsider, now=LATER, section="impact", version=1, base=1)
        sent = {"version": "1", "base": "1"}
        assert outsider_client.post(at("postmortem_restore", row, "impact"), sent).status_code == 409

    def test_readers_restore_nothing(self, responder: User, viewer_client: Client) -> None:
        row = make_postmortem(responder, impact="first")
        sent = {"version": "1", "base": "1"}
        assert viewer_client.post(at("postmortem_restore", row, "impact"), sent).status_code == 403


class TestAmending:
    def test_readers_see_what_changed_since(self, responder: User, viewer_client: Client) -> None:
        row = make_published(responder, impact="One in five failed.")
        page = viewer_client.get(row.get_absolute_url()).content.decode()
        assert "Show what changed" not in page
        save(row, responder, 30, impact="One in four failed.")
        row.refresh_from_db()
        assert row.amended_at == NOW + timedelta(minutes=30)
        page = viewer_client.get(row.get_absolute_url()).content.decode()
        assert "amended" in page
        assert at("postmortem_changes", row) in page
        changes = viewer_client.get(at("postmortem_changes", row)).content.decode()
        assert "<del>five</del>" in changes

    def test_an_amendment_says_what_it_is_about(self, responder: User, responder_client: Client) -> None:
        row = make_published(responder, impact="a")
        save(row, responder, 30, impact="b")
        assert responder_client.post(at("postmortem_amend", row), {"note": ""}).status_code == 422
        sent = {"note": "The count was wrong."}
        assert responder_client.post(at("postmortem_amend", row), sent).status_code == 303
        assert list(row.publications.values_list("number", "note")) == [(1, ""), (2, "The count was wrong.")]
        assert changed(row, "p2") == []
        assert changed(row, since_publication(row)) == ["impact"]
        assert "The count was wrong." in responder_client.get(at("postmortem_changes", row)).content.decode()

    def test_proofs_and_causes_are_compared(self, responder: User) -> None:
        row = make_published(responder)
        make_proof(row, responder, claim="It broke again", result="failed", at=NOW + timedelta(hours=1))
        first, last = point(row, "p1"), point(row, "now")
        assert first
        assert last
        assert compare(row, first, last).came == ["Proof: It broke again (failed)"]

    def test_a_draft_is_not_amended(self, responder: User, responder_client: Client) -> None:
        row = make_postmortem(responder)
        with pytest.raises(NotPublishedError):
            amend(postmortem=row, by=responder, now=NOW, note="x")
        assert responder_client.post(at("postmortem_amend", row), {"note": "x"}).status_code == 409

    def test_publishing_again_begins_a_new_count(self, responder: User) -> None:
        row = make_published(responder, impact="a")
        save(row, responder, 30, impact="b")
        withdraw(postmortem=row, by=responder, now=LATER)
        row = publish(postmortem=row, by=responder, now=LATER)
        assert row.amended_at is None
        assert (Publication.objects.count(), since_publication(row)) == (2, "p2")

    def test_one_that_was_brought_in_is_compared_with_how_it_came(self, responder: User) -> None:
        incident = make_incident(responder)
        row = record(
            incident=incident, by=None, now=NOW, sections={"fix": "old"}, published_at=NOW - timedelta(days=900)
        )
        save(row, responder, 30, fix="new", lessons="luck")
        assert set(changed(row, since_publication(row))) == {"fix", "lessons"} or changed(row, "p1") == ["fix"]
        row.refresh_from_db()
        waive(postmortem=row, by=responder, now=LATER, reason="Too old.")
        amend(postmortem=row, by=responder, now=LATER, note="Proofread.")
        assert row.publications.get(number=1).versions == {"fix": 1, "lessons": 1}
