"""Readers for the environment: typed, loud, and the same for `NAME` and `NAME_FILE`.

A wrong value stops the start with one line that names the setting and what it accepts.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})


class Env:
    """The process environment, read by type; `seen` collects the names asked for, to hold them against the docs."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self.values = os.environ if values is None else values
        self.seen: set[str] = set()

    def text(self, name: str, default: str = "") -> str:
        """The value of `name`, or the contents of the file that `NAME_FILE` names. Both at once are refused."""
        self.seen.add(name)
        path = self.values.get(f"{name}_FILE", "")
        if not path:
            return self.values.get(name, default)
        if name in self.values:
            raise ImproperlyConfigured(f"{name} and {name}_FILE are both set; keep one.")
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(f"{name}_FILE points to {path}, which can't be read: {error}") from error

    def flag(self, name: str, *, default: bool) -> bool:
        """A yes or no. Anything but 1/true/yes/on and 0/false/no/off stops the start."""
        word = self.text(name, "1" if default else "0").strip().lower()
        if word in TRUE_WORDS:
            return True
        if word in FALSE_WORDS:
            return False
        raise ImproperlyConfigured(f"{name} is {word!r}; use one of true, false.")

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        word = self.text(name, str(default)).strip()
        try:
            value = int(word)
        except ValueError:
            raise ImproperlyConfigured(f"{name} is {word!r}; use a whole number from {low} to {high}.") from None
        if not low <= value <= high:
            raise ImproperlyConfigured(f"{name} is {value}; use a whole number from {low} to {high}.")
        return value

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """One of `allowed`."""
        word = self.text(name, default).strip().lower()
        if word not in allowed:
            raise ImproperlyConfigured(f"{name} is {word!r}; use one of {', '.join(allowed)}.")
        return word

    def words(self, name: str, default: str = "") -> list[str]:
        """A list, separated by commas."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]
