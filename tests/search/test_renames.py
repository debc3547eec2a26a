"""Renamed people, services and tags are found by their new name at once, and no longer by the old one."""

from collections.abc import Callable

from django.utils import timezone

from accounts.models import User
from accounts.services import people, profile
from incidents.models import Service
from incidents.services.catalogue import update_service
from incidents.services.update import update
from search.models import OutboxEntry
from search.results import find
from tests.search.real import index
from tests.support.records import NOW, make_entry, make_incident

__all__ = ["index"]

Index = Callable[[], None]


def found(viewer: User, query: str) -> list[str]:
    return sorted(result.hit.number for result in find(viewer, query).results)


def test_a_person_is_found_by_the_new_name(index: Index, admin: User, responder: User, outsider: User) -> None:
    make_incident(outsider, title="Declared by them")
    written = make_incident(responder, title="Only written in by them")
    make_entry(written, outsider, "Looked at it")
    make_incident(responder, title="Nothing of theirs")
    index()
    assert found(responder, "by:outsider") == ["INC-1", "INC-2"]
    people.edit(by=admin, person=outsider, username="newcomer", email="", display_name="Zora", now=timezone.now())
    for _ in range(2):
        assert found(responder, "by:newcomer") == ["INC-1", "INC-2"]
        assert found(responder, "by:zora") == ["INC-1", "INC-2"]
        assert found(responder, "by:outsider") == []
        assert found(responder, "newcomer") == ["INC-1"]
        index()


def test_a_person_renames_themselves(index: Index, responder: User) -> None:
    make_incident(responder)
    index()
    profile.change(by=responder, display_name="Wombat", email="", timezone="UTC", theme="system", now=timezone.now())
    assert found(responder, "by:wombat") == ["INC-1"]


def test_what_is_no_name_leaves_the_index_alone(index: Index, responder: User) -> None:
    make_incident(responder)
    index()
    profile.set_password(person=responder, password="another correct horse", now=timezone.now())
    responder.save(update_fields=["last_login"])
    assert not OutboxEntry.objects.exists()


def test_a_service_is_found_by_the_new_name(index: Index, responder: User) -> None:
    make_incident(responder, title="It broke", services=["checkout"])
    index()
    row = Service.objects.get()
    fields = {"name": "basket", "description": "", "runbook_url": "", "team": None}
    update_service(service=row, by=responder, now=NOW, version=None, fields=fields)  # type: ignore[arg-type]
    for _ in range(2):
        assert found(responder, "service:basket") == found(responder, "basket") == ["INC-1"]
        assert found(responder, "service:checkout") == found(responder, "checkout") == []
        index()


def test_another_tag_takes_effect(index: Index, responder: User) -> None:
    incident = make_incident(responder, title="It broke", tags=["dns"])
    index()
    update(incident=incident, by=responder, now=NOW, version=None, fields={"tags": ["resolver"]})
    assert (found(responder, "tag:resolver"), found(responder, "tag:dns")) == (["INC-1"], [])


def test_made_private_and_deleted_take_effect(index: Index, responder: User, outsider: User) -> None:
    incident = make_incident(responder, title="Quetzal broke")
    index()
    assert found(outsider, "quetzal") == ["INC-1"]
    update(incident=incident, by=responder, now=NOW, version=None, fields={"is_private": True})
    assert (found(outsider, "quetzal"), found(responder, "quetzal")) == ([], ["INC-1"])
    # Even where nobody told the index, as after a change in the database itself.
    index()
    incident.refresh_from_db()
    incident.delete()
    assert found(responder, "quetzal") == []
