"""Images: headers are believed only so far, bombs are refused, previews carry nothing along."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hindsight.lib.images import ImageFacts, Preview, Refused, inspect, inspect_head, make_preview
from hindsight.lib.pool import Busy, Pool

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(buffer, kind, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0" * 1000)
    chunks = (struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in (head, data))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def preview_of(tmp_path: Path, data: bytes, **options: int) -> Preview | Refused:
    source = tmp_path / "source"
    source.write_bytes(data)
    return make_preview(source, tmp_path / "out" / "preview.webp", tmp_path / "out" / "small.webp", **options)


@pytest.mark.parametrize("kind", FORMATS)
def test_kind_and_size_come_from_the_header(kind: str, tmp_path: Path) -> None:
    data = picture(kind)
    facts = ImageFacts(kind.lower(), 40, 30)
    (tmp_path / "x").write_bytes(data)
    assert inspect(tmp_path / "x") == inspect(io.BytesIO(data)) == inspect_head(data) == facts


def test_every_kind_of_webp_is_read() -> None:
    assert inspect_head(picture("WEBP", lossless=True)) == ImageFacts("webp", 40, 30)
    assert inspect_head(picture("WEBP", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0")) == ImageFacts("webp", 40, 30)


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"BM" + b"\0" * 60]
)
def test_other_files_are_no_images(data: bytes) -> None:
    assert inspect_head(data) == Refused("the file is not a PNG, JPEG, GIF or WebP image.")


@pytest.mark.parametrize(
    ("width", "height", "megapixels"), [(50_000, 50_000, "2,500"), (13_000, 13_000, "169"), (8_000, 5_001, "41")]
)
def test_large_images_are_refused_by_their_header(width: int, height: int, megapixels: str) -> None:
    refused = inspect_head(png_header(width, height))
    assert isinstance(refused, Refused)
    assert refused.message == f"Stored. No preview: the image has {megapixels} megapixels, the limit is 40."


def test_very_long_images_are_refused() -> None:
    assert inspect_head(png_header(40_000, 10)) == Refused("the image is 40,000 pixels long, the limit is 30,000.")


@given(st.sampled_from(FORMATS), st.data())
def test_a_cut_or_changed_header_never_raises(kind: str, data: st.DataObject) -> None:
    image = bytearray(picture(kind))
    for _ in range(data.draw(st.integers(0, 4))):
        image[data.draw(st.integers(0, len(image) - 1))] = data.draw(st.integers(0, 255))
    found = inspect_head(bytes(image[: data.draw(st.integers(0, len(image)))]))
    assert isinstance(found, ImageFacts | Refused)


@pytest.mark.parametrize("kind", FORMATS)
def test_previews_are_webp_and_no_larger_than_asked(kind: str, tmp_path: Path) -> None:
    made = preview_of(tmp_path, picture(kind, (900, 600)), max_side=300, thumbnail_side=90)
    assert made == Preview(300, 200, 1, had_location=False)
    with Image.open(tmp_path / "out" / "preview.webp") as preview, Image.open(tmp_path / "out" / "small.webp") as small:
        assert (preview.format, preview.size, small.size) == ("WEBP", (300, 200), (90, 60))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["preview.webp", "small.webp"]


def test_small_images_are_not_enlarged(tmp_path: Path) -> None:
    assert preview_of(tmp_path, picture()) == Preview(40, 30, 1, had_location=False)


def test_location_and_other_metadata_stay_out_of_previews(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "CameraCanary"
    exif.get_ifd(0x8825)[2] = (52.0, 30.0, 0.0)
    made = preview_of(tmp_path, picture("JPEG", exif=exif, comment=b"CommentCanary") + b"<script>TailCanary</script>")
    assert isinstance(made, Preview)
    assert made.had_location
    assert "removed from the preview" in made.note
    for name in ("preview.webp", "small.webp"):
        written = (tmp_path / "out" / name).read_bytes()
        assert b"Canary" not in written
        assert b"EXIF" not in written


def test_images_are_turned_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = preview_of(tmp_path, picture("JPEG", (80, 20), exif=exif))
    assert isinstance(made, Preview)
    assert (made.width, made.height) == (20, 80)


def test_transparency_stays(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(buffer, "PNG")
    preview_of(tmp_path, buffer.getvalue())
    with Image.open(tmp_path / "out" / "preview.webp") as preview:
        assert preview.convert("RGBA").getpixel((3, 3)) == (0, 0, 0, 0)


def test_an_animation_shows_its_first_frame_and_says_so(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), (shade * 20, 0, 0)) for shade in range(5)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    made = preview_of(tmp_path, buffer.getvalue())
    assert isinstance(made, Preview)
    assert made.note == "The preview shows the first of 5 frames."


@pytest.mark.parametrize("kind", FORMATS)
def test_damaged_images_are_refused_and_leave_nothing(kind: str, tmp_path: Path) -> None:
    whole = picture(kind, (400, 300))
    assert preview_of(tmp_path, whole[: len(whole) * 2 // 3]) == Refused("the image is damaged.")
    assert not list(tmp_path.glob("out/*"))


def test_a_bomb_is_refused_before_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def call(*_: object, **__: object) -> bytes:
        raise AssertionError("the child was asked")

    monkeypatch.setattr(Pool, "call", call)
    assert isinstance(preview_of(tmp_path, png_header(13_000, 13_000)), Refused)


def test_a_busy_previewer_may_be_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def call(*_: object, **__: object) -> bytes:
        raise Busy

    monkeypatch.setattr(Pool, "call", call)
    refused = preview_of(tmp_path, picture())
    assert isinstance(refused, Refused)
    assert not refused.is_final


def test_a_full_size_image_within_the_limit_is_shown(tmp_path: Path) -> None:
    made = preview_of(tmp_path, picture("PNG", (8_000, 5_000)))
    assert made == Preview(1600, 1000, 1, had_location=False)
