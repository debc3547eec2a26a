"""Teams: service and pages."""

from datetime import datetime

import pytest

from accounts.models import AuditEntry, Team, User
from accounts.services import teams
from tests.support.personas import client_of

pytestmark = pytest.mark.django_db


def test_create_gives_a_slug_nobody_has(admin: User, now: datetime) -> None:
    names = ["Storage & Co", "Storage, Co", "数据库", "Данные"]
    slugs = [teams.create(by=admin, name=name, now=now).slug for name in names]
    assert slugs == ["storage-co", "storage-co-2", "team", "team-2"]


def test_names_differ_by_more_than_case(admin: User, now: datetime) -> None:
    team = teams.create(by=admin, name="Storage", now=now)
    with pytest.raises(teams.TeamNameTakenError):
        teams.create(by=admin, name="STORAGE", now=now)
    assert teams.rename(by=admin, team=team, name="STORAGE", now=now).name == "STORAGE"


def test_rename_keeps_the_slug(admin: User, team: Team, now: datetime) -> None:
    row = teams.rename(by=admin, team=team, name="Disks", now=now)
    assert (row.name, row.slug) == ("Disks", "storage")
    assert AuditEntry.objects.get(action="team.rename").detail == {"old": "Storage"}


def test_members_come_and_go_once(admin: User, team: Team, responder: User, now: datetime) -> None:
    for _ in range(2):
        teams.add_member(by=admin, team=team, person=responder, now=now)
    assert list(team.members.all()) == [responder]
    for _ in range(2):
        teams.remove_member(by=admin, team=team, person=responder, now=now)
    assert not team.members.exists()
    assert [entry.action for entry in AuditEntry.objects.all()] == ["team.remove_member", "team.add_member"]


def test_pages(admin: User, responder: User) -> None:
    browser = client_of(admin)
    assert browser.post("/settings/teams/", {"name": " "}).status_code == 422
    path = browser.post("/settings/teams/", {"name": "Storage"}).headers["Location"]
    assert browser.post("/settings/teams/", {"name": "storage"}).status_code == 422
    assert browser.post(f"{path}members/", {"person": responder.pk}).status_code == 303
    assert browser.post(f"{path}members/", {"person": responder.pk}).status_code == 422
    assert "responder" in browser.get(path).content.decode()
    assert browser.post(f"{path}members/{responder.pk}/remove/").status_code == 303
    assert browser.post(path, {"name": "Disks"}).status_code == 303
    team = Team.objects.get()
    assert (team.name, team.members.count()) == ("Disks", 0)
