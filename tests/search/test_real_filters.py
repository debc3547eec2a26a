"""Filters over real incidents and postmortems: the same records on either engine, and none that one may not see."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from incidents.models import Incident
from postmortems.models import Postmortem
from postmortems.services.categories import add_category, rename_category
from postmortems.services.factors import set_factors
from search.results import find
from search.suggesting import suggest
from tests.search.real import full_incident, index
from tests.support.postmortems import make_postmortem
from tests.support.records import NOW, make_incident

__all__ = ["index"]


@pytest.fixture
def found(index: Callable[[], None], responder: User, outsider: User) -> Callable[[str], set[str]]:
    """What a query finds, by title."""
    one = full_incident(responder)
    make_postmortem(responder, one, fix="The pool holds forty connections now.", root_cause="Ten were too few.")
    make_incident(responder, title="Certificate expired", severity="sev1", kind="drill", status="resolved")
    make_incident(outsider, title="Secret pool", is_private=True, severity="sev3")
    index()
    return lambda text: {result.hit.title for result in find(responder, text, limit=50).results}


POOL, CERT = "Checkout answers 502", "Certificate expired"


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("has:snippet", {POOL}),
        ("has:step", {POOL}),
        ("has:fix", {POOL}),
        ("has:postmortem", {POOL}),
        ("-has:postmortem", {CERT}),
        ("has:screenshot", set()),
        ("lang:py", {POOL}),
        ("lang:python has:fix", {POOL}),
        ("by:me", {POOL, CERT}),
        ("by:responder", {POOL, CERT}),
        ("by:outsider", set()),
        ("is:drill", {CERT}),
        ("is:open", {POOL}),
        ("status:open", {POOL}),
        ("status:resolved", {CERT}),
        ("is:private", set()),
        ("is:unverified", {POOL, CERT}),
        ("is:unproven", {POOL}),
        ("severity:<=sev2", {POOL, CERT}),
        ("severity:<sev2", {CERT}),
        ("severity:sev3..sev4", set()),
        ("number:INC-1", {POOL}),
        ("service:checkout or is:drill", {POOL, CERT}),
        ("service:checkout or -is:drill", {POOL}),
        ("(service:checkout or is:drill) -status:resolved", {POOL}),
        ("error:ECONNREFUSED", {POOL}),
        ("error:ENOENT", set()),
        ("forty in:fix", {POOL}),
        ("answers in:title", {POOL}),
        ("PoolExhaustedError in:snippet", {POOL}),
        ("after:2020", {POOL, CERT}),
        ("before:2020", set()),
        ('"forty connections" or is:drill', {POOL, CERT}),
        ('"connections forty" or is:drill', {CERT}),
        ('is:drill or -"forty connections"', {CERT}),
    ],
)
def test_filters_find_what_they_say(found: Callable[[str], set[str]], text: str, titles: set[str]) -> None:
    assert found(text) == titles


def test_a_number_comes_first(found: Callable[[str], set[str]], responder: User) -> None:
    """The newer of two equal ones would be first otherwise."""
    assert [result.hit.number for result in find(responder, "inc-1").results][:1] == ["INC-1"]


def test_a_place_without_a_match_is_said(found: Callable[[str], set[str]], responder: User) -> None:
    answer = find(responder, "PoolExhaustedError in:fix")
    assert [result.hit.title for result in answer.results] == [POOL]
    assert answer.notes == ("Nothing has all of these words in that place; this is what has them anywhere.",)


def test_a_result_opens_at_the_line(found: Callable[[str], set[str]], responder: User) -> None:
    (result,) = find(responder, "PoolExhaustedError").results
    snippet = Incident.objects.get(title=POOL).snippets.get()
    assert f"#snippet-{snippet.pk}-L3" in {highlight.anchor for highlight in result.highlights}


def test_facets_count_what_is_visible(found: Callable[[str], set[str]], responder: User, outsider: User) -> None:
    counted = {
        facet.name: {value.value: value.count for value in facet.values}
        for facet in find(responder, "after:2020").facets
    }
    assert counted["lang"] == {"python": 1}
    assert counted["severity"] == {"sev1": 1, "sev2": 1}
    assert counted["verified"] == {"unproven": 1}
    theirs = {facet.name: facet.values for facet in find(outsider, "after:2020").facets}
    assert {value.value for value in theirs["severity"]} == {"sev1", "sev2", "sev3"}


def test_a_category_of_the_team_is_a_value_of_cause(
    found: Callable[[str], set[str]],
    index: Callable[[], None],
    responder: User,
    admin: User,
    responder_client: Client,
) -> None:
    own = add_category(name="Third party", meaning="", by=admin, now=NOW)
    row = Postmortem.objects.get()
    set_factors(postmortem=row, by=responder, now=NOW, factors=[(own.key, "They limited us.")])
    index()
    assert found(f"cause:{own.key}") == found('cause:"Third party"') == {POOL}
    assert [each.text for each in suggest(responder, "cause:thi")] == [f"cause:{own.key}"]
    assert own.key in responder_client.get("/search/help/").content.decode()
    rename_category(category=own, name="Supplier", meaning="", by=admin, now=NOW)
    page = responder_client.get(f"/search/?q=cause:{own.key}").content.decode()
    assert "cause: Supplier" in page
    (facet,) = [facet for facet in find(responder, "cause:supplier").facets if facet.name == "cause"]
    assert [(value.value, value.label) for value in facet.values] == [(own.key, "Supplier")]
    library = responder_client.get(f"/postmortems/?cause={own.key}").content.decode()
    assert POOL in library
    assert f'<option value="{own.key}" selected>Supplier</option>' in library
