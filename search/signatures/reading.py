"""Reading a text's lines into traces: which frames belong to which fault, and which fault caused which."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from search.signatures.events import ChainGoesOn, Event, FaultSeen, FrameSeen, TraceStarts
from search.signatures.faults import named_fault, python_fault
from search.signatures.lines import Line
from search.signatures.model import Frame, Kind
from search.signatures.prefixes import ERROR_LEVEL
from search.signatures.readers import dotnet, erlang, go, java, javascript, kernel, native, python, rust, scripts

_READERS: tuple[Callable[[str], Event | None], ...] = (
    python.read,
    java.read,
    go.read,
    scripts.read,
    rust.read,
    erlang.read,
    native.read,
    kernel.read,
    javascript.read,
    dotnet.read,
)
# Frames of one trace and traces of one text that are kept.
MAX_DEPTH = 80
MAX_TRACES = 24
# A frame so many lines behind the last one begins another trace.
_GAP = 12


@dataclass(slots=True)
class Trace:
    """One stack: what went wrong, and the frames, nearest to the fault first once it is finished."""

    kind: Kind | None
    chain: int
    # Within a chain the deepest cause has the highest rank.
    rank: int = 0
    faults: list[FaultSeen] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    is_deepest_last: bool = False

    @property
    def nearest_first(self) -> list[Frame]:
        """The frames with the fault's own first."""
        return self.frames[::-1] if self.is_deepest_last else self.frames


@dataclass(slots=True)
class Reading:
    """Everything that was read: traces, and the lines that belong to them (by position in the list of lines)."""

    lines: list[Line]
    traces: list[Trace]
    frame_lines: set[int]


def read(lines: list[Line]) -> Reading:
    """Find the traces in these lines; never raises."""
    return _Reader(lines).reading()


