"""What became of every row, counted by reason, with the first few by name."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from hindsight.lib.text import one_line
from integrations.importing.records import Note

EXAMPLES = 3
FAULTS_SHOWN = 50


class Fate(StrEnum):
    """What became of a row; the value is how the report says it."""

    TAKEN = "taken"
    KNOWN = "already there"
    RENEWED = "brought up to date"
    DIFFERS = "differ from what is here: left as they are (--update takes those that nobody changed here)"
    CHANGED_HERE = "differ, and were changed here as well: left as they are"
    FOREIGN = "have the id of an incident that no import made: left as they are"
    FAILED = "not taken"


@dataclass(slots=True)
class Report:
    """The count of an import. `is_dry` only changes the wording."""

    is_dry: bool = False
    fates: Counter[Fate] = field(default_factory=Counter)
    names: dict[Fate, list[str]] = field(default_factory=lambda: defaultdict(list))
    notes: Counter[str] = field(default_factory=Counter)
    noted: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows were looked at."""
        return self.fates.total()

    def count(self, fate: Fate, name: str) -> None:
        """Note what became of a row."""
        self.fates[fate] += 1
        if len(self.names[fate]) < EXAMPLES:
            self.names[fate].append(name)

    def fail(self, where: str, reason: str) -> None:
        """Note a row that can't be taken, and why."""
        self.count(Fate.FAILED, where)
        if len(self.faults) < FAULTS_SHOWN:
            self.faults.append(f"{where}: {one_line(reason, 300)}")

    def note(self, name: str, notes: tuple[Note, ...]) -> None:
        """Note what of a taken row could not be taken as it was; a reason counts once a row."""
        for reason in dict.fromkeys(note.reason for note in notes):
            self.notes[reason] += 1
            if len(self.noted[reason]) < EXAMPLES:
                self.noted[reason].append(name)

    def summary(self) -> Iterator[str]:
        """The report, line by line."""
        yield from self._fate_lines()
        if self.notes:
            yield "\nWhat could not be taken as it stands, by rows:"
            for reason, count in self.notes.most_common():
                yield f"  {count:>6,}  {reason} ({_few(self.noted[reason], count)})"
        if self.faults:
            yield "\nNot taken:"
            yield from (f"  {fault}" for fault in self.faults)
            left = self.fates[Fate.FAILED] - len(self.faults)
            if left:
                yield f"  … and {left:,} more."

    def _fate_lines(self) -> Iterator[str]:
        for fate in Fate:
            count = self.fates[fate]
            if not count and fate not in {Fate.TAKEN, Fate.FAILED}:
                continue
            told = f"  {count:>6,}  {fate}"
            if fate == Fate.TAKEN and self.labels:
                first, last = self.labels[0], self.labels[-1]
                told += f" as {first}" if first == last else f" as {first} to {last}"
            elif count and fate not in {Fate.TAKEN, Fate.KNOWN, Fate.FAILED}:
                told += f" ({_few(self.names[fate], count)})"
            yield told


def _few(names: list[str], count: int) -> str:
    return ", ".join(names) + (", …" if count > len(names) else "")
