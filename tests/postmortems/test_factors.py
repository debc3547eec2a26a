"""Two people who name factors at once."""

import pytest
from django.test import Client

from accounts.models import User
from tests.support.personas import client_of
from tests.support.postmortems import make_postmortem
from tests.support.web import form_values

pytestmark = pytest.mark.django_db
EDITOR = "/incidents/INC-1/postmortem/edit/"
FACTORS = "/incidents/INC-1/postmortem/factors/"


def named(client: Client, drawn: dict[str, str], row: int, category: str, text: str) -> None:
    response = client.post(FACTORS, {**drawn, f"factors-{row}-category": category, f"factors-{row}-text": text})
    assert response.status_code in {200, 303}


def test_what_one_adds_does_not_take_away_what_the_other_added(
    responder: User, outsider: User, responder_client: Client
) -> None:
    row = make_postmortem(responder)
    other = client_of(outsider)
    mine, theirs = (form_values(c.get(EDITOR).content.decode()) for c in (responder_client, other))
    named(responder_client, mine, 0, "test", "No load test")
    named(other, theirs, 0, "capacity", "Twenty connections")
    assert sorted(row.factors.values_list("text", flat=True)) == ["No load test", "Twenty connections"]


def test_emptied_rows_go(responder: User, responder_client: Client) -> None:
    row = make_postmortem(responder)
    named(responder_client, form_values(responder_client.get(EDITOR).content.decode()), 0, "test", "No test")
    named(responder_client, form_values(responder_client.get(EDITOR).content.decode()), 0, "", "")
    assert not row.factors.exists()
