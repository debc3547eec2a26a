"""What reading a file for its words gives: the text, or the reason why there is none."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a file, fit to store; `note` says what was left out of them, often nothing."""

    text: str
    note: str = ""


class Unreadable(Exception):
    """The file can't be read, and trying again would not help. The message is a sentence for the person who added it.

    What may go better later is another matter: then `pool.PoolError` or OSError passes through.
    """
