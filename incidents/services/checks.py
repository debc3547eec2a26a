"""Rules that input to the record must meet, gathered so that one answer names every field at fault."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from hindsight.lib.problems import InvalidError, too_long
from hindsight.lib.text import clean

# Clocks differ; what lies further ahead is a slip of the pen.
FUTURE_ALLOWANCE = timedelta(days=1)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)

FIELD_LABELS = {
    "started_at": "Started",
    "detected_at": "Detected",
    "acknowledged_at": "Acknowledged",
    "mitigated_at": "Mitigated",
    "resolved_at": "Resolved",
    "closed_at": "Closed",
    "at": "Time",
}


class Faults:
    """Collects what is wrong, by field, and raises it at once."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}

    def add(self, field: str, message: str) -> None:
        """Note a fault; the first of a field stays."""
        self.fields.setdefault(field, message)

    def stop_if_any(self) -> None:
        """Raise InvalidError when there is any."""
        if self.fields:
            raise InvalidError(self.fields)

    def line(self, field: str, value: str, *, label: str, limit: int, required: bool = False) -> str:
        """A text of one line: cleaned, white space folded, within `limit` characters."""
        return self._within(field, " ".join(clean(value).text.split()), label=label, limit=limit, required=required)

    def text(self, field: str, value: str, *, label: str, limit: int, required: bool = False) -> str:
        """A text of many lines: cleaned, otherwise as it was typed."""
        cleaned = clean(value).text
        return self._within(field, cleaned if cleaned.strip() else "", label=label, limit=limit, required=required)

    def _within(self, field: str, value: str, *, label: str, limit: int, required: bool) -> str:
        if required and not value:
            self.add(field, f"{label} is empty; write at least a word.")
        elif len(value) > limit:
            self.add(field, too_long(label, len(value), limit))
        return value

    def choice(self, field: str, value: str, allowed: Iterable[str], *, label: str) -> None:
        """One of a fixed set of words."""
        words = [str(word) for word in allowed]
        if value not in words:
            self.add(field, f"{label} is {value[:40]!r}; use one of {', '.join(words)}.")

    def moment(self, field: str, value: datetime | None, *, now: datetime) -> None:
        """Aware, not before 1970 and not further ahead than clocks differ."""
        if value is None:
            return
        label = FIELD_LABELS[field]
        if value.tzinfo is None:
            self.add(field, f"{label} needs a time zone, for example 2026-03-01T14:05:00Z.")
        elif value < EARLIEST:
            self.add(field, f"{label} is before 1970.")
        elif value > now + FUTURE_ALLOWANCE:
            self.add(field, f"{label} is in the future.")

    def order(self, moments: dict[str, datetime | None]) -> None:
        """Nothing may happen before the start."""
        start = moments.get("started_at")
        for field, value in moments.items():
            if start and value and not self.fields and value < start:
                self.add(field, f"{FIELD_LABELS[field]} is before the start ({start:%Y-%m-%d %H:%M} UTC).")

    def url(self, field: str, value: str, *, label: str, limit: int = 500) -> str:
        """An http or https address, or nothing."""
        value = self.line(field, value, label=label, limit=limit)
        if value:
            try:
                URLValidator(schemes=["http", "https"])(value)
            except ValidationError:
                self.add(field, f"{label} is no http or https address.")
        return value
