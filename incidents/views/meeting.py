"""Saving what others may have changed meanwhile: what does not overlap is saved, the rest is shown beside theirs."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django import forms
from django.http import QueryDict

from hindsight.lib.problems import StaleError
from incidents.forms.meeting import MeetingForm, is_apart, merged_data
from incidents.views.replies import Difference, attempt, difference

Result = TypeVar("Result")
FormT = TypeVar("FormT", bound=MeetingForm)
# How often others may be quicker in a row before it is shown.
TRIES = 3


class MetError(Exception):
    """Two changed the same field. `form` is this person's over what is stored now in `current`."""

    def __init__(self, current: Any, form: MeetingForm, differences: list[Difference]) -> None:
        super().__init__("Somebody else changed the same.")
        self.current = current
        self.form = form
        self.differences = differences

    @property
    def comment(self) -> str:
        """What this person wrote, as one text."""
        if len(self.differences) == 1:
            return self.differences[0].mine
        return "\n\n".join(f"{found.label}: {found.mine}" for found in self.differences)


def save(
    form: FormT, act: Callable[[FormT], Result], make: Callable[[Any, QueryDict | None], FormT]
) -> tuple[FormT, Result | None, int]:
    """Run a service on the form: the form that counts then, the result (None: refused) and the status.

    `make` gives the form over a row: as it shows the row, or with what was sent. Raises MetError where somebody else
    changed a field that this person changed as well; other changes of theirs stay.
    """
    for tried in range(1, TRIES + 1):
        try:
            return form, *attempt(form, partial(act, form))
        except StaleError as problem:
            stored = make(problem.current, None)
            again = make(problem.current, merged_data(form, stored))
            if tried == TRIES or not is_apart(form, stored):
                raise MetError(problem.current, again, _differences(again, stored, form.mine)) from problem
            form = again
    raise AssertionError("the last try returns or raises")


def _differences(mine: MeetingForm, stored: MeetingForm, names: list[str]) -> list[Difference]:
    found = []
    for name in names:
        words, theirs = _shown(mine[name]), _shown(stored[name])
        if words != theirs:
            found.append(difference(str(mine.fields[name].label or mine[name].label), words, theirs))
    return found


def _shown(bound: forms.BoundField) -> str:
    """A field's value in words."""
    value = bound.value()
    choices = {str(key): str(label) for key, label in getattr(bound.field, "choices", [])}
    values = value if isinstance(value, list | tuple) else [value]
    return ", ".join(choices.get(str(one), str(one)) for one in values if one not in (None, ""))
