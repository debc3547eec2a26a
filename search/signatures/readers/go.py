"""Go: panics, fatal errors and goroutines. A frame takes two lines, the function and then its file."""

import re
from dataclasses import dataclass

from search.signatures.events import Event, FaultSeen, TraceStarts, frame
from search.signatures.model import Origin
from search.signatures.paths import file_name, origin

_PATH = re.compile(r"[\w./\-~%@*()\[\],…]{3,300}")
_CREATED = re.compile(r" in goroutine \d+$")
_FILE = re.compile(r"\s*(\S{1,400}\.(?:go|s)):\d+(?: \+0x[0-9a-f]+)?(?: fp=\S+ sp=\S+(?: pc=\S+)?)?$")
_ARGS = re.compile(r"(?:[\s{},?.]|0x[0-9a-f]+|\d+|_|nil)*")
_PANIC = re.compile(
    r"\s*(?:panic: |http: panic serving [^ ]{0,80}: |fatal error: |runtime: (?=\w+ stack exceeds))(.*)$"
)
_START = re.compile(r"\s*goroutine \d+ (?:gp=\S+ m=\S+ )?\[([\w ,:()]+)\]:$")
_SIGNAL = re.compile(r"\s*\[signal (SIG[A-Z]+)")
MAX_LINE = 1000
_TAIL = re.compile(r"\.func\d+(?:\.\d+)*(?:\.func\d+)*(?:\.gowrap\d+)?|\.gowrap\d+|-fm$|\[[^\]]*\]|\.\d+$")


@dataclass(frozen=True, slots=True)
class Function:
    """The first of a frame's two lines."""

    path: str

    def event(self, file: str) -> Event:
        """The frame, once its file is known ("" when the text ends before it)."""
        name = function_name(self.path)
        return frame("go", name, file_name(file), _origin(self.path, file))


def read(text: str) -> Event | None:
    """The heading of a panic, of a goroutine, or a signal's line."""
    if "panic" in text or "fatal error: " in text:
        found = _PANIC.match(text)
        if found:
            return FaultSeen(None, "panic", found[1].removesuffix(" [recovered]"))
    if "goroutine " in text:
        return TraceStarts("go") if _START.match(text) else None
    if "[signal " in text:
        found = _SIGNAL.match(text)
        return FaultSeen("go", found[1], "") if found else None
    return None


def function(text: str) -> Function | None:
    """The line that names a frame's function, only to be asked inside a goroutine's trace."""
    rest = text.strip()[:MAX_LINE]
    if rest.startswith("created by "):
        return _named(_CREATED.sub("", rest.removeprefix("created by ")))
    if not rest.endswith(")"):
        return None
    at = _opening(rest)
    return _named(rest[:at]) if at > 0 and _ARGS.fullmatch(rest[at + 1 : -1]) else None


def _named(path: str) -> Function | None:
    return Function(path) if _PATH.fullmatch(path) and ("." in path or path == "panic") else None


def _opening(text: str) -> int:
    """Where the bracket opens that the last character closes, -1 for nowhere."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += (text[at] == ")") - (text[at] == "(")
        if depth == 0:
            return at
    return -1


def file_line(text: str) -> str | None:
    """The path in the second line of a frame."""
    found = _FILE.match(text) if ".go:" in text or ".s:" in text else None
    return found[1] if found else None


def function_name(path: str) -> str:
    """ "github.com/x/y/v2/task.(*service).send.func1" as "task.service.send"."""
    last = path.rpartition("/")[2].replace("%2e", ".")
    return _TAIL.sub("", last.replace("(*", "").replace("(", "").replace(")", ""))


def _origin(path: str, file: str) -> Origin:
    first = path.partition("/")[0] if "/" in path else ""
    if path == "panic" or path.startswith(
        ("runtime.", "runtime/", "testing.", "sync.", "net/http.", "reflect.", "syscall.")
    ):
        return "runtime"
    if (first and "." not in first and first != "main" and not file) or origin(file) == "runtime":
        return "runtime"
    return "library" if "/pkg/mod/" in file else "project"
