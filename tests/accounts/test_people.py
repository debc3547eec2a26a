"""What administrators do to accounts, and what it does to sessions and links."""

import threading
from datetime import datetime

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from pytest_django import Settings

from accounts.models import ApiToken, AuditEntry, Role, Scope, User
from accounts.services import people, tokens
from accounts.tasks import send_password_mail
from tests.support.personas import PASSWORD, client_of, make_user

pytestmark = pytest.mark.django_db


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def test_add_gives_an_account_without_a_password(admin: User, now: datetime) -> None:
    person = people.add(by=admin, username="new", email="new@example.org", display_name="", role=Role.VIEWER, now=now)
    assert not person.has_usable_password()
    assert AuditEntry.objects.get(action="person.add").detail == {"role": "viewer"}


@pytest.mark.parametrize(
    ("username", "email", "field"),
    [("RESPONDER", "x@example.org", "username"), ("x", "Responder@Example.org", "email")],
)
def test_add_refuses_what_somebody_has(
    admin: User, responder: User, now: datetime, username: str, email: str, field: str
) -> None:
    with pytest.raises(people.TakenError) as problem:
        people.add(by=admin, username=username, email=email, display_name="", role=Role.VIEWER, now=now)
    assert problem.value.field == field


def test_two_people_may_have_no_address(admin: User, now: datetime) -> None:
    for name in ("one", "two"):
        people.add(by=admin, username=name, email="", display_name="", role=Role.VIEWER, now=now)
    assert User.objects.filter(email="").count() == 2


def test_invite_link_sets_the_password_once(admin: User, now: datetime, client: Client) -> None:
    person = people.add(by=admin, username="new", email="", display_name="", role=Role.RESPONDER, now=now)
    link = people.invite(by=admin, person=person, now=now)
    assert link.startswith("http://localhost:8000/accounts/password/reset/key/")
    form = client.get(path_of(link), follow=True)
    assert "new" in form.content.decode()
    here = form.redirect_chain[-1][0]
    new = {"password1": "a long enough one", "password2": "a long enough one"}
    assert client.post(here, {**new, "password2": "other"}).status_code == 422
    assert client.post(here, new).status_code == 302
    person.refresh_from_db()
    assert person.check_password("a long enough one")
    assert "This link no longer works" in Client().get(path_of(link), follow=True).content.decode()


def test_a_new_role_and_a_closed_account_kill_the_link(admin: User, now: datetime) -> None:
    one, two = make_user("one"), make_user("two")
    first, second = (people.invite(by=admin, person=person, now=now) for person in (one, two))
    people.change_role(by=admin, person=one, role=Role.VIEWER, now=now)
    people.deactivate(by=admin, person=two, now=now)
    for link in (first, second):
        assert "This link no longer works" in Client().get(path_of(link), follow=True).content.decode()


def test_no_link_for_a_closed_account(admin: User, responder: User, now: datetime) -> None:
    row = people.deactivate(by=admin, person=responder, now=now)
    with pytest.raises(people.InactiveError):
        people.invite(by=admin, person=row, now=now)
    with pytest.raises(people.InactiveError):
        people.mail_link(by=admin, person=row, now=now)


