"""Reading what was typed: the time on top, commands at line starts, code between fences, and the text between.

    14:05                         the first line may be a time, or begin with one; so may `/at 14:05` anywhere
    Pool is at 20 of 20.          text is a note
    /hypothesis Leaked leases     a command stands at the start of a line, its words behind it
    nobody returns them           and below it, up to the next command
    ```sql                        code between fences is kept as a snippet of what it stands in
    select 1
    ```

`\\/fix` is text, and so is `\\14:05`. A word that is no command, such as `/tmp is full`, is text too; one that is
almost a command is asked about, since text that was meant as an act and is none would be believed to have acted.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from hindsight.lib.languages import normalise_language
from hindsight.lib.problems import InvalidError
from hindsight.lib.time import BadMoment, parse_moment
from incidents.commands.clocks import FENCE, is_kept, is_time, leading_time
from incidents.commands.known import Command, find, nearest

COMMANDS_LIMIT = 30
KEPT = "Nothing was saved; your text is still here."

_COMMAND = re.compile(r"/(?P<word>[A-Za-z][A-Za-z_-]{1,30})(?:[ \t]+(?P<rest>.*))?\s*")


@dataclass(frozen=True, slots=True)
class Piece:
    """Code that stood between fences, or came beside the text."""

    code: str
    language: str = ""
    filename: str = ""
    caption: str = ""


@dataclass(slots=True)
class Block:
    """A note (`command` is None) or a command with its words: those behind it, and those below it."""

    command: Command | None
    line: int
    head: str = ""
    text: str = ""
    pieces: list[Piece] = field(default_factory=list)

    @property
    def words(self) -> str:
        """What is behind the command and below it, as one text."""
        return f"{self.head}\n{self.text}".strip()


@dataclass(slots=True)
class Written:
    """A text as it was understood. `moment` is the time as it was typed, on line `moment_line`.

    `moment_words` is what follows it there, where it only begins the first line.
    """

    blocks: list[Block] = field(default_factory=list)
    moment: str = ""
    moment_line: int = 0
    moment_words: str = ""
    notices: list[str] = field(default_factory=list)

    @property
    def pieces(self) -> list[Piece]:
        """Every piece of code in it, in order."""
        return [piece for block in self.blocks for piece in block.pieces]


def read(text: str, *, has_time: bool = False) -> Written:
    """Take a text apart. Raises InvalidError for a command that is almost one, for two times, or for too many.

    `has_time` says that a time was chosen beside the text: then one that begins its first line is left in it.
    """
    reader = _Reader()
    lines = text.split("\n")
    top = next((at for at, line in enumerate(lines) if line.strip()), 0)
    leading = None if has_time else leading_time(lines[top], lines[top + 1 :])
    for number, line in enumerate(lines, 1):
        if number == top + 1 and leading:
            reader.begin(number, leading)
        elif number == top + 1 and is_kept(line, lines[top + 1 :]):
            reader.keep(number, line.replace("\\", "", 1))
        else:
            reader.take(number, line)
    return reader.finish()


def moment_of(written: Written, *, zone: tzinfo, now: datetime) -> datetime | None:
    """When it happened, if it says so. Raises InvalidError for what is no moment, and for local times there twice."""
    if not written.moment:
        return None
    try:
        return parse_moment(written.moment, zone=zone, now=now)
    except BadMoment as problem:
        raise InvalidError({"body": f"Line {written.moment_line}: {problem.message} {KEPT}"}) from problem


class _Reader:
    """Goes through the lines once; what it stands in is the last block."""

    def __init__(self) -> None:
        self.written = Written()
        self.lines: list[str] = []
        self.fence: re.Match[str] | None = None
        self.code: list[str] = []

    def take(self, number: int, line: str) -> None:
        """One line further."""
        if self.fence is not None:
            self._in_fence(line, self.fence)
        elif match := FENCE.fullmatch(line):
            self._block(number)
            self.fence, self.code = match, []
        elif not self.written.blocks and not self.written.moment and is_time(line):
            self._time(number, line.strip().rstrip(":,-– "))
        elif not (match := _COMMAND.fullmatch(line)) or not self._command(number, match):
            self._text(number, line)

    def begin(self, number: int, leading: re.Match[str]) -> None:
        """The first line, which a time begins."""
        self._time(number, leading["time"])
        self.written.moment_words = leading["words"]
        self._text(number, leading["words"])

    def keep(self, number: int, line: str) -> None:
        """A line that is text, whatever it looks like."""
        self._text(number, line)

    def _in_fence(self, line: str, fence: re.Match[str]) -> None:
        marks = fence["marks"]
        closing = line.strip()
        if len(closing) >= len(marks) and not closing.strip(marks[0]):
            self._close_fence(fence)
        else:
            self.code.append(line)

    def _close_fence(self, fence: re.Match[str]) -> None:
        code = "\n".join(self.code)
        if code.strip():
            language, filename = _info(fence["info"])
            self.written.blocks[-1].pieces.append(Piece(f"{code}\n", language, filename))
        self.fence = None

    def _time(self, number: int, words: str) -> None:
        if self.written.moment:
            raise InvalidError(
                {"body": f"Line {number}: there are two times; send what happened at each alone. {KEPT}"}
            )
        self.written.moment, self.written.moment_line = words, number

    def _command(self, number: int, match: re.Match[str]) -> bool:
        command = find(match["word"])
        if command is None:
            return self._unknown(number, match)
        rest = (match["rest"] or "").strip()
        if command.name == "at":
            self._at(number, rest)
            return True
        self._flush()
        self.written.blocks.append(Block(command, number, rest))
        if sum(block.command is not None for block in self.written.blocks) > COMMANDS_LIMIT:
            raise InvalidError({"body": f"More than {COMMANDS_LIMIT} commands in one text. {KEPT}"})
        return True

    def _unknown(self, number: int, match: re.Match[str]) -> bool:
        """What is like no command is text; what is like one is asked about."""
        word = match["word"]
        meant = nearest(word)
        if meant:
            raise InvalidError(
                {
                    "body": f"Line {number}: there is no command /{word}. Did you mean /{meant.name}? "
                    f"Write \\/{word} to keep it as text. {KEPT}"
                }
            )
        self.written.notices.append(f"/{word} is no command: line {number} is text.")
        return False

    def _at(self, number: int, rest: str) -> None:
        """The longest beginning that is a time; what is behind it is text."""
        words = rest.split()
        for length in range(min(len(words), 6), 0, -1):
            if is_time(" ".join(words[:length])) or words[:length] == ["now"]:
                self._time(number, " ".join(words[:length]))
                if words[length:]:
                    self._text(number, " ".join(words[length:]))
                return
        raise InvalidError({"body": f"Line {number}: /at needs a time, for example /at 14:05 or /at 10m ago. {KEPT}"})

    def _text(self, number: int, line: str) -> None:
        if line.strip() or self.lines:
            self._block(number)
            self.lines.append(line)

    def _block(self, number: int) -> None:
        """Make sure that there is a block which takes text."""
        blocks = self.written.blocks
        if not blocks or (blocks[-1].command is not None and not blocks[-1].command.takes_text):
            self._flush()
            blocks.append(Block(None, number))

    def _flush(self) -> None:
        if self.lines and self.written.blocks:
            self.written.blocks[-1].text = "\n".join(self.lines).strip("\n").rstrip()
        self.lines = []

    def finish(self) -> Written:
        """Close what is open: a fence without its end reaches to the end."""
        if self.fence is not None:
            self._close_fence(self.fence)
        self._flush()
        self.written.blocks = [
            block for block in self.written.blocks if block.command is not None or block.text or block.pieces
        ]
        return self.written


def _info(info: str) -> tuple[str, str]:
    """Language and file name behind the marks of a fence."""
    words = info.split()
    language = next((word for word in words[:1] if normalise_language(word)), "")
    named = (word.removeprefix("title=").strip("\"'") for word in words)
    return language, next((word for word in named if "." in word[1:-1] and word != language), "")
