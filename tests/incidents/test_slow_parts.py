"""What takes time is done before a transaction keeps others from writing; files that get no row are deleted again."""

import io
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from hindsight.lib.files import FileStore
from incidents import colouring
from incidents.models import Attachment, Incident, Snippet, TimelineEntry
from incidents.services import snippets
from postmortems.models import Evidence
from tests.support.personas import bearer
from tests.support.postmortems import make_postmortem, make_proof
from tests.support.records import make_incident

# Only without the transaction of the test itself can be seen whether one is open.
pytestmark = pytest.mark.django_db(transaction=True)
ONCE = "aaaaaaaa-2222-3333-4444-555555555555"
PROOF = {"proof-method": "command", "proof-claim": "It runs once", "proof-result": "passed", "proof-once": ONCE}


@pytest.fixture(autouse=True)
def empty_store(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def incident(responder: User) -> Incident:
    return make_incident(responder)


@pytest.fixture
def slow_parts(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What took time, and whether a transaction was open meanwhile."""
    seen: list[tuple[str, bool]] = []
    save, colour = FileStore.save, colouring.colour

    def watched_save(*args: object, **options: object) -> object:
        seen.append(("file", connection.in_atomic_block))
        return save(*args, **options)  # type: ignore[arg-type]  # passed on as given

    def watched_colour(*args: object, **options: object) -> object:
        seen.append(("colours", connection.in_atomic_block))
        return colour(*args, **options)  # type: ignore[arg-type]  # passed on as given

    monkeypatch.setattr(FileStore, "save", watched_save)
    monkeypatch.setattr(snippets, "colour", watched_colour)
    return seen


def log_file(data: bytes = b"KeyError: WINTER") -> SimpleUploadedFile:
    return SimpleUploadedFile("worker.log", data)


def on_disk() -> set[str]:
    media = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(media)) for path in media.glob("*/*/*") if path.is_file()}


def from_rows() -> set[str]:
    return set(Attachment.objects.values_list("path", flat=True))


def test_a_line_with_code_and_a_file(
    incident: Incident, responder_client: Client, slow_parts: list[tuple[str, bool]]
) -> None:
    sent = {"body": "All at once", "code": "SELECT 1;", "language": "sql", "once": ONCE, "uploads": [log_file()]}
    assert responder_client.post(reverse("entry_new", args=[incident.number]), sent).status_code == 303
    assert sorted(slow_parts) == [("colours", False), ("file", False)]
    assert from_rows() == on_disk() != set()


def test_code_alone(incident: Incident, responder_client: Client, slow_parts: list[tuple[str, bool]]) -> None:
    sent = {"code": "SELECT 1;", "language": "sql", "once": ONCE}
    assert responder_client.post(reverse("snippet_new", args=[incident.number]), sent).status_code == 303
    assert slow_parts == [("colours", False)]
    assert Snippet.objects.get().highlighted is not None


def test_a_file_alone(incident: Incident, responder_client: Client, slow_parts: list[tuple[str, bool]]) -> None:
    sent = {"uploads": [log_file(), log_file(b"second")], "once": ONCE}
    assert responder_client.post(reverse("attachment_new", args=[incident.number]), sent).status_code == 303
    assert slow_parts == [("file", False), ("file", False)]


def test_the_api(incident: Incident, responder: User, client: Client, slow_parts: list[tuple[str, bool]]) -> None:
    headers = bearer(responder)
    root = f"/api/v1/incidents/{incident.label}"
    upload = io.BytesIO(b"KeyError")
    upload.name = "worker.log"
    answer = client.post(f"{root}/attachments/", {"file": upload}, headers={**headers, "Idempotency-Key": "one"})
    assert answer.status_code == 201
    answer = client.post(
        f"{root}/snippets/",
        {"code": "SELECT 1;"},
        content_type="application/json",
        headers={**headers, "Idempotency-Key": "two"},
    )
    assert answer.status_code == 201
    assert sorted(slow_parts) == [("colours", False), ("file", False)]


def test_a_proof(responder: User, responder_client: Client, slow_parts: list[tuple[str, bool]]) -> None:
    row = make_postmortem(responder)
    path = reverse("evidence_add", args=[row.incident.number])
    assert responder_client.post(path, {**PROOF, "proof-file": log_file()}).status_code == 303
    assert slow_parts == [("file", False)]


class TestRepeated:
    def test_a_line(self, incident: Incident, responder_client: Client) -> None:
        for _ in range(2):
            sent = {"body": "Twice", "once": ONCE, "uploads": [log_file()]}
            responder_client.post(reverse("entry_new", args=[incident.number]), sent)
        assert TimelineEntry.objects.filter(body="Twice").count() == 1
        assert len(on_disk()) == 1
        assert from_rows() == on_disk()

    def test_over_the_api(self, incident: Incident, responder: User, client: Client) -> None:
        answers = []
        for _ in range(2):
            upload = io.BytesIO(b"KeyError")
            upload.name = "worker.log"
            headers = {**bearer(responder), "Idempotency-Key": "one"}
            path = f"/api/v1/incidents/{incident.label}/attachments/"
            answers.append(client.post(path, {"file": upload}, headers=headers).json())
        assert answers[0]["id"] == answers[1]["id"]
        assert len(on_disk()) == 1
        assert from_rows() == on_disk()

    def test_a_proof(self, responder: User, responder_client: Client) -> None:
        row = make_postmortem(responder)
        for _ in range(2):
            path = reverse("evidence_add", args=[row.incident.number])
            responder_client.post(path, {**PROOF, "proof-file": log_file()})
        assert Evidence.objects.count() == 1
        assert len(on_disk()) == 1
        assert from_rows() == on_disk()


class TestRefused:
    def test_the_second_file_of_a_line_is_empty(self, incident: Incident, responder_client: Client) -> None:
        sent = {"body": "Two", "uploads": [log_file(), log_file(b"")]}
        responder_client.post(reverse("entry_new", args=[incident.number]), sent)
        assert (on_disk(), from_rows()) == (set(), set())

    def test_the_second_row_of_a_line_fails(
        self, incident: Incident, responder_client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        save: Callable[..., None] = Attachment.save
        calls: list[uuid.UUID] = []

        def failing(row: Attachment, **options: bool) -> None:
            calls.append(row.pk)
            if len(calls) == 2:
                raise RuntimeError("the second")
            save(row, **options)

        monkeypatch.setattr(Attachment, "save", failing)
        sent = {"body": "Two", "uploads": [log_file(), log_file(b"other")]}
        with pytest.raises(RuntimeError, match="the second"):
            responder_client.post(reverse("entry_new", args=[incident.number]), sent)
        assert (on_disk(), from_rows()) == (set(), set())
        assert not TimelineEntry.objects.filter(body="Two").exists()

    def test_a_proof_that_somebody_changed_meanwhile(self, responder: User, responder_client: Client) -> None:
        postmortem = make_postmortem(responder)
        proof = make_proof(postmortem, responder)
        sent = {"method": "command", "claim": "x", "result": "passed", "version": proof.version + 1, "file": log_file()}
        path = reverse("evidence_edit", args=[postmortem.incident.number, proof.pk])
        assert responder_client.post(path, sent).status_code == 409
        assert (on_disk(), from_rows()) == (set(), set())

    def test_a_proof_that_breaks_a_rule(self, responder: User, responder_client: Client) -> None:
        row = make_postmortem(responder)
        path = reverse("evidence_add", args=[row.incident.number])
        sent = {**PROOF, "proof-url": "ftp://nowhere", "proof-file": log_file()}
        assert responder_client.post(path, sent).status_code == 422
        assert (on_disk(), from_rows()) == (set(), set())
