"""Words in attachments: read by the worker, corrected by people, found by search, shown on pages and over the API."""

import gzip
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from hindsight.lib import ocr
from hindsight.lib.pool import Busy, Pool
from hindsight.lib.problems import InvalidError, StaleError
from incidents import readings, tasks
from incidents.indexing import IncidentSource
from incidents.models import Attachment, Incident
from incidents.readings import read
from incidents.services.attachments import attach, edit_attachment
from search.documents import Part
from search.models import OutboxEntry
from tests.support.personas import bearer, client_of
from tests.support.pictures import IDENTIFIERS, terminal
from tests.support.records import NOW, make_incident
from tests.support.web import form_values

pytestmark = pytest.mark.django_db

JSON = "application/json"
# With its context first, which the task's own type leaves out.
read_task: Callable[..., None] = tasks.read_text.func


@pytest.fixture
def incident(responder: User) -> Incident:
    return make_incident(responder)


@pytest.fixture
def row(incident: Incident, responder: User) -> Attachment:
    return attached(incident, responder, terminal())


@pytest.fixture
def read_row(row: Attachment) -> Attachment:
    read(row, now=NOW)
    return Attachment.objects.get()


def attached(incident: Incident, by: User, data: bytes, filename: str = "shot.png", **kwargs: Any) -> Attachment:
    return attach(incident=incident, by=by, now=NOW, upload=ContentFile(data), filename=filename, **kwargs)


def address(row: Attachment) -> str:
    return reverse("attachment_edit", args=[row.incident.number, row.pk])


def log_parts(incident: Incident) -> list[Part]:
    (document,) = IncidentSource().documents([incident.pk])
    return [part for part in document.parts if part.field == "log"]


def version_of(incident: Incident) -> str:
    return dict(IncidentSource().versions())[incident.pk]


