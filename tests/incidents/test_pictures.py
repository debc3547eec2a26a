"""Pictures: all, one, two beside each other; drawing on a copy while the original stays byte for byte."""

import io
import uuid
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import User
from hindsight.lib.files import FileStore
from hindsight.lib.forms import new_once
from hindsight.lib.problems import InvalidError
from hindsight.lib.shapes import Shape
from incidents.models import Attachment, Incident
from incidents.pages.export import markdown_of, record_of
from incidents.previews import ensure_large, ensure_preview, size_of
from incidents.services.attachments import attach, edit_attachment
from incidents.services.drawing import draw_on
from tests.support.records import NOW, make_incident
from tests.support.web import HTMX, form_values, queries_of

pytestmark = pytest.mark.django_db
BOX = Shape("box", 10, 10, 60, 40)
ROW = {"kind": "box", "x1": "10", "y1": "10", "x2": "60", "y2": "40", "words": "", "colour": "red"}


@pytest.fixture
def incident(responder: User) -> Incident:
    return make_incident(responder)


@pytest.fixture(autouse=True)
def media(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file store of the test's own."""
    monkeypatch.setattr("hindsight.lib.files.default_root", lambda: tmp_path)
    return tmp_path


def picture(incident: Incident, by: User, *, size: tuple[int, int] = (200, 100), **kwargs: object) -> Attachment:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, "PNG")
    name = str(kwargs.pop("filename", "shot.png"))
    upload = ContentFile(file.getvalue())
    return attach(incident=incident, by=by, now=NOW, upload=upload, filename=name, **kwargs)  # type: ignore[arg-type]


def at(name: str, incident: Incident, *parts: object) -> str:
    return reverse(name, args=[incident.number, *parts])


def pixel(row: Attachment, place: tuple[int, int]) -> tuple[int, ...]:
    with Image.open(FileStore().path(row.path)) as image:
        found = image.convert("RGB").getpixel(place)
    assert isinstance(found, tuple)
    return tuple(int(value) for value in found)


