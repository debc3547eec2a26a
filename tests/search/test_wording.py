"""The thesaurus in an administrator's hands: groups added and put away, at once, with limits, and undone."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AuditEntry, User
from search.models import ThesaurusChange
from search.results import find
from search.thesaurus import GROUPS, SYMPTOMS, beside, written
from tests.search.conftest import PUBLIC, Shelf
from tests.search.real import index
from tests.support.personas import client_of
from tests.support.records import make_incident

__all__ = ["index"]

PAGE = "/settings/thesaurus/"
OWN = "basket, shopping cart, zorkbox"


def test_an_own_group_counts_at_once_and_no_longer_once_it_is_removed(
    shelf: Shelf, either: str, indexed: Callable[[], None], admin_client_: Client
) -> None:
    shelf.put(1, "The zorkbox lost its items")
    indexed()
    assert find(PUBLIC, "basket").results == ()
    assert admin_client_.post(PAGE, {"words": "Basket,  shopping cart , zorkbox"}).status_code == 303
    assert [result.hit.id for result in find(PUBLIC, "basket").results] == [1]
    row = ThesaurusChange.objects.get()
    assert (row.words, row.is_own) == (OWN, True)
    admin_client_.post(f"{PAGE}{row.pk}/undo/")
    assert find(PUBLIC, "basket").results == ()
    assert list(AuditEntry.objects.filter(action__startswith="thesaurus").values_list("action", "target")) == [
        ("thesaurus.remove", OWN),
        ("thesaurus.add", OWN),
    ]


def test_a_shipped_group_is_put_away_and_used_again(admin_client_: Client) -> None:
    words = written(GROUPS[0])
    first, *others = GROUPS[0]
    assert set(others) <= set(beside(first))
    admin_client_.post(f"{PAGE}put-away/", {"words": words})
    assert not set(others) <= set(beside(first))
    assert f"Use again {words}" in admin_client_.get(PAGE).content.decode()
    admin_client_.post(f"{PAGE}put-away/", {"words": words})
    row = ThesaurusChange.objects.get()
    admin_client_.post(f"{PAGE}{row.pk}/undo/")
    assert set(others) <= set(beside(first))
    actions = AuditEntry.objects.filter(action__startswith="thesaurus").values_list("action", flat=True)
    assert sorted(actions) == ["thesaurus.put_away", "thesaurus.restore"]


def test_a_group_is_changed_in_its_place(admin_client_: Client) -> None:
    admin_client_.post(PAGE, {"words": OWN})
    text = admin_client_.get(PAGE, {"change": OWN}).content.decode()
    assert f'name="instead" value="{OWN}"' in text
    assert "Change the group" in text
    sent = {"words": f"{OWN}, trolley", "instead": OWN}
    assert admin_client_.post(PAGE, sent).status_code == 303
    assert [row.words for row in ThesaurusChange.objects.all()] == [f"{OWN}, trolley"]
    assert "trolley" in set(beside("basket"))
    # Somebody else had the same group open: nothing of what they typed is lost, and nothing is doubled.
    late = admin_client_.post(PAGE, {"words": f"{OWN}, barrow", "instead": OWN})
    assert (late.status_code, "is gone: somebody changed or removed it" in late.content.decode()) == (422, True)
    assert f'value="{OWN}, barrow"' in late.content.decode()
    assert ThesaurusChange.objects.count() == 1


def test_a_shipped_group_is_put_away_for_the_one_in_its_place(admin_client_: Client) -> None:
    old = written(GROUPS[0])
    assert admin_client_.post(PAGE, {"words": f"{old}, zorkbox", "instead": old}).status_code == 303
    assert "zorkbox" in set(beside(GROUPS[0][0]))
    changes = ThesaurusChange.objects.values_list("words", "is_own")
    assert set(changes) == {(old, False), (f"{old}, zorkbox", True)}
    # A faulty one leaves everything as it was.
    ThesaurusChange.objects.all().delete()
    for words in ("alone", old, written(GROUPS[1])):
        assert admin_client_.post(PAGE, {"words": words, "instead": old}).status_code == 422
    assert admin_client_.post(PAGE, {"words": OWN, "instead": written(SYMPTOMS[0])}).status_code == 422
    assert not ThesaurusChange.objects.exists()


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("", "is empty"),
        ("alone", "two words or phrases"),
        ("a, , ,", "two words or phrases"),
        ("basket, " + "x" * 61, "61 characters; the limit is 60"),
        ("basket, one two three four five six", "6 words; the limit is 5"),
        (", ".join(f"word{n}" for n in range(21)), "21 words and phrases; the limit is 20"),
        ("basket, the", "no word that is searched"),
        ("basket, ???", "no word that is searched"),
        ("basket, baskets", "same word to search"),
        ("x" * 700, "700 characters; the limit is 600"),
        (written(GROUPS[3]), "this group already"),
    ],
)
def test_what_is_no_group_is_said_beside_what_was_typed(admin_client_: Client, words: str, fault: str) -> None:
    answer = admin_client_.post(PAGE, {"words": words})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert fault in text
    assert 'aria-invalid="true"' in text
    assert words[:40] in text
    assert not ThesaurusChange.objects.exists()


def test_the_same_group_twice_is_one(admin_client_: Client) -> None:
    assert admin_client_.post(PAGE, {"words": OWN}).status_code == 303
    assert admin_client_.post(PAGE, {"words": OWN}).status_code == 422
    assert ThesaurusChange.objects.count() == 1


def test_what_a_text_brings_is_shown_and_a_group_tried_before_it_counts(admin_client_: Client) -> None:
    text = admin_client_.get(PAGE, {"try": "pod oomkilled"}).content.decode()
    assert "<strong>out of memory</strong>" in text
    assert "Nothing stands beside" in admin_client_.get(PAGE, {"try": "quetzal"}).content.decode()
    text = admin_client_.post(PAGE, {"words": OWN, "preview": "1"}).content.decode()
    assert "shopping cart, zorkbox" in text
    assert not ThesaurusChange.objects.exists()
    assert list(beside("basket")) == []


def test_a_preview_knows_no_record(admin_client_: Client, index: Callable[[], None], responder: User) -> None:
    make_incident(responder, title="quetzalcoatl", is_private=True)
    index()
    pages = []
    for word in ("quetzalcoatl", "zoxanthellae"):
        text = admin_client_.get(PAGE, {"try": word}).content.decode()
        pages.append(
            text.replace(word, "…").split("<main", 1)[-1].split("<form", 1)[0] + ("Nothing stands" in text) * "!"
        )
    assert pages[0] == pages[1]


@pytest.mark.parametrize("who", ["responder", "viewer"])
def test_only_administrators_have_the_page(request: pytest.FixtureRequest, who: str) -> None:
    client = client_of(request.getfixturevalue(who))
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, {"words": OWN}).status_code == 404
    assert client.post(f"{PAGE}put-away/", {"words": written(GROUPS[0])}).status_code == 404
    assert client.post(f"{PAGE}1/undo/").status_code == 404
    assert "/settings/thesaurus/" not in client.get("/settings/").content.decode()
    assert not ThesaurusChange.objects.exists()


def test_unknown_changes_are_not_found(admin_client_: Client) -> None:
    assert admin_client_.post(f"{PAGE}999/undo/").status_code == 404
    assert admin_client_.post(f"{PAGE}put-away/", {"words": "no, such"}).status_code == 303
    assert not ThesaurusChange.objects.exists()
