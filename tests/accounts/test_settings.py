"""The pages of the settings: who sees which, and what they keep."""

from datetime import datetime

import pytest
from django.core.cache import cache
from django.test import Client
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries

from accounts import audit
from accounts.models import AuditEntry, Installation, Team, User
from accounts.services import installation
from tests.support.personas import PASSWORD, client_of, make_user

pytestmark = pytest.mark.django_db

EVERYBODYS = ["/settings/", "/settings/password/", "/settings/tokens/"]
ADMINS = [
    "/settings/people/",
    "/settings/people/new/",
    "/settings/people/{person}/",
    "/settings/teams/",
    "/settings/teams/{team}/",
    "/settings/installation/",
    "/settings/audit/",
]
ADMINS_POSTS = [
    "/settings/people/{person}/role/",
    "/settings/people/{person}/deactivate/",
    "/settings/people/{person}/reactivate/",
    "/settings/people/{person}/invite/",
    "/settings/people/{person}/mail/",
    "/settings/teams/{team}/members/",
    "/settings/teams/{team}/members/{person}/remove/",
]


@pytest.mark.parametrize("path", EVERYBODYS)
@pytest.mark.parametrize("persona", ["viewer", "responder", "admin"])
def test_everybody_has_their_own_pages(request: pytest.FixtureRequest, persona: str, path: str) -> None:
    answer = client_of(request.getfixturevalue(persona)).get(path)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ADMINS)
def test_administrators_pages_do_not_exist_for_others(
    path: str, admin: User, responder: User, viewer: User, team: Team
) -> None:
    here = path.format(person=viewer.pk, team=team.pk)
    assert client_of(admin).get(here).status_code == 200
    for other in (responder, viewer):
        browser = client_of(other)
        for answer in (browser.get(here), browser.post(here, {"name": "x"})):
            assert answer.status_code in {404, 405}
        assert "No such page, or not shared with you." in browser.get(here).content.decode()
    assert Client().get(here).status_code == 302


@pytest.mark.parametrize("path", ADMINS_POSTS)
def test_administrators_acts_do_not_exist_for_others(
    path: str, admin: User, responder: User, viewer: User, team: Team
) -> None:
    here = path.format(person=viewer.pk, team=team.pk)
    assert client_of(responder).post(here, {"role": "admin", "person": responder.pk}).status_code == 404
    assert client_of(admin).get(here).status_code == 405
    viewer.refresh_from_db()
    assert (viewer.role, viewer.is_active, team.members.count()) == ("viewer", True, 0)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("path", ["/settings/people/99999/", "/settings/teams/99999/"])
def test_what_does_not_exist_is_404_for_administrators_too(admin: User, path: str) -> None:
    assert client_of(admin).get(path).status_code == 404


def test_tabs_name_only_what_opens(responder: User, admin: User) -> None:
    assert "/settings/people/" not in client_of(responder).get("/settings/").content.decode()
    assert "/settings/people/" in client_of(admin).get("/settings/").content.decode()


PROFILE = {"display_name": "Resp", "email": "responder@example.org", "timezone": "Asia/Tokyo", "theme": "dark"}


def test_profile_keeps_name_zone_and_theme(responder: User) -> None:
    browser = client_of(responder)
    assert browser.post("/settings/", PROFILE).status_code == 303
    responder.refresh_from_db()
    assert (responder.display_name, responder.timezone, responder.theme) == ("Resp", "Asia/Tokyo", "dark")
    assert 'data-theme="dark"' in browser.get("/settings/").content.decode()


def test_nobody_raises_their_own_rights(responder: User) -> None:
    extra = {"role": "admin", "is_superuser": "on", "is_active": "", "username": "root", "session_epoch": "9"}
    assert client_of(responder).post("/settings/", PROFILE | extra).status_code == 303
    responder.refresh_from_db()
    assert (responder.role, responder.is_superuser, responder.username) == ("responder", False, "responder")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"timezone": "Mars/Base"}, "Select a valid choice"),
        ({"theme": "pink"}, "Select a valid choice"),
        ({"display_name": "x" * 101}, "the limit is 100"),
        ({"email": "other@example.org"}, "To change the e-mail address, type your current password."),
        ({"email": "other@example.org", "current_password": "wrong"}, "This is not your password."),
        ({"email": "outsider@example.org", "current_password": PASSWORD}, "Somebody has this e-mail address already."),
    ],
)
def test_profile_refuses_bad_input(responder: User, outsider: User, change: dict[str, str], words: str) -> None:
    cache.clear()
    answer = client_of(responder).post("/settings/", PROFILE | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    responder.refresh_from_db()
    assert (responder.email, responder.timezone) == ("responder@example.org", "UTC")


def test_a_new_address_is_told_to_the_old_one(responder: User) -> None:
    cache.clear()
    form = PROFILE | {"email": "new@example.org", "current_password": PASSWORD}
    assert client_of(responder).post("/settings/", form).status_code == 303
    responder.refresh_from_db()
    assert responder.email == "new@example.org"
    [row] = DBTaskResult.objects.all()
    assert row.args_kwargs["kwargs"] == {
        "user_id": responder.pk,
        "notice": "email_changed",
        "to": "responder@example.org",
    }


def test_control_characters_are_replaced(responder: User) -> None:
    client_of(responder).post("/settings/", PROFILE | {"display_name": "A\x00B"})
    responder.refresh_from_db()
    assert responder.display_name == "A\ufffdB"


def test_names_are_escaped_everywhere(admin: User) -> None:
    nasty = "<script>alert(1)</script>"
    make_user("nasty", display_name=nasty)
    Team.objects.create(name=nasty, slug="nasty")
    audit.record(by=admin, action="x", target=nasty, now=admin.date_joined, note=nasty)
    browser = client_of(admin)
    for path in ("/settings/people/", "/settings/teams/", "/settings/audit/"):
        page = browser.get(path).content.decode()
        assert nasty not in page
        assert "&lt;script&gt;" in page


def test_installation_gets_a_name(admin: User) -> None:
    browser = client_of(admin)
    assert browser.post("/settings/installation/", {"name": ""}).status_code == 422
    assert browser.post("/settings/installation/", {"name": "Lighthouse"}).status_code == 303
    assert Installation.current().name == "Lighthouse"
    assert AuditEntry.objects.get(action="installation.rename").detail == {"old": "Hindsight"}


def test_the_same_name_is_no_entry(admin: User, now: datetime) -> None:
    installation.rename(by=admin, name="Hindsight", now=now)
    assert not AuditEntry.objects.exists()


def test_audit_log_is_paged_newest_first(admin: User, now: datetime) -> None:
    for number in range(60):
        audit.record(by=admin, action="test.act", target=f"number-{number:02d}", now=now)
    browser = client_of(admin)
    first = browser.get("/settings/audit/").content.decode()
    assert "number-59" in first
    assert "number-09" not in first
    assert "number-09" in browser.get("/settings/audit/?page=2").content.decode()
    assert browser.get("/settings/audit/?page=x").status_code == 200


@pytest.mark.parametrize("path", ["/settings/people/", "/settings/audit/", "/settings/teams/"])
def test_lists_cost_the_same_for_many(
    path: str, admin: User, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    people = [make_user(f"person{number}") for number in range(20)]
    for number, person in enumerate(people):
        Team.objects.create(name=f"team {number}", slug=f"team-{number}").members.add(person)
        audit.record(by=admin, action="x", target=person.username, now=now)
    browser = client_of(admin)
    browser.get(path)
    with django_assert_max_num_queries(6):
        browser.get(path)
