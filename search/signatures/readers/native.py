"""Machine code: gdb, core dumps, crash handlers, valgrind and the sanitizers."""

import re

from search.signatures.events import Event, FaultSeen, TraceStarts, frame
from search.signatures.model import Kind, Origin
from search.signatures.paths import file_name, origin
from search.signatures.readers.rust import name_of, without_generics

# A frame of gdb or of a sanitizer, with or without its address.
_NUMBERED = re.compile(r"\s*#\d{1,3}\s+(?:(0x[0-9a-fA-F]+) in )?(.{1,500})$")
_KDB = re.compile(r"0x[0-9a-f]+ at ")
_BUILD_ID = re.compile(r" \(BuildId: \w{1,80}\)$")
_PLACE = re.compile(r"\(?(/?[^\s():]{1,300}\.(?:c|cc|cpp|cxx|h|hpp|m|mm|rs|go|S)):\d+(?::\d+)?\)?")
_BINARY = re.compile(r"\((\S{1,300}?)\+0x[0-9a-f]+\)")
_VALGRIND = re.compile(r"\s*==\d+==\s{2,}(at|by) 0x[0-9A-Fa-f]+: (.{1,300}?) \((?:in )?(\S{1,300}?)(?::\d+)?\)$")
_VALGRIND_FAULT = re.compile(
    r"\s*==\d+== (?:[\d,]+ (?:\([^)]{1,80}\) )?bytes in [\d,]+ blocks are )?([A-Z].{3,160}|definitely lost"
    r"|possibly lost|still reachable|indirectly lost)"
)
_SANITIZER = re.compile(r"\s*==\d+==\s?(?:ERROR|WARNING): (\w+Sanitizer): ([\w\-]+(?: [\w\-]+)?)")
_RACE = re.compile(r"\s*WARNING: (DATA RACE|ThreadSanitizer: [\w \-]{3,60}?)(?: \(pid=\d+\))?$")
_GLOG = re.compile(r"\s*@\s+0x[0-9a-f]+\s+(?:\(unknown\)|(.{1,300}))$")
# What backtrace_symbols() writes: binary, function and offset in brackets, address.
_BACKTRACE = re.compile(
    r"\s*(?:\d+: )?(\S{1,200}?)\((?:([\w.@$]{1,200})\+0x[0-9a-f]+|\+0x[0-9a-f]+)\) ?\[0x[0-9a-f]+\]$"
)
_MAC = re.compile(r"\s*\d{1,3}\s+(\S{1,80})\s+0x[0-9a-f]+ (.{1,300}?) \+ \d+(?: \(\S+\))?$")
_SIGNAL = re.compile(
    r".{0,80}\b(?:received signal|terminated with signal|signal|Signal|by signal)[: ]+\(?(?:\d{1,2}[:,]?"
    r" )?\(?(SIG[A-Z]{2,6})\b"
)
_TRAP = re.compile(r".{0,120}\bTRAP: (?:failed Assert\(\"(.{1,200}?)\"\)|FailedAssertion\(\"(.{1,200}?)\")")
_ASSERT = re.compile(
    r".{0,200}?(?:(?:Assertion|assertion) [`'\"(]?(.{1,200}?)['\")]? failed|\bASSERT(?:ION)?(?: FAILED)?: (.{1,200})$)"
)
_RUNTIME_NAMES = frozenset(
    [
        "raise",
        "abort",
        "__GI_raise",
        "__GI_abort",
        "__assert_fail",
        "__assert_fail_base",
        "main",
        "_start",
        "start_thread",
        "clone",
        "clone3",
        "__clone",
        "__libc_start_main",
        "__libc_start_call_main",
        "__restore_rt",
        "malloc",
        "calloc",
        "realloc",
        "free",
        "memcpy",
        "memmove",
        "memset",
        "strlen",
        "poll",
        "epoll_wait",
        "select",
        "read",
        "write",
        "pthread_kill",
        "__pthread_kill",
        "gsignal",
        "terminate",
        "__cxa_throw",
        "operator_new",
        "??",
        "<signal_handler_called>",
        "killpg",
        "__kill",
        "sigaction",
        "pthread_cond_wait",
        "backtrace",
        "ExceptionalCondition",
        "__memcpy_sse2",
    ]
)


