"""What a pasted or stored text is known by: its kind, its exceptions, messages, frames, codes and lines."""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal[
    "python",
    "java",
    "javascript",
    "go",
    "ruby",
    "php",
    "csharp",
    "rust",
    "erlang",
    "kernel",
    "native",
    "sanitizer",
    "log",
    "json_error",
    "shell",
    "text",
]
Origin = Literal["project", "library", "runtime"]

TRACE_KINDS: Final[frozenset[Kind]] = frozenset(
    ("python", "java", "javascript", "go", "ruby", "php", "csharp", "rust", "erlang", "kernel", "native", "sanitizer")
)

# What a signature holds at most; the rest of a text says little more.
MAX_EXCEPTIONS = 12
MAX_MESSAGES = 16
MAX_FRAMES = 32
MAX_CODES = 24
MAX_LINES = 48
# A name or a template longer than this is cut.
MAX_NAME = 160
MAX_TEMPLATE = 400


@dataclass(frozen=True, slots=True)
class Shape:
    """What a text is. `kinds` are all kinds seen in it, the most telling first; `kind` is the first of them."""

    kind: Kind
    kinds: tuple[Kind, ...]

    @property
    def is_trace(self) -> bool:
        """Tell whether the text holds a stack trace of some kind."""
        return self.kind in TRACE_KINDS


@dataclass(frozen=True, slots=True)
class Frame:
    """A place in code: `function` with its nearest qualifiers ("task.service.send"), `file` without its path."""

    function: str
    file: str = ""
    origin: Origin = "project"

    @property
    def is_project(self) -> bool:
        """Tell whether the frame is of the failing program itself, as opposed to a library or the runtime."""
        return self.origin == "project"

    @property
    def name(self) -> str:
        """The function without its qualifiers."""
        return self.function.rpartition(".")[2]

    @property
    def place(self) -> str:
        """The frame as one word to compare: lower case, file and bare name when there is a file."""
        return f"{self.file}:{self.name}".lower() if self.file else self.function.lower()


@dataclass(frozen=True, slots=True)
class LineSig:
    """A distinctive line: `template` is it masked, `words` are what near equality is measured by."""

    template: str
    words: frozenset[str]
    # 0 for an ordinary line; higher for a line that tells of a failure.
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Signature:
    """What stays the same when the same fault happens again. Every tuple is ordered, the most telling first."""

    kind: Kind = "text"
    # Innermost cause first.
    exceptions: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    # Project frames first, those nearest to the fault first.
    frames: tuple[Frame, ...] = ()
    codes: tuple[str, ...] = ()
    lines: tuple[LineSig, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to compare by."""
        return not (self.exceptions or self.messages or self.frames or self.codes or self.lines)


@dataclass(frozen=True, slots=True)
class MatchedLine:
    """A pasted line and the stored line that says the same. Numbers count from 1; `score` is 1 for equal templates."""

    pasted_line_no: int
    stored_line_no: int
    pasted: str
    stored: str
    score: float


@dataclass(frozen=True, slots=True)
class Similarity:
    """How alike two signatures are, from 0 to 1, and in what ("same exception KeyError")."""

    score: float
    why: tuple[str, ...] = ()
