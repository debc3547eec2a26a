"""The one gate between what people send in forms and what is stored: it shows credentials, masked unless kept.

It stands before every view that writes, so that no form can be forgotten. It never blocks: who wants to keep what was
found says so. See docs/security.md.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.forms.utils import pretty_name
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_POST
from django_htmx.http import reselect, reswap, retarget

from accounts.models import User
from hindsight.lib.htmx import private, wants_fragment
from hindsight.lib.secret_files import FILE_BYTES, masked_upload, text_of_upload
from hindsight.lib.secrets import Checked, Finding, count_words, find, masked, walk

View = Callable[..., Any]

# Apps whose forms store what was typed.
APPS = ("incidents", "postmortems", "integrations", "learning")
# Their POSTs that store nothing, or that name a credential in order to be rid of it.
STORE_NOTHING = frozenset(
    {
        *("entry_preview", "entry_plan", "incident_live", "incident_leave", "lines_known", "section_preview"),
        *("redact", "entry_redact", "step_redact", "snippet_redact", "attachment_redact"),
    }
)
# How somebody decided, digest by digest; what was seen and is not kept is masked.
SEEN, CHOICE = "secret_seen", "secret_choice_"
KEPT_IN_SESSION = "kept_secrets"
KEPT_LIMIT = 200
# static/js/safe-paste.js acts on it.
HEADER = "X-Hindsight-Secrets"
FILE_NAME = "Name of a file"
NOT_TYPED = frozenset({"csrfmiddlewaretoken", "once", "version", SEEN})
# For all that one form sends.
TIME_S = 3.0


@dataclass(frozen=True, slots=True)
class Place:
    """A credential in what was sent: in which field, in which line, and where in it, counted as browsers count."""

    finding: Finding
    field: str
    label: str
    line: int
    start: int
    end: int
    is_file: bool = False

    @property
    def where(self) -> str:
        """For people."""
        has_lines = self.line > 1 or (self.is_file and self.label != FILE_NAME)
        return f"{self.label}, line {self.line}" if has_lines else self.label


class SafePasteMiddleware:
    """Asks before a credential is stored; see the module's docstring. Stands last: rights and limits come before it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do until the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """422 with what was found and not decided on; else the view, with what is to be masked already masked."""
        if request.method != "POST" or not _stores(request, view):
            return None
        try:
            places, is_whole = _looked_at(request)
        except UnreadablePostError:
            # The view is going to meet it as well, and its answer is the right one.
            return None
        if not places:
            return None
        kept = _kept(request)
        open_places = [place for place in places if place.finding.digest not in kept]
        if not {place.finding.digest for place in open_places} <= set(request.POST.getlist(SEEN)):
            return _ask(request, open_places, is_whole=is_whole)
        _mask(request, open_places)
        return None


@require_POST
def keep_found(request: HttpRequest) -> HttpResponse:
    """Remember, for this session, which of the found credentials its person wants to keep."""
    _remember(request, _chosen(request))
    return private(JsonResponse({"kept": True}))


def _stores(request: HttpRequest, view: View) -> bool:
    name = request.resolver_match.url_name if request.resolver_match else None
    is_ours = getattr(view, "__module__", "").split(".", 1)[0] in APPS
    return is_ours and isinstance(request.user, User) and str(name) not in STORE_NOTHING


# --- looking ----------------------------------------------------------------------------------------------------------


def _looked_at(request: HttpRequest) -> tuple[list[Place], bool]:
    places: list[Place] = []
    is_whole, deadline = True, time.monotonic() + TIME_S

    def look(text: str) -> Checked:
        return find(text, limit_s=max(deadline - time.monotonic(), 0.02))

    for name, values in request.POST.lists():
        if name in NOT_TYPED or name.startswith(CHOICE):
            continue
        for text in map(str, values):
            for part, is_exact in _texts(text):
                checked = look(part)
                is_whole &= checked.is_whole
                places += _places(name, pretty_name(name), part, checked.findings, is_exact=is_exact)
    for name, files in request.FILES.lists():
        for file in files:
            part = text_of_upload(file)
            checked = look(part)
            is_whole &= checked.is_whole and (file.size or 0) <= FILE_BYTES
            places += _places(name, file.name or name, part, checked.findings, is_file=True)
            named = file.name or ""
            places += _places(name, FILE_NAME, named, look(named).findings, is_file=True)
    return places, is_whole


