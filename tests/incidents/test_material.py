"""Snippets and files: kept exactly, described by their bytes, served so that they can't act."""

import io
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from hindsight.lib.files import FileStore, TooLarge
from hindsight.lib.problems import InvalidError
from incidents.colouring import colour, lines_of, stale
from incidents.models import Attachment, Incident, Snippet
from incidents.previews import PREVIEW, THUMBNAIL, ensure_preview
from incidents.services.attachments import attach
from incidents.services.snippets import add_snippet, edit_snippet
from tests.support.records import NOW, make_incident, make_step

pytestmark = pytest.mark.django_db
PYTHON = "def pay(order):\n    return gateway.charge(order)\n"


@pytest.fixture
def incident(responder: User) -> Incident:
    return make_incident(responder)


def png(width: int = 40, height: int = 20) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "PNG")
    return file.getvalue()


def attached(incident: Incident, by: User, data: bytes, filename: str = "shot.png", **kwargs: object) -> Attachment:
    return attach(incident=incident, by=by, now=NOW, upload=ContentFile(data), filename=filename, **kwargs)  # type: ignore[arg-type]


class TestSnippets:
    def test_language_is_guessed_and_lines_are_coloured(
        self, incident: Incident, responder: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # On a busy machine the colours may come later than a request waits.
        monkeypatch.setattr("incidents.services.snippets.REQUEST_LIMIT_S", 30.0)
        snippet = add_snippet(incident=incident, by=responder, now=NOW, code=PYTHON)
        assert snippet.language == "python"
        assert 'class="k"' in lines_of(snippet)[0]

    @pytest.mark.parametrize("language", ["", "klingon"])
    def test_unknown_language_is_guessed(self, incident: Incident, responder: User, language: str) -> None:
        assert (
            add_snippet(incident=incident, by=responder, now=NOW, code=PYTHON, language=language).language == "python"
        )

    def test_without_carrier_it_gets_a_line_in_the_timeline(self, incident: Incident, responder: User) -> None:
        snippet = add_snippet(incident=incident, by=responder, now=NOW, code=PYTHON)
        assert snippet.entry is not None
        assert snippet.entry.body == ""

    def test_below_a_step_it_needs_none(self, incident: Incident, responder: User) -> None:
        step = make_step(incident, responder)
        assert add_snippet(incident=incident, by=responder, now=NOW, code=PYTHON, step=step).entry is None

    def test_five_megabytes_are_kept_exactly(self, incident: Incident, responder: User) -> None:
        code = ("x" * 99 + "\n") * (5 * 1024 * 1024 // 100)
        add_snippet(incident=incident, by=responder, now=NOW, code=code)
        assert Snippet.objects.get().code == code

    def test_more_is_refused_with_the_limit(self, incident: Incident, responder: User) -> None:
        with pytest.raises(InvalidError) as excinfo:
            add_snippet(incident=incident, by=responder, now=NOW, code="x" * (5 * 1024 * 1024 + 1))
        assert excinfo.value.fields["code"] == "Code has 5,242,881 characters; the limit is 5,242,880."
        assert incident.entries.count() == 1

    def test_carrier_of_another_incident(self, incident: Incident, responder: User) -> None:
        step = make_step(make_incident(responder), responder)
        with pytest.raises(InvalidError):
            add_snippet(incident=incident, by=responder, now=NOW, code="x", step=step)

    def test_correcting_the_language_colours_again(
        self, incident: Incident, responder: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("incidents.services.snippets.REQUEST_LIMIT_S", 30.0)
        snippet = add_snippet(incident=incident, by=responder, now=NOW, code=PYTHON, language="text")
        edited = edit_snippet(snippet=snippet, version=1, language="python")
        assert (edited.language, edited.version) == ("python", 2)
        assert 'class="k"' in lines_of(Snippet.objects.get())[0]

    def test_colours_that_take_too_long_come_from_the_worker(
        self,
        incident: Incident,
        responder: User,
        monkeypatch: pytest.MonkeyPatch,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        snippet = add_snippet(incident=incident, by=responder, now=NOW, code=PYTHON, language="text")
        monkeypatch.setattr("incidents.services.snippets.colour", lambda *_, **__: False)
        with django_capture_on_commit_callbacks() as callbacks:
            edited = edit_snippet(snippet=snippet, version=1, language="python")
        # On PostgreSQL the pulse of the incident moves on commit as well.
        assert (edited.highlighted, edited.folded) == (None, None)
        assert sum("edit_snippet" in repr(call) for call in callbacks) == 1

    def test_another_caption_keeps_the_colours(self, incident: Incident, responder: User) -> None:
        snippet = add_snippet(incident=incident, by=responder, now=NOW, code="plain words", language="text")
        assert edit_snippet(snippet=snippet, version=1, caption="The log").highlighted == snippet.highlighted

    def test_old_colours_are_made_anew(self, incident: Incident, responder: User) -> None:
        snippet = add_snippet(incident=incident, by=responder, now=NOW, code="plain words", language="text")
        assert not stale().exists()
        Snippet.objects.update(render_version=0, highlighted=None)
        assert [row.pk for row in stale()] == [snippet.pk]
        colour(Snippet.objects.get())
        assert not stale().exists()


class TestAttachments:
    def test_picture_gets_a_preview(self, incident: Incident, responder: User) -> None:
        row = attached(incident, responder, png())
        assert (row.content_type, row.width, row.height, row.preview_state) == ("image/png", 40, 20, "pending")
        path = ensure_preview(row)
        assert path is not None
        assert path.name.endswith(PREVIEW)
        assert Attachment.objects.get().preview_state == "ready"

    def test_thumbnail_comes_back_while_the_preview_is_there(
        self, incident: Incident, responder: User, responder_client: Client
    ) -> None:
        row = attached(incident, responder, png())
        ensure_preview(row)
        FileStore().path(row.path, THUMBNAIL).unlink()
        response = responder_client.get(row.preview_url, {"size": "thumb"})
        assert (response.status_code, response["Content-Type"]) == (200, "image/webp")

    def test_preview_comes_back_when_deleted(
        self, incident: Incident, responder: User, responder_client: Client
    ) -> None:
        row = attached(incident, responder, png())
        path = ensure_preview(row)
        assert path is not None
        path.unlink()
        response = responder_client.get(row.preview_url)
        assert (response.status_code, response["Content-Type"]) == (200, "image/webp")

    def test_original_is_kept_byte_for_byte(
        self, incident: Incident, responder: User, responder_client: Client
    ) -> None:
        data = png() + b"tail"
        row = attached(incident, responder, data)
        response = responder_client.get(row.get_absolute_url())
        assert b"".join(response.streaming_content) == data  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        ("data", "name"),
        [
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "x.svg"),
            (b"<!doctype html><script>alert(1)</script>", "x.png"),
            (b"%PDF-1.7 /JS", "x.pdf"),
        ],
    )
    def test_nothing_uploaded_can_act(
        self, incident: Incident, responder: User, responder_client: Client, data: bytes, name: str
    ) -> None:
        response = responder_client.get(attached(incident, responder, data, name).get_absolute_url())
        assert response["Content-Type"] == "application/octet-stream"
        assert response["Content-Disposition"].startswith("attachment")
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response["X-Content-Type-Options"] == "nosniff"

    def test_too_many_pixels_says_so(self, incident: Incident, responder: User) -> None:
        bomb = bytearray(png())
        bomb[16:24] = (13_000).to_bytes(4, "big") * 2
        row = attached(incident, responder, bytes(bomb))
        assert row.preview_note == "Stored. No preview: the image has 169 megapixels, the limit is 40."

    def test_damaged_picture_is_stored_without_preview(self, incident: Incident, responder: User) -> None:
        row = attached(incident, responder, png()[:60])
        assert ensure_preview(row) is None
        assert Attachment.objects.get().preview_note == "Stored. No preview: the image is damaged."

    def test_log_is_searchable_text(self, incident: Incident, responder: User) -> None:
        assert attached(incident, responder, "héllo\nkaboom".encode(), "app.log").text == "héllo\nkaboom"

    def test_name_is_data_only(self, incident: Incident, responder: User) -> None:
        row = attached(incident, responder, png(), "../../etc/\x00pass\u202ewd.png")
        assert row.filename == "passwd.png"
        assert row.path.count("/") == 2

    def test_empty_file(self, incident: Incident, responder: User) -> None:
        with pytest.raises(InvalidError, match="empty"):
            attached(incident, responder, b"")
        assert stored_files() == set()

    def test_over_the_limit_leaves_nothing(
        self, incident: Incident, responder: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settings, "UPLOAD_MAX_MB", 1)
        with pytest.raises(TooLarge, match="the limit is 1 MB"):
            attached(incident, responder, b"x" * 1_100_000)
        assert stored_files() == set()

    def test_failed_row_takes_its_file_along(
        self, incident: Incident, responder: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def explode(*args: object) -> None:
            raise RuntimeError

        monkeypatch.setattr("incidents.services.attachments.outbox.enqueue", explode)
        with pytest.raises(RuntimeError):
            attached(incident, responder, png())
        assert stored_files() == set()

    def test_private_file_is_as_unknown_as_none(
        self, responder: User, outsider_client: Client, responder_client: Client
    ) -> None:
        row = attached(make_incident(responder, is_private=True), responder, png())
        hidden = [outsider_client.get(row.get_absolute_url()), outsider_client.get(row.preview_url)]
        unknown = outsider_client.get(f"/attachments/{uuid.uuid4()}/")
        assert [response.status_code for response in (*hidden, unknown)] == [404, 404, 404]
        assert responder_client.get(row.get_absolute_url()).status_code == 200


@pytest.fixture(autouse=True)
def media(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file store of the test's own."""
    monkeypatch.setattr("hindsight.lib.files.default_root", lambda: tmp_path)
    return tmp_path


def stored_files() -> set[Path]:
    return {path for path in FileStore().root.rglob("*") if path.is_file()}