class _Reader:
    """One pass over the lines, with what a line means only behind another."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.traces: list[Trace] = []
        self.frame_lines: set[int] = set()
        self.now: Trace | None = None
        self.last = -_GAP
        self.is_chained = False
        self.indent = 0
        # What a line that stands alone would not tell: a function whose file follows, a message that follows.
        self.go: go.Function | None = None
        self.rust: str | None = None
        self.inside: Kind | None = None
        self.expects_message = False

    def reading(self) -> Reading:
        terms = _terms_by_line(self.lines)
        for at, line in enumerate(self.lines):
            if self.now is not None and at - self.last > _GAP:
                self.close()
            for event in terms.get(at) or self.events(at, line):
                self.take(at, event)
        self.close()
        return Reading(self.lines, self.traces[:MAX_TRACES], self.frame_lines)

    def events(self, at: int, line: Line) -> Iterator[Event]:
        text = line.rest
        if self.expects_message:
            self.expects_message = False
            yield FaultSeen("rust", "panic", text.strip())
            return
        if self.inside in ("go", "rust"):
            found = list(self.two_lined(at, text))
            if found or at in self.frame_lines:
                yield from found
                return
        event = self.event(text)
        if event is None and self.is_source(at, text):
            self.frame_lines.add(at)
            return
        if event is None and (line.level >= ERROR_LEVEL or line.is_json or not line.has_time):
            event = self.closing_fault(text) or named_fault(text)
        if rust.has_message_below(text):
            self.expects_message = True
        if event is not None:
            yield event
            fault = scripts.ruby_fault(text)
            if fault:
                yield fault

    def event(self, text: str) -> Event | None:
        if len(text) < 4:
            return None
        for reader in _READERS:
            event = reader(text)
            if event is not None:
                return event
        return None

    def closing_fault(self, text: str) -> Event | None:
        """The last line of a Python traceback may name any type."""
        if self.now is None or self.now.kind != "python" or not self.now.frames or self.now.faults:
            return None
        return python_fault(text)

    def is_source(self, at: int, text: str) -> bool:
        """Under each frame Python prints the line of code, and perhaps a line of carets."""
        if self.now is None or not self.now.is_deepest_last or self.now.faults or at - self.last > 2:
            return False
        if not text.strip(" ~^"):
            return True
        is_deeper = len(text) - len(text.lstrip()) > self.indent
        return at - self.last == 1 and (is_deeper or (self.indent == 0 and named_fault(text) is None))

    def two_lined(self, at: int, text: str) -> Iterator[Event]:
        if self.inside == "go":
            path = go.file_line(text)
            if path and self.go:
                yield self.go.event(path)
                self.go = None
                return
            yield from self.flush()
            self.go = go.function(text)
            pending = self.go is not None
        else:
            path = rust.file_line(text)
            if path and self.rust:
                yield rust.event(self.rust, path)
                self.rust = None
                return
            yield from self.flush()
            self.rust = rust.function(text)
            pending = self.rust is not None
        if pending:
            self.frame_lines.add(at)
            self.last = at

    def flush(self) -> Iterator[Event]:
        """A function whose file never came is a frame as well."""
        if self.go:
            yield self.go.event("")
        if self.rust:
            yield rust.event(self.rust, "")
        self.go = self.rust = None

    def take(self, at: int, event: Event) -> None:
        if not isinstance(event, FaultSeen):
            self.frame_lines.add(at)
        self.last = at
        if len(self.traces) > MAX_TRACES:
            return
        if isinstance(event, FrameSeen):
            self.indent = len(self.lines[at].rest) - len(self.lines[at].rest.lstrip())
            self.add_frame(event)
        elif isinstance(event, FaultSeen):
            self.add_fault(event)
        elif isinstance(event, TraceStarts):
            self.start(event.kind)
        elif isinstance(event, ChainGoesOn):
            self.is_chained = True

    def start(self, kind: Kind) -> None:
        if not (self.now and not self.now.frames and self.now.kind in (kind, None)):
            self.open(kind)
        if self.now:
            self.now.kind = kind
        self.inside = kind

    def add_frame(self, event: FrameSeen) -> None:
        if self.now and self.now.kind is None:
            self.now.kind = event.kind
        if self.now is None or self.now.kind != event.kind or (event.is_deepest_last and self.now.faults):
            if self.now and {self.now.kind, event.kind} == {"native", "sanitizer"}:
                self.now.kind = "sanitizer" if self.now.faults else self.now.kind
            else:
                self.open(event.kind)
        if self.now and len(self.now.frames) < MAX_DEPTH:
            self.now.is_deepest_last = event.is_deepest_last
            self.now.frames.append(event.frame)

    def add_fault(self, event: FaultSeen) -> None:
        now = self.now
        closes = now is not None and now.is_deepest_last and now.frames and not now.faults
        if (
            now is None
            or (now.frames and not closes and not self.is_addition(event))
            or (event.is_cause and now.faults)
        ):
            rank = now.rank + 1 if now and event.is_cause else 0
            self.open(event.kind, chain=now.chain if now and event.is_cause else None, rank=rank)
        if self.now:
            self.now.kind = self.now.kind or event.kind
            self.now.faults.append(event)

    def is_addition(self, event: FaultSeen) -> bool:
        """Some tools name the fault in the midst or at the end of its frames."""
        now = self.now
        return bool(
            now and event.kind and event.kind == now.kind and event.kind in ("erlang", "ruby") and not now.faults
        )

    def open(self, kind: Kind | None, *, chain: int | None = None, rank: int = 0) -> None:
        if self.is_chained and self.traces and chain is None:
            # Python prints the cause first.
            chain, rank = self.traces[-1].chain, self.traces[-1].rank - 1
        self.is_chained = False
        self.close()
        self.now = Trace(kind, chain if chain is not None else len(self.traces), rank)
        self.traces.append(self.now)
        self.inside = kind

    def close(self) -> None:
        pending = list(self.flush())
        if self.now is not None:
            self.now.frames.extend(event.frame for event in pending if isinstance(event, FrameSeen))
        self.now = None
        self.inside = None


def _terms_by_line(lines: list[Line]) -> dict[int, list[Event]]:
    """Erlang's frames and reasons, by the line in which each begins."""
    if not any(erlang.is_term(line.rest) for line in lines):
        return {}
    starts: list[int] = []
    length = 0
    for line in lines:
        starts.append(length)
        length += len(line.rest) + 1
    found: dict[int, list[Event]] = {}
    at = 0
    for offset, event in sorted(erlang.terms("\n".join(line.rest for line in lines)), key=lambda pair: pair[0]):
        while at + 1 < len(starts) and starts[at + 1] <= offset:
            at += 1
        found.setdefault(at, []).append(event)
    return found
