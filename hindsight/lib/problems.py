"""What a service says when it can't do as asked; views and the API turn it into a status and a message."""

from collections.abc import Mapping
from typing import Any


class InvalidError(Exception):
    """The input breaks a rule. `fields` maps each field at fault to one sentence; "" stands for the whole. HTTP 422."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = dict(fields)


class StaleError(Exception):
    """Somebody saved first. `current` is the row as it is now. HTTP 409."""

    def __init__(self, current: Any) -> None:
        super().__init__("Somebody saved this first. Nothing of yours is lost: both texts are here.")
        self.current = current


def too_long(label: str, length: int, limit: int) -> str:
    """The sentence for a text over its limit."""
    return f"{label} has {length:,} characters; the limit is {limit:,}."
