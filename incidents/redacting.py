"""Where the text of an incident stands: found from the models, so that a new kind of part can't be forgotten.

Every model with text that leads to an incident is searched, whatever its app. Apps register what can't be found so:
rows that no incident owns (`register_shared`), and what holds nothing that people wrote (`register_exempt`, with the
reason).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.apps import apps
from django.db import models

from incidents.models import Incident

Row: TypeAlias = Any
After: TypeAlias = Callable[[Row, set[str]], dict[str, Any]]

# Columns that are made from others, or that no person writes.
MADE = frozenset(
    {
        *(
            "rendered",
            "signature",
            "highlighted",
            "folded",
            "path",
            "sha256",
            "content_type",
            "fingerprint",
            "language",
        ),
        *("key", "section_key", "template_key", "slug", "category", "drawn_shapes"),
    }
)
OUR_APPS = frozenset({"hindsight", "accounts", "incidents", "postmortems", "search", "integrations", "learning"})
_TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
_DEEPEST = 3

_shared: dict[str, tuple[str, ...]] = {}
_exempt: dict[str, str] = {}
_afters: dict[str, After] = {}


def register_shared(model: type[models.Model], *columns: str) -> None:
    """Rows of this model belong to no incident and may repeat its text in these columns: all of them are searched."""
    _shared[model._meta.label] = columns


def register_exempt(label: str, reason: str) -> None:
    """Rows of this model ("app.Model") hold nothing that people wrote into an incident, for this reason."""
    _exempt[label] = reason


def register_after(model: type[models.Model], after: After) -> None:
    """Let `after(row, columns)` tell further columns to change once text of a row went: caches made from it."""
    _afters[model._meta.label] = after


@dataclass(frozen=True, slots=True)
class Holder:
    """A model with text, its columns, and the ways from its rows to an incident; none for shared ones."""

    model: type[models.Model]
    columns: tuple[str, ...]
    ways: tuple[str, ...]

    @property
    def label(self) -> str:
        """The model's name with its app's."""
        return self.model._meta.label

    def rows(self, incident: Incident) -> "models.QuerySet[Any]":
        """The rows that may hold text of this incident."""
        return self._leading(self.ways, incident.pk)

    def rows_of(self, part: models.Model) -> "models.QuerySet[Any]":
        """A part of the record itself, and the rows that lead to it: earlier versions, what it carries, evidence."""
        ways = ways_to(self.model, type(part))
        return self._leading(ways, part.pk) if ways else self.model._base_manager.none()

    def _leading(self, ways: tuple[str, ...], pk: object) -> "models.QuerySet[Any]":
        leads_here = models.Q()
        for way in ways:
            leads_here |= models.Q(**{way: pk})
        return self.model._base_manager.filter(leads_here)

    def after(self, row: Row, columns: set[str]) -> dict[str, Any]:
        """What else changes on a row once text in these columns went."""
        after = _afters.get(self.label)
        return after(row, columns) if after else {}


def holders() -> Iterator[Holder]:
    """Every model that may hold text of an incident."""
    for model in _models():
        columns = text_columns(model)
        ways = ways_to_incident(model)
        if model._meta.label in _shared:
            yield Holder(model, _shared[model._meta.label], ())
        elif columns and ways and model._meta.label not in _exempt:
            yield Holder(model, columns, ways)


def forgotten() -> list[str]:
    """Models with text that lead to no incident and that nobody registered: a test keeps this empty."""
    known = {*_shared, *_exempt}
    return [
        model._meta.label
        for model in _models()
        if text_columns(model) and not ways_to_incident(model) and model._meta.label not in known
    ]


def text_columns(model: type[models.Model]) -> tuple[str, ...]:
    """The columns in which people's text may stand."""
    return tuple(
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, _TEXTS) and not field.choices and not field.primary_key and field.name not in MADE
    )


def ways_to_incident(model: type[models.Model]) -> tuple[str, ...]:
    """Every lookup that leads from a row to an incident over columns of its own; empty where there is none."""
    return ways_to(model, Incident)


def ways_to(model: type[models.Model], goal: type[models.Model], depth: int = 0) -> tuple[str, ...]:
    """Every lookup that leads from a row to one of `goal` over columns of its own; empty where there is none."""
    if model is goal:
        return ("pk",)
    found: list[str] = []
    for link in model._meta.concrete_fields:
        target = link.related_model
        if target is goal:
            found.append(link.name)
        elif (
            isinstance(target, type) and target is not model and target._meta.app_label in OUR_APPS and depth < _DEEPEST
        ):
            found += [f"{link.name}__{way}" for way in ways_to(target, goal, depth + 1)]
    return tuple(found)


def _models() -> Iterator[type[models.Model]]:
    return (model for model in apps.get_models() if model._meta.app_label in OUR_APPS)
