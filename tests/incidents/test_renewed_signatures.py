"""Signatures that older rules made are made anew in the background, once."""

import pytest

from accounts.models import User
from incidents.models import Attachment, Snippet
from incidents.services.snippets import add_snippet
from incidents.signing import renew_signatures
from search.models import OutboxEntry
from tests.support.records import NOW, make_incident

pytestmark = pytest.mark.django_db
CODE = "ERROR lease fenced: generation 4411 is behind 4412"


@pytest.fixture
def snippets(responder: User) -> list[Snippet]:
    """Three of them: one of now, one of older rules that read it otherwise, one that has none."""
    incident = make_incident(responder)
    made = [add_snippet(incident=incident, by=responder, now=NOW, code=f"{CODE} {at}") for at in range(3)]
    old = {"key": "1:" + made[1].signature["key"].partition(":")[2], "tokens": ["sig:l:00000000"]}
    Snippet.objects.filter(pk=made[1].pk).update(signature=old)
    Snippet.objects.filter(pk=made[2].pk).update(signature={})
    OutboxEntry.objects.all().delete()
    return made


def test_outdated_ones_are_made_anew_and_go_to_the_index(snippets: list[Snippet]) -> None:
    assert renew_signatures() == 2
    for snippet in snippets:
        kept = Snippet.objects.get(pk=snippet.pk)
        assert kept.signature == kept.signature_of() != {}
    assert OutboxEntry.objects.filter(kind="incident", object_id=snippets[0].incident_id).exists()


def test_nothing_is_left_to_do_the_second_time(snippets: list[Snippet]) -> None:
    renew_signatures()
    OutboxEntry.objects.all().delete()
    assert renew_signatures() == 0
    assert not OutboxEntry.objects.exists()
    assert not Attachment.outdated().exists()


def test_one_round_ends_when_its_time_is_over(snippets: list[Snippet]) -> None:
    assert renew_signatures(limit_s=0) == 1
    assert renew_signatures(limit_s=0) == 1
    assert renew_signatures(limit_s=0) == 0
