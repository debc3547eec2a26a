"""How views of the record answer: what a service refused goes back into the form, what it did leads to its place."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django_htmx.http import reswap, retarget

from accounts.models import User
from accounts.once import once
from hindsight.lib import differences
from hindsight.lib.files import DiskFull, TooLarge, over_limit
from hindsight.lib.htmx import redirect, render, wants_fragment
from hindsight.lib.problems import InvalidError
from hindsight.lib.time import duration_text
from incidents.forms.fields import add_problem
from incidents.models import Incident

Result = TypeVar("Result")
Answer = dict[str, Any]

OK, INVALID, CONFLICT, TOO_LARGE, DISK_FULL = 200, 422, 409, 413, 507


def person(request: HttpRequest) -> User:
    """Who is signed in; every view of the record asks for that first."""
    assert isinstance(request.user, User)
    return request.user


def attempt(form: forms.BaseForm, act: Callable[[], Result]) -> tuple[Result | None, int]:
    """Run a service if the form holds: its result and 200, or None and the status that the form goes back with."""
    if not form.is_valid():
        return None, INVALID
    try:
        return act(), OK
    except InvalidError as problem:
        add_problem(form, problem, names=[("file", "uploads")])
        return None, INVALID
    except TooLarge as problem:
        form.add_error("uploads" if "uploads" in form.fields else None, _too_large_words(problem, form))
        return None, TOO_LARGE
    except DiskFull:
        form.add_error(
            None,
            "The server's disk is full. Reading works. Your text is kept in this browser; tell an admin: "
            f"0 MB free on {settings.DATA_DIR}.",
        )
        return None, DISK_FULL


def _too_large_words(problem: TooLarge, form: forms.BaseForm) -> str:
    # The store stops reading at its limit; the form knows how large the file is.
    size = max([problem.size, *(file.size or 0 for file in uploads(form))])
    return over_limit(size, problem.limit)


def act_once(
    request: HttpRequest, form: forms.BaseForm, what: str, act: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Run `act` once for this very form: a double click or a repeated request gets the first answer.

    What was sent is part of the key, so that a form which is changed and sent again acts again.
    """
    digest = hashlib.sha256()
    for part in _sent(request):
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    key = f"{form.cleaned_data['once']}:{digest.hexdigest()[:32]}"
    return once(by=person(request), key=key, request=what, now=timezone.now(), act=act)


def _sent(request: HttpRequest) -> Iterator[str]:
    for name, values in sorted(request.POST.lists()):
        if name != "csrfmiddlewaretoken":
            yield from (name, *map(str, values))
    for name in sorted(request.FILES):
        yield from (f"{name} {file.name} {file.size}" for file in request.FILES.getlist(name))


def uploads(form: forms.BaseForm) -> list[UploadedFile[Any]]:
    """The files of a form."""
    return list(form.cleaned_data.get("uploads") or [])


def named_uploads(form: forms.BaseForm) -> list[tuple[UploadedFile[Any], str]]:
    """The files of a form with their names, as `on_disk` takes them."""
    return [(file, file.name or "") for file in uploads(form)]


def to_incident(request: HttpRequest, incident: Incident, anchor: str = "") -> HttpResponse:
    """To its page, or to a place on it."""
    return redirect(request, incident.get_absolute_url() + (f"#{anchor}" if anchor else ""))


def form_again(request: HttpRequest, *, fragment: str, context: Mapping[str, Any], status: int) -> HttpResponse:
    """A form with all that was typed: alone on a page, or for htmx in the place of the one that was sent."""
    answer = render(
        request, page="incidents/part.html", fragment=fragment, context={**context, "part": fragment}, status=status
    )
    if wants_fragment(request) and status != OK:
        return reswap(retarget(answer, "this"), "outerHTML")
    return answer


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two people wrote differently; `marked` shows what of theirs stands otherwise in mine."""

    label: str
    mine: str
    theirs: str

    @property
    def marked(self) -> SafeString:
        """The difference word by word; long stretches that both have are folded."""
        return differences.words(self.theirs, self.mine)


def difference(label: str, mine: str, theirs: str) -> Difference:
    """What two people wrote into one field. Texts of a browser end lines with CR LF; that is no difference."""
    return Difference(label, mine.replace("\r\n", "\n"), theirs.replace("\r\n", "\n"))


def conflict_words(saved_at: datetime | None, now: datetime) -> str:
    """The message of a conflict; it says when the other one saved if that is known."""
    ago = f" {duration_text(max(now - saved_at, now - now))} ago" if saved_at else " first"
    return (
        f"Somebody saved this{ago}. Nothing of yours is lost: both texts are below. Merge, or save yours as a comment."
    )
