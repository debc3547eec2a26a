"""Long lists in pages, by key and not by offset: a row added meanwhile neither repeats nor hides another."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

Row = TypeVar("Row", bound=Model)


class BadCursor(ValueError):
    """The cursor was not made by this list, in this order."""

    def __init__(self) -> None:
        super().__init__("The cursor is not one that this list gave out.")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows and the cursor of those after them; no cursor on the last page."""

    items: list[Row]
    next_cursor: str | None


def page_by_keyset(queryset: QuerySet[Row], *, order: tuple[str, str], cursor: str | None, limit: int) -> Page[Row]:
    """Return up to `limit` rows after the cursor, in the order of a field and then the primary key.

    `order` is for example ("-started_at", "-pk"): a field of the model or an annotation, a minus for descending.
    Rows without a value come last in both directions. Raises BadCursor.
    """
    field, key = (_Term(queryset, name) for name in order)
    rows = queryset.order_by(field.order_by(), key.order_by())
    if cursor:
        rows = rows.filter(_after(field, key, *_decode(cursor, field, key)))
    return _cut(list(rows[: limit + 1]), field, key, limit)


def page_of(found: list[Row], queryset: QuerySet[Row], *, order: tuple[str, str], limit: int) -> Page[Row]:
    """The first page from its rows, for who reads them in a way of their own: in that order, `limit` and one more.

    `queryset` only tells of what the rows are.
    """
    field, key = (_Term(queryset, name) for name in order)
    return _cut(found, field, key, limit)


def _cut(items: list[Row], field: "_Term", key: "_Term", limit: int) -> Page[Row]:
    if len(items) <= limit:
        return Page(items, None)
    return Page(items[:limit], _encode(items[limit - 1], field, key))


class _Term:
    """One term of an order."""

    def __init__(self, queryset: QuerySet[Any], text: str) -> None:
        self.text = text
        self.name = text.removeprefix("-")
        self.is_descending = text.startswith("-")
        own = _field(queryset.model, self.name)
        self.may_be_null = own is None or own.null
        # What a cursor brings for an annotation has to be of its type as well.
        annotation = queryset.query.annotations.get(self.name)
        self.field = annotation.output_field if own is None and annotation is not None else own

    def order_by(self) -> OrderBy:
        # An index serves the plain order; the clause about nulls would keep some engines from using it.
        nulls_last = True if self.may_be_null else None
        return (
            F(self.name).desc(nulls_last=nulls_last) if self.is_descending else F(self.name).asc(nulls_last=nulls_last)
        )

    def beyond(self, value: object) -> Q:
        return Q(**{f"{self.name}__{'lt' if self.is_descending else 'gt'}": value})

    def parsed(self, value: object) -> Any:
        parsed = value if value is None or self.field is None else self.field.to_python(value)
        # A forged year 1 in an odd zone must fail here and not in the database.
        return parsed.astimezone(UTC) if isinstance(parsed, datetime) else parsed


def _field(model: type[Model], name: str) -> "Field[Any, Any] | None":
    """Return the model's own field; None for an annotation."""
    if name == "pk":
        return model._meta.pk
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, Field) else None


def _after(field: _Term, key: _Term, value: object, key_value: object) -> Q:
    if value is None:
        return Q(**{f"{field.name}__isnull": True}) & key.beyond(key_value)
    later = field.beyond(value) | (Q(**{field.name: value}) & key.beyond(key_value))
    return later | Q(**{f"{field.name}__isnull": True}) if field.may_be_null else later


def _encode(row: Model, field: _Term, key: _Term) -> str:
    parts = [field.text + key.text, getattr(row, field.name), getattr(row, key.name)]
    return base64.urlsafe_b64encode(json.dumps(parts, cls=_ExactEncoder).encode()).decode().rstrip("=")


def _decode(cursor: str, field: _Term, key: _Term) -> tuple[object, object]:
    try:
        parts = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        order, value, key_value = parts
        parsed = field.parsed(value), key.parsed(key_value)
    except (ValueError, TypeError, binascii.Error, ValidationError, RecursionError, OverflowError) as problem:
        raise BadCursor from problem
    scalar = isinstance(value, str | int | float | None) and isinstance(key_value, str | int)
    if order != field.text + key.text or not scalar or not _fits(value) or not _fits(key_value):
        raise BadCursor
    return parsed


def _fits(value: object) -> bool:
    """Refuse what a database would refuse: 65-bit numbers, infinities, NUL, lone surrogates."""
    if isinstance(value, int | float):
        return abs(value) < 2**63
    try:
        return b"\x00" not in str(value).encode()
    except UnicodeEncodeError:
        return False


class _ExactEncoder(DjangoJSONEncoder):
    """Keeps the microseconds that Django's encoder cuts: rows would repeat without them."""

    def default(self, o: object) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)
