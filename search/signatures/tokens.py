"""Index tokens of a signature: stable words with a typed prefix, the same for stored and for pasted texts."""

from hashlib import blake2s
from itertools import pairwise
from typing import Final

from search.signatures.model import Frame, Signature
from search.signatures.weights import TOKEN_WEIGHTS

PREFIX: Final = "sig:"
# What `mask` and the readers make of a text is part of every stored token: a change there is a new version.
VERSION: Final = 3
MAX_TOKENS = 160
_STACK = 3
_PAIRS = 6
_HEAD_WORDS = 5
_MIN_STACK = 2


def tokens(signature: Signature) -> list[str]:
    """The tokens of a signature, each once, the most telling kinds first, at most MAX_TOKENS."""
    found = [
        *_stack(signature),
        *(f"sig:m:{_hash(message)}" for message in signature.messages),
        *(f"sig:ff:{_place(frame)}" for frame in signature.frames if frame.file),
        *(f"sig:f:{_plain(frame.function)}" for frame in signature.frames),
        *(f"sig:x:{_plain(name)}" for name in signature.exceptions),
        *(f"sig:c:{_plain(code)}" for code in signature.codes),
        *(f"sig:h:{_hash(head)}" for head in map(_head, signature.messages) if head),
        *(f"sig:l:{_hash(line.template)}" for line in signature.lines),
    ]
    return list(dict.fromkeys(found))[:MAX_TOKENS]


def weight_of(token: str) -> float:
    """What a token is worth by its kind, 0 for what is no token of a signature."""
    return TOKEN_WEIGHTS.get(token.removeprefix(PREFIX).partition(":")[0], 0.0) if token.startswith(PREFIX) else 0.0


def _stack(signature: Signature) -> list[str]:
    frames = telling_frames(signature)
    places = [frame.place for frame in frames]
    found = [f"sig:s:{_hash('>'.join(places[:_STACK]))}"] if len(places) >= _MIN_STACK else []
    return found + [f"sig:p:{_hash('>'.join(pair))}" for pair in pairwise(places[: _PAIRS + 1])]


def telling_frames(signature: Signature) -> list[Frame]:
    """The project's frames; where there are none, those of libraries."""
    project = [frame for frame in signature.frames if frame.is_project]
    return project or [frame for frame in signature.frames if frame.origin == "library"]


def _head(message: str) -> str:
    """The first words of a message, for one whose end differs from case to case."""
    words = message.lower().split()
    return " ".join(words[:_HEAD_WORDS]) if len(words) > _HEAD_WORDS else ""


def _place(frame: Frame) -> str:
    return _plain(frame.place)


def _plain(text: str) -> str:
    """Text without blanks, in lower case: a token is one word."""
    return "".join(text.split()).lower()


def _hash(text: str) -> str:
    return blake2s(text.lower().encode("utf-8", "replace"), digest_size=4).hexdigest()
