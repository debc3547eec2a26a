"""What looks like a credential is shown before it is stored, in every form that writes."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from hindsight.lib.files import FileStore
from hindsight.lib.secrets import find
from hindsight.safe_paste import CHOICE, HEADER, SEEN
from incidents.models import Incident
from tests.lib.made_up_secrets import AWS
from tests.support.records import make_incident, make_step
from tests.support.web import HTMX

MASK = "[masked: AWS access key]"
DIGEST = find(AWS).findings[0].digest
MASKED = {SEEN: DIGEST, f"{CHOICE}{DIGEST}": "mask"}
KEPT = {SEEN: DIGEST, f"{CHOICE}{DIGEST}": "keep"}


@pytest.fixture
def incident(responder: User) -> Incident:
    return make_incident(responder)


@pytest.fixture
def address(incident: Incident) -> str:
    return reverse("entry_new", args=[incident.number])


def test_the_form_is_asked_about_and_nothing_is_saved(
    incident: Incident, address: str, responder_client: Client
) -> None:
    before = incident.entries.count()
    answer = responder_client.post(address, {"body": f"ran it with {AWS} twice", "kind": "note"})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert answer.headers[HEADER] == "found"
    assert incident.entries.count() == before
    assert "AWS access key" in page
    assert f"{AWS[:4]}…{AWS[-2:]}" in page
    # Masking is chosen; what was typed is all there.
    assert f'name="{CHOICE}{DIGEST}"' in page
    assert f"ran it with {AWS} twice" in page
    assert 'name="kind"' in page


@pytest.mark.parametrize(("choice", "stored"), [(MASKED, MASK), (KEPT, AWS)], ids=["mask", "keep"])
def test_one_more_click_saves_it_as_decided(
    incident: Incident, address: str, responder_client: Client, choice: dict[str, str], stored: str
) -> None:
    responder_client.post(address, {"body": f"ran it with {AWS} twice", **choice})

    assert incident.entries.latest("pk").body == f"ran it with {stored} twice"


def test_another_credential_is_asked_about_even_so(address: str, responder_client: Client) -> None:
    other = AWS[:-1] + "X"
    answer = responder_client.post(address, {"body": f"{AWS} {other}", **MASKED})

    assert answer.status_code == 422


def test_what_was_kept_is_not_asked_about_again(incident: Incident, address: str, responder_client: Client) -> None:
    responder_client.post(address, {"body": AWS, **KEPT})
    answer = responder_client.post(address, {"body": f"again {AWS}"})

    assert answer.status_code == 303
    assert incident.entries.latest("pk").body == f"again {AWS}"


def test_kept_before_it_is_sent(incident: Incident, address: str, responder_client: Client) -> None:
    assert responder_client.post(reverse("safe_paste_keep"), {f"{CHOICE}{DIGEST}": "keep"}).status_code == 200
    responder_client.post(address, {"body": AWS})

    assert incident.entries.latest("pk").body == AWS


def test_a_script_gets_a_dialog_without_the_credential(address: str, responder_client: Client) -> None:
    answer = responder_client.post(address, {"body": f"é\r\n🙂 {AWS}"}, headers=HTMX)
    html = answer.content.decode()

    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "body"
    assert AWS not in html
    # As the browser counts: LF for CR LF, two units for the emoji.
    assert f'data-start="{len("e-ee") + 1}"' in html


def test_pieces_of_code_of_the_composer_are_looked_at(
    incident: Incident, address: str, responder_client: Client
) -> None:
    cards = json.dumps([{"code": f'password = "hunter2hunter2"\nid={AWS}\n', "language": "ini", "filename": "a.ini"}])
    asked = responder_client.post(address, {"body": "", "cards": cards}, headers=HTMX)
    assert asked.status_code == 422
    seen = [find("password='hunter2hunter2'").findings[0].digest, DIGEST]
    responder_client.post(address, {"body": "", "cards": cards, SEEN: seen}, headers=HTMX)

    assert incident.snippets.get().code == f'password = "[masked: password]"\nid={MASK}\n'


@pytest.mark.parametrize(
    ("name", "field", "more"),
    [
        ("incident_edit", "summary", {"title": "x"}),
        ("step_new", "hypothesis", {}),
        ("snippet_new", "code", {}),
        ("log_note_new", "line", {"verdict": "noisy"}),
        ("handover_note", "body", {}),
        ("change_new", "title", {}),
    ],
)
def test_every_form_of_the_record_asks(
    incident: Incident, responder_client: Client, name: str, field: str, more: dict[str, str]
) -> None:
    answer = responder_client.post(reverse(name, args=[incident.number]), {field: f"saw {AWS}", **more})

    assert (answer.status_code, answer.headers.get(HEADER)) == (422, "found")


def test_a_new_title_asks(responder_client: Client) -> None:
    answer = responder_client.post(reverse("incident_new"), {"title": f"leaked {AWS}"})

    assert answer.headers.get(HEADER) == "found"
    assert not Incident.objects.exists()


def test_a_text_file_is_stored_masked_or_as_it_is(incident: Incident, address: str, responder_client: Client) -> None:
    def log() -> SimpleUploadedFile:
        return SimpleUploadedFile("deploy.log", f"one\nkey {AWS}\nthree\n".encode(), "text/plain")

    asked = responder_client.post(address, {"body": "log", "uploads": log()})
    assert asked.status_code == 422
    assert "deploy.log, line 2" in asked.content.decode()
    responder_client.post(address, {"body": "log", "uploads": log(), **MASKED})
    first = incident.attachments.latest("created_at")
    assert FileStore().path(first.path).read_bytes() == f"one\nkey {MASK}\nthree\n".encode()
    responder_client.post(address, {"body": "log2", "uploads": log(), **KEPT})
    second = incident.attachments.latest("created_at")
    assert FileStore().path(second.path).read_bytes() == f"one\nkey {AWS}\nthree\n".encode()


def test_the_name_of_a_file_is_looked_at_as_well(incident: Incident, address: str, responder_client: Client) -> None:
    def dump() -> SimpleUploadedFile:
        return SimpleUploadedFile(f"dump {AWS}.bin", b"\x00\x01", "application/octet-stream")

    asked = responder_client.post(address, {"body": "dump", "uploads": dump()})
    assert asked.status_code == 422
    assert "Name of a file" in asked.content.decode()
    responder_client.post(address, {"body": "dump", "uploads": dump(), **MASKED})
    stored = incident.attachments.latest("created_at")
    assert AWS not in stored.filename
    assert FileStore().path(stored.path).read_bytes() == b"\x00\x01"
    responder_client.post(address, {"body": "dump2", "uploads": dump(), **KEPT})
    assert incident.attachments.latest("created_at").filename == f"dump {AWS}.bin"


def test_looking_at_a_preview_asks_nothing(incident: Incident, responder_client: Client) -> None:
    make_step(incident, incident.declared_by or User.objects.get(username="responder"))
    answer = responder_client.post(reverse("entry_preview", args=[incident.number]), {"body": AWS})

    assert answer.status_code == 200


def test_who_may_not_write_learns_nothing_more(incident: Incident, address: str, viewer_client: Client) -> None:
    asked = viewer_client.post(address, {"body": AWS})
    unknown = viewer_client.post(reverse("entry_new", args=[9999]), {"body": AWS})

    assert asked.status_code == unknown.status_code == 422
    assert viewer_client.post(address, {"body": AWS, **MASKED}).status_code == 403


def test_nothing_of_it_reaches_the_log(
    address: str, responder_client: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    responder_client.post(address, {"body": AWS})
    out, err = capfd.readouterr()

    assert AWS not in out + err
