"""What search and lists learn from postmortems."""

from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from incidents.answers import answers
from postmortems.indexing import PostmortemText, one_line_of
from postmortems.services.factors import set_factors
from postmortems.services.proof import waive
from postmortems.services.sections import save_sections
from search import registry
from tests.support.postmortems import make_action, make_postmortem, make_proof, make_published
from tests.support.records import NOW, make_incident

pytestmark = pytest.mark.django_db


def test_texts_have_their_fields_and_places(responder: User) -> None:
    row = make_published(responder, impact="Carts were empty", lessons="Lucky")
    set_factors(postmortem=row, by=responder, now=NOW, factors=[("capacity", "Only 20")])
    action = make_action(row.incident, responder)
    waive(postmortem=row, by=responder, now=NOW, reason="Partly")
    extra = PostmortemText().extras([row.incident_id])[row.incident_id]
    found = {(part.field, part.anchor) for part in extra.parts}
    proof = row.evidence.get()
    assert found >= {
        ("symptom", "postmortem/#section-impact"),
        ("root_cause", "postmortem/#section-root_cause"),
        ("fix", "postmortem/#section-fix"),
        ("verification", f"postmortem/#evidence-{proof.pk}"),
        ("verification", "postmortem/#waiver"),
        ("section", "postmortem/#section-lessons"),
        ("root_cause", f"postmortem/#factor-{row.factors.get().pk}"),
        ("action", f"postmortem/#action-{action.pk}"),
    }
    assert extra.facts == {
        "has": ("fix", "postmortem", "verification", "action"),
        "verified": ("verified",),
        "cause": ("capacity",),
    }


def test_they_join_the_incident_in_search(responder: User) -> None:
    row = make_published(responder)
    (document,) = registry.documents_of("incident", [row.incident_id])
    assert "A limit of 20." in [part.text for part in document.parts]
    source = registry.source_of("incident")
    assert source is not None
    assert registry.versions_of(source)[row.incident_id] == document.version


def test_every_change_moves_the_version(responder: User) -> None:
    row = make_postmortem(responder)
    seen = [dict(PostmortemText().versions())[row.incident_id]]
    changes: list[Callable[[], object]] = [
        lambda: save_sections(postmortem=row, by=responder, now=NOW, sections={"impact": ("x", None)}),
        lambda: make_proof(row, responder),
        lambda: set_factors(postmortem=row, by=responder, now=NOW, factors=[("test", "")]),
        lambda: waive(postmortem=row, by=responder, now=NOW, reason="None"),
        lambda: make_action(row.incident, responder),
    ]
    for change in changes:
        change()
        seen.append(dict(PostmortemText().versions())[row.incident_id])
    assert len(set(seen)) == len(changes) + 1
    assert PostmortemText().extras([row.incident_id])[row.incident_id].version == seen[-1]


def test_action_items_alone_are_found(responder: User) -> None:
    incident = make_incident(responder)
    make_action(incident, responder, title="Watch the pool")
    extra = PostmortemText().extras([incident.pk])[incident.pk]
    assert [part.text for part in extra.parts] == ["Watch the pool"]


def test_incidents_are_answered_in_a_line_each(
    responder: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [make_published(responder, fix="- **Stopped** the job ([14:05 UTC](#entry-3)). More.") for _ in range(3)]
    bare = make_incident(responder)
    ids = [row.incident_id for row in rows] + [bare.pk]
    with django_assert_num_queries(1):
        found = answers(ids)
    assert (found[ids[0]].fix, found[ids[0]].verified) == ("Stopped the job.", "verified")
    assert found[bare.pk].verified == "none"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("", ""),
        ("The pool had no limit. It grew.", "The pool had no limit."),
        ("- **The pool is empty**: all in use ([step](#step-3))", "The pool is empty: all in use"),
        ("`systemctl stop x`\n\nlater", "systemctl stop x"),
    ],
)
def test_one_line_of(body: str, line: str) -> None:
    assert one_line_of(body) == line
