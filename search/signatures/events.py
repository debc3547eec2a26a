"""What a reader finds in a line: a frame, a fault (type and message), or the beginning of a trace."""

from dataclasses import dataclass

from search.signatures.model import MAX_NAME, Frame, Kind, Origin


@dataclass(frozen=True, slots=True)
class FrameSeen:
    """A frame of a trace. `is_deepest_last` tells that the trace prints the fault's own frame last."""

    kind: Kind
    frame: Frame
    is_deepest_last: bool = False


@dataclass(frozen=True, slots=True)
class FaultSeen:
    """What went wrong. `kind` is None when the line alone does not tell the language: its frames will."""

    kind: Kind | None
    type: str
    message: str
    # It caused (or hid) the fault printed before it, and belongs to one chain with it.
    is_cause: bool = False


@dataclass(frozen=True, slots=True)
class TraceStarts:
    """A heading such as "Traceback (most recent call last):"."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class ChainGoesOn:
    """The next trace was caused by the one before: "During handling of the above exception ..."."""

    kind: Kind


Event = FrameSeen | FaultSeen | TraceStarts | ChainGoesOn


def frame(
    kind: Kind, function: str, file: str = "", origin: Origin = "project", *, is_deepest_last: bool = False
) -> FrameSeen:
    """A frame with its names cut to what is compared."""
    return FrameSeen(kind, Frame(function[:MAX_NAME], file, origin), is_deepest_last)
