"""C#, F# and Visual Basic on .NET."""

import re

from search.signatures.events import Event, FaultSeen, frame
from search.signatures.model import Origin
from search.signatures.paths import file_name

_FRAME = re.compile(
    r"\s*at ([\w.`+<>$|\[\],]{2,300}?)(?:\[[\w, `.]{1,80}\])?\(([^()]{0,400})\)(?: in (.{1,300}?):line \d+)?\s*$"
)
_INNER = re.compile(
    r"\s*-+> (?:\(Inner Exception #\d+\) )?([\w.]{3,200}(?:Exception|Error))(?: \([^)]{1,40}\))?(?:: (.*))?$"
)
_HEAD = re.compile(r"\s*(?:Unhandled [Ee]xception[.:] )([\w.]{3,200})(?: \([^)]{1,40}\))?(?:: (.*))?$")
_STATE_MACHINE = re.compile(r"<(\w+)>[\w$|]*(?:\.MoveNext)?")
_ARITY = re.compile(r"`\d+")
_RUNTIME = ("System.", "Interop.", "Internal.", "mscorlib.")
_LIBRARY = (
    "Microsoft.",
    "Newtonsoft.",
    "Npgsql.",
    "StackExchange.",
    "Grpc.",
    "Polly.",
    "Dapper.",
    "Serilog.",
    "MediatR.",
    "MassTransit.",
    "RabbitMQ.",
    "Azure.",
    "Amazon.",
    "NHibernate.",
    "AutoMapper.",
    "Castle.",
    "MongoDB.",
    "Xunit.",
    "NUnit.",
)


def read(text: str) -> Event | None:
    """A frame, an inner exception or the heading of an unhandled one."""
    if text.lstrip().startswith("at ") and "(" in text and "." in text:
        found = _FRAME.match(text)
        return _frame(found[1], found[3] or "") if found and _is_dotnet(found) else None
    if "--> " in text:
        found = _INNER.match(text[text.index("--") :])
        return FaultSeen("csharp", found[1], found[2] or "", is_cause=True) if found else None
    if "Unhandled " in text:
        found = _HEAD.match(text)
        return _head(found[1], found[2] or "") if found else None
    return None


def _head(type_: str, message: str) -> Event:
    return FaultSeen("csharp", type_, message)


def _is_dotnet(found: re.Match[str]) -> bool:
    """Java and JavaScript write a file between the brackets, .NET the types of the arguments."""
    return not re.search(
        r":\d|\.(?:java|kt|scala|js|ts)\b|Native Method|Unknown Source|^<?native|^<anonymous", found[2]
    )


def _frame(path: str, file: str) -> Event:
    plain = _ARITY.sub("", _STATE_MACHINE.sub(r"\1", path)).replace("+", ".").removesuffix(".MoveNext")
    parts = [part for part in plain.split(".") if part]
    if len(parts) > 1 and "<" in path and parts[-1] == parts[-2]:
        parts.pop()
    return frame("csharp", ".".join(parts[-2:]), file_name(file), _origin(path))


def _origin(path: str) -> Origin:
    if path.startswith(_RUNTIME):
        return "runtime"
    return "library" if path.startswith(_LIBRARY) else "project"
