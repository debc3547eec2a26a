"""Columns of incidents by the access rule, however many are asked for."""

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from accounts.models import Team, User
from incidents.models import Incident
from incidents.seen import SIZES, Seen
from tests.support.personas import make_user
from tests.support.records import make_incident

pytestmark = pytest.mark.django_db

SEEN = Seen("pk", "title")


def test_it_agrees_with_the_access_rule(
    admin: User, responder: User, teammate: User, outsider: User, viewer: User, team: Team
) -> None:
    for number in range(SIZES[0] + 1):
        hidden = make_incident(responder, title=f"Hidden {number}", is_private=True)
        if number % 2:
            hidden.teams.add(team)
        if number % 3 == 0:
            hidden.people.add(viewer)
    make_incident(outsider, title="For all")
    into = make_incident(outsider, title="Merged")
    Incident.objects.filter(pk=into.pk).update(merged_into=hidden)
    gone = make_user("gone", is_active=False)
    ids = list(Incident.objects.values_list("pk", flat=True))
    for person in (admin, responder, teammate, outsider, viewer, gone):
        for some in ([], ids[:1], ids):
            rule = Incident.objects.visible_to(person).filter(pk__in=some).values_list("pk", "title")
            assert set(SEEN.rows(person, some)) == set(rule)
    assert list(SEEN.rows(AnonymousUser(), ids)) == []


def test_more_than_fit_in_one_query_are_asked_for_in_several(
    responder: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    known = make_incident(responder)
    others = range(known.pk + 1, known.pk + 1 + SIZES[-1])
    with django_assert_num_queries(2):
        assert list(SEEN.rows(responder, [*others, known.pk])) == [(known.pk, known.title)]
