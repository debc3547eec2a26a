"""Saved searches that tell of new records: once each, in time, and only of what their owner may see at that moment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership, Team, User
from incidents.models import Incident
from incidents.services.update import update
from search import indexing, watching
from search.documents import Document, Part
from search.models import SavedFind, SavedSearch
from search.periodic import mail_finds
from search.query import parse
from tests.search.real import index
from tests.support.personas import client_of
from tests.support.postmortems import make_postmortem
from tests.support.records import make_entry, make_incident

__all__ = ["index"]

Index = Callable[[], None]


@pytest.fixture(autouse=True)
def _mail(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def told(owner: User, query: str, name: str = "", *, by_mail: bool = True) -> SavedSearch:
    """A saved search whose owner is told since a while."""
    since = timezone.now() - timedelta(hours=1)
    return SavedSearch.objects.create(
        owner=owner, name=name or query, query=query, tells_since=since, tells_by_mail=by_mail
    )


def declared(by: User, title: str, **fields: Any) -> Incident:
    return make_incident(by, title=title, now=timezone.now(), **fields)


def numbers(person: User) -> list[str]:
    """What the person's searches have found and they may see now."""
    return sorted(
        hit.number
        for search in SavedSearch.objects.filter(owner=person)
        for _, hit in watching.finds_of(search, person)
    )


def test_a_new_record_that_holds_every_word_is_told_of_once(index: Index, responder: User, outsider: User) -> None:
    search = told(outsider, "disk full service:db")
    incident = declared(responder, "Disks were full again", services=["db"])
    declared(responder, "Disk is fine", services=["db"])
    declared(responder, "Disk full elsewhere", services=["web"])
    index()
    assert numbers(outsider) == ["INC-1"]
    assert watching.untold(outsider) == {search.pk: 1}
    make_entry(incident, responder, "still full")
    index()
    indexing.rebuild()
    assert SavedFind.objects.count() == 1


def test_old_records_are_no_news(index: Index, responder: User, outsider: User) -> None:
    old = make_incident(responder, title="Disk full", now=timezone.now() - timedelta(days=2))
    told(outsider, "disk")
    index()
    make_entry(old, responder, "disk once more")
    index()
    assert not SavedFind.objects.exists()


def test_a_record_that_only_comes_to_match_is_told_of_then(index: Index, responder: User, outsider: User) -> None:
    told(outsider, "tag:dns")
    incident = declared(responder, "Names don't resolve")
    index()
    assert numbers(outsider) == []
    update(incident=incident, by=responder, now=timezone.now(), version=None, fields={"tags": ["dns"]})
    index()
    assert numbers(outsider) == ["INC-1"]


def test_what_a_rebuild_takes_in_is_told_of_too(index: Index, responder: User, outsider: User) -> None:
    told(outsider, "disk")
    declared(responder, "Disk full")
    indexing.rebuild()
    assert numbers(outsider) == ["INC-1"]


def test_private_records_are_told_of_while_they_may_be_seen(
    index: Index, responder: User, outsider: User, team: Team
) -> None:
    search = told(outsider, "quetzal")
    declared(responder, "Quetzal one", is_private=True, teams=[team])
    index()
    assert (numbers(outsider), watching.untold(outsider)) == ([], {})
    mail_finds(now=timezone.now())
    assert mail.outbox == []
    membership = Membership.objects.create(team=team, user=outsider)
    assert (numbers(outsider), watching.untold(outsider)) == (["INC-1"], {search.pk: 1})
    membership.delete()
    assert numbers(outsider) == []
    page = client_of(outsider).get(f"/search/saved/{search.pk}/").content.decode()
    assert "Quetzal one" not in page
    assert "1 new" not in client_of(outsider).get("/search/").content.decode()


def test_one_mail_names_what_its_reader_may_see_and_comes_once(index: Index, responder: User, outsider: User) -> None:
    told(outsider, "quetzal", "Birds")
    told(outsider, "quetzal -zebra", "Birds alone")
    told(outsider, "quetzal", "Quiet", by_mail=False)
    declared(responder, "Quetzal in the open")
    declared(responder, "Quetzal in secret", is_private=True)
    index()
    mail_finds(now=timezone.now())
    mail_finds(now=timezone.now())
    (sent,) = mail.outbox
    assert sent.to == ["outsider@example.org"]
    assert sent.subject == "1 new record for your saved searches"
    assert sent.body.count("Quetzal in the open") == 1
    assert "/incidents/INC-1/" in sent.body
    assert "secret" not in sent.body
    assert "INC-2" not in sent.body


