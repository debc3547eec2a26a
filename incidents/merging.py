"""What moves when one incident is merged into another: found from the models, and what other apps have to say.

Every row that points to an incident moves, whatever its model, so that a new kind of part can't be forgotten. A model
whose rows can't simply be pointed elsewhere registers how they move; an app that must prevent a merge registers that.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from hindsight.lib.problems import InvalidError
from incidents.models import Incident

Mover: TypeAlias = Callable[[Incident, Incident], None]
Check: TypeAlias = Callable[[Incident, Incident], str]

_movers: dict[str, Mover] = {}
_checks: list[Check] = []
# Rows that belong to an open page and not to the record.
_passing: set[str] = set()


def register_mover(model: type[models.Model], mover: Mover) -> None:
    """Let `mover(source, target)` take the rows of a model along; none of them may point to `source` afterwards."""
    _movers[model._meta.label] = mover


def register_check(check: Check) -> None:
    """Let `check(source, target)` say in a sentence why the two can't be merged and what to do; "" when they can."""
    if check not in _checks:
        _checks.append(check)


def register_passing(model: type[models.Model]) -> None:
    """Rows of this model are dropped from a merged incident: they tell of open pages only."""
    _passing.add(model._meta.label)


@dataclass(frozen=True, slots=True)
class Pointer:
    """A column that points to incidents."""

    model: type[models.Model]
    column: str

    def rows(self, incident: Incident) -> "models.QuerySet[Any]":
        """The rows that point to this incident."""
        return self.model._base_manager.filter(**{self.column: incident.pk})

    @property
    def label(self) -> str:
        """The model's name with its app's."""
        return self.model._meta.label

    @property
    def is_passing(self) -> bool:
        """Whether its rows tell of open pages only."""
        return self.label in _passing


def pointers() -> Iterator[Pointer]:
    """Every column of every app that points to incidents; lists of services, tags, people and teams aside."""
    for field in Incident._meta.get_fields(include_hidden=True):
        if not isinstance(field, models.ManyToOneRel) or field.related_model._meta.auto_created:
            continue
        yield Pointer(field.related_model, field.field.name)


def problem_of(source: Incident, target: Incident) -> str:
    """Why the two can't be merged, in the words of the first app that objects; "" when none does."""
    return next((words for check in _checks if (words := check(source, target))), "")


def move_all(source: Incident, target: Incident) -> None:
    """Point everything of `source` to `target`. Call it in a transaction; InvalidError when something can't move."""
    for pointer in pointers():
        rows = pointer.rows(source)
        if pointer.is_passing:
            rows.delete()
        elif pointer.label in _movers:
            _movers[pointer.label](source, target)
        else:
            _repoint(pointer, rows, target)
    left = [pointer.label for pointer in pointers() if pointer.rows(source).exists()]
    if left:
        raise InvalidError({"target": f"Nothing was merged: {', '.join(left)} did not move."})


def _repoint(pointer: Pointer, rows: "models.QuerySet[Any]", target: Incident) -> None:
    # Open pages of the target ask for what was stamped since they were drawn; an update passes by what stamps it.
    has_stamp = any(field.name == "changed_at" for field in pointer.model._meta.get_fields())
    stamp = {"changed_at": timezone.now()} if has_stamp else {}
    try:
        with transaction.atomic():
            rows.update(**{pointer.column: target.pk}, **stamp)
    except IntegrityError as error:
        name = pointer.model._meta.verbose_name_plural
        raise InvalidError({"target": f"Nothing was merged: both have {name} that exclude each other."}) from error