class TestDrawing:
    def test_the_copy_is_drawn_and_the_original_stays(self, incident: Incident, responder: User) -> None:
        original = picture(incident, responder, alt_text="A graph")
        before = FileStore().path(original.path).read_bytes()
        copy = draw_on(original=original, shapes=[BOX], by=responder, now=NOW, caption="Here")
        assert FileStore().path(original.path).read_bytes() == before
        assert (copy.drawn_from, copy.filename, copy.caption) == (original, "shot drawn.png", "Here")
        assert copy.alt_text == "A graph Drawn on it: box"
        assert pixel(copy, (10, 25)) != pixel(copy, (35, 25)) == (0, 128, 128)

    @pytest.mark.parametrize(
        ("shape", "place"),
        [
            (Shape("arrow", 10, 50, 150, 50), (60, 50)),
            (Shape("label", 20, 20, 0, 0, "1"), (24, 36)),
            (Shape("cover", 100, 20, 180, 80), (140, 50)),
        ],
    )
    def test_each_kind_leaves_its_mark(
        self, incident: Incident, responder: User, shape: Shape, place: tuple[int, int]
    ) -> None:
        copy = draw_on(original=picture(incident, responder), shapes=[shape], by=responder, now=NOW)
        assert pixel(copy, place) != (0, 128, 128)

    def test_what_is_covered_is_gone_from_the_copy(self, incident: Incident, responder: User) -> None:
        copy = draw_on(
            original=picture(incident, responder), shapes=[Shape("cover", 0, 0, 200, 100)], by=responder, now=NOW
        )
        with Image.open(FileStore().path(copy.path)) as image:
            assert image.convert("RGB").getcolors() == [(200 * 100, (16, 19, 20))]

    def test_nothing_drawn_is_refused(self, incident: Incident, responder: User) -> None:
        with pytest.raises(InvalidError, match="Nothing is drawn"):
            draw_on(original=picture(incident, responder), shapes=[], by=responder, now=NOW)

    def test_a_form_saves_it_once(self, incident: Incident, responder: User, responder_client: Client) -> None:
        original = picture(incident, responder)
        sent = {**ROW, "caption": "The button", "once": new_once(), "do": "save"}
        answers = [responder_client.post(at("picture_draw", incident, original.pk), sent) for _ in range(2)]
        copy = Attachment.objects.get(drawn_from=original)
        assert [answer["Location"] for answer in answers] == [at("picture_detail", incident, copy.pk)] * 2
        assert copy.drawn_shapes == [{**ROW, "x1": 10, "y1": 10, "x2": 60, "y2": 40}]

    def test_without_a_script_buttons_add_and_take_away(
        self, incident: Incident, responder: User, responder_client: Client
    ) -> None:
        address = at("picture_draw", incident, picture(incident, responder).pk)
        answer = responder_client.post(address, {**ROW, "do": "add:arrow", "caption": "Kept", "once": new_once()})
        html = answer.content.decode()
        assert (answer.status_code, html.count("<polygon"), form_values(html)["caption"]) == (200, 2, "Kept")
        assert "<polygon" not in responder_client.post(address, {**ROW, "do": "remove:0"}).content.decode()

    def test_a_row_that_draws_nothing_comes_back(
        self, incident: Incident, responder: User, responder_client: Client
    ) -> None:
        address = at("picture_draw", incident, picture(incident, responder).pk)
        sent = {**ROW, "x2": "10", "y2": "10", "once": new_once(), "do": "save"}
        answer = responder_client.post(address, sent)
        assert answer.status_code == 422
        assert "Number 1 begins and ends at the same place." in answer.content.decode()

    def test_nonsense_is_brought_into_bounds(
        self, incident: Incident, responder: User, responder_client: Client
    ) -> None:
        address = at("picture_draw", incident, picture(incident, responder).pk)
        sent = {
            **ROW,
            "kind": "<script>",
            "x2": "99999",
            "y2": "-5",
            "colour": "url(x)",
            "once": new_once(),
            "do": "save",
        }
        responder_client.post(address, sent)
        shape = (Attachment.objects.get(drawn_from__isnull=False).drawn_shapes or [])[0]
        assert (shape["kind"], shape["x2"], shape["y2"], shape["colour"]) == ("box", 200, 0, "red")

    def test_a_copy_is_drawn_on_its_original_again(
        self, incident: Incident, responder: User, responder_client: Client
    ) -> None:
        original = picture(incident, responder)
        copy = draw_on(original=original, shapes=[BOX], by=responder, now=NOW)
        html = responder_client.get(at("picture_draw", incident, copy.pk)).content.decode()
        assert original.preview_url in html
        assert 'name="x2" min="0" max="200" value="60"' in html

    def test_a_reader_may_not(self, incident: Incident, responder: User, viewer_client: Client) -> None:
        assert viewer_client.get(at("picture_draw", incident, picture(incident, responder).pk)).status_code == 403