def _texts(value: str) -> Iterator[tuple[str, bool]]:
    """The texts in a field and whether they are the field: fields filled by scripts hold several, as JSON."""
    data = _json(value)
    if data is None:
        yield value, True
        return
    texts: list[str] = []
    walk(data, lambda text: texts.append(text) or text)  # type: ignore[func-returns-value]  # append answers None
    for text in texts:
        yield text, False


def _json(value: str) -> Any:
    if not value.startswith(("[", "{")):
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _places(
    field: str, label: str, text: str, findings: Iterable[Finding], *, is_exact: bool = False, is_file: bool = False
) -> list[Place]:
    # A browser sends CR LF and keeps LF, and counts in UTF-16.
    def units(end: int) -> int:
        return len(text[:end].replace("\r\n", "\n").encode("utf-16-le", "surrogatepass")) // 2 if is_exact else -1

    return [
        Place(one, field, label, text.count("\n", 0, one.start) + 1, units(one.start), units(one.end), is_file)
        for one in findings
    ]


# --- deciding ---------------------------------------------------------------------------------------------------------


def _kept(request: HttpRequest) -> set[str]:
    """What this person chose to keep, now or earlier in this session."""
    chosen = _chosen(request)
    if chosen:
        _remember(request, chosen)
    return {*chosen, *request.session.get(KEPT_IN_SESSION, [])}


def _chosen(request: HttpRequest) -> list[str]:
    return [name[len(CHOICE) :] for name, value in request.POST.items() if name.startswith(CHOICE) and value == "keep"]


def _remember(request: HttpRequest, digests: Iterable[str]) -> None:
    kept = [*request.session.get(KEPT_IN_SESSION, []), *(digest for digest in digests if len(digest) == 20)]
    request.session[KEPT_IN_SESSION] = list(dict.fromkeys(kept))[-KEPT_LIMIT:]


def _ask(request: HttpRequest, places: list[Place], *, is_whole: bool) -> HttpResponse:
    unique = list({place.finding.digest: place for place in reversed(places)}.values())[::-1]
    context = {
        "places": places,
        "choices": unique,
        "has_files": any(place.is_file for place in places),
        "title": f"{count_words(len(unique)).capitalize()} found. Nothing was saved yet.",
        "is_whole": is_whole,
        "sent": list(_sent_again(request, places)),
        "files": [(name, file.name) for name, files in request.FILES.lists() for file in files],
        "SEEN": SEEN,
        "CHOICE": CHOICE,
    }
    template = "safe_paste/_found.html" if wants_fragment(request) else "safe_paste/found.html"
    response = render(request, template, context, status=422)
    response.headers[HEADER] = "found"
    if wants_fragment(request):
        reselect(reswap(retarget(response, "body"), "beforeend"), "#secrets-found")
    return private(response)


@dataclass(frozen=True, slots=True)
class Sent:
    """One field as it was sent; `is_long` ones with a finding are shown, so that they can be mended by hand."""

    name: str
    label: str
    value: str
    is_shown: bool


def _sent_again(request: HttpRequest, places: list[Place]) -> Iterator[Sent]:
    shown = {place.field for place in places if place.start >= 0}
    for name, values in request.POST.lists():
        if name not in {"csrfmiddlewaretoken", SEEN} and not name.startswith(CHOICE):
            for value in map(str, values):
                yield Sent(name, pretty_name(name), value, is_shown=name in shown)


def _mask(request: HttpRequest, places: list[Place]) -> None:
    """What the view is going to read, with these credentials masked."""
    digests = {place.finding.digest for place in places}
    post = request.POST.copy()
    for name in {place.field for place in places if not place.is_file} & set(post):
        post.setlist(name, [_masked_value(str(value), digests) for value in post.getlist(name)])
    request.POST = post  # type: ignore[assignment]  # a QueryDict like the one it replaces, but changed
    files: MultiValueDict[str, UploadedFile[Any]] = request.FILES
    for name in {place.field for place in places if place.is_file}:
        files.setlist(name, [masked_upload(file, digests)[0] for file in files.getlist(name)])


def _masked_value(value: str, digests: set[str]) -> str:
    data = _json(value)
    if data is None:
        return masked(value, digests)
    return json.dumps(walk(data, lambda text: masked(text, digests)), ensure_ascii=False)
