"""Atom feeds of incidents, of postmortems, and of any search; each shows what its reader may see at that moment."""

import base64
import binascii
import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from accounts.api import TokenAuth
from accounts.models import Scope, User
from hindsight.lib.api import ApiError
from hindsight.lib.htmx import private
from incidents.answers import answers
from incidents.models import Incident
from postmortems.models import Postmortem, PostmortemStatus
from search.registry import Hit
from search.results import find
from search.views.page import address

SHOWN = 50
# What XML can't carry.
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
View = Callable[..., HttpResponse]


def for_readers(view: View) -> View:
    """Let in a signed-in browser, or a feed reader with an API token as its password (any user name will do)."""

    @login_not_required
    @require_safe
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (request.user.is_authenticated and "Authorization" not in request.headers):
            try:
                TokenAuth(needs=Scope.READ).authenticate(request, _secret(request))
            except ApiError as refused:
                answer = HttpResponse(refused.message, status=refused.status, content_type="text/plain; charset=utf-8")
                if refused.status == 401:
                    answer["WWW-Authenticate"] = 'Basic realm="Hindsight feeds", charset="UTF-8"'
                return private(answer)
        return private(view(request, *args, **kwargs))

    return wrapped


def _secret(request: HttpRequest) -> str:
    """The token out of Basic or Bearer; "" for anything else."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


class _Hits(Feed[Any, Any]):
    """A feed whose items are results: title, cause and fix."""

    feed_type = Atom1Feed
    author_name = "Hindsight"

    def item_title(self, item: Hit) -> str:
        """Number and title."""
        return _clean(f"{item.number} {item.title}")

    def item_description(self, item: Hit) -> str:
        """Cause, fix, and who signed that the fix can't be proven, a line each."""
        told = (("Cause", item.root_cause), ("Fix", item.fix), ("Proof", item.note))
        lines = [f"{name}: {text}" for name, text in told if text]
        return _clean("\n".join(lines) or item.status_label)

    def item_link(self, item: Hit) -> str:
        """The record."""
        return item.url

    def item_guid(self, item: Hit) -> str:
        """Its number, which never changes."""
        return f"tag:hindsight,2026:{item.kind}:{item.number}"

    def item_updateddate(self, item: Hit) -> datetime | None:
        """When it began."""
        return item.started_at

    item_pubdate = item_updateddate


class SearchFeed(_Hits):
    """The records that a query finds, the newest first."""

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The query and who asks."""
        return {"user": request.user, "q": request.GET.get("q", "")[:400]}

    def title(self, obj: dict[str, Any]) -> str:
        """What was searched for."""
        return _clean(f"Search: {obj['q']}" if obj["q"].strip() else "Search")

    def link(self, obj: dict[str, Any]) -> str:
        """The page of the search."""
        return address(obj["q"])

    def items(self, obj: dict[str, Any]) -> list[Hit]:
        """The best results, by when they began."""
        hits = [result.hit for result in find(obj["user"], obj["q"], limit=SHOWN).results]
        return sorted(hits, key=lambda hit: hit.started_at.timestamp() if hit.started_at else 0.0, reverse=True)


class IncidentFeed(_Hits):
    """The newest incidents."""

    title = "Incidents"
    link = "/incidents/"

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpRequest:
        """Who asks."""
        return request

    def items(self, obj: HttpRequest) -> list[Hit]:
        """Those that the reader may see."""
        return _hits(list(Incident.objects.visible_to(_person(obj)).newest_first()[:SHOWN]))


class PostmortemFeed(_Hits):
    """The newest published postmortems."""

    title = "Postmortems"
    link = "/postmortems/"

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpRequest:
        """Who asks."""
        return request

    def items(self, obj: HttpRequest) -> list[Hit]:
        """Those of incidents that the reader may see."""
        visible = Incident.objects.visible_to(_person(obj))
        rows = Postmortem.objects.filter(status=PostmortemStatus.PUBLISHED, incident__in=visible)
        newest = rows.select_related("incident").order_by("-published_at", "-pk")[:SHOWN]
        hits = _hits([row.incident for row in newest])
        return [_published(hit, row) for hit, row in zip(hits, newest, strict=True)]


def _published(hit: Hit, row: Postmortem) -> Hit:
    return Hit(
        kind="postmortem",
        id=row.pk,
        number=hit.number,
        title=hit.title,
        url=f"{hit.url}postmortem/",
        started_at=row.published_at or hit.started_at,
        root_cause=hit.root_cause,
        fix=hit.fix,
        note=hit.note,
        status_label=hit.status_label,
    )


def _hits(incidents: list[Incident]) -> list[Hit]:
    known = answers([incident.pk for incident in incidents])
    return [
        Hit(
            kind="incident",
            id=incident.pk,
            number=incident.label,
            title=incident.title,
            url=incident.get_absolute_url(),
            started_at=incident.started_at or incident.declared_at,
            root_cause=known[incident.pk].root_cause,
            fix=known[incident.pk].fix,
            note=known[incident.pk].note,
            status_label=incident.get_status_display(),
        )
        for incident in incidents
    ]


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise TypeError("Only people and tokens of people read feeds.")
    return request.user


def _clean(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
