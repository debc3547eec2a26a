"""What programs send: credentials are masked unless the call keeps them, and the answer counts them."""

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Scope, User
from accounts.services import tokens
from hindsight.lib.files import FileStore
from hindsight.lib.reading import Reading
from incidents import readings
from incidents.models import Attachment, Incident, TextState
from tests.lib.made_up_secrets import AWS
from tests.support.records import make_incident

MASK = "[masked: AWS access key]"
TEXT, SAFE = f"the key {AWS} leaked", f"the key {MASK} leaked"


@pytest.fixture
def api(responder: User) -> Client:
    _, token = tokens.create_token(
        by=responder, owner=responder, name="t", scope=Scope.WRITE, expires_at=None, now=timezone.now()
    )
    return Client(headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def incident(responder: User) -> Incident:
    return make_incident(responder)


def post(api: Client, address: str, **body: object) -> dict[str, object]:
    answer = api.post(f"/api/v1/incidents/{address}", json.dumps(body), content_type="application/json")
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_masked_and_counted(api: Client, incident: Incident) -> None:
    answer = post(api, f"{incident.label}/entries/", body=f"{TEXT} {AWS}")

    assert answer["masked_secrets"] == 2
    assert incident.entries.latest("pk").body == f"{SAFE} {MASK}"


def test_kept_when_the_call_says_so(api: Client, incident: Incident) -> None:
    answer = post(api, f"{incident.label}/entries/", body=TEXT, keep_secrets=True)

    assert "masked_secrets" not in answer
    assert incident.entries.latest("pk").body == TEXT


def test_nothing_is_said_where_there_was_nothing(api: Client, incident: Incident) -> None:
    assert "masked_secrets" not in post(api, f"{incident.label}/entries/", body="all fine")


def test_every_field_of_every_body_is_looked_at(api: Client) -> None:
    post(api, "", title=TEXT, summary=TEXT)

    assert list(Incident.objects.values_list("title", "summary")) == [(SAFE, SAFE)]


@pytest.mark.parametrize(("keep", "stored"), [("false", SAFE), ("true", TEXT)])
def test_a_text_file(api: Client, incident: Incident, keep: str, stored: str) -> None:
    file = SimpleUploadedFile("a.log", TEXT.encode(), "text/plain")
    sent = {"file": file, "keep_secrets": keep}
    answer = api.post(f"/api/v1/incidents/{incident.label}/attachments/", sent)

    row = incident.attachments.get()
    assert answer.status_code == 201
    assert row.text == FileStore().path(row.path).read_text() == stored
    assert answer.json().get("masked_secrets", 0) == (stored == SAFE)


def test_a_search_is_not_changed(api: Client, db: None) -> None:
    answer = api.post("/api/v1/search/similar/", json.dumps({"text": TEXT}), content_type="application/json")

    assert "masked_secrets" not in answer.json()


@pytest.mark.parametrize(("options", "stored"), [([], SAFE), (["--keep-secrets"], TEXT)])
def test_an_import(db: None, tmp_path: Path, options: list[str], stored: str) -> None:
    rows = tmp_path / "rows.jsonl"
    row = {"id": "x-1", "title": "Leak", "body_markdown": f"## Summary\n\n{TEXT}\n"}
    rows.write_text(json.dumps(row) + "\n")
    call_command("import_records", str(rows), "--format", "hindsight", *options)

    assert stored in Incident.objects.get().postmortem.sections.get().body


def test_words_read_in_a_picture_are_masked_and_noted(incident: Incident) -> None:
    row = Attachment(incident=incident, path="aa/bb/x", filename="s.png", content_type="image/png", size=1)
    row.created_at = timezone.now()
    row.save()
    readings._settle(row, TextState.READ, Reading(TEXT, "Cut."), now=timezone.now())
    row.refresh_from_db()

    assert row.text == SAFE
    assert row.text_note == "1 credential masked in the words. Cut."
