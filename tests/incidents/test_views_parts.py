"""Timeline entries, steps, snippets, files and log notes: plain and by htmx, good input and bad."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from incidents.models import Incident, PreviewState
from incidents.services.diagnosis import add_log_note
from incidents.services.snippets import add_snippet
from tests.support.records import NOW, make_entry, make_incident, make_step
from tests.support.web import HTMX

ONCE = "aaaaaaaa-2222-3333-4444-555555555555"


@pytest.fixture
def incident(responder: User) -> Incident:
    return make_incident(responder)


def at(name: str, incident: Incident, *parts: object) -> str:
    return reverse(name, args=[incident.number, *parts])


def picture() -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (40, 20), "red").save(file, "PNG")
    return SimpleUploadedFile("screen.png", file.getvalue(), content_type="image/png")


def test_a_note_leads_to_its_place(incident: Incident, responder: User, responder_client: Client) -> None:
    answer = responder_client.post(at("entry_new", incident), {"body": "Pool is **fine**", "at": "2026-03-01 14:00"})
    entry = incident.entries.get(body="Pool is **fine**")
    assert answer.status_code == 303
    assert answer["Location"] == f"{incident.get_absolute_url()}#entry-{entry.pk}"
    assert (entry.kind, entry.author, entry.at.hour) == ("note", responder, 14)


def test_a_note_by_script_brings_its_line_and_nothing_else(
    incident: Incident, responder: User, responder_client: Client
) -> None:
    make_entry(incident, responder, "Older")
    answer = responder_client.post(at("entry_new", incident), {"body": "Seen", "kind": "fix"}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.lstrip().startswith('<div id="composed"')
    assert page.count('class="entry ') == 1
    assert "Seen" in page
    assert "Older" not in page
    assert "HX-Request" in answer["Vary"]


def test_one_line_takes_words_code_and_files(incident: Incident, responder_client: Client) -> None:
    text = SimpleUploadedFile("worker.log", b"KeyError: WINTER")
    responder_client.post(
        at("entry_new", incident),
        {"body": "All at once", "code": "SELECT 1;", "language": "sql", "caption": "q", "uploads": [picture(), text]},
    )
    entry = incident.entries.get(body="All at once")
    assert [snippet.language for snippet in entry.snippets.all()] == ["sql"]
    assert {file.filename for file in entry.attachments.all()} == {"screen.png", "worker.log"}
    page = responder_client.get(incident.get_absolute_url()).content.decode()
    for file in entry.attachments.all():
        assert f'id="attachment-{file.pk}"' in page


def test_code_alone_is_a_line(incident: Incident, responder_client: Client) -> None:
    responder_client.post(at("entry_new", incident), {"body": "", "code": "def f(x):\n    return x\n"})
    assert incident.snippets.get().entry is not None


def test_a_note_sent_twice_is_one(incident: Incident, responder_client: Client) -> None:
    before = incident.entries.count()
    for _ in range(2):
        responder_client.post(at("entry_new", incident), {"body": "Once", "once": ONCE})
    assert incident.entries.count() == before + 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"body": ""}, "Text is empty"),
        ({"body": "x", "kind": "status"}, "status"),
        ({"body": "kept", "at": "26:99"}, "not a time of day"),
        ({"body": "kept", "at": "2199-01-01 00:00"}, "in the future"),
        ({"body": "y" * 50_001}, "Text has 50,001 characters; the limit is 50,000."),
    ],
)
def test_a_bad_note_comes_back(
    data: dict[str, str], message: str, incident: Incident, responder_client: Client
) -> None:
    for headers in ({}, HTMX):
        answer = responder_client.post(at("entry_new", incident), data, headers=headers)
        assert answer.status_code == 422
        assert message in answer.content.decode()
        assert data["body"] in answer.content.decode()
    assert answer["HX-Retarget"] == "this"
    assert "<html" not in answer.content.decode()


def test_nul_is_replaced_and_said(incident: Incident, responder_client: Client) -> None:
    answer = responder_client.post(at("entry_new", incident), {"body": "a\x00b"}, headers=HTMX)
    assert "1 control character was replaced." in answer.content.decode()
    assert incident.entries.filter(body="a\ufffdb").exists()


def test_a_file_over_the_limit(incident: Incident, responder_client: Client, settings: Settings) -> None:
    settings.UPLOAD_MAX_MB = 1
    big = SimpleUploadedFile("dump.bin", b"\0" * (2 * 1024 * 1024))
    before = incident.entries.count()
    answer = responder_client.post(at("entry_new", incident), {"body": "kept words", "uploads": [big]})
    page = answer.content.decode()
    assert answer.status_code == 413
    assert "The file has 2 MB, the limit is 1 MB (setting UPLOAD_MAX_MB). Compress it or attach a part." in page
    assert "kept words" in page
    assert incident.entries.count() == before


def test_an_empty_file_is_refused(incident: Incident, responder_client: Client) -> None:
    answer = responder_client.post(at("attachment_new", incident), {"uploads": [SimpleUploadedFile("a.txt", b"")]})
    assert answer.status_code == 422
    assert "empty" in answer.content.decode()


def test_no_file_is_refused(incident: Incident, responder_client: Client) -> None:
    assert responder_client.post(at("attachment_new", incident), {"caption": "kept"}).status_code == 422


def test_a_page_that_calls_itself_a_picture_is_a_file(incident: Incident, responder_client: Client) -> None:
    fake = SimpleUploadedFile("photo.png", b"<html><script>alert(1)</script>", content_type="image/png")
    responder_client.post(at("attachment_new", incident), {"uploads": [fake]})
    file = incident.attachments.get()
    assert file.preview_state == PreviewState.REFUSED
    page = responder_client.get(incident.get_absolute_url()).content.decode()
    assert f'src="{file.preview_url}' not in page
    assert "Stored. No preview:" in page


def test_files_go_under_a_step(incident: Incident, responder: User, responder_client: Client) -> None:
    step = make_step(incident, responder)
    responder_client.post(at("attachment_new", incident), {"uploads": [picture()], "step": step.pk, "alt_text": "red"})
    file = step.attachments.get()
    assert 'alt="red"' in responder_client.get(incident.get_absolute_url()).content.decode()
    other = make_step(make_incident(responder), responder)
    answer = responder_client.post(at("attachment_new", incident), {"uploads": [picture()], "step": other.pk})
    assert answer.status_code == 404
    assert list(incident.attachments.all()) == [file]


def test_a_line_is_corrected(incident: Incident, responder: User, responder_client: Client) -> None:
    entry = make_entry(incident, responder, "Befor")
    data = {"body": "After", "kind": "fix", "at": "2026-03-01 12:00", "version": 1}
    answer = responder_client.post(at("entry_edit", incident, entry.pk), data)
    entry.refresh_from_db()
    assert answer["Location"].endswith(f"#entry-{entry.pk}")
    assert (entry.body, entry.kind, entry.at.hour) == ("After", "fix", 12)


def test_two_people_correct_a_line(incident: Incident, responder: User, responder_client: Client) -> None:
    entry = make_entry(incident, responder, "First")
    data = {"kind": "note", "at": "2026-03-01 12:00", "version": 1}
    responder_client.post(at("entry_edit", incident, entry.pk), {**data, "body": "Theirs"})
    answer = responder_client.post(at("entry_edit", incident, entry.pk), {**data, "body": "Mine"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs" in page
    assert "Mine" in page
    assert 'name="version" value="2"' in page
    entry.refresh_from_db()
    assert entry.body == "Theirs"


def test_system_lines_stay(incident: Incident, responder_client: Client) -> None:
    line = incident.entries.get(kind="status")
    page = responder_client.get(at("entry_edit", incident, line.pk)).content.decode()
    assert "it can&#x27;t be edited" in page or "it can't be edited" in page
    data = {"body": "x", "kind": "note", "at": "12:00", "version": 1}
    assert responder_client.post(at("entry_edit", incident, line.pk), data).status_code == 422


def test_a_step_and_one_under_it(incident: Incident, responder_client: Client) -> None:
    responder_client.post(at("step_new", incident), {"hypothesis": "The pool", "outcome": "open"})
    step = incident.steps.get()
    data = {"hypothesis": "Its size", "outcome": "confirmed", "parent": step.pk, "finding": "12 of 12"}
    answer = responder_client.post(at("step_new", incident), data, headers=HTMX)
    page = answer.content.decode()
    assert page.startswith('<section id="diagnosis"')
    assert 'id="timeline" hx-swap-oob="true"' in page
    assert incident.steps.get(hypothesis="Its size").parent == step


def test_the_form_of_a_step_on_its_own_page_is_plain(incident: Incident, responder_client: Client) -> None:
    # The tree that htmx would put the answer in is not on this page.
    assert 'hx-target="#diagnosis"' not in responder_client.get(at("step_new", incident)).content.decode()


def test_a_step_without_hypothesis_comes_back(incident: Incident, responder_client: Client) -> None:
    data = {"hypothesis": "", "finding": "kept finding", "outcome": "open"}
    for headers in ({}, HTMX):
        answer = responder_client.post(at("step_new", incident), data, headers=headers)
        assert answer.status_code == 422
        assert "Hypothesis is empty" in answer.content.decode()
        assert "kept finding" in answer.content.decode()


def test_a_parent_of_another_incident_is_refused(incident: Incident, responder: User, responder_client: Client) -> None:
    other = make_step(make_incident(responder), responder)
    data = {"hypothesis": "x", "outcome": "open", "parent": other.pk}
    assert responder_client.post(at("step_new", incident), data).status_code == 422


def test_an_outcome_in_one_click(incident: Incident, responder: User, responder_client: Client) -> None:
    step = make_step(incident, responder)
    answer = responder_client.post(at("step_outcome", incident, step.pk), {"outcome": "ruled_out"})
    assert answer["Location"].endswith(f"#step-{step.pk}")
    answer = responder_client.post(at("step_outcome", incident, step.pk), {"outcome": "red_herring"}, headers=HTMX)
    assert "step-red_herring" in answer.content.decode()
    assert responder_client.post(at("step_outcome", incident, step.pk), {"outcome": "guilty"}).status_code == 422


def test_two_people_edit_a_step(incident: Incident, responder: User, responder_client: Client) -> None:
    step = make_step(incident, responder)
    data = {"hypothesis": "The pool", "outcome": "open", "version": 1}
    responder_client.post(at("step_edit", incident, step.pk), {**data, "finding": "Theirs"})
    answer = responder_client.post(at("step_edit", incident, step.pk), {**data, "finding": "Mine"})
    assert answer.status_code == 409
    assert "Theirs" in answer.content.decode()
    assert "Mine" in answer.content.decode()
    step.refresh_from_db()
    assert step.finding == "Theirs"


def test_a_deep_tree_is_drawn_in_reading_order(incident: Incident, responder: User, responder_client: Client) -> None:
    parent = None
    for depth in range(6):
        parent = make_step(incident, responder, f"depth {depth}", parent=parent)
    make_step(incident, responder, "second root")
    page = responder_client.get(incident.get_absolute_url()).content.decode()
    tree = page.split('<section id="diagnosis"')[1].split("</section>")[0]
    assert tree.count('<ol class="steps">') == 6
    assert tree.count("<ol") == tree.count("</ol>")
    assert tree.index("depth 5") < tree.index("second root")
    assert ">1.1.1.1.1.1</a>" in tree
    assert ">2</a>" in tree


def test_a_snippet_under_a_step(incident: Incident, responder: User, responder_client: Client) -> None:
    step = make_step(incident, responder)
    answer = responder_client.post(at("snippet_new", incident), {"code": "print(1)\n", "step": step.pk})
    assert answer["Location"].endswith(f"#snippet-{step.snippets.get().pk}")


def test_a_snippet_of_five_megabytes_is_taken(incident: Incident, responder_client: Client) -> None:
    code = "x" * 79 + "\n"
    answer = responder_client.post(at("snippet_new", incident), {"code": code * 60_000, "language": "text"})
    assert answer.status_code == 303
    page = responder_client.get(incident.get_absolute_url())
    assert page.status_code == 200
    assert len(page.content) < 300_000


def test_a_snippet_over_the_limit_comes_back(incident: Incident, responder_client: Client) -> None:
    answer = responder_client.post(
        at("snippet_new", incident), {"code": "x" * (5 * 1024 * 1024 + 1), "caption": "kept caption"}
    )
    assert answer.status_code == 422
    assert "the limit is 5,242,880" in answer.content.decode()
    assert "kept caption" in answer.content.decode()


def test_empty_code_comes_back(incident: Incident, responder_client: Client) -> None:
    answer = responder_client.post(at("snippet_new", incident), {"code": "  \n ", "caption": "kept"})
    assert answer.status_code == 422


def test_the_words_beside_a_snippet(incident: Incident, responder: User, responder_client: Client) -> None:
    snippet = add_snippet(incident=incident, by=responder, now=NOW, code="a: 1", language="text")
    data = {"language": "yaml", "caption": "config", "filename": "a.yml", "version": 1}
    responder_client.post(at("snippet_edit", incident, snippet.pk), data)
    snippet.refresh_from_db()
    assert (snippet.language, snippet.caption, snippet.code) == ("yaml", "config", "a: 1")
    assert responder_client.post(at("snippet_edit", incident, snippet.pk), data).status_code == 409


def test_log_notes_come_and_go(incident: Incident, responder: User, responder_client: Client) -> None:
    data = {"verdict": "misleading", "line": "<b>reset</b> by peer", "emitted_by": "nginx", "note": "health check"}
    responder_client.post(at("log_note_new", incident), data)
    note = incident.log_notes.get()
    page = responder_client.get(incident.get_absolute_url()).content.decode()
    assert f'id="log-note-{note.pk}"' in page
    assert "&lt;b&gt;reset" in page
    responder_client.post(at("log_note_remove", incident, note.pk))
    assert not incident.log_notes.exists()


def test_a_bad_log_note_comes_back(incident: Incident, responder_client: Client) -> None:
    answer = responder_client.post(at("log_note_new", incident), {"verdict": "loud", "line": "kept line"})
    assert answer.status_code == 422
    assert "kept line" in answer.content.decode()


def test_a_log_note_of_another_incident_is_unknown(
    incident: Incident, responder: User, responder_client: Client
) -> None:
    note = add_log_note(incident=make_incident(responder), by=responder, now=NOW, verdict="noisy", line="x")
    assert responder_client.post(at("log_note_remove", incident, note.pk)).status_code == 404