class TestPages:
    def test_the_gallery_asks_as_often_for_many(
        self, incident: Incident, responder: User, responder_client: Client
    ) -> None:
        draw_on(original=picture(incident, responder), shapes=[BOX], by=responder, now=NOW)
        few = queries_of(responder_client, at("picture_list", incident))
        for _ in range(4):
            picture(incident, responder)
        assert queries_of(responder_client, at("picture_list", incident)) == few

    def test_one_that_cannot_be_shown_says_why(
        self, incident: Incident, responder: User, responder_client: Client
    ) -> None:
        row = picture(incident, responder)
        Attachment.objects.filter(pk=row.pk).update(
            preview_state="refused", preview_note="Stored. No preview: 169 megapixels."
        )
        html = responder_client.get(at("picture_list", incident)).content.decode()
        assert "No preview: 169 megapixels." in html
        assert responder_client.get(at("picture_draw", incident, row.pk)).status_code == 404

    @pytest.mark.parametrize("how", ["side", "slider", "overlay", "difference", "nonsense"])
    def test_two_are_compared(self, incident: Incident, responder: User, responder_client: Client, how: str) -> None:
        pair = [picture(incident, responder) for _ in range(3)][1:]
        answer = responder_client.get(
            at("picture_compare", incident), {"picture": [str(one.pk) for one in pair], "how": how}
        )
        html = answer.content.decode()
        assert all(f"{one.preview_url}?size=large" in html for one in pair)
        assert f'class="compare compare-{how if how != "nonsense" else "side"}"' in html

    def test_private_pictures_are_as_unknown_as_none(self, responder: User, outsider_client: Client) -> None:
        hidden = make_incident(responder, is_private=True)
        row = picture(hidden, responder)
        addresses = [
            at("picture_list", hidden),
            at("picture_compare", hidden),
            at("picture_detail", hidden, row.pk),
            at("picture_draw", hidden, row.pk),
        ]
        assert [outsider_client.get(address).status_code for address in addresses] == [404] * 4

    def test_a_picture_of_another_incident_is_unknown(
        self, incident: Incident, responder: User, responder_client: Client
    ) -> None:
        other = picture(make_incident(responder), responder)
        for pk in (other.pk, uuid.uuid4()):
            assert responder_client.get(at("picture_detail", incident, pk)).status_code == 404

    def test_it_is_described_where_it_stands(
        self, incident: Incident, responder: User, responder_client: Client
    ) -> None:
        row = picture(incident, responder)
        here = {**HTMX, "HX-Target": row.anchor}
        address = at("attachment_edit", incident, row.pk)
        form = responder_client.get(address, headers=here).content.decode()
        assert f'hx-target="#{row.anchor}"' in form
        sent = {**form_values(form), "caption": "The dashboard", "alt_text": "A graph"}
        answer = responder_client.post(address, sent, headers=here)
        assert (answer.status_code, "HX-Redirect" in answer.headers) == (200, False)
        html = answer.content.decode()
        assert f'<figure class="figure" id="{row.anchor}"' in html
        assert 'alt="A graph"' in html


class TestPreviews:
    def test_a_large_picture_is_zoomed_into_at_its_size(self, incident: Incident, responder: User) -> None:
        path = ensure_large(picture(incident, responder, size=(3000, 100)))
        assert path is not None
        assert size_of(path) == (3000, 100)

    def test_a_small_one_needs_none(self, incident: Incident, responder: User) -> None:
        row = picture(incident, responder)
        assert ensure_large(row) == ensure_preview(row)

    def test_a_photograph_is_described_upright_and_without_its_place(self, incident: Incident, responder: User) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        exif.get_ifd(0x8825)[1] = "N"
        file = io.BytesIO()
        Image.new("RGB", (200, 100), "teal").save(file, "JPEG", exif=exif)
        row = attach(incident=incident, by=responder, now=NOW, upload=ContentFile(file.getvalue()), filename="p.jpg")
        path = ensure_preview(row)
        assert path is not None
        fresh = Attachment.objects.get()
        assert (fresh.width, fresh.height) == size_of(path) == (100, 200)
        assert "removed from the preview" in fresh.preview_note
        with Image.open(path) as image:
            assert not image.getexif()


def test_exports_carry_what_is_known_of_a_picture(incident: Incident, responder: User) -> None:
    row = picture(incident, responder, caption="The dashboard", alt_text="A graph that falls")
    edit_attachment(attachment=row, by=responder, now=NOW, text="FATAL: no slots\nretry")
    copy = draw_on(original=row, shapes=[BOX], by=responder, now=NOW)
    files = {file["id"]: file for file in record_of(incident)["attachments"]}
    assert files[str(row.pk)]["words"] == "FATAL: no slots\nretry"
    assert files[str(copy.pk)]["drawn_from"] == str(row.pk)
    markdown = markdown_of(record_of(incident))
    assert "  - Shows: A graph that falls" in markdown
    assert "        FATAL: no slots\n        retry" in markdown
    assert "(drawn on shot.png)" in markdown
