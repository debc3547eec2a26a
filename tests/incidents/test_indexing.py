"""What search gets to know of an incident."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import Team, User
from incidents.indexing import IncidentSource
from incidents.models import Incident
from incidents.services.diagnosis import add_log_note
from incidents.services.evidence import add_first_check
from incidents.services.snippets import add_snippet
from tests.support.records import NOW, make_entry, make_incident, make_step

pytestmark = pytest.mark.django_db
SOURCE = IncidentSource()


def full(by: User, **fields: Any) -> Incident:
    incident = make_incident(by, services=["checkout"], tags=["dns"], **fields)
    make_entry(incident, by, "Restarted the resolver")
    step = make_step(incident, by, "The cache is stale", finding="It was")
    add_snippet(incident=incident, by=by, now=NOW, code="dig acme.internal", language="console", step=step)
    add_log_note(incident=incident, by=by, now=NOW, verdict="noisy", line="SERVFAIL")
    return incident


def test_every_text_has_its_place(responder: User) -> None:
    incident = full(responder)
    (document,) = SOURCE.documents([incident.pk])
    places = {(part.field, part.text, part.anchor.split("-")[0]) for part in document.parts}
    assert {
        ("number", "INC-1", ""),
        ("title", "Checkout answers 502", ""),
        ("service", "checkout", ""),
        ("tag", "dns", ""),
        ("entry", "Restarted the resolver", "#entry"),
        ("step", "The cache is stale\nIt was", "#step"),
        ("code", "dig acme.internal", "#snippet"),
        ("log", "SERVFAIL", "#log"),
    } <= places


def test_same_queries_for_one_and_for_many(
    responder: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    ids = [full(responder).pk for _ in range(6)]
    for chosen in (ids[:1], ids):
        # A query a table, and one more a table for what tells versions; evidence and first checks are four of them.
        with django_assert_max_num_queries(26):
            assert len(list(SOURCE.documents(chosen))) == len(chosen)


def test_version_moves_with_every_change(responder: User) -> None:
    incident = full(responder)
    seen = [dict(SOURCE.versions())[incident.pk]]
    make_entry(incident, responder)
    seen.append(dict(SOURCE.versions())[incident.pk])
    incident.snippets.all().delete()
    seen.append(dict(SOURCE.versions())[incident.pk])
    assert len(set(seen)) == 3
    assert next(iter(SOURCE.documents([incident.pk]))).version == seen[-1]


def test_rights_agree_with_the_access_rule(
    admin: User, responder: User, teammate: User, outsider: User, viewer: User, team: Team
) -> None:
    for fields in ({}, {"is_private": True}, {"is_private": True, "teams": [team], "people": [viewer]}):
        incident = make_incident(responder, **fields)
        (document,) = SOURCE.documents([incident.pk])
        for user in (admin, responder, teammate, outsider, viewer):
            may_see = Incident.objects.visible_to(user).filter(pk=incident.pk).exists()
            assert bool(document.rights & SOURCE.rights_of(user)) == may_see


def test_fallback_finds_titles_first_and_only_what_is_visible(responder: User, outsider: User) -> None:
    in_text = make_incident(responder, title="Pages are slow", summary="The resolver lies")
    in_title = make_incident(responder, title="Resolver down")
    make_incident(responder, title="Resolver secret", is_private=True)
    assert SOURCE.fallback(outsider, ["resolver"], 10) == [in_title.pk, in_text.pk]


def test_a_result_says_what_to_check_first_next_time(
    responder: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, second, plain = (full(responder, title=title) for title in ("One", "Two", "Three"))
    for at, text in enumerate(("The pool's size", "The quota", "The disk", "The moon")):
        add_first_check(incident=first, by=responder, now=NOW + timedelta(minutes=at), text=text)
    add_first_check(incident=second, by=responder, now=NOW, step=second.steps.get())
    SOURCE.hits(responder, [first.pk])

    with CaptureQueriesContext(connection) as alone:
        SOURCE.hits(responder, [first.pk])
    with django_assert_num_queries(len(alone)):
        hits = SOURCE.hits(responder, [first.pk, second.pk, plain.pk])

    assert hits[first.pk].first_checks == ("The pool's size", "The quota", "The disk")
    assert hits[second.pk].first_checks == ("The cache is stale",)
    assert hits[plain.pk].first_checks == ()
