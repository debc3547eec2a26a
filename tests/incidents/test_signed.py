"""The signature that is stored with snippets and files."""

import pytest

from accounts.models import User
from incidents.models import Snippet
from incidents.services.snippets import add_snippet, edit_snippet
from search.signatures import signature, tokens
from tests.support.records import NOW, make_incident

pytestmark = pytest.mark.django_db
TRACE = """Traceback (most recent call last):
  File "/srv/app/pay.py", line 12, in charge
    raise PoolTimeout(17)
pay.PoolTimeout: no connection after 30.01 s
"""


def snippet(by: User, code: str = TRACE) -> Snippet:
    return add_snippet(incident=make_incident(by), by=by, now=NOW, code=code)


def test_it_is_stored_and_follows_the_code(responder: User) -> None:
    row = snippet(responder)
    assert Snippet.objects.get().signature["tokens"] == tokens(signature(TRACE))
    assert "sig:ff:pay.py:charge" in row.signature_tokens
    edit_snippet(snippet=row, version=1, code="select 1")
    assert "sig:ff:pay.py:charge" not in Snippet.objects.get().signature_tokens


def test_other_numbers_have_the_same_signature(responder: User) -> None:
    other = TRACE.replace("line 12", "line 47").replace("/srv/app", "/home/deploy/releases/42").replace("30.01", "12.9")
    assert snippet(responder).signature_tokens == snippet(responder, other).signature_tokens


def test_lost_or_outdated_ones_come_back(responder: User) -> None:
    row = snippet(responder)
    Snippet.objects.update(signature={"key": "0:old", "tokens": ["sig:x:old"]})
    row.refresh_from_db()
    assert row.signature_tokens == tokens(signature(TRACE))
