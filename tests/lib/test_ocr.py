"""Words in pictures: identifiers are found in dark and light screenshots, and no picture hangs or fools the reader."""

import io
from pathlib import Path

import pytest
from PIL import Image

from hindsight.lib import ocr
from hindsight.lib.pool import Busy, Crashed, Pool
from hindsight.lib.reading import Reading, Unreadable
from tests.support.pictures import IDENTIFIERS, drawn, terminal


def read(tmp_path: Path, data: bytes, **options: float) -> Reading:
    source = tmp_path / "picture"
    source.write_bytes(data)
    return ocr.read_picture(source, **options)


def as_file(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def recall(text: str) -> float:
    searched = f"{text}\n{ocr.squeezed(text)}"
    return sum(name in searched for name in IDENTIFIERS) / len(IDENTIFIERS)


def test_the_reader_is_installed() -> None:
    assert ocr.is_available()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_identifiers_are_read(tmp_path: Path, theme: str) -> None:
    reading = read(tmp_path, terminal(theme=theme))
    assert recall(reading.text) >= 0.8, reading.text
    assert reading.note == ""


def test_a_poor_jpeg_is_read(tmp_path: Path) -> None:
    assert recall(read(tmp_path, terminal(kind="JPEG", quality=60)).text) >= 0.8


def test_a_photograph_that_lies_on_its_side_is_turned(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = as_file(drawn(theme="light").rotate(90, expand=True), "JPEG", quality=90, exif=exif)
    assert recall(read(tmp_path, data).text) >= 0.8


def test_a_transparent_margin_is_no_ink(tmp_path: Path) -> None:
    window = drawn().convert("RGBA")
    around = Image.new("RGBA", (window.width + 80, window.height + 80), (0, 0, 0, 0))
    around.paste(window, (40, 40))
    assert recall(read(tmp_path, as_file(around)).text) >= 0.8


def test_of_a_moving_picture_the_first_frame_is_read(tmp_path: Path) -> None:
    first, second = drawn("panic: runtime error in scheduler"), drawn("segmentation violation code")
    text = read(tmp_path, as_file(first, "GIF", save_all=True, append_images=[second])).text
    assert "scheduler" in text
    assert "segmentation" not in text


@pytest.mark.parametrize(
    "image",
    [
        Image.new("RGB", (600, 400), "white"),
        Image.new("RGBA", (60, 40), (0, 0, 0, 0)),
        Image.new("L", (1, 1)),
        Image.radial_gradient("L"),
        Image.effect_noise((300, 200), 90),
    ],
    ids=["white", "clear", "dot", "gradient", "noise"],
)
def test_a_picture_without_words_has_none(tmp_path: Path, image: Image.Image) -> None:
    assert read(tmp_path, as_file(image)).text == ""


def test_reading_is_killed_at_its_limit(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"Not read: it took longer than 0\.05 s\."):
        read(tmp_path, terminal(), limit_s=0.05)
    assert "ECONNREFUSED" in read(tmp_path, terminal()).text


def test_a_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    bomb = bytearray(terminal())
    bomb[16:24] = (13_000).to_bytes(4, "big") * 2
    with pytest.raises(Unreadable, match="169 megapixels"):
        read(tmp_path, bytes(bomb))


def test_a_damaged_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="damaged"):
        read(tmp_path, terminal()[:2_000])


@pytest.mark.parametrize("trouble", [Busy("x"), Crashed("x")])
def test_trouble_of_the_reader_itself_is_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def fail(*args: object, **kwargs: object) -> bytes:
        raise trouble

    monkeypatch.setattr(Pool, "call", fail)
    with pytest.raises(type(trouble)):
        read(tmp_path, terminal())


@pytest.mark.parametrize("missing", ["tesserocr", "tessdata"])
def test_without_a_package_pictures_are_not_read(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == missing else object())
    assert not ocr.is_available()


def test_without_the_letters_pictures_are_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    assert not ocr.is_available()


@pytest.mark.parametrize(
    ("read_as", "meant"),
    [
        ("error: task. service. send failed", "task.service.send"),
        ("at Asserts.check(Asserts. java:34)", "Asserts.java"),
        ("in /srv /app/main.py", "srv/app/main.py"),
        ("request af3lc9e2 failed", "af31c9e2"),
        ("waited 5m@s", "5m0s"),
    ],
)
def test_gaps_and_look_alikes_are_mended_for_search(read_as: str, meant: str) -> None:
    assert meant in ocr.squeezed(read_as)


def test_what_stands_in_the_text_is_not_said_twice() -> None:
    assert ocr.squeezed("task.service.send failed at 10:42 with af31c9e2") == ""


@pytest.mark.parametrize(
    ("text", "proposal"),
    [
        ("", ""),
        ("| ~\n= -- /\nKubelet: image pull failed\nmore", "Kubelet: image pull failed"),
        ("x" * 300, "x" * 119 + "…"),
    ],
)
def test_the_first_line_with_words_is_proposed(text: str, proposal: str) -> None:
    assert ocr.proposed_alt(text) == proposal


def test_long_texts_are_cut_at_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "WORDS_LIMIT", 100)
    reading = read(tmp_path, terminal())
    assert len(reading.text) <= 100
    assert reading.text.endswith("(most recent call last):")
    assert reading.note.startswith("The first 8")
