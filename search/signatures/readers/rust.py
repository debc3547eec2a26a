"""Rust: panics and numbered backtraces. A frame takes two lines, the function and then "at file:line"."""

import re

from search.signatures.events import Event, FaultSeen, TraceStarts, frame
from search.signatures.model import Origin
from search.signatures.paths import file_name, origin

_PANIC_OLD = re.compile(r"\s*thread '[^']{0,80}'(?: \(\d+\))? panicked at '(.*)', (\S+\.rs):\d+(?::\d+)?")
_PANIC_NEW = re.compile(r"\s*thread '[^']{0,80}'(?: \(\d+\))? panicked at (\S+\.rs):\d+:\d+:?$")
_FUNCTION = re.compile(r"\s*\d{1,3}: (?:0x[0-9a-f]+ - )?(<?[\w:<>{}$ ,&*;'\[\]().#=\-]{1,400})$")
_FILE = re.compile(r"\s+at (\S{1,400}\.rs):\d+(?::\d+)?$")
_HASH = re.compile(r"::h[0-9a-f]{16}$")
_CAUSE = re.compile(r"(?:Caused by:|\s{4}\d+: )")
_RUNTIME = (
    "std::",
    "core::",
    "alloc::",
    "rust_begin_unwind",
    "__rust",
    "_start",
    "__libc",
    "main",
    "clone",
    "backtrace::",
    "rust_panic",
)
_LIBRARY = (
    "tokio::",
    "hyper::",
    "futures",
    "actix_",
    "tower",
    "axum::",
    "rayon::",
    "h2::",
    "serde",
    "reqwest::",
    "sqlx::",
    "diesel::",
    "tonic::",
    "anyhow::",
    "eyre::",
)


def read(text: str) -> Event | None:
    """A panic's first line, or the heading of a backtrace."""
    if "panicked at" in text:
        old = _PANIC_OLD.match(text)
        if old:
            return FaultSeen("rust", "panic", old[1])
        return FaultSeen("rust", "panic", "") if _PANIC_NEW.match(text) else None
    return TraceStarts("rust") if text.strip() in ("stack backtrace:", "Stack backtrace:") else None


def has_message_below(text: str) -> bool:
    """Since Rust 1.73 a panic's message stands on the line after its heading."""
    return _PANIC_NEW.match(text) is not None


def function(text: str) -> str | None:
    """The line that names a frame's function, only to be asked inside a backtrace."""
    found = _FUNCTION.match(text) if ": " in text else None
    return found[1].strip() if found and ("::" in found[1] or found[1].strip().isidentifier()) else None


def file_line(text: str) -> str | None:
    """The path in the second line of a frame."""
    found = _FILE.match(text) if ".rs:" in text else None
    return found[1] if found else None


def event(path: str, file: str) -> Event:
    """The frame of a function's path and the file below it ("" for none)."""
    return frame("rust", name_of(path), file_name(file), _origin(path, file))


def name_of(path: str) -> str:
    """ "<app::cache::Store<K> as app::Get>::get::{{closure}}::h0123456789abcdef" as "Store.get"."""
    plain = _HASH.sub("", path).replace("::{{closure}}", "").replace("::{closure#0}", "")
    if plain.startswith("<") and " as " in plain:
        plain = plain[1:].replace(" as ", "\0", 1)
        plain = plain.partition("\0")[0] + "::" + plain.rpartition("::")[2]
    parts = [part for part in without_generics(plain).strip("<>").split("::") if part]
    return ".".join(parts[-2:]) if parts else path


def without_generics(name: str) -> str:
    """The name without what stands between angle brackets, nested ones as well; one pass."""
    kept, depth = [], 0
    for character in name:
        if character == "<":
            depth += 1
        elif character == ">" and depth:
            depth -= 1
        elif not depth:
            kept.append(character)
    return "".join(kept) or name


def _origin(path: str, file: str) -> Origin:
    bare = path.lstrip("<&*")
    if bare.startswith(_RUNTIME) or origin(file) == "runtime":
        return "runtime"
    return "library" if bare.startswith(_LIBRARY) or origin(file) == "library" else "project"
