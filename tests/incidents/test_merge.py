"""Merging two incidents: every line moves, every old address leads there, nobody reads what was hidden."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Team, User
from hindsight.lib.problems import InvalidError
from incidents import merging
from incidents.models import Incident, IncidentLink, RoleHolding, TimelineEntry
from incidents.services.changes import judge, report
from incidents.services.diagnosis import add_log_note
from incidents.services.links import link
from incidents.services.merge import gather_strays, merge, objection
from incidents.services.roles import assign_role
from incidents.services.snippets import add_snippet
from tests.incidents.test_concurrency import together
from tests.support.personas import client_of, make_user
from tests.support.postmortems import make_action, make_postmortem
from tests.support.records import LATER, NOW, make_entry, make_incident, make_step


@pytest.fixture
def pair(responder: User) -> tuple[Incident, Incident]:
    """Two incidents that are one: the second is to go into the first."""
    target = make_incident(responder, title="Checkout answers 502", services=["checkout"])
    source = make_incident(responder, title="Payments fail", services=["payments"], tags=["pool"], summary="All fail.")
    return source, target


def merged(source: Incident, target: Incident, by: User) -> Incident:
    return merge(source=source, target=target, by=by, now=LATER)


def fill(incident: Incident, by: User) -> None:
    """Some of everything."""
    make_entry(incident, by, "Restarted it")
    step = make_step(incident, by)
    make_step(incident, by, "The network", parent=step)
    add_snippet(incident=incident, by=by, now=NOW, code="x = 1", language="python")
    add_log_note(incident=incident, by=by, now=NOW, verdict="noisy", line="GET /healthz 200")
    assign_role(incident=incident, role="scribe", person=by, by=by, now=NOW)
    change, _ = report(by=by, now=NOW, fields={"title": "checkout 1.4.2"})
    judge(incident=incident, change=change, verdict="suspect", by=by, now=NOW)
    make_action(incident, by)


def test_every_part_moves_and_keeps_its_anchor(pair: tuple[Incident, Incident], responder: User) -> None:
    source, target = pair
    fill(source, responder)
    anchors = {pointer: set(pointer.rows(source).values_list("pk", flat=True)) for pointer in merging.pointers()}
    merged(source, target, responder)
    for pointer, ids in anchors.items():
        assert not pointer.rows(source).exists() or pointer.is_passing, pointer
        if not pointer.is_passing:
            assert ids <= set(pointer.rows(target).values_list("pk", flat=True)), pointer
    assert sum(map(len, anchors.values())) > 10


def test_the_timeline_tells_of_it_with_what_the_merged_one_said(
    pair: tuple[Incident, Incident], responder: User
) -> None:
    source, target = pair
    merged(source, target, responder)
    line = TimelineEntry.objects.get(kind="merge")
    assert line.incident == target
    assert f"{source.label} was merged into this incident: Payments fail" in line.body
    assert "> All fail." in line.body
    assert AuditEntry.objects.filter(action="incident.merge", target=source.label).count() == 1


def test_services_and_tags_come_together(pair: tuple[Incident, Incident], responder: User) -> None:
    target = merged(*pair, responder)
    assert {row.name for row in target.services.all()} == {"checkout", "payments"}
    assert [row.name for row in target.tags.all()] == ["pool"]


def test_the_old_number_leads_to_the_target(pair: tuple[Incident, Incident], responder_client: Client) -> None:
    source, target = pair
    merged(source, target, source.declared_by or target.declared_by)  # type: ignore[arg-type]  # both are the responder
    answer = responder_client.get(source.get_absolute_url() + "?entry=5")
    assert (answer.status_code, answer["Location"]) == (303, target.get_absolute_url() + "?entry=5")


def test_what_is_sent_to_the_old_number_is_kept(pair: tuple[Incident, Incident], responder: User) -> None:
    source, target = pair
    merged(source, target, responder)
    sent = client_of(responder).post(
        reverse("entry_new", args=[source.number]), {"kind": "note", "body": "Typed meanwhile", "once": "0" * 32}
    )
    assert sent.status_code == 303
    assert target.entries.filter(body="Typed meanwhile").exists()


def test_what_reached_the_merged_row_is_moved_later(pair: tuple[Incident, Incident], responder: User) -> None:
    source, target = pair
    merged(source, target, responder)
    late = make_entry(source, responder, "Was on its way")
    assert gather_strays(now=LATER) == 1
    late.refresh_from_db()
    assert late.incident_id == target.pk
    assert gather_strays(now=LATER) == 0


def test_a_merged_one_is_in_no_list(pair: tuple[Incident, Incident], admin: User, responder: User) -> None:
    source, target = pair
    merged(source, target, responder)
    for user in (admin, responder):
        assert list(Incident.objects.visible_to(user)) == [target]


def test_its_number_is_never_given_again(pair: tuple[Incident, Incident], responder: User) -> None:
    source, target = pair
    merged(source, target, responder)
    assert make_incident(responder).number > max(source.number, target.number)


def test_older_merges_lead_on(pair: tuple[Incident, Incident], responder: User) -> None:
    source, target = pair
    merged(source, target, responder)
    last = make_incident(responder, title="The real one")
    merged(target, last, responder)
    assert Incident.objects.get(pk=source.pk).merged_into == last


def test_a_private_one_does_not_go_into_a_public_one(responder: User) -> None:
    source, target = make_incident(responder, is_private=True), make_incident(responder)
    with pytest.raises(InvalidError, match="everybody would read its lines"):
        merged(source, target, responder)
    assert not merged_numbers()


def test_a_public_one_goes_into_a_private_one(responder: User, outsider: User) -> None:
    source, target = make_incident(responder), make_incident(responder, is_private=True)
    merged(source, target, responder)
    assert client_of(outsider).get(source.get_absolute_url()).status_code == 404


def test_a_private_one_does_not_go_where_more_people_read(responder: User, outsider: User, team: Team) -> None:
    source = make_incident(responder, is_private=True, teams=[team])
    target = make_incident(responder, is_private=True, people=[outsider])
    assert "outsider" in objection(source, target)
    with pytest.raises(InvalidError):
        merged(source, target, responder)


def test_two_postmortems_are_refused_with_what_to_do(pair: tuple[Incident, Incident], responder: User) -> None:
    source, target = pair
    make_postmortem(responder, source)
    make_postmortem(responder, target)
    with pytest.raises(InvalidError, match="Both have a postmortem"):
        merged(source, target, responder)


def test_the_only_postmortem_moves(pair: tuple[Incident, Incident], responder: User) -> None:
    source, target = pair
    row = make_postmortem(responder, source)
    merged(source, target, responder)
    row.refresh_from_db()
    assert row.incident_id == target.pk


def test_not_into_itself_and_not_twice(pair: tuple[Incident, Incident], responder: User) -> None:
    source, target = pair
    with pytest.raises(InvalidError, match="into itself"):
        merged(source, source, responder)
    merged(source, target, responder)
    with pytest.raises(InvalidError, match="already"):
        merged(source, target, responder)


def test_roles_verdicts_and_links_that_both_have(pair: tuple[Incident, Incident], responder: User) -> None:
    source, target = pair
    other = make_user("other")
    assign_role(incident=target, role="scribe", person=responder, by=responder, now=NOW)
    assign_role(incident=source, role="scribe", person=other, by=responder, now=NOW)
    change, _ = report(by=responder, now=NOW, fields={"title": "checkout 1.4.2"})
    judge(incident=target, change=change, verdict="culprit", by=responder, now=NOW)
    judge(incident=source, change=change, verdict="suspect", by=responder, now=NOW)
    third = make_incident(responder, title="Third")
    link(source=source, target=target, kind="duplicate", by=responder, now=NOW)
    link(source=third, target=source, kind="related", by=responder, now=NOW)
    link(source=third, target=target, kind="related", by=responder, now=NOW)
    merged(source, target, responder)
    assert [row.person for row in target.roles.filter(until=None)] == [responder]
    assert RoleHolding.objects.get(person=other).until == LATER
    assert [row.verdict for row in target.change_verdicts.all()] == ["culprit"]
    assert target.entries.filter(kind="verdict").count() == 2
    assert [(row.source_id, row.target_id) for row in IncidentLink.objects.all()] == [(third.pk, target.pk)]


def test_a_duplicate_of_the_merged_one_stays_a_duplicate(pair: tuple[Incident, Incident], responder: User) -> None:
    source, target = pair
    third = make_incident(responder, title="Third")
    link(source=third, target=source, kind="duplicate", by=responder, now=NOW)
    link(source=target, target=third, kind="duplicate", by=responder, now=NOW)
    merged(source, target, responder)
    rows = [(row.source_id, row.target_id) for row in IncidentLink.objects.all()]
    # The other way round would close a circle.
    assert rows == [(target.pk, third.pk)]


def test_a_failure_on_the_way_changes_nothing(
    pair: tuple[Incident, Incident], responder: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = pair
    fill(source, responder)
    before = source.entries.count()

    def fail(*_: object) -> None:
        raise IntegrityError

    monkeypatch.setitem(merging._movers, "incidents.IncidentLink", fail)
    with pytest.raises(IntegrityError):
        merged(source, target, responder)
    assert source.entries.count() == before
    assert not merged_numbers()


@pytest.mark.django_db(transaction=True)
def test_two_merges_at_once_leave_one_incident(responder: User) -> None:
    one, two = make_incident(responder), make_incident(responder)
    entry = make_entry(one, responder, "Of one")
    results = together(lambda: merged(one, two, responder), lambda: merged(two, one, responder))
    assert sorted(type(result).__name__ for result in results) == ["Incident", "InvalidError"]
    (left,) = Incident.objects.filter(merged_into=None)
    entry.refresh_from_db()
    assert entry.incident_id == left.pk


@pytest.mark.django_db(transaction=True)
def test_a_note_written_during_a_merge_is_not_lost(responder: User) -> None:
    source, target = make_incident(responder), make_incident(responder)
    together(
        lambda: merged(source, target, responder),
        lambda: make_entry(source, responder, "Meanwhile", now=NOW + timedelta(minutes=1)),
    )
    gather_strays(now=LATER)
    assert TimelineEntry.objects.get(body="Meanwhile").incident_id == target.pk


def merged_numbers() -> list[int]:
    return list(Incident.objects.filter(merged_into__isnull=False).values_list("number", flat=True))
