"""Form fields for text, markdown, code and moments, and a form mixin that ties errors and hints to their fields."""

import re
import uuid
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import pretty_name
from django.utils import timezone

from hindsight.lib.text import clean, count_notice, unix_lines
from hindsight.lib.time import BadMoment, local_text, parse_moment

MARKDOWN_LIMIT = 100_000
CODE_LIMIT = 5_000_000

_NONCE = re.compile(r"[A-Za-z0-9-]{16,64}")


class CleanCharField(forms.Field):
    """Text that both databases store alike: control characters replaced and counted, line ends LF.

    `limit` counts characters. It is checked here and not by the browser, which would cut a pasted text silently.
    """

    widget: type[forms.Widget] = forms.TextInput
    keep_ansi = False
    strip = True

    def __init__(self, *, limit: int = 200, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.limit = limit
        self.replaced = 0

    def to_python(self, value: object) -> str:
        """Return the text ready to store; remembers in `replaced` how many characters were replaced."""
        text = unix_lines("" if value is None else str(value))
        cleaned = clean(text.strip() if self.strip else text, keep_ansi=self.keep_ansi)
        self.replaced = cleaned.replaced
        return cleaned.text

    def validate(self, value: str) -> None:
        """Raise when a required text is empty or a text passes the limit; the message names field and limit."""
        name = str(self.label) if self.label else "This text"
        if self.required and not value.strip():
            raise ValidationError(f"{name} is empty.", code="required")
        if len(value) > self.limit:
            message = f"{name} has {len(value):,} characters; the limit is {self.limit:,}."
            raise ValidationError(message, code="too_long")

    def has_changed(self, initial: object, data: object) -> bool:
        """Compare as stored, so that CRLF from a browser is no change."""
        before, after = ("" if value is None else str(value) for value in (initial, data))
        return self.to_python(before) != self.to_python(after)


class LineField(CleanCharField):
    """Text of one line: line ends and runs of white space become one space."""

    def to_python(self, value: object) -> str:
        """Return the text on one line."""
        return " ".join(super().to_python(value).split())


class MarkdownField(CleanCharField):
    """Markdown of several lines."""

    widget = forms.Textarea

    def __init__(self, *, limit: int = MARKDOWN_LIMIT, **kwargs: Any) -> None:
        super().__init__(limit=limit, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Let the browser choose the direction from what is written."""
        return {**super().widget_attrs(widget), "dir": "auto"}


class CodeField(CleanCharField):
    """Code or a log: nothing is stripped, terminal colours stay."""

    widget = forms.Textarea
    keep_ansi = True
    strip = False

    def __init__(self, *, limit: int = CODE_LIMIT, **kwargs: Any) -> None:
        super().__init__(limit=limit, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Keep the browser from correcting code."""
        off = {
            "spellcheck": "false",
            "autocapitalize": "off",
            "autocomplete": "off",
            "autocorrect": "off",
            "dir": "ltr",
        }
        return {**super().widget_attrs(widget), **off}


class FixedChoiceField(forms.ChoiceField):
    """A choice among the same for everybody. Django copies the choices of a form one by one each time it is used, which
    takes longer than reading what was sent; copies of this one share them."""

    def __deepcopy__(self, memo: dict[int, Any]) -> "FixedChoiceField":
        choices = vars(self)["_choices"]
        memo[id(choices)] = choices
        return super().__deepcopy__(memo)


class MomentField(forms.Field):
    """A moment as a person writes it; without a zone it means the user's, which is Django's current one unless set.

    The cleaned value is an aware datetime in UTC, or None when the field is empty and not required.
    """

    widget = forms.TextInput
    default_error_messages = {"required": "Write a time, for example 14:05, 10m ago or 2026-03-01 14:05."}

    def __init__(self, *, zone: tzinfo | None = None, now: datetime | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.zone = zone
        self.now = now

    def to_python(self, value: object) -> datetime | None:
        """Read the text; raises ValidationError with the reason."""
        if isinstance(value, datetime):
            return value
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return parse_moment(text, zone=self._zone(), now=self.now or timezone.now())
        except BadMoment as problem:
            raise ValidationError(problem.message, code="bad_moment") from problem

    def prepare_value(self, value: Any) -> Any:
        """Write a stored moment in the user's zone, in the form its widget understands."""
        if not isinstance(value, datetime):
            return value
        is_picker = getattr(self.widget, "input_type", "text") == "datetime-local"
        return local_text(value, self._zone(), separator="T" if is_picker else " ")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Keep the browser from offering old times."""
        return {**super().widget_attrs(widget), "autocomplete": "off"}

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what the field showed, so that unshown microseconds are no change."""
        return str(self.prepare_value(initial) or "").strip() != str(self.prepare_value(data) or "").strip()

    def _zone(self) -> tzinfo:
        return self.zone or timezone.get_current_timezone()


class OnceField(forms.Field):
    """A hidden nonce, new in every fresh form and the same when that form is sent again.

    The cleaned value is always a usable nonce: a missing or odd one is replaced, which only costs the protection.
    """

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "initial": new_once, **kwargs})

    def to_python(self, value: object) -> str:
        """Return the nonce that was sent, or a new one."""
        text = str(value or "")
        return text if _NONCE.fullmatch(text) else new_once()

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Keep the browser from filling an old nonce in on reload."""
        return {**super().widget_attrs(widget), "autocomplete": "off"}

    def has_changed(self, initial: object, data: object) -> bool:
        """Say no: a nonce is no edit."""
        return False


def new_once() -> str:
    """Return a fresh nonce."""
    return str(uuid.uuid4())


class DescribedField(forms.BoundField):
    """A bound field that names the elements which hold its hint and its error."""

    @property
    def hint_id(self) -> str:
        """Return the id that the template gives to the hint."""
        return f"{self.auto_id}_helptext"

    @property
    def error_id(self) -> str:
        """Return the id that the template gives to the error."""
        return f"{self.auto_id}_error"

    @property
    def aria_describedby(self) -> str | None:
        """Return the ids of error and hint, those which exist; the error is read out first."""
        if self.is_hidden or self.field.widget.attrs.get("aria-describedby"):
            return None
        ids = [self.error_id] * bool(self.errors) + [self.hint_id] * bool(self.help_text)
        return " ".join(ids) or None


class FormErrors(forms.BaseForm):
    """Mixin for forms: put it before Form or ModelForm.

    Widgets get aria-invalid and aria-describedby (`id_<name>_error`, `id_<name>_helptext`), every field gets a label
    for its messages, and `notices` says what was changed in the input.
    """

    bound_field_class = DescribedField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if field.label is None:
                field.label = pretty_name(name)
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = f"Nothing was chosen for “{field.label}”."

    @property
    def notices(self) -> list[str]:
        """Say for each field how many of its characters were replaced; empty when all text is as it was sent."""
        return [f"{label}: {count_notice(count)}" for label, count in _replaced(self.fields).items()]


def _replaced(fields: Mapping[str, forms.Field]) -> dict[str, int]:
    """Return label → replaced characters of the fields where there were any."""
    clean_fields = (field for field in fields.values() if isinstance(field, CleanCharField))
    return {str(field.label): field.replaced for field in clean_fields if field.replaced}