class TestReading:
    def test_a_picture_waits_for_the_worker(
        self,
        incident: Incident,
        responder: User,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        asked: list[str] = []
        monkeypatch.setattr(type(tasks.read_text), "enqueue", lambda task, pk: asked.append(f"{task.name} {pk}"))
        with django_capture_on_commit_callbacks(execute=True):
            row = attached(incident, responder, terminal())
        assert (row.text_state, row.text) == ("pending", "")
        assert f"read_text {row.pk}" in asked

    def test_words_of_a_screenshot(self, read_row: Attachment) -> None:
        assert read_row.text_state == "read"
        assert read_row.text_read_at == NOW
        assert sum(name in read_row.text for name in IDENTIFIERS) >= 0.8 * len(IDENTIFIERS)

    def test_reading_twice_gives_the_same(self, read_row: Attachment) -> None:
        before = read_row.text
        read(read_row, now=NOW)
        assert Attachment.objects.get().text == before

    def test_the_task_reads_only_what_waits(self, read_row: Attachment, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tasks, "read", lambda *args, **kwargs: pytest.fail("read again"))
        read_task(Attempt(1), str(read_row.pk))
        read_task(Attempt(1), str(uuid.uuid4()))

    def test_no_words(self, incident: Incident, responder: User) -> None:
        row = attached(incident, responder, terminal(" "))
        assert read(row, now=NOW) == "empty"

    def test_busy_reader_is_asked_again_later(self, row: Attachment, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Pool, "call", busy)
        with pytest.raises(Busy):
            read_task(Attempt(1), str(row.pk))
        assert Attachment.objects.get().text_state == "pending"

    def test_the_last_attempt_settles_it(self, row: Attachment, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Pool, "call", busy)
        read_task(Attempt(5), str(row.pk))
        found = Attachment.objects.get()
        assert (found.text_state, found.text_note[:41]) == ("refused", "Not read: the reader failed each time; th")

    def test_damaged_picture(self, incident: Incident, responder: User) -> None:
        row = attached(incident, responder, terminal()[:2_000])
        assert read(row, now=NOW) == "refused"
        assert Attachment.objects.get().text_note == "Not read: the image is damaged."

    def test_compressed_log(self, incident: Incident, responder: User) -> None:
        row = attached(incident, responder, gzip.compress(b"kaboom in worker 7\n"), "app.log.gz")
        assert row.text_state == "pending"
        read(row, now=NOW)
        assert [part.text for part in log_parts(incident)] == ["kaboom in worker 7\n"]

    def test_log_with_colours_is_read_at_once(self, incident: Incident, responder: User) -> None:
        row = attached(incident, responder, b"\x1b[31mERROR\x1b[0m kaboom", "app.log")
        assert (row.text_state, row.text) == ("read", "ERROR kaboom")

    def test_other_files_hold_nothing_to_read(self, incident: Incident, responder: User) -> None:
        assert attached(incident, responder, bytes(range(256)) * 9, "core").text_state == "none"

    def test_deleted_meanwhile_stays_deleted(self, row: Attachment) -> None:
        Attachment.objects.all().delete()
        read(row, now=NOW)
        assert not Attachment.objects.exists()

    def test_lost_file_is_tried_again(self, row: Attachment) -> None:
        row.path = "aa/bb/" + "0" * 32
        with pytest.raises(OSError, match="No such file"):
            read(row, now=NOW)


class TestWithoutTheReader:
    @pytest.fixture(autouse=True)
    def without(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ocr, "is_available", lambda: False)

    def test_uploads_work_and_say_so(self, row: Attachment, responder_client: Client) -> None:
        assert row.text_state == "unavailable"
        page = responder_client.get(address(row)).content.decode()
        assert "Pictures are not read on this installation: the package tesserocr is not installed." in page

    def test_a_waiting_picture_is_settled(self, row: Attachment) -> None:
        Attachment.objects.update(text_state="pending")
        assert read(Attachment.objects.get(), now=NOW) == "unavailable"

    def test_archives_are_read_all_the_same(self, incident: Incident, responder: User) -> None:
        assert read(attached(incident, responder, gzip.compress(b"kaboom"), "a.gz"), now=NOW) == "read"

    def test_words_may_be_written_by_hand(self, row: Attachment, responder: User) -> None:
        edited = edit_attachment(attachment=row, by=responder, now=NOW, text="kubelet: PLEG is not healthy")
        assert edited.text_state == "read"

    def test_once_installed_they_are_read(self, row: Attachment, monkeypatch: pytest.MonkeyPatch) -> None:
        assert not readings.waiting().exists()
        monkeypatch.setattr(ocr, "is_available", lambda: True)
        asked: list[str] = []
        monkeypatch.setattr(type(tasks.read_text), "enqueue", lambda task, pk: asked.append(pk))
        tasks.read_overlooked(now=NOW + timedelta(minutes=5))
        assert asked == []
        tasks.read_overlooked(now=NOW + timedelta(hours=3))
        assert asked == [str(row.pk)]


class TestCommand:
    def test_reads_what_waits(self, row: Attachment, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("read_attachments")
        assert capsys.readouterr().out == "1 read.\n"
        assert "ECONNREFUSED" in Attachment.objects.get().text
        call_command("read_attachments")
        assert capsys.readouterr().out == "Nothing waits to be read.\n"

    def test_all_reads_again_but_for_what_people_wrote(
        self, read_row: Attachment, responder: User, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("read_attachments", "--all")
        assert capsys.readouterr().out == "1 read.\n"
        edit_attachment(attachment=read_row, by=responder, now=NOW, text="mine")
        call_command("read_attachments", "--all")
        assert capsys.readouterr().out == "Nothing waits to be read.\n"

    def test_leaves_for_later_what_fails(
        self, row: Attachment, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Pool, "call", busy)
        call_command("read_attachments")
        assert capsys.readouterr().out == "1 left for later.\n"


class TestEditing:
    def test_words_of_a_person_are_never_read_over(self, row: Attachment, responder: User) -> None:
        edited = edit_attachment(attachment=row, by=responder, now=NOW, text="mine")
        assert (edited.text_edited_by, edited.text_edited_at, edited.version) == (responder, NOW, 2)
        read(row, now=NOW)
        assert Attachment.objects.get().text == "mine"

    def test_words_of_a_log_follow_from_the_file(self, incident: Incident, responder: User) -> None:
        row = attached(incident, responder, b"kaboom", "app.log")
        with pytest.raises(InvalidError, match="only those in a picture"):
            edit_attachment(attachment=row, by=responder, now=NOW, text="x")
        assert edit_attachment(attachment=row, by=responder, now=NOW, caption="The log").caption == "The log"

    def test_too_long(self, row: Attachment, responder: User) -> None:
        with pytest.raises(InvalidError, match="the limit is 20,000"):
            edit_attachment(attachment=row, by=responder, now=NOW, text="x" * 20_001)

    def test_stale(self, row: Attachment, responder: User) -> None:
        edit_attachment(attachment=row, by=responder, now=NOW, version=1, caption="first")
        with pytest.raises(StaleError):
            edit_attachment(attachment=row, by=responder, now=NOW, version=1, caption="second")


class TestSearch:
    def test_words_are_a_part_of_their_own(self, read_row: Attachment, incident: Incident) -> None:
        part = log_parts(incident)[0]
        assert (part.label, part.anchor) == ("Words in screenshot", f"#{read_row.anchor}")
        assert "ECONNREFUSED" in part.text

    def test_gaps_in_identifiers_are_closed(self, row: Attachment, incident: Incident) -> None:
        Attachment.objects.update(text="error: task. service. send", text_state="read")
        assert [part.text for part in log_parts(incident)] == ["error: task. service. send", "task.service.send"]

    def test_a_persons_words_stand_as_they_are(self, row: Attachment, incident: Incident, responder: User) -> None:
        edit_attachment(attachment=row, by=responder, now=NOW, text="see task. service. send")
        assert [part.text for part in log_parts(incident)] == ["see task. service. send"]

    def test_reading_and_editing_enqueue_and_change_the_version(
        self, row: Attachment, incident: Incident, responder: User
    ) -> None:
        seen = [version_of(incident)]
        for act in (
            lambda: read(row, now=NOW),
            lambda: edit_attachment(attachment=row, by=responder, now=NOW, text="mine"),
        ):
            OutboxEntry.objects.all().delete()
            act()
            assert OutboxEntry.objects.filter(kind="incident", object_id=incident.pk).exists()
            seen.append(version_of(incident))
        assert len(set(seen)) == 3

    def test_found_without_an_index(self, read_row: Attachment, incident: Incident, responder: User) -> None:
        assert IncidentSource().fallback(responder, ["ECONNREFUSED"], 10) == [incident.pk]


class TestPage:
    def test_form_shows_words_and_proposal(self, read_row: Attachment, responder_client: Client) -> None:
        page = responder_client.get(address(read_row)).content.decode()
        assert "ECONNREFUSED" in page
        assert "Use the first words read in it: “$ kubectl logs checkout-worker" in page
        assert Attachment.objects.get().alt_text == ""

    def test_saving_untouched_changes_no_words(self, read_row: Attachment, responder_client: Client) -> None:
        values = form_values(responder_client.get(address(read_row)).content.decode())
        answer = responder_client.post(address(read_row), {**values, "caption": "The trace"})
        assert answer.status_code == 303
        assert answer["Location"].endswith(f"#{read_row.anchor}")
        found = Attachment.objects.get()
        assert (found.caption, found.alt_text, found.text_edited_at) == ("The trace", "", None)

    def test_words_read_while_the_form_was_open_stay(self, row: Attachment, responder_client: Client) -> None:
        values = form_values(responder_client.get(address(row)).content.decode())
        read(row, now=NOW)
        assert responder_client.post(address(row), {**values, "alt_text": "A trace"}).status_code == 303
        found = Attachment.objects.get()
        assert (found.alt_text, found.text_state) == ("A trace", "read")
        assert "ECONNREFUSED" in found.text

    def test_proposal_is_taken_when_asked_for(self, read_row: Attachment, responder_client: Client) -> None:
        values = form_values(responder_client.get(address(read_row)).content.decode())
        responder_client.post(address(read_row), {**values, "takes_proposal": "on"})
        assert Attachment.objects.get().alt_text.startswith("$ kubectl logs checkout-worker")

    def test_words_are_corrected(self, read_row: Attachment, responder_client: Client, responder: User) -> None:
        values = form_values(responder_client.get(address(read_row)).content.decode())
        responder_client.post(address(read_row), {**values, "text": "first\r\nsecond"})
        found = Attachment.objects.get()
        assert (found.text, found.text_edited_by) == ("first\nsecond", responder)

    def test_conflict_keeps_both_texts(self, read_row: Attachment, responder_client: Client, teammate: User) -> None:
        values = form_values(responder_client.get(address(read_row)).content.decode())
        edit_attachment(attachment=read_row, by=teammate, now=NOW, text="theirs")
        answer = responder_client.post(address(read_row), {**values, "text": "mine"})
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "theirs" in page
        assert form_values(page)["text"] == "mine"
        assert responder_client.post(address(read_row), form_values(page)).status_code == 303
        assert Attachment.objects.get().text == "mine"

    def test_bad_form_comes_back_whole(self, read_row: Attachment, responder_client: Client) -> None:
        values = form_values(responder_client.get(address(read_row)).content.decode())
        answer = responder_client.post(address(read_row), {**values, "text": "y" * 20_001, "caption": "kept"})
        assert answer.status_code == 422
        assert form_values(answer.content.decode())["caption"] == "kept"

    def test_a_log_has_a_caption_only(self, incident: Incident, responder: User, responder_client: Client) -> None:
        row = attached(incident, responder, b"kaboom", "app.log")
        values = form_values(responder_client.get(address(row)).content.decode())
        assert "text" not in values
        assert responder_client.post(address(row), {**values, "caption": "The log"}).status_code == 303

    def test_words_are_text(self, row: Attachment, responder: User, responder_client: Client) -> None:
        edit_attachment(attachment=row, by=responder, now=NOW, text="<script>alert(1)</script>", alt_text='"><b>')
        for page in (address(row), row.incident.get_absolute_url()):
            assert "<script>alert(1)" not in responder_client.get(page).content.decode()


class TestAccess:
    def test_viewers_read_but_do_not_write(self, read_row: Attachment, viewer_client: Client, viewer: User) -> None:
        assert viewer_client.get(address(read_row)).status_code == 403
        assert viewer_client.post(address(read_row), {"version": 1}).status_code == 403
        answer = viewer_client.patch(api(read_row), {"text": "x"}, content_type=JSON, headers=bearer(viewer, "read"))
        assert answer.status_code == 403

    def test_strangers_know_nothing(self, responder: User, outsider: User, outsider_client: Client) -> None:
        row = attached(make_incident(responder, is_private=True), responder, terminal())
        assert outsider_client.get(address(row)).status_code == 404
        assert outsider_client.post(address(row), {"version": 1}).status_code == 404
        answer = outsider_client.patch(api(row), {"text": "x"}, content_type=JSON, headers=bearer(outsider))
        assert answer.status_code == 404

    def test_not_through_another_incident(self, row: Attachment, responder: User, outsider: User) -> None:
        other = make_incident(responder)
        path = reverse("attachment_edit", args=[other.number, row.pk])
        assert client_of(outsider).get(path).status_code == 404
        path = api(row).replace(str(row.incident.number), str(other.number), 1)
        assert Client().patch(path, {"text": "x"}, content_type=JSON, headers=bearer(responder)).status_code == 404

    def test_signed_out(self, row: Attachment) -> None:
        assert Client().get(address(row)).status_code == 302


class TestApi:
    def test_words_are_told_and_changed(self, read_row: Attachment, responder: User) -> None:
        headers = bearer(responder)
        (shown,) = Client().get(api(read_row, listed=True), headers=headers).json()["results"]
        assert (shown["text_state"], shown["version"]) == ("read", 1)
        answer = Client().patch(
            api(read_row), {"text": "mine", "alt_text": "A trace", "version": 1}, content_type=JSON, headers=headers
        )
        assert answer.status_code == 200
        assert (answer.json()["text"], answer.json()["alt_text"], answer.json()["version"]) == ("mine", "A trace", 2)

    def test_stale_and_unknown_are_refused(self, read_row: Attachment, responder: User) -> None:
        headers = bearer(responder)
        edit_attachment(attachment=read_row, by=responder, now=NOW, caption="x")
        stale = Client().patch(api(read_row), {"text": "y", "version": 1}, content_type=JSON, headers=headers)
        assert stale.status_code == 409
        unknown = Client().patch(api(read_row), {"author": "admin"}, content_type=JSON, headers=headers)
        assert unknown.status_code in {400, 422}


class Attempt:
    """What the queue tells a task of its tries."""

    def __init__(self, attempt: int) -> None:
        self.attempt = attempt


def api(row: Attachment, *, listed: bool = False) -> str:
    one = "" if listed else f"{row.pk}/"
    return f"/api/v1/incidents/{row.incident.number}/attachments/{one}"


def busy(*args: object, **kwargs: object) -> bytes:
    raise Busy("ocr")
