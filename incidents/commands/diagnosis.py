"""The commands about the cause: suspecting, testing, deciding."""

from hindsight.lib.problems import InvalidError
from incidents.commands.grammar import Block
from incidents.commands.scene import Act, Made, Scene, Target, named
from incidents.models import HYPOTHESIS_LIMIT, DiagnosisStep, EntryKind, Outcome, TimelineEntry
from incidents.services.diagnosis import StepFields, add_step, update_step

OUTCOMES = {
    "confirmed": Outcome.CONFIRMED,
    "ruled-out": Outcome.RULED_OUT,
    "red-herring": Outcome.RED_HERRING,
    "inconclusive": Outcome.INCONCLUSIVE,
}


def hypothesis(scene: Scene, block: Block) -> Act:
    """Open a step; `#3` puts it below that one."""
    parent, words = scene.split_named(block.words)
    fields = _first_line(words)
    if not fields["hypothesis"]:
        raise InvalidError({"": "Say what you suspect, for example /hypothesis The pool is exhausted."})
    target = Target(f"“{fields['hypothesis'][:60]}”")
    scene.opened.append(target)

    def run() -> Made:
        if parent and parent.step:
            fields["parent"] = parent.step
        target.step = _added(scene, fields)
        return Made(step=target.step)

    below = f" below {parent.says}" if parent else ""
    return Act(f"Opens the hypothesis {target.says}{below}", run)


def check(scene: Scene, block: Block) -> Act:
    """Add to a hypothesis what was tested; it stands in the timeline as well."""
    chosen, words = scene.split_named(block.words)
    target = chosen or scene.newest_open()
    if target is None:
        raise InvalidError({"": "No hypothesis is open. Write /hypothesis first, or name a step: /check #3 …"})
    if not words:
        raise InvalidError({"": "Say what you tested, for example /check Counted the open connections."})

    def run() -> Made:
        step = _of(target)
        target.step = _updated(scene, step, {"action": _joined(step.action, words)})
        return Made(entry=_line(scene, target.step, words), step=target.step)

    return Act(f"Adds a check to {target.says}", run)


def outcome(scene: Scene, block: Block) -> Act:
    """Decide a hypothesis: the named one, else the newest open one, else the words are both in one."""
    assert block.command is not None
    decided = OUTCOMES[block.command.name]
    chosen, words = scene.split_named(block.words)
    target = chosen or scene.newest_open()
    if target is None:
        return _decided_at_once(scene, words, decided)
    scene.settle(target)

    def run() -> Made:
        step = _of(target)
        fields: StepFields = {"outcome": decided}
        if words:
            fields["finding"] = _joined(step.finding, words)
        return Made(step=_updated(scene, step, fields))

    word = "a red herring" if decided == Outcome.RED_HERRING else decided.label.lower()
    return Act(f"{target.says} becomes {word}", run)


def _decided_at_once(scene: Scene, words: str, decided: Outcome) -> Act:
    """Nothing is open, so what was decided is what the command says."""
    fields = _first_line(words)
    if not fields["hypothesis"]:
        raise InvalidError({"": "No hypothesis is open. Say which, or name a step: #3 behind the command."})
    fields["outcome"] = decided
    # Below the first line of a hypothesis stands how it was tested; below a decision, what was found.
    fields["finding"] = fields.pop("action", "")
    says = f"Adds {named_words(fields['hypothesis'])}, {decided.label.lower()}"
    return Act(says, lambda: Made(step=_added(scene, fields)))


def named_words(words: str) -> str:
    """A hypothesis that is not there yet, in a few words."""
    return named(DiagnosisStep(hypothesis=words))


def _first_line(words: str) -> StepFields:
    """The first line is the hypothesis, as far as it fits; the rest says how it was tested."""
    first, _, rest = words.partition("\n")
    if len(first) > HYPOTHESIS_LIMIT:
        cut = first.rfind(" ", 0, HYPOTHESIS_LIMIT) + 1 or HYPOTHESIS_LIMIT
        first, rest = first[:cut], f"{first[cut:]}\n{rest}"
    fields: StepFields = {"hypothesis": first.strip()}
    if rest.strip():
        fields["action"] = rest.strip("\n").rstrip()
    return fields


def _of(target: Target) -> DiagnosisStep:
    # Its command was run before this one.
    assert target.step is not None
    return target.step


def _joined(before: str, words: str) -> str:
    return f"{before}\n\n{words}" if before.strip() else words


def _added(scene: Scene, fields: StepFields) -> DiagnosisStep:
    fields["at"] = scene.moment
    return add_step(incident=scene.incident, by=scene.by, now=scene.now, fields=fields, source=scene.source)


def _updated(scene: Scene, step: DiagnosisStep, fields: StepFields) -> DiagnosisStep:
    return update_step(step=step, by=scene.by, now=scene.now, version=None, fields=fields, source=scene.source)


def _line(scene: Scene, step: DiagnosisStep, words: str) -> TimelineEntry:
    entry = TimelineEntry(
        incident=scene.incident,
        kind=EntryKind.DIAGNOSIS,
        step=step,
        body=words,
        data={"to": step.outcome, "act": "check"},
        at=scene.moment,
        noted_at=scene.now,
        author=scene.by,
        source=scene.source,
    )
    entry.render_fields()
    entry.save(force_insert=True)
    return entry