def test_without_mail_a_new_person_s_link_is_shown(admin_client: Client, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "hindsight.lib.mail.NotSetUp"
    sent = {"username": "new", "email": "new@example.org", "role": "viewer", "is_mailed": "on"}
    answer = admin_client.post("/settings/people/new/", sent)
    page = answer.content.decode()
    assert answer.status_code == 201
    assert "/accounts/password/reset/key/" in page
    assert "Mail a link" not in page


def test_mail_link_needs_an_address(admin: User, now: datetime) -> None:
    person = people.add(by=admin, username="new", email="", display_name="", role=Role.VIEWER, now=now)
    with pytest.raises(people.NoEmailError):
        people.mail_link(by=admin, person=person, now=now)


def test_the_mail_has_one_line_of_subject_and_a_working_link(responder: User) -> None:
    responder.display_name = "Eve\nBcc: all@example.org"
    responder.save()
    send_password_mail.func(responder.email)
    [message] = mail.outbox
    assert message.to == [responder.email]
    assert "\n" not in message.subject
    [link] = [line for line in message.body.splitlines() if line.startswith("http://localhost:8000/")]
    assert "Choose a password" in Client().get(path_of(link), follow=True).content.decode()


def test_no_mail_to_strangers_and_closed_accounts(admin: User, responder: User, now: datetime) -> None:
    people.deactivate(by=admin, person=responder, now=now)
    for address in ("stranger@example.org", responder.email, ""):
        send_password_mail.func(address)
    assert mail.outbox == []


def test_the_last_administrator_stays(admin: User, now: datetime) -> None:
    make_user("gone", Role.ADMIN, is_active=False)
    with pytest.raises(people.LastAdministratorError):
        people.change_role(by=admin, person=admin, role=Role.VIEWER, now=now)
    with pytest.raises(people.LastAdministratorError):
        people.deactivate(by=admin, person=admin, now=now)
    admin.refresh_from_db()
    assert admin.is_admin


def test_with_two_administrators_one_may_go(admin: User, now: datetime) -> None:
    other = make_user("other", Role.ADMIN)
    people.deactivate(by=admin, person=other, now=now)
    with pytest.raises(people.LastAdministratorError):
        people.change_role(by=admin, person=admin, role=Role.RESPONDER, now=now)


def test_a_superuser_can_be_demoted(admin: User, now: datetime) -> None:
    root = User.objects.create_superuser("root", "", PASSWORD)
    assert not people.change_role(by=admin, person=root, role=Role.VIEWER, now=now).is_admin


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_demote_each_other_at_once(now: datetime) -> None:
    one, two = make_user("one", Role.ADMIN), make_user("two", Role.ADMIN)
    barrier = threading.Barrier(2)
    results: list[str] = []

    def demote(by: User, person: User) -> None:
        barrier.wait(timeout=10)
        try:
            people.change_role(by=by, person=person, role=Role.VIEWER, now=now)
            results.append("demoted")
        except people.LastAdministratorError:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=demote, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(results) == ["demoted", "refused"]
    assert User.objects.filter(role=Role.ADMIN).count() == 1


@pytest.mark.parametrize("act", ["role", "deactivate"])
def test_role_and_access_end_sessions_on_the_next_request(
    act: str, admin: User, responder: User, now: datetime
) -> None:
    browser = client_of(responder)
    assert browser.get("/settings/").status_code == 200
    if act == "role":
        people.change_role(by=admin, person=responder, role=Role.VIEWER, now=now)
    else:
        people.deactivate(by=admin, person=responder, now=now)
    answer = browser.get("/settings/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/?next=/settings/")


def test_switching_on_again_does_not_revive_sessions(admin: User, responder: User, now: datetime) -> None:
    browser = client_of(responder)
    people.deactivate(by=admin, person=responder, now=now)
    people.reactivate(by=admin, person=responder, now=now)
    assert browser.get("/settings/").status_code == 302


def test_the_same_role_ends_nothing(admin: User, responder: User, now: datetime) -> None:
    browser = client_of(responder)
    people.change_role(by=admin, person=responder, role=Role.RESPONDER, now=now)
    assert browser.get("/settings/").status_code == 200
    assert not AuditEntry.objects.filter(action="person.role").exists()


def test_a_closed_account_has_no_working_token(admin: User, responder: User, now: datetime) -> None:
    _, secret = tokens.create_token(
        by=responder, owner=responder, name="x", scope=Scope.WRITE, expires_at=None, now=now
    )
    people.deactivate(by=admin, person=responder, now=now)
    assert tokens.authenticate(secret, now=now) is None
    people.reactivate(by=admin, person=responder, now=now)
    assert tokens.authenticate(secret, now=now) == ApiToken.objects.get()


def test_edit_renames_and_notes_the_fields(admin: User, responder: User, now: datetime) -> None:
    people.edit(by=admin, person=responder, username="resp", email=responder.email, display_name="R", now=now)
    responder.refresh_from_db()
    assert (responder.username, responder.display_name) == ("resp", "R")
    entry = AuditEntry.objects.get(action="person.edit")
    assert (entry.target, entry.detail) == ("responder", {"fields": ["username", "display_name"]})


def test_edit_refuses_a_taken_name_but_not_the_own_in_capitals(
    admin: User, responder: User, outsider: User, now: datetime
) -> None:
    with pytest.raises(people.TakenError):
        people.edit(by=admin, person=responder, username="Outsider", email="", display_name="", now=now)
    row = people.edit(by=admin, person=responder, username="Responder", email="", display_name="", now=now)
    assert row.username == "Responder"


def test_page_adds_a_person_and_shows_the_link_once(admin: User) -> None:
    browser = client_of(admin)
    form = {"username": "new", "display_name": "", "email": "", "role": "viewer"}
    answer = browser.post("/settings/people/new/", form)
    assert answer.status_code == 201
    assert "/accounts/password/reset/key/" in answer.content.decode()
    person = User.objects.get(username="new")
    assert "/accounts/password/reset/key/" not in browser.get(f"/settings/people/{person.pk}/").content.decode()
    again = browser.post("/settings/people/new/", form)
    assert again.status_code == 422
    assert "Somebody has this user name already." in again.content.decode()


def test_page_can_mail_the_link(admin: User) -> None:
    browser = client_of(admin)
    form = {"username": "new", "email": "", "role": "viewer", "is_mailed": "on"}
    assert browser.post("/settings/people/new/", form).status_code == 422
    assert browser.post("/settings/people/new/", {**form, "email": "new@example.org"}).status_code == 303


def test_page_refuses_to_demote_the_last_administrator(admin: User) -> None:
    answer = client_of(admin).post(f"/settings/people/{admin.pk}/role/", {"role": "viewer"})
    assert answer.status_code == 422
    assert "This is the last administrator." in answer.content.decode()


def test_page_keeps_the_session_of_an_administrator_who_steps_down(admin: User) -> None:
    make_user("other", Role.ADMIN)
    browser = client_of(admin)
    browser.post(f"/settings/people/{admin.pk}/role/", {"role": "viewer"})
    assert browser.get("/settings/").status_code == 200
    assert browser.get("/settings/people/").status_code == 404


def test_a_name_is_measured_as_it_is_kept(admin: User) -> None:
    """This letter is written out in eighteen."""
    answer = client_of(admin).post("/settings/people/new/", {"username": "\ufdfa" * 150, "role": "viewer"})
    assert answer.status_code == 422


def test_look_alike_letters_make_one_name(admin: User, responder: User) -> None:
    browser = client_of(admin)
    answer = browser.post(f"/settings/people/{responder.pk}/", {"username": "\ufb01rst", "email": ""})
    assert answer.status_code == 303
    responder.refresh_from_db()
    assert responder.username == "first"
    answer = browser.post("/settings/people/new/", {"username": "\ufb01rst", "role": "viewer"})
    assert (answer.status_code, b"Somebody has this user name already." in answer.content) == (422, True)
    sign_in = {"login": "\ufb01rst", "password": PASSWORD}
    assert Client().post("/accounts/login/", sign_in).status_code == 302
