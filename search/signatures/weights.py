"""What each kind of token is worth, in one place; for engines that rank by them and for `similarity`."""

from typing import Final

# By the token's prefix. The rarer a kind of token is shared by chance, the more it is worth; an engine's own
# measure of rarity comes on top.
TOKEN_WEIGHTS: Final[dict[str, float]] = {
    "s": 6.0,  # the three nearest frames of the project, in order
    "p": 3.0,  # two neighbouring frames, in order
    "m": 3.0,  # a message's template
    "ff": 2.5,  # file and function
    "l": 2.0,  # a masked line
    "f": 1.5,  # a function with its qualifiers
    "h": 1.5,  # the beginning of a message, for messages whose end differs
    "x": 1.0,  # an exception's type
    "c": 0.8,  # an error code
}
# Frames of libraries and of the runtime are shared by faults that have nothing else in common.
LIBRARY_FACTOR: Final = 0.3
RUNTIME_FACTOR: Final = 0.1

# What `similarity` is made of. Parts that the pasted text does not have are left out and the rest counts for them.
PART_WEIGHTS: Final[dict[str, float]] = {
    "frames": 0.55,
    "messages": 0.20,
    "exceptions": 0.12,
    "codes": 0.05,
    "lines": 0.08,
}
# Without frames the words decide.
PART_WEIGHTS_WITHOUT_FRAMES: Final[dict[str, float]] = {
    "messages": 0.45,
    "lines": 0.35,
    "exceptions": 0.12,
    "codes": 0.08,
}
# Names that are merely mentioned are worth less than lines that are equal.
MENTION_FACTOR: Final = 0.8
# Each further frame is worth so much of the one before it.
FRAME_DECAY: Final = 0.85
# What a runtime says of every program tells little about this one.
COMMON_MESSAGE_FACTOR: Final = 0.25
COMMON_MESSAGES: Final = frozenset(
    (
        "runtime error: invalid memory address or nil pointer dereference",
        "assignment to entry in nil map",
        "send on closed channel",
        "close of closed channel",
        "all goroutines are asleep - deadlock!",
        "connection refused",
        "context deadline exceeded",
        "internal server error",
        "unexpected error",
        "null",
        "page fault",
        "called `Option::unwrap()` on a `None` value",
        "Segmentation fault",
        "Object reference not set to an instance of an object.",
        "Value cannot be null.",
        "Connection reset by peer",
        "Broken pipe",
        "Java heap space",
    )
)
