"""Version 1 of the API: mounts each app's router and gives every error one shape."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from accounts.api import TokenAuth
from accounts.api import router as me_router
from accounts.models import Scope
from hindsight.lib.api import ApiError, Renderer, StrictParser, error_response, field_errors
from hindsight.lib.pagination import BadCursor
from hindsight.lib.problems import InvalidError
from incidents import access
from incidents.api import changes_router, incidents_router, services_router
from postmortems.api import actions_router, incident_actions_router, postmortem_router
from search.api import results_router, suggest_router
from search.api import router as search_router

api = NinjaAPI(
    title="Hindsight API",
    version="1",
    urls_namespace="api-1",
    auth=TokenAuth(),
    docs_url=None,
    openapi_url="openapi.json",
    parser=StrictParser(),
    renderer=Renderer(),
    description=(
        "Send `Authorization: Bearer <token>`; a token comes from Settings → API tokens or `manage.py token`. "
        "Any POST takes an `Idempotency-Key`. Times are ISO 8601 with a zone. Unknown fields are refused by name. "
        "What looks like a credential is masked before it is stored, and the answer counts them in `masked_secrets`; "
        "`keep_secrets: true` in the body keeps them."
    ),
)
api.add_router("me/", me_router)
api.add_router("incidents/", incidents_router)
api.add_router("incidents/", postmortem_router)
api.add_router("incidents/", incident_actions_router)
api.add_router("actions/", actions_router)
api.add_router("changes/", changes_router)
api.add_router("services/", services_router)
# A pasted text is too long for an address, so one of its calls is a POST that only reads.
api.add_router("search/", search_router, auth=TokenAuth(needs=Scope.READ))
api.add_router("suggest/", suggest_router)
api.add_router("results/", results_router)


@api.exception_handler(ApiError)
def _api_error(request: HttpRequest, error: ApiError) -> HttpResponse:
    response = error_response(error.status, error.message, error.fields, **error.extra)
    if error.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if error.status == 429:
        response["Retry-After"] = "60"
    return response


@api.exception_handler(AuthenticationError)
def _no_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return _api_error(request, ApiError(401, "Send a token: Authorization: Bearer …"))


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    # The same for what is hidden and what is not there.
    return error_response(404, access.NOT_FOUND)


@api.exception_handler(PermissionDenied)
def _forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return error_response(403, str(error) or access.READ_ONLY)


@api.exception_handler(InvalidError)
def _invalid(request: HttpRequest, error: InvalidError) -> HttpResponse:
    return error_response(422, str(error), error.fields)


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = field_errors(error.errors)
    return error_response(422, " ".join(f"{name}: {text}" for name, text in fields.items()), fields)


@api.exception_handler(BadCursor)
def _bad_cursor(request: HttpRequest, error: BadCursor) -> HttpResponse:
    return error_response(400, str(error), {"cursor": str(error)})


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    message = "The body is not a JSON object." if error.status_code == 400 else str(error)
    return error_response(error.status_code, message)


def _shaped(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ninja answers a wrong method in plain text; like every error it is told in the API's one shape."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        # Ninja keeps them in a set, whose order is another one in every process.
        allowed = ", ".join(sorted(response.headers["Allow"].split(", ")))
        shaped = error_response(405, f"{request.method} is not possible here; use {allowed}.")
        shaped.headers["Allow"] = allowed
        return shaped

    return answer


def _opened(pattern: Any) -> Any:
    """The API asks for tokens itself; the sign-in page is for people."""
    if isinstance(pattern, URLPattern):
        pattern.callback = login_not_required(_shaped(pattern.callback))
    return pattern


patterns, app_name, namespace = api.urls
urls = ([_opened(pattern) for pattern in patterns], app_name, namespace)
