"""Ruby and PHP."""

import re

from search.signatures.events import Event, FaultSeen, TraceStarts, frame
from search.signatures.paths import file_name, origin, stem

_RUBY = re.compile(
    r"\s*(?:\d+: )?(?:from |#\s*|=> |\[\d+\] )?((?:[A-Za-z]:)?[^\s:()\"']{1,300}\.(?:rb|erb|rake|ru|haml|slim)"
    r"|\(eval\)|<internal:[\w/\-]+>|[\w./\-]*/bin/[\w\-]+)"
    r":\d+:in ['`]([^'`]{1,200})['`](?:: (.*))?$"
)
_RUBY_FAULT = re.compile(r"(.*) \(([A-Z][\w:]{1,120})\)$")
_RUBY_HEAD = re.compile(r"\s*([A-Z]\w*(?:::\w+)+|[A-Z]\w*(?:Error|Exception)) \((.*)\):?$")
_BLOCK = re.compile(r"^(?:block|rescue|ensure)(?: \(\d+ levels\))? in |^block in ")
_PHP_FRAME = re.compile(r"\s*#\d+ (?:(\[internal function\]|/?[^\s(]{1,300})(?:\((\d+)\))?: )(.{1,300}?)\(")
_PHP_PHAR = re.compile(r"^(?:phar://)")
_PHP_FAULT = re.compile(
    r"\s*(?:PHP )?(?:Fatal error|Parse error|Warning|Catchable fatal error|Recoverable fatal error|Notice"
    r"|Deprecated):\s+"
    r"(?:Uncaught (?:exception ')?)?(?:([A-Z\\][\w\\]{1,160})'?(?: with message '|: ))?(.*?)(?:'? in"
    r" (/?\S{1,300}\.php)(?:\(\d+\))?(?::| on line )\d+)?$"
)
_PHP_NEXT = re.compile(
    r"\s*(?:Next|\[previous exception\] \[object\] \(|\[object\] \()\s*([A-Z\\][\w\\]{1,160})(?:\(code: \d+\))?: (.*)$"
)
_PHP_IN = re.compile(r"\s*(?:thrown )?in (/?\S{1,300}\.php)(?: on line |:)\d+$")


def read(text: str) -> Event | None:
    """A frame or fault of either."""
    if ":in " in text:
        return _ruby(text)
    if text.lstrip()[:1] == "#" and "(" in text:
        return _php_frame(text)
    if "rror: " in text or "Warning: " in text or "Notice: " in text or text.lstrip()[:4] in ("Next", "[obj", "[pre"):
        return _php_fault(text)
    if ".php" in text or text.startswith("Stack trace:"):
        return _php_place(text)
    if text[:1].isupper() and "(" in text and text.rstrip().endswith((")", "):")):
        found = _RUBY_HEAD.match(text)
        return FaultSeen("ruby", found[1], found[2]) if found else None
    return None


def _ruby(text: str) -> Event | None:
    found = _RUBY.match(text)
    return _ruby_frame(found[1], found[2]) if found else None


def ruby_fault(text: str) -> FaultSeen | None:
    """The fault on the first line of a Ruby trace: "file.rb:3:in `m': message (Type)"."""
    found = _RUBY.match(text) if ":in " in text and text.rstrip().endswith(")") else None
    fault = _RUBY_FAULT.match(found[3]) if found and found[3] else None
    return FaultSeen("ruby", fault[2], fault[1]) if fault else None


def _ruby_frame(path: str, label: str) -> Event:
    method = _BLOCK.sub("", label.strip())
    method = _BLOCK.sub("", method).replace("#", ".").replace("::", ".").rpartition(".")[2].strip("<> ")
    return frame("ruby", f"{stem(path)}.{method}", file_name(path), origin(path))


def _php_frame(text: str) -> Event | None:
    found = _PHP_FRAME.match(text)
    if found is None or found[3].startswith(("0x", "at ")) or (found[2] is None and found[1][0] != "["):
        return None
    path = _PHP_PHAR.sub("", found[1])
    call = found[3].replace("->", ".").replace("::", ".").replace("\\", "/").rpartition("/")[2]
    call = "closure" if "{closure" in found[3] else call
    return frame("php", call, file_name(path) if found[2] else "", "runtime" if path[0] == "[" else origin(path))


def _php_fault(text: str) -> Event | None:
    chained = _PHP_NEXT.match(text)
    if chained:
        return FaultSeen("php", chained[1], _without_place(chained[2]), is_cause=True)
    found = _PHP_FAULT.match(text)
    if found is None or (found[3] is None and "PHP " not in text and "Uncaught" not in text):
        return None
    return FaultSeen("php", found[1] or "", found[2])


def _php_place(text: str) -> Event | None:
    if text.startswith("Stack trace:"):
        return TraceStarts("php")
    found = _PHP_IN.match(text)
    return frame("php", f"{stem(found[1])}.main", file_name(found[1]), origin(found[1])) if found else None


def _without_place(message: str) -> str:
    return re.sub(r" (?:in|at) /?\S{1,300}\.php:\d+\)?$", "", message)
