"""Python tracebacks, and the bare "File ..., line ..." that other tools print in the same form."""

import re

from search.signatures.events import ChainGoesOn, Event, TraceStarts, frame
from search.signatures.paths import file_name, origin, stem

_FRAME = re.compile(r"\s*File \"([^\"]{1,400})\", line \d+(?:, in (.{1,200}))?$")
_CHAINS = ("During handling of the above exception", "The above exception was the direct cause")


def read(text: str) -> Event | None:
    """A frame, heading or link of a Python traceback; its last line is told by the frames before it."""
    if 'File "' in text:
        found = _FRAME.match(text)
        return _frame(found[1], found[2] or "") if found else None
    if "(most recent call last" in text and "raceback" in text and "from" not in text:
        return TraceStarts("python")
    if " above exception" in text and text.lstrip().startswith(_CHAINS):
        return ChainGoesOn("python")
    return None


def _frame(path: str, function: str) -> Event:
    name = function.strip().rpartition(".")[2] or "<module>"
    return frame("python", f"{stem(path)}.{name}", file_name(path), origin(path), is_deepest_last=True)
