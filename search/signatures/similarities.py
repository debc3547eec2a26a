"""How alike two signatures are, and why, in words for the reader."""

from collections.abc import Iterator, Sequence

from search.signatures.building import template_words
from search.signatures.model import Frame, LineSig, Signature, Similarity
from search.signatures.weights import (
    COMMON_MESSAGE_FACTOR,
    COMMON_MESSAGES,
    FRAME_DECAY,
    LIBRARY_FACTOR,
    MENTION_FACTOR,
    PART_WEIGHTS,
    PART_WEIGHTS_WITHOUT_FRAMES,
    RUNTIME_FACTOR,
)

# Two templates with less in common are different.
NEAR = 0.6
MAX_REASONS = 6
_COMPARED_FRAMES = 12
_COMPARED_LINES = 24
_TOP_FRAME = 0.25
_MIN_MENTIONED = 2
_MIN_BEGINNING = 10

_FACTORS = {"project": 1.0, "library": LIBRARY_FACTOR, "runtime": RUNTIME_FACTOR}


def similarity(pasted: Signature, stored: Signature) -> Similarity:
    """How far what was pasted is found in what is stored, 0 to 1. More in the stored text takes nothing away."""
    parts = {
        "frames": _frames(pasted.frames, stored.frames),
        "messages": _messages(pasted, stored),
        "exceptions": _names("exception", pasted.exceptions, stored.exceptions),
        "codes": _names("code", pasted.codes, stored.codes),
        "lines": _lines(pasted.lines, stored),
    }
    weights = PART_WEIGHTS if pasted.frames else PART_WEIGHTS_WITHOUT_FRAMES
    mentioned = _mentions(pasted, stored)
    whole = sum(weight for name, weight in weights.items() if parts[name] is not None)
    if not whole:
        return mentioned
    score = 0.0
    why: list[str] = []
    for name, weight in weights.items():
        part = parts[name]
        if part is not None and part.score:
            score += weight / whole * part.score
            why.extend(part.why)
    if mentioned.score > score:
        score, why = mentioned.score, [*mentioned.why, *why]
    return Similarity(round(min(1.0, score), 4), tuple(dict.fromkeys(why))[:MAX_REASONS])


def _frames(pasted: Sequence[Frame], stored: Sequence[Frame]) -> Similarity | None:
    pasted = _telling(pasted)
    if not pasted:
        return None
    places = {frame.place for frame in stored}
    functions = {frame.function.lower() for frame in stored}
    whole = found = 0.0
    why: list[str] = []
    weight = 1.0
    for frame in pasted[:_COMPARED_FRAMES]:
        worth = weight * _FACTORS[frame.origin]
        weight *= FRAME_DECAY
        whole += worth
        match = 1.0 if frame.place in places else 0.85 if frame.function.lower() in functions else 0.0
        found += worth * match
        if match and frame.origin != "runtime":
            why.append(f"same frame {frame.function}")
    score = found / whole if whole else 0.0
    top = _telling(stored)
    if top and pasted[0].place == top[0].place and pasted[0].origin != "runtime":
        score += (1 - score) * _TOP_FRAME
    if all(frame.origin == "runtime" for frame in pasted):
        score *= RUNTIME_FACTOR
    return Similarity(score, tuple(why[:3]))


def _telling(frames: Sequence[Frame]) -> list[Frame]:
    """Without the runtime's frames, unless there are no others."""
    return [frame for frame in frames if frame.origin != "runtime"] or list(frames)


def _messages(pasted: Signature, stored: Signature) -> Similarity | None:
    if not pasted.messages:
        return None
    known = {message.lower() for message in stored.messages} | {line.template.lower() for line in stored.lines}
    others = [template_words(message) for message in stored.messages] + [line.words for line in stored.lines]
    whole = found = 0.0
    why: list[str] = []
    weight = 1.0
    for message in pasted.messages[:6]:
        whole += weight
        factor = COMMON_MESSAGE_FACTOR if message in COMMON_MESSAGES else 1.0
        match = 1.0 if message.lower() in known else _nearest(template_words(message), others)
        found += weight * factor * match
        weight *= FRAME_DECAY
        if match:
            why.append(f"{'same' if match == 1.0 else 'nearly the same'} message “{message[:80]}”")
    return Similarity(found / whole, tuple(why[:2]))


def _names(what: str, pasted: Sequence[str], stored: Sequence[str]) -> Similarity | None:
    names = [name for name in pasted if name != "panic"]
    if not names:
        return None
    known = {name.lower() for name in stored}
    same = [name for name in names if name.lower() in known]
    return Similarity(len(same) / len(names), tuple(f"same {what} {name}" for name in same[:2]))


def _lines(pasted: Sequence[LineSig], stored: Signature) -> Similarity | None:
    if not pasted:
        return None
    known = {line.template.lower() for line in stored.lines} | {message.lower() for message in stored.messages}
    others = [line.words for line in stored.lines]
    whole = found = 0.0
    same = 0
    for line in pasted[:_COMPARED_LINES]:
        worth = 1.0 + line.weight
        whole += worth
        match = 1.0 if line.template.lower() in known else _nearest(line.words, others)
        found += worth * match
        same += bool(match)
    return Similarity(found / whole, (f"{same} matching line{'s' if same > 1 else ''}",) if same else ())


def _mentions(pasted: Signature, stored: Signature) -> Similarity:
    """One line in a person's own words, such as a function and its error, against all names in a stored trace."""
    if pasted.frames or len(pasted.lines) != 1 or not stored.frames:
        return Similarity(0.0)
    words = pasted.lines[0].words
    said = frozenset(word for message in stored.messages for word in template_words(message))
    names = {piece.lower() for frame in stored.frames for piece in frame.function.split(".")}
    named = {word for word in words if word in names or any(_begins(name, word) for name in names)}
    found = named | (words & said)
    if not named or len(found) < max(_MIN_MENTIONED, NEAR * len(words)):
        return Similarity(0.0)
    return Similarity(MENTION_FACTOR * len(found) / len(words), tuple(f"mentions {name}" for name in sorted(named)[:3]))


def _begins(name: str, word: str) -> bool:
    """A name may be cut short when it is told from memory, but not to a common syllable."""
    return len(word) >= _MIN_BEGINNING and name.startswith(word)


def _nearest(words: frozenset[str], others: Sequence[frozenset[str]]) -> float:
    return max(_near(words, others), default=0.0)


def _near(words: frozenset[str], others: Sequence[frozenset[str]]) -> Iterator[float]:
    """Shares of `words` that another template has, as far as they count as near; never a full 1."""
    if len(words) < 3:
        return
    for other in others:
        shared = len(words & other)
        if shared >= 3:
            likeness = max(2 * shared / (len(words) + len(other)), 0.9 * shared / len(words))
            if likeness >= NEAR:
                yield min(likeness, 0.95)
