"""The diagnosis board: order and folds, moves, outcomes in one click, evidence, first checks, the ledger of lines."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.models import DiagnosisStep, Forest, Incident, LogNote, Snippet, StepEvidence
from incidents.pages.diagnosis import dead_words
from incidents.pages.export import markdown_of, record_of
from incidents.services.diagnosis import DEPTH_LIMIT, decide_step, update_step
from incidents.services.evidence import add_evidence, add_first_check, update_evidence
from incidents.services.ledger import add_log_note, keep_templates, known
from incidents.services.moving import move_step, shift_step
from incidents.services.snippets import add_snippet
from tests.support.personas import bearer
from tests.support.records import LATER, NOW, make_entry, make_incident, make_step
from tests.support.web import HTMX, queries_of

LOG = "2026-03-01 14:05:0{n} ERROR pool: worker {n} lost its lease after {n}0 ms\n"


@pytest.fixture
def incident(responder: User) -> Incident:
    return make_incident(responder)


@pytest.fixture
def snippet(incident: Incident, responder: User) -> Snippet:
    code = "".join(LOG.format(n=n) for n in range(1, 6))
    return add_snippet(incident=incident, by=responder, now=NOW, code=code, language="text", filename="pool.log")


def order(incident: Incident) -> list[str]:
    words = dict(incident.steps.values_list("pk", "hypothesis"))
    return [f"{spot.number} {words[spot.pk]}" for spot in Forest.of(incident).reading_order()]


def at(name: str, incident: Incident, *parts: object) -> str:
    return reverse(name, args=[incident.number, *parts])


def test_open_steps_come_first_and_numbers_stay(incident: Incident, responder: User) -> None:
    make_step(incident, responder, "dead", outcome="ruled_out")
    cause = make_step(incident, responder, "cause", outcome="confirmed")
    make_step(incident, responder, "open")
    half = make_step(incident, responder, "half", outcome="red_herring")
    make_step(incident, responder, "below", parent=half)
    assert order(incident) == ["3 open", "4 half", "4.1 below", "2 cause", "1 dead"]
    assert Forest.of(incident).path == {cause.pk}


def test_dead_ends_fold_with_all_under_them(incident: Incident, responder: User, responder_client: Client) -> None:
    disk = make_step(incident, responder, "disk", outcome="ruled_out")
    make_step(incident, responder, "inodes", outcome="red_herring", parent=disk)
    make_step(incident, responder, "open")
    page = responder_client.get(incident.get_absolute_url()).content.decode()
    assert "<summary>1 ruled out, 1 red herring</summary>" in page
    assert page.index('id="dead-ends-0"') < page.index("disk</h3>") < page.index("inodes</h3>")
    assert page.index("open</h3>") < page.index('id="dead-ends-0"')
    assert page.count("<ol") == page.count("</ol>")
    assert page.count("<details") == page.count("</details>")


def test_counts_in_words() -> None:
    assert dead_words({"ruled_out": 4, "red_herring": 2, "open": 9}) == "4 ruled out, 2 red herrings"
    assert not dead_words({"open": 1})


def test_moving_changes_the_order(incident: Incident, responder: User) -> None:
    first, second, third = (make_step(incident, responder, name) for name in ("a", "b", "c"))
    shift_step(step=third, by=responder, now=LATER, to="up")
    assert order(incident) == ["1 a", "2 c", "3 b"]
    shift_step(step=third, by=responder, now=LATER, to="in")
    assert order(incident) == ["1 a", "1.1 c", "2 b"]
    move_step(step=second, by=responder, now=LATER, parent=first, before=third)
    assert order(incident) == ["1 a", "1.1 b", "1.2 c"]
    shift_step(step=second, by=responder, now=LATER, to="out")
    assert order(incident) == ["1 a", "1.1 c", "2 b"]
    make_step(incident, responder, "d")
    assert order(incident)[-1] == "3 d"


def test_moves_that_make_no_sense_say_why(incident: Incident, responder: User) -> None:
    step = make_step(incident, responder, "a")
    child = make_step(incident, responder, "b", parent=step)
    make_step(incident, responder, "dead", outcome="ruled_out")
    for moved, to in ((step, "up"), (step, "down"), (step, "in"), (step, "out"), (step, "sideways")):
        with pytest.raises(InvalidError):
            shift_step(step=moved, by=responder, now=LATER, to=to)
    with pytest.raises(InvalidError, match="can't lie under itself"):
        move_step(step=step, by=responder, now=LATER, parent=child)
    elsewhere = make_step(make_incident(responder), responder)
    with pytest.raises(InvalidError):
        move_step(step=step, by=responder, now=LATER, parent=elsewhere)
    with pytest.raises(InvalidError):
        move_step(step=step, by=responder, now=LATER, parent=None, before=child)


def test_a_branch_that_would_lie_too_deep_stays(incident: Incident, responder: User) -> None:
    top = make_step(incident, responder, "top")
    make_step(incident, responder, "under", parent=top)
    last: DiagnosisStep | None = None
    for level in range(DEPTH_LIMIT - 1):
        last = make_step(incident, responder, str(level), parent=last)
    with pytest.raises(InvalidError, match="deep at most"):
        move_step(step=top, by=responder, now=LATER, parent=last)


def test_moving_by_form_and_by_htmx(incident: Incident, responder: User, responder_client: Client) -> None:
    first, second = make_step(incident, responder, "a"), make_step(incident, responder, "b")
    answer = responder_client.post(at("step_move", incident, second.pk), {"to": "up"})
    assert answer["Location"].endswith(f"#step-{second.pk}")
    assert order(incident) == ["1 b", "2 a"]
    responder_client.post(at("step_move", incident, first.pk), {"where": f"under:{second.pk}", "back": "board"})
    assert order(incident) == ["1 b", "1.1 a"]
    page = responder_client.get(at("step_move", incident, second.pk)).content.decode()
    assert f"under:{first.pk}" not in page
    refused = responder_client.post(at("step_move", incident, second.pk), {"where": f"under:{first.pk}"})
    assert refused.status_code == 422
    again = responder_client.post(at("step_move", incident, second.pk), {"to": "up"}, headers=HTMX)
    assert "It is the first of its kind" in again["HX-Trigger"]
    assert again.content.decode().lstrip().startswith('<section id="diagnosis"')


def test_an_outcome_in_one_click_keeps_who_when_and_what(
    incident: Incident, responder: User, responder_client: Client
) -> None:
    step = make_step(incident, responder, finding="Pool is full")
    address = at("step_outcome", incident, step.pk)
    responder_client.post(address, {"outcome": "confirmed", "finding": "20 of 20"})
    step.refresh_from_db()
    assert (step.outcome, step.finding, step.decided_by) == ("confirmed", "Pool is full\n\n20 of 20", responder)
    assert step.open_for
    responder_client.post(address, {"outcome": "open"})
    step.refresh_from_db()
    assert (step.decided_at, step.decided_by, step.finding) == (None, None, "Pool is full\n\n20 of 20")


def test_a_decision_never_takes_the_words_of_another(incident: Incident, responder: User, outsider: User) -> None:
    step = make_step(incident, responder)
    update_step(step=step, by=outsider, now=LATER, version=1, fields={"finding": "theirs"})
    assert decide_step(step=step, by=responder, now=LATER, outcome="open", finding="mine").finding == "theirs\n\nmine"


def test_a_check_is_one_line_under_its_hypothesis(
    incident: Incident, responder: User, responder_client: Client
) -> None:
    step = make_step(incident, responder)
    address = f"{at('step_new', incident)}?parent={step.pk}"
    line = responder_client.get(address, headers=HTMX).content.decode()
    assert f'name="parent" value="{step.pk}"' in line
    assert 'name="action"' not in line
    assert 'name="action"' in responder_client.get(address).content.decode()


def test_evidence_shows_its_lines_and_both_ways(
    incident: Incident, snippet: Snippet, responder: User, responder_client: Client
) -> None:
    step = make_step(incident, responder)
    source, data = f"snippet:{snippet.pk}", {"from_at": "2026-03-01 13:00", "until_at": "2026-03-01 14:00"}
    data |= {"source": source, "lines": "2-3", "meaning": "The lease is lost"}
    answer = responder_client.post(at("step_evidence_new", incident, step.pk), data)
    row = step.evidence.get()
    assert answer["Location"].endswith(f"#evidence-{row.pk}")
    assert (row.kind, row.first_line, row.last_line, row.label) == ("snippet", 2, 3, "pool.log, lines 2–3")
    page = responder_client.get(incident.get_absolute_url()).content.decode()
    assert f'href="{incident.get_absolute_url()}#snippet-{snippet.pk}-L2"' in page
    assert "The lease is lost" in page
    assert f'Evidence for <a href="#step-{step.pk}">step 1</a>' in page
    whole = responder_client.get(at("snippet_detail", incident, snippet.pk)).content.decode()
    assert f'{incident.get_absolute_url()}#step-{step.pk}">step 1</a>' in whole


def test_evidence_may_be_pasted_or_linked(incident: Incident, responder: User, responder_client: Client) -> None:
    step = make_step(incident, responder)
    address = at("step_evidence_new", incident, step.pk)
    responder_client.post(address, {"code": "SELECT 1;", "meaning": "works"})
    responder_client.post(address, {"url": "https://grafana.example.org/d/1", "is_metric": "on", "label": "Pool"})
    assert [row.kind for row in step.evidence.all()] == ["snippet", "metric"]
    assert step.snippets.get().code == "SELECT 1;"
    for bad in ({}, {"url": "javascript:alert(1)"}, {"url": "https://a.example", "code": "x"}, {"source": "entry:999"}):
        assert responder_client.post(address, bad).status_code == 422
    assert step.evidence.count() == 2


def test_evidence_of_another_incident_is_refused(
    incident: Incident, responder: User, responder_client: Client, snippet: Snippet
) -> None:
    other = make_incident(responder)
    step = make_step(other, responder)
    answer = responder_client.post(at("step_evidence_new", other, step.pk), {"source": f"snippet:{snippet.pk}"})
    assert answer.status_code == 422
    with pytest.raises(InvalidError):
        add_evidence(step=step, by=responder, now=NOW, snippet=snippet)
    assert responder_client.get(at("step_evidence_new", incident, step.pk)).status_code == 404


def test_a_deleted_source_leaves_a_trace(
    incident: Incident, snippet: Snippet, responder: User, responder_client: Client
) -> None:
    step = make_step(incident, responder)
    row = add_evidence(step=step, by=responder, now=NOW, snippet=snippet, first_line=2)
    snippet.delete()
    row.refresh_from_db()
    assert (row.snippet, row.label) == (None, "pool.log, line 2")
    assert "was deleted" in responder_client.get(incident.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "columns",
    [
        {"kind": "link", "url": ""},
        {"kind": "entry", "url": "https://a.example"},
        {"kind": "link", "url": "https://a.example", "first_line": 1, "last_line": 2},
        {"kind": "snippet", "first_line": 3, "last_line": 2},
        {"kind": "snippet", "first_line": 3},
        {"kind": "snippet", "from_at": LATER, "until_at": NOW},
    ],
)
def test_the_database_refuses_evidence_that_is_none(
    incident: Incident, responder: User, columns: dict[str, Any]
) -> None:
    step = make_step(incident, responder)
    with pytest.raises(IntegrityError), transaction.atomic():
        StepEvidence.objects.create(step=step, label="x", created_at=NOW, **columns)


def test_evidence_edited_by_two_shows_both(incident: Incident, responder: User, responder_client: Client) -> None:
    entry = make_entry(incident, responder)
    row = add_evidence(step=make_step(incident, responder), by=responder, now=NOW, entry=entry)
    update_evidence(evidence=row, by=responder, now=LATER, version=1, fields={"meaning": "theirs"})
    with pytest.raises(StaleError):
        update_evidence(evidence=row, by=responder, now=LATER, version=1, fields={"meaning": "mine"})
    answer = responder_client.post(at("step_evidence_edit", incident, row.pk), {"meaning": "mine", "version": 1})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "theirs" in page
    assert "mine" in page


def test_what_to_check_first(incident: Incident, responder: User, responder_client: Client) -> None:
    step = make_step(incident, responder, "Pool full")
    responder_client.post(at("first_check_new", incident), {"text": "SHOW POOLS"})
    for _ in range(2):
        responder_client.post(at("step_check_first", incident, step.pk))
    assert [check.words for check in incident.first_checks.all()] == ["SHOW POOLS", "Pool full"]
    page = responder_client.get(incident.get_absolute_url()).content.decode()
    assert "Check first next time" in page
    assert responder_client.post(at("first_check_new", incident), {"text": " "}).status_code == 422
    record = record_of(incident)
    assert [check["text"] for check in record["check_first"]] == ["SHOW POOLS", "Pool full"]
    assert "## Check first next time" in markdown_of(record)
    first = incident.first_checks.all()[0]
    responder_client.post(at("first_check_remove", incident, first.pk))
    assert incident.first_checks.count() == 1


def test_a_line_is_marked_where_it_stands(
    incident: Incident, snippet: Snippet, responder: User, responder_client: Client
) -> None:
    step = make_step(incident, responder)
    address = at("log_note_new", incident)
    form = responder_client.get(f"{address}?snippet={snippet.pk}&lines=2").content.decode()
    assert f'href="?snippet={snippet.pk}&amp;lines=2-4"' in form
    data = {"snippet": snippet.pk, "lines": "2-3", "verdict": "misleading", "emitted_by": "pool", "step": step.pk}
    responder_client.post(address, data)
    note = incident.log_notes.get()
    assert (note.snippet, note.first_line, note.last_line, note.step) == (snippet, 2, 3, step)
    assert "worker 2 lost its lease" in note.line
    page = responder_client.get(at("snippet_detail", incident, snippet.pk)).content.decode()
    assert page.count("line-misleading") == 2
    assert f"{incident.get_absolute_url()}#log-note-{note.pk}" in page
    assert f"#snippet-{snippet.pk}-L2" in responder_client.get(incident.get_absolute_url()).content.decode()
    assert responder_client.post(address, {**data, "lines": "2-99"}).status_code == 422
    assert responder_client.post(address, {**data, "lines": "two"}).status_code == 422
    assert responder_client.post(address, {"verdict": "missing", "line": ""}).status_code == 422


def test_a_judged_line_is_known_again(incident: Incident, responder: User, responder_client: Client) -> None:
    add_log_note(incident=incident, by=responder, now=NOW, verdict="noisy", line=LOG.format(n=3), note="Every night")
    pasted = ["all is well", LOG.format(n=7)]
    found = known(pasted, viewer=responder)
    assert [(one.at, one.note.incident) for one in found] == [(2, incident)]
    assert known(pasted, viewer=responder, without=incident) == []
    other = make_incident(responder)
    answer = responder_client.post(at("lines_known", other), {"text": "\n".join(pasted)})
    assert "Every night" in answer.content.decode()
    assert responder_client.post(at("lines_known", other), {"text": "nothing"}).status_code == 204
    assert responder_client.post(at("lines_known", incident), {"text": "\n".join(pasted)}).status_code == 204


def test_the_ledger_of_a_private_incident_does_not_leak(responder: User, outsider: User) -> None:
    private = make_incident(responder, is_private=True)
    add_log_note(incident=private, by=responder, now=NOW, verdict="noisy", line=LOG.format(n=3))
    assert known([LOG.format(n=4)], viewer=responder)
    assert known([LOG.format(n=4)], viewer=outsider) == []


def test_templates_are_made_anew_when_rules_change(incident: Incident, responder: User) -> None:
    note = add_log_note(incident=incident, by=responder, now=NOW, verdict="noisy", line=LOG.format(n=3))
    note.templates.all().delete()
    LogNote.objects.filter(pk=note.pk).update(rules=0)
    assert keep_templates() == 1
    assert keep_templates() == 0
    assert known([LOG.format(n=9)], viewer=responder)


def test_viewers_read_and_outsiders_see_nothing(
    responder: User, viewer_client: Client, outsider_client: Client, responder_client: Client
) -> None:
    incident, private = make_incident(responder), make_incident(responder, is_private=True)
    step, hidden = make_step(incident, responder), make_step(private, responder)
    check = add_first_check(incident=private, by=responder, now=NOW, text="x")
    assert viewer_client.get(at("diagnosis_board", incident)).status_code == 200
    assert "outcome-form" not in viewer_client.get(at("diagnosis_board", incident)).content.decode()
    assert outsider_client.get(at("diagnosis_board", private)).status_code == 404
    for name, parts in (
        ("step_move", [hidden.pk]),
        ("step_evidence_new", [hidden.pk]),
        ("step_check_first", [hidden.pk]),
        ("first_check_remove", [check.pk]),
        ("lines_known", []),
    ):
        assert outsider_client.post(at(name, private, *parts)).status_code == 404
    assert viewer_client.post(at("step_move", incident, step.pk), {"to": "up"}).status_code == 403


def test_as_many_queries_for_one_step_as_for_many(
    incident: Incident, snippet: Snippet, responder: User, responder_client: Client
) -> None:
    def grow(times: int) -> None:
        for _ in range(times):
            step = make_step(incident, responder)
            entry = make_entry(incident, responder)
            add_evidence(step=step, by=responder, now=NOW, snippet=snippet, first_line=1)
            add_evidence(step=step, by=responder, now=NOW, entry=entry)
            add_log_note(incident=incident, by=responder, now=NOW, verdict="noisy", line="x", snippet=snippet)

    grow(2)
    add_first_check(incident=incident, by=responder, now=NOW, text="x")
    addresses = [
        incident.get_absolute_url(),
        at("diagnosis_board", incident),
        f"{incident.get_absolute_url()[:-1]}.json",
    ]
    before = [queries_of(responder_client, address) for address in addresses]
    grow(5)
    assert [queries_of(responder_client, address) for address in addresses] == before


def test_over_the_api(incident: Incident, snippet: Snippet, responder: User, client: Client) -> None:
    step, other = make_step(incident, responder, "a"), make_step(incident, responder, "b")
    root, head = (
        f"/api/v1/incidents/{incident.label}",
        {"headers": bearer(responder), "content_type": "application/json"},
    )
    body = {"snippet": snippet.pk, "first_line": 2, "meaning": "lost", "from_at": "2026-03-01T13:00:00Z"}
    made = client.post(f"{root}/steps/{step.pk}/evidence/", body, **head)  # type: ignore[arg-type]
    assert (made.status_code, made.json()["label"]) == (201, "pool.log, line 2")
    bad = client.post(f"{root}/steps/{step.pk}/evidence/", {"url": "ftp://x"}, **head)  # type: ignore[arg-type]
    assert (bad.status_code, list(bad.json()["error"]["fields"])) == (422, ["url"])
    moved = client.post(f"{root}/steps/{other.pk}/move/", {"parent": step.pk}, **head)  # type: ignore[arg-type]
    assert (moved.status_code, moved.json()["parent"]) == (200, step.pk)
    listed = client.get(f"{root}/steps/", headers=bearer(responder)).json()["results"]
    assert [row["evidence"][0]["meaning"] for row in listed if row["evidence"]] == ["lost"]
    noted = {"verdict": "noisy", "line": LOG.format(n=1), "snippet": snippet.pk, "first_line": 1}
    assert client.post(f"{root}/log-notes/", noted, **head).json()["templates"]  # type: ignore[arg-type]
    elsewhere = make_incident(responder)
    asked = f"/api/v1/incidents/{elsewhere.label}/log-notes/known/"
    found = client.post(asked, {"text": LOG.format(n=8)}, **head).json()  # type: ignore[arg-type]
    assert [row["number"] for row in found["results"]] == [incident.label]
    first = client.post(f"{root}/first-checks/", {"step": step.pk}, **head)  # type: ignore[arg-type]
    assert (first.status_code, first.json()["text"]) == (201, "a")
    gone = client.delete(f"{root}/evidence/{made.json()['id']}/", headers=bearer(responder))
    assert gone.status_code == 204
    assert not step.evidence.exists()


def test_exports_hold_the_evidence(incident: Incident, snippet: Snippet, responder: User) -> None:
    step = make_step(incident, responder)
    add_evidence(
        step=step, by=responder, now=NOW, url="https://a.example/d", is_metric=True,
        fields={"label": "Pool", "meaning": "Flat", "from_at": NOW, "until_at": NOW + timedelta(hours=1)},
    )  # fmt: skip
    text = markdown_of(record_of(incident))
    assert "  - Evidence: [Pool](https://a.example/d) (2026-03-01T14:05:00Z to 2026-03-01T15:05:00Z): Flat" in text