def test_a_record_made_private_before_the_mail_goes_is_not_in_it(index: Index, responder: User, outsider: User) -> None:
    told(outsider, "quetzal")
    incident = declared(responder, "Quetzal")
    index()
    Incident.objects.filter(pk=incident.pk).update(is_private=True)
    mail_finds(now=timezone.now())
    assert mail.outbox == []


def test_a_mail_that_fails_is_tried_again(
    index: Index, responder: User, outsider: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(outsider, "quetzal")
    declared(responder, "Quetzal")
    index()

    def refuse(*args: object) -> None:
        raise OSError("no mail server")

    with monkeypatch.context() as patch:
        patch.setattr("search.periodic.send_mail", refuse)
        mail_finds(now=timezone.now())
    mail_finds(now=timezone.now())
    assert len(mail.outbox) == 1


def test_nobody_is_mailed_who_is_gone_quiet_or_without_mail(
    index: Index, responder: User, outsider: User, viewer: User, admin: User, settings: Any
) -> None:
    for person in (outsider, viewer, admin):
        told(person, "quetzal")
    declared(responder, "Quetzal")
    index()
    User.objects.filter(pk=outsider.pk).update(is_active=False)
    User.objects.filter(pk=viewer.pk).update(email="")
    SavedSearch.objects.filter(owner=admin).update(tells_since=None)
    mail_finds(now=timezone.now())
    User.objects.filter(pk=outsider.pk).update(is_active=True)
    settings.EMAIL_BACKEND = "hindsight.lib.mail.NotSetUp"
    mail_finds(now=timezone.now())
    assert mail.outbox == []
    assert not SavedFind.objects.exclude(mailed_at=None).exists()


def test_the_tick_the_count_and_the_list(index: Index, responder: User, outsider: User) -> None:
    theirs = client_of(outsider)
    theirs.post("/search/saved/", {"q": "quetzal", "name": "Birds"})
    row = SavedSearch.objects.get()
    page = f"/search/saved/{row.pk}/"
    assert theirs.post(f"{page}tell/", {"tells": "1", "by_mail": "1"}).status_code == 303
    row.refresh_from_db()
    assert (row.tells_since is not None, row.tells_by_mail) == (True, True)
    declared(responder, "Quetzal <b>")
    index()
    assert "1 new" in theirs.get("/search/").content.decode()
    assert "Quetzal &lt;b&gt;" in theirs.get(page).content.decode()
    theirs.post(page)
    assert "1 new" not in theirs.get("/search/").content.decode()
    assert "Seen before" in theirs.get(page).content.decode()
    mail_finds(now=timezone.now())
    assert mail.outbox == []
    theirs.post(f"{page}tell/", {})
    row.refresh_from_db()
    assert (row.tells_since, row.tells_by_mail, row.finds.count()) == (None, False, 0)


def test_searches_of_others_are_not_found(index: Index, responder: User, outsider_client: Client) -> None:
    page = f"/search/saved/{told(responder, 'quetzal').pk}/"
    assert outsider_client.get(page).status_code == 404
    assert outsider_client.post(page).status_code == 404
    assert outsider_client.post(f"{page}tell/", {"tells": "1"}).status_code == 404


def test_many_searches_cost_as_many_queries_as_one(
    index: Index, responder: User, outsider: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        told(outsider, f"quetzal {number} or zebra", str(number))
    documents = [
        Document("incident", pk, (Part("title", "zebra"),), frozenset({"public"}), made_at=timezone.now())
        for pk in range(1, 6)
    ]
    with django_assert_max_num_queries(40):
        watching.look_at(documents)


@pytest.mark.parametrize(
    ("query", "text", "holds"),
    [
        ("timeouts", "a timeout", True),
        ("payment timeout", "timeout", False),
        ('"connection reset"', "reset connection", False),
        ('"connection reset"', "Connection  reset.", True),
        ("acme.pool_size", "acme.pool_size=4", True),
        ("acme.pool_size", "the pool_size of acme", True),
        ("acme.pool_size", "acme pool", False),
        ("disk -staging", "disk on staging", False),
        ("(disk or memory) full", "memory full", True),
        ("the disk", "disk", True),
        ("", "disk", False),
    ],
)
@pytest.mark.django_db
def test_what_counts_as_holding_a_query(query: str, text: str, holds: bool) -> None:
    document = Document("note", 1, (Part("title", text),), frozenset({"public"}))
    assert bool(watching.matching(parse(query), [document])) == holds


def test_a_cause_written_later_counts(index: Index, responder: User, outsider: User) -> None:
    told(outsider, "wombatlease")
    incident = declared(responder, "Workers stopped")
    make_postmortem(responder, incident, root_cause="The wombatlease ran out.")
    index()
    assert numbers(outsider) == ["INC-1"]
