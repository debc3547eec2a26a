"""Faults that are told by the name of their type alone: "SomeError: message" in any language."""

import re

from search.signatures.events import FaultSeen

_ENDING = (
    r"(?:Error|Exception|Failure|Fault|Interrupt|Timeout|NotFound|DoesNotExist|Exit|Refused|Denied"
    r"|Conflict|Invalid|Unavailable|Iteration)"
)
_NAMED = re.compile(
    rf"\s*(?:[\w.\-]{{1,60}}(?: -|:|\s)\s?){{0,2}}?(?P<type>(?:[A-Za-z_][\w$]{{0,60}}(?:\.|::"
    rf"|\\)){{0,10}}[A-Z][\w$]{{0,100}}?{_ENDING}s?\d?|Error)"
    r"(?:\s?\[\w{1,60}\])?(?:\s?\(\w{0,60}\))?(?:: ?(?P<message>.*))?\s*$"
)
_PYTHON = re.compile(r"([A-Za-z_][\w.]{1,160})(?:: (.*))?$")
_CHEAP = re.compile(_ENDING)
MAX_READ = 600


def named_fault(text: str) -> FaultSeen | None:
    """The type and message of a line that begins with them, perhaps behind a logger's name."""
    text = text[:MAX_READ]
    if not _CHEAP.search(text):
        return None
    found = _NAMED.match(text)
    if found is None or (found["message"] is None and "." not in found["type"] and text.strip() != found["type"]):
        return None
    return FaultSeen(None, found["type"], (found["message"] or "").strip())


def python_fault(text: str) -> FaultSeen | None:
    """The closing line of a Python traceback."""
    found = _PYTHON.match(text.strip()[:MAX_READ])
    return FaultSeen("python", found[1], found[2] or "") if found else None
