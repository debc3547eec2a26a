"""Who speaks to the API, and what their token lets them do."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from ninja import Router, Schema
from ninja.responses import Status
from ninja.security import HttpBearer

from accounts.models import ApiToken, Scope, User
from accounts.once import KeyUsedElsewhereError, once
from accounts.services import tokens
from hindsight.lib.api import ERRORS, ApiError, error_response

router = Router(tags=["me"])
# With its prefix it has to fit the column whole: two keys cut to the same start would be one.
PREFIX = "api:"
KEY_LIMIT = 200 - len(PREFIX)
# Wrong tokens from one address; the right ones are never slowed.
WRONG_TOKENS = {"api_token": "30/m/ip"}


class TokenAuth(HttpBearer):
    """A bearer token in the header; `needs` is the scope for what changes something, reading needs `read`."""

    def __init__(self, needs: Scope = Scope.WRITE) -> None:
        super().__init__()
        self.needs = needs

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        """The token; the request acts for its owner. ApiError 401, 403 or 429 otherwise."""
        known = tokens.authenticate(token, now=timezone.now())
        if known is None:
            _count_wrong(request)
            raise ApiError(401, "This token is not valid.")
        if not known.allows(self._needed(request)):
            raise ApiError(403, f"This token's scope is “{known.scope}”, which does not allow this.")
        request.user = known.user
        return known

    def _needed(self, request: HttpRequest) -> Scope:
        return Scope.READ if request.method in {"GET", "HEAD"} else self.needs


def _count_wrong(request: HttpRequest) -> None:
    """Slow down guessing."""
    if not ratelimit.consume(request, app="hindsight", action="api_token", config=WRONG_TOKENS, limit_get=True):
        raise ApiError(429, "Too many tries. Try again in 60 s.")


def caller(request: HttpRequest) -> User:
    """The person for whom the request acts."""
    if not isinstance(request.user, User):
        raise ApiError(401, "Send a token: Authorization: Bearer …")
    return request.user


def idempotent(view: Callable[..., tuple[int, Any]]) -> Callable[..., Status[Any]]:
    """Let a POST with an `Idempotency-Key` act once: a repetition gets the first answer again.

    The key belongs to one request of one person; with another path or body it is refused (422).
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Status[Any]:
        key = request.headers.get("Idempotency-Key", "")
        if len(key) > KEY_LIMIT:
            raise ApiError(422, f"Idempotency-Key has {len(key)} characters; the limit is {KEY_LIMIT}.")
        if not key:
            return Status(*view(request, *args, **kwargs))

        def act() -> dict[str, Any]:
            status, body = view(request, *args, **kwargs)
            return {"status": status, "body": body.model_dump(mode="json") if isinstance(body, Schema) else body}

        try:
            answer = once(
                by=caller(request), key=f"{PREFIX}{key}", request=_asked(request), now=timezone.now(), act=act
            )
        except KeyUsedElsewhereError as error:
            raise ApiError(422, str(error), {"Idempotency-Key": str(error)}) from error
        return Status(answer["status"], answer["body"])

    return wrapped


def _asked(request: HttpRequest) -> str:
    """Path and digest of the body. Files are told by name and size, since they are streamed."""
    if request.content_type == "multipart/form-data":
        files = [
            (name, file.name, file.size) for name, file in sorted(request.FILES.items()) if not isinstance(file, list)
        ]
        body = repr((sorted(request.POST.items()), files)).encode()
    else:
        body = request.body
    return f"{request.path[:120]} {hashlib.sha256(body).hexdigest()}"


def or_token(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let a script with a token of scope `read` fetch what a page offers to download; people sign in as everywhere."""

    @login_not_required
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "Authorization" in request.headers:
            scheme, _, secret = request.headers["Authorization"].partition(" ")
            try:
                request.auth = TokenAuth().authenticate(request, secret.strip() if scheme.lower() == "bearer" else "")  # type: ignore[attr-defined]  # as ninja does
            except ApiError as refused:
                return error_response(refused.status, refused.message)
        elif not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return wrapped


class MeOut(Schema):
    """The owner of the token, and what it may do."""

    username: str
    name: str
    email: str
    role: str
    timezone: str
    scope: str


@router.get("", response={200: MeOut, **ERRORS}, summary="Who am I")
def me(request: HttpRequest) -> dict[str, Any]:
    """The owner of the token and its scope."""
    user = caller(request)
    token = getattr(request, "auth", None)
    return {
        "username": user.username,
        "name": user.shown_name,
        "email": user.email,
        "role": user.role,
        "timezone": user.timezone,
        "scope": token.scope if isinstance(token, ApiToken) else Scope.READ,
    }
