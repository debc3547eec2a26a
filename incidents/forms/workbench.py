"""Changes, links, roles, hand-overs, merges, and what is changed on many incidents at once."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from accounts.models import User
from hindsight.lib.forms import FormErrors, LineField, MarkdownField, MomentField, OnceField
from incidents.forms.fields import NamesField
from incidents.models import (
    CHANGE_TITLE_LIMIT,
    HANDOVER_LIMIT,
    ROLE_NAME_LIMIT,
    WHY_LIMIT,
    ChangeKind,
    LinkKind,
    Verdict,
)

_NUMBER = re.compile(r"(?:.*/)?(?:inc-)?([1-9][0-9]{0,8})/?", re.IGNORECASE)


class NumberField(forms.Field):
    """The number of an incident: INC-42, 42, or the address of its page. The cleaned value is an int."""

    widget = forms.TextInput
    default_error_messages = {"required": "Write a number, for example INC-42."}

    def to_python(self, value: object) -> int | None:
        """Read it; ValidationError for what is no number."""
        text = str(value or "").strip().partition("#")[0]
        if not text:
            return None
        match = _NUMBER.fullmatch(text)
        if match is None:
            raise ValidationError("This is no number of an incident; write INC-42.", code="number")
        return int(match[1])


class ChangeForm(FormErrors, forms.Form):
    """Something that went to production."""

    title = LineField(label="What changed", limit=CHANGE_TITLE_LIMIT)
    kind = forms.ChoiceField(choices=ChangeKind.choices, initial=ChangeKind.DEPLOY)
    at = MomentField(label="When", required=False, help_text="Now, unless you write 10m ago or 14:05.")
    service = LineField(
        limit=120, required=False, widget=forms.TextInput(attrs={"list": "service-names", "autocomplete": "off"})
    )
    version = LineField(limit=120, required=False)
    author = LineField(label="By whom", limit=200, required=False)
    url = LineField(label="Address", limit=500, required=False)
    once = OnceField()


class VerdictForm(FormErrors, forms.Form):
    """What a change had to do with it; empty takes the verdict back."""

    verdict = forms.ChoiceField(choices=[("", "None"), *Verdict.choices], required=False)
    why = LineField(limit=WHY_LIMIT, required=False)
    seen = forms.ChoiceField(choices=[("", "None"), *Verdict.choices], required=False, widget=forms.HiddenInput)


class LinkForm(FormErrors, forms.Form):
    """What this incident has to do with another."""

    kind = forms.ChoiceField(choices=LinkKind.choices, widget=forms.RadioSelect, initial=LinkKind.RELATED)
    target = NumberField(label="Incident", help_text="INC-42, or the address of its page.")


class MergeForm(FormErrors, forms.Form):
    """Where everything of this incident goes."""

    target = NumberField(label="Merge it into", help_text="INC-42, or the address of its page.")


class RoleForm(FormErrors, forms.Form):
    """Who does what; nobody ends the role."""

    role = LineField(limit=ROLE_NAME_LIMIT, widget=forms.TextInput(attrs={"list": "role-names", "autocomplete": "off"}))
    person = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Nobody")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        person = self.fields["person"]
        assert isinstance(person, forms.ModelChoiceField)
        person.queryset = User.objects.filter(is_active=True)


class HandoverForm(FormErrors, forms.Form):
    """What stands on top of the hand-over."""

    body = MarkdownField(label="Note", limit=HANDOVER_LIMIT, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class BulkForm(FormErrors, forms.Form):
    """What to add to and take from the chosen incidents."""

    add_services = NamesField(required=False, widget=forms.TextInput(attrs={"list": "service-names"}))
    remove_services = NamesField(
        label="Take services away", required=False, widget=forms.TextInput(attrs={"list": "service-names"})
    )
    add_tags = NamesField(required=False, widget=forms.TextInput(attrs={"list": "tag-names"}))
    remove_tags = NamesField(
        label="Take tags away", required=False, widget=forms.TextInput(attrs={"list": "tag-names"})
    )


def chosen_rows(data: QueryDict) -> dict[int, int]:
    """Numbers and the versions that were seen, from values such as `row=42:7`; what is neither is left out."""
    found = {}
    for value in data.getlist("row"):
        number, _, version = value.partition(":")
        if all(part.isascii() and part.isdecimal() and len(part) < 10 for part in (number, version)):
            found[int(number)] = int(version)
    return found
