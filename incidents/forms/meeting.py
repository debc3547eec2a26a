"""Forms that two people may fill in at once: what one of them left alone takes what the other saved."""

from typing import Any, ClassVar

from django import forms
from django.http import QueryDict


class MeetingForm(forms.Form):
    """Each field of EDITED also sends what it showed at first, by which it is known what this person changed."""

    EDITED: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.EDITED:
            self.fields[name].show_hidden_initial = True

    @property
    def mine(self) -> list[str]:
        """The fields that this person changed."""
        return [name for name in self.changed_data if name in self.EDITED]


def merged_data(form: MeetingForm, stored: MeetingForm) -> QueryDict:
    """What this person would have sent had they begun from what is stored now, which `stored` shows."""
    data, sent = QueryDict(mutable=True), form.data
    assert isinstance(sent, QueryDict)
    for name, field in stored.fields.items():
        now = _values(stored[name])
        data.setlist(stored[name].html_initial_name, now)
        data.setlist(name, sent.getlist(name) if name in form.mine else now)
        if isinstance(field, forms.BooleanField) and data.getlist(name) in (["False"], []):
            data.setlist(name, [])
    return data


def is_apart(form: MeetingForm, stored: MeetingForm) -> bool:
    """Whether nobody else changed what this person changed; where it is not known what they saw, it is not."""
    sent = form.data
    assert isinstance(sent, QueryDict)
    return all(_same(sent.getlist(form[name].html_initial_name), _values(stored[name])) for name in form.mine)


def _same(seen: list[str], now: list[str]) -> bool:
    # A browser ends lines with CR LF.
    return [one.replace("\r\n", "\n") for one in seen] == [one.replace("\r\n", "\n") for one in now]


def _values(bound: forms.BoundField) -> list[str]:
    """What a field sends when it shows its initial value."""
    value = bound.value()
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
