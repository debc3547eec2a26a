"""From a text that was read to what it does: run all of it or nothing, or only say what it would do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hindsight.lib.problems import InvalidError
from incidents.commands import diagnosis, record
from incidents.commands.grammar import KEPT, Block
from incidents.commands.scene import Act, Made, Scene

ACTS: dict[str, Callable[[Scene, Block], Act]] = {
    "hypothesis": diagnosis.hypothesis,
    "check": diagnosis.check,
    **dict.fromkeys(diagnosis.OUTCOMES, diagnosis.outcome),
    "status": record.status,
    "sev": record.sev,
    "lead": record.lead,
    "service": record.service,
    "link": record.link,
    "change": record.change,
    "ack": record.acknowledged,
    **dict.fromkeys(record.KINDS, record.line),
}


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What one command would do, or why it can't."""

    line: int
    says: str
    is_fault: bool = False


def run(scene: Scene, block: Block) -> Made:
    """Do what a command says. Raises InvalidError that names its line; the caller's transaction takes all back."""
    try:
        return _act(scene, block).run()
    except InvalidError as problem:
        raise InvalidError({"body": _fault(block, problem)}) from problem


def foresee(scene: Scene, blocks: list[Block]) -> Iterator[Foreseen]:
    """What the commands of a text would do, one after the other; nothing is written."""
    for block in blocks:
        if block.command is None:
            continue
        try:
            yield Foreseen(block.line, _act(scene, block).says)
        except InvalidError as problem:
            yield Foreseen(block.line, _words(block, problem), is_fault=True)


def _act(scene: Scene, block: Block) -> Act:
    assert block.command is not None
    act = ACTS.get(block.command.name)
    if act is None:
        raise InvalidError({"": "The commands are listed below the box; /help shows them and saves nothing."})
    return act(scene, block)


def _fault(block: Block, problem: InvalidError) -> str:
    """Which line, what is wrong with it, and that nothing was done."""
    assert block.command is not None
    return f"Line {block.line}, /{block.command.name}: {_words(block, problem)} {KEPT}"


def _words(block: Block, problem: InvalidError) -> str:
    words = " ".join(problem.fields.values())
    if "reason" in problem.fields:
        words += f" Write it behind: /status {block.head.split(' ')[0]} because …"
    return words
