"""Form fields that several forms of the record share."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from hindsight.lib.problems import InvalidError

NAMES_LIMIT = 5_000


class NamesField(forms.Field):
    """Names with commas between them; the cleaned value is the list of them, as typed, without blanks."""

    widget = forms.TextInput

    def to_python(self, value: object) -> list[str]:
        """Split at commas and line ends."""
        if isinstance(value, list | tuple):
            return [str(name) for name in value]
        text = str(value or "")[:NAMES_LIMIT].replace("\n", ",").replace(";", ",")
        return [name for name in (" ".join(part.split()) for part in text.split(",")) if name]

    def prepare_value(self, value: Any) -> Any:
        """Join names for the text box."""
        return ", ".join(str(name) for name in value) if isinstance(value, list | tuple) else value

    def has_changed(self, initial: object, data: object) -> bool:
        """Compare the lists, not the white space between them."""
        return self.to_python(initial) != self.to_python(data)


class RowsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Any number of rows by their ids; an id that no column holds is as unknown as one of no row."""

    def clean(self, value: Any) -> Any:
        """The rows; ValidationError for what is no id of one."""
        try:
            return super().clean(value)
        except OverflowError:
            raise self._unknown() from None

    def to_python(self, value: Any) -> Any:
        """The same, for what the form showed at first."""
        try:
            return super().to_python(value)
        except OverflowError:
            raise self._unknown() from None

    def _unknown(self) -> ValidationError:
        message = self.error_messages["invalid_choice"]
        return ValidationError(message, code="invalid_choice", params={"value": "One"})


class SeveralFiles(forms.ClearableFileInput):
    """A file chooser that takes more than one file."""

    template_name = "django/forms/widgets/file.html"
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, none included; the cleaned value is a list."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Check each file alone. An empty one is left to the service, which names it."""
        files = data if isinstance(data, list | tuple) else [data]
        given = [file for file in files if file]
        if not given and self.required:
            return super().clean(None, initial)
        return given


def add_problem(form: forms.BaseForm, problem: InvalidError, *, names: Iterable[tuple[str, str]] = ()) -> None:
    """Put what a service refused beside the fields that it names; `names` maps the service's words to the form's."""
    aliases = dict(names)
    for name, message in problem.fields.items():
        field = aliases.get(name, name)
        form.add_error(field if field in form.fields else None, message)