def read(text: str) -> Event | None:
    """A frame or a fault of any of these tools."""
    start = text.lstrip()[:3]
    if start[:1] == "#" and start[1:2].isdigit():
        return _numbered(text)
    if start[:2] == "==":
        return _valgrind(text)
    if start[:2] == "@ " or start[:1] == "@":
        found = _GLOG.match(text)
        return _frame("native", found[1], "", "") if found and found[1] else None
    if "+0x" in text and text.rstrip().endswith("]"):
        found = _BACKTRACE.match(text)
        return _frame("native", found[2], "", found[1]) if found and found[2] else None
    if start[:1].isdigit() and " 0x" in text and " + " in text:
        found = _MAC.match(text)
        return _frame("native", found[2], "", found[1]) if found else None
    return _fault(text)


def _fault(text: str) -> Event | None:
    if "SIG" in text and "ignal" in text:
        found = _SIGNAL.match(text)
        return FaultSeen("native", found[1], "") if found else None
    if "ssert" in text or "ASSERT" in text:
        found = _TRAP.match(text) or _ASSERT.match(text)
        return FaultSeen(None, "assertion", f"assertion {found[1] or found[2]} failed") if found else None
    if "WARNING: " in text and ("RACE" in text or "Sanitizer" in text):
        found = _RACE.match(text)
        return FaultSeen("sanitizer", "data-race", found[1]) if found else None
    return TraceStarts("native") if text.startswith("(gdb) bt") or text.strip() == "Backtrace:" else None


def _numbered(text: str) -> Event | None:
    found = _NUMBERED.match(text)
    if found is None or _KDB.match(found[2]):
        return None
    rest = _BUILD_ID.sub("", found[2].strip())
    for word in (" at ", " from "):
        head, _, tail = rest.rpartition(word)
        if head and " " not in tail:
            return _frame("native", head, tail if word == " at " else "", tail if word == " from " else "")
    return _addressed(rest) if found[1] else _unaddressed(rest)


def _addressed(rest: str) -> Event | None:
    head, _, tail = rest.rpartition(" ")
    place, binary = _PLACE.fullmatch(tail), _BINARY.fullmatch(tail)
    if head and (place or binary):
        return _frame("sanitizer", head, place[1] if place else "", binary[1] if binary else "")
    return _frame("native", rest, "", "")


def _unaddressed(rest: str) -> Event | None:
    name, bracket, _ = rest.partition(" (")
    return _frame("native", name, "", "") if bracket and name.isidentifier() and "):" not in rest else None


def _valgrind(text: str) -> Event | None:
    found = _VALGRIND.match(text)
    if found:
        is_file = "/" not in found[3]
        return _frame("sanitizer", found[2], found[3] if is_file else "", "" if is_file else found[3])
    sanitizer = _SANITIZER.match(text)
    if sanitizer:
        return FaultSeen("sanitizer", sanitizer[2].partition(" ")[0].strip("-"), f"{sanitizer[1]} {sanitizer[2]}")
    fault = _VALGRIND_FAULT.match(text)
    return FaultSeen("sanitizer", _heading(fault[1]), fault[1]) if fault and _heading(fault[1]) else None


def _heading(said: str) -> str:
    for known in (
        "definitely lost",
        "possibly lost",
        "still reachable",
        "indirectly lost",
        "Invalid read",
        "Invalid write",
        "Invalid free",
        "Conditional jump",
        "Use of uninitialised",
        "Mismatched free",
        "Process terminating",
    ):
        if known in said:
            return known.lower().replace(" ", "-")
    return ""


def _frame(kind: Kind, function: str, file: str, binary: str) -> Event:
    name = function_name(function)
    return frame(kind, name, file_name(file), _origin(name, file, binary))


def function_name(function: str) -> str:
    """The function without arguments and templates, with its class: "Store.get"."""
    plain = without_generics(function.partition("(")[0].strip())
    return name_of(plain) if "::" in plain else plain.rpartition(" ")[2].strip("*&") or function.strip()


def _origin(name: str, file: str, binary: str) -> Origin:
    if name in _RUNTIME_NAMES or name.startswith(
        ("__GI_", "__memcpy", "__memmove", "__str", "__asan", "__interceptor", "std.", "__libc")
    ):
        return "runtime"
    return origin(file or binary) if file or binary else "project"
