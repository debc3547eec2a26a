"""What somebody typed, carried through a sign-in inside the pages themselves; the server stores nothing."""

import re
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.forms.utils import pretty_name
from django.http import HttpRequest, UnreadablePostError
from django.utils.http import url_has_allowed_host_and_scheme

FIELD = "kept"
# Signed text may be carried for this long, in seconds; the person just has to sign in.
MAX_AGE = 24 * 3600
# Longer text is not carried: it would go over the wire three times. The browser's back button still has it.
MAX_CHARACTERS = 6_000_000

_SALT = "accounts.kept"
# What pages hand to themselves: numbers, and what a field held before.
_MACHINE = re.compile(r"(?:.+-)?(?:once|version)|(?:initial-|base_).+|.+-(?:TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS")
_NEVER = ("password", "secret", "token", "csrf")


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that was sent: where to, its fields in order, which files were lost, whether it is too long to carry."""

    path: str
    fields: list[tuple[str, str]]
    files: list[str]
    is_too_long: bool = False

    @property
    def typed(self) -> list[tuple[str, str]]:
        """The fields worth showing, labelled: those that hold text, without what pages hand to themselves."""
        shown = ((name, value) for name, value in self.fields if value.strip() and not _MACHINE.fullmatch(name))
        return [(pretty_name(name), value) for name, value in shown]

    @property
    def is_sendable(self) -> bool:
        """Whether a page can send it again as a whole, but for its files."""
        return bool(self.typed) and not self.is_too_long

    @property
    def signed(self) -> str:
        """The form as one field of another form; empty when there is nothing to carry."""
        if self.is_too_long or not self.fields:
            return ""
        return signing.dumps([self.path, self.fields, self.files], salt=_SALT, compress=True)


def keep(request: HttpRequest) -> Kept:
    """What this POST carries, without passwords and tokens; files can't be carried and are named instead."""
    try:
        lists = list(request.POST.lists())
        files = [file.name or name for name, many in request.FILES.lists() for file in many]
    except UnreadablePostError:
        lists, files = [], []
    fields = [(name, str(value)) for name, values in lists if _may_travel(name) for value in values]
    length = sum(len(name) + len(value) for name, value in fields)
    return Kept(request.get_full_path(), fields, files, is_too_long=length > MAX_CHARACTERS)


def unpack(signed: str) -> Kept | None:
    """The form out of its signed field; None for anything that was not signed here, or too long ago."""
    try:
        data: Any = signing.loads(signed, salt=_SALT, max_age=MAX_AGE)
        path, fields, files = data
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return None
    return Kept(path, [(str(name), str(value)) for name, value in fields], [str(name) for name in files])


def _may_travel(name: str) -> bool:
    return name != FIELD and not any(word in name.lower() for word in _NEVER)
