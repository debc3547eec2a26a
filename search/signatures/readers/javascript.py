"""JavaScript errors: Node, V8 browsers, Firefox and Safari."""

import re

from search.signatures.events import Event, FaultSeen, frame
from search.signatures.paths import file_name, origin, stem

_V8 = re.compile(
    r"\s*at (?:async )?(?:(?:new )?([^()]{1,200}?)(?: \[as [^\]]{1,80}\])?"
    r" \()?((?:[a-z][\w+\-]{1,20}:/{0,3})?[^()\s]{1,400}?):\d+(?::\d+)?\)?,?$"
)
_V8_BARE = re.compile(r"\s*at (?:async )?((?:new )?[\w$.<>]{1,120}) \((?:<anonymous>|native|index \d+)\)$")
_GECKO = re.compile(
    r"\s*([\w$./<>\[\]*]{0,200})@((?:https?|file|moz-extension|webpack|resource|app)://?[^\s]{1,400}?):\d+:\d+$"
)
_UNCAUGHT = re.compile(
    r"\s*(?:Uncaught|Unhandled(?: [Pp]romise)? [Rr]ejection:?|\[cause\]:|UnhandledPromiseRejectionWarning:)"
    r" (?:\(in promise\) )?([A-Z][\w$.]{2,100})(?: \[\w+\])?(?:: (.*))?$"
)
_GLOBALS = (
    "Object.",
    "Module.",
    "Function.",
    "Array.",
    "Promise.",
    "process.",
    "Socket.",
    "TCPConnectWrap.",
    "Timeout.",
)


def read(text: str) -> Event | None:
    """A frame of either style, or the heading of an uncaught error."""
    if "at " in text and text.lstrip().startswith("at "):
        return _v8(text)
    if "@" in text and "://" in text:
        found = _GECKO.match(text)
        return _frame(found[1], found[2]) if found else None
    if ("Un" in text or "[cause]" in text) and len(text) < 1000:
        found = _UNCAUGHT.match(text)
        if found:
            return FaultSeen("javascript", found[1], found[2] or "", is_cause="[cause]" in text)
    return None


def _v8(text: str) -> Event | None:
    found = _V8.match(text)
    if found and (found[1] is None or "(" not in found[1]) and not found[2].startswith("line "):
        return _frame(found[1] or "", found[2])
    bare = _V8_BARE.match(text)
    return frame("javascript", bare[1], "", "runtime") if bare else None


def _frame(function: str, path: str) -> Event:
    name = function.removeprefix("new ").removeprefix("async ").replace("/<", "").replace("Object.<anonymous>", "")
    if name.startswith(_GLOBALS):
        name = name.partition(".")[2]
    name = name.strip("<>/* ") or "anonymous"
    whole = name if "." in name else f"{stem(path)}.{name}"
    return frame("javascript", whole, file_name(path), origin(path))
