"""What every API answer has in common: strict bodies, times with a zone, one shape of error, lists with cursors."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, NoReturn, Self, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, JsonResponse
from ninja import Schema
from ninja.parser import Parser
from ninja.renderers import JSONRenderer
from ninja.schema import DjangoGetter
from pydantic import BeforeValidator, ConfigDict, Field, ModelWrapValidatorHandler, ValidationInfo, model_validator

from hindsight.lib.pagination import page_by_keyset
from hindsight.lib.problems import StaleError
from hindsight.lib.secrets import mask_all
from hindsight.lib.time import BadMoment, parse_iso_aware

PAGE_LIMIT = 100
CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    422: "invalid",
    429: "rate_limited",
    500: "server_error",
    503: "unavailable",
    507: "disk_full",
}
Row = TypeVar("Row", bound=Model)


class ApiError(Exception):
    """An answer other than the one asked for."""

    def __init__(self, status: int, message: str, fields: Mapping[str, str] | None = None, **extra: Any) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.fields = dict(fields or {})
        self.extra = extra


def conflict(error: StaleError, current: Schema) -> ApiError:
    """409 for who wrote from an older version: it says which is the current one, and shows the record as it is now."""
    shown = current.model_dump(mode="json")
    fields = {"version": f"The current version is {shown['version']}."}
    return ApiError(409, str(error), fields, current=shown)


class Body(Schema):
    """A body in which every unknown field is refused by name, and credentials are masked unless the call keeps them."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)
    # Whether what is sent is going to be stored.
    STORES: ClassVar[bool] = True

    keep_secrets: bool = Field(
        False,
        exclude=True,
        description="What looks like a credential is masked before it is stored, and the answer says in "
        "`masked_secrets` how many there were; true keeps them.",
    )

    @model_validator(mode="wrap")
    @classmethod
    def _run_root_validator(cls, values: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Any:
        # Takes the place of Schema's own, which does the last two lines: those within see what this one has masked.
        values = cls._masked(values, (info.context or {}).get("request"))
        handler(values)
        return handler(DjangoGetter(values, cls, info.context))

    @classmethod
    def _masked(cls, values: Any, request: Any) -> Any:
        if not cls.STORES or request is None or not isinstance(values, dict):
            return values
        if values.get("keep_secrets") is True:
            # Said once, for all that the body holds.
            request.keeps_secrets = True
        if getattr(request, "keeps_secrets", False):
            return values
        masked, count = mask_all(values)
        count_masked(request, count)
        return masked


def count_masked(request: HttpRequest, count: int) -> None:
    """Add to what the answer says of masked credentials."""
    request.masked_secrets = getattr(request, "masked_secrets", 0) + count  # type: ignore[attr-defined]  # ours


class Renderer(JSONRenderer):
    """JSON; an answer to a call that had credentials in it says how many were masked."""

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> Any:
        """The body of the answer."""
        count = getattr(request, "masked_secrets", 0)
        if count and isinstance(data, dict) and response_status < 300:
            data = {**data, "masked_secrets": count}
        return super().render(request, data, response_status=response_status)


class ErrorDetail(Schema):
    """What went wrong, for programs (`code`) and for people (`message`); `fields` says it by field."""

    code: str
    message: str
    fields: dict[str, str]


class ErrorOut(Schema):
    """The shape of every error."""

    error: ErrorDetail


ERRORS: dict[Any, Any] = {frozenset({400, 401, 403, 404, 409, 413, 422, 429}): ErrorOut}


def _aware(value: Any) -> Any:
    """Take text with a zone, or a moment; numbers and times without a zone are refused."""
    if value is None or isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError("This is not an ISO 8601 time, for example 2026-03-01T14:05:00Z.")  # noqa: TRY004 - pydantic's way
    try:
        return parse_iso_aware(value)
    except BadMoment as problem:
        raise ValueError(problem.message) from problem


Moment = Annotated[datetime, BeforeValidator(_aware)]


class StrictParser(Parser):
    """JSON objects without surprises: no NaN, no doubled keys, no nesting that exhausts the stack."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The object in the body; ValueError, which the API answers with 400, for anything else."""
        try:
            body = json.loads(request.body, parse_constant=_refuse_constant, object_pairs_hook=_no_doubles)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        if not isinstance(body, dict):
            raise ValueError("not an object")  # noqa: TRY004 - every refusal here is a ValueError by contract
        return body


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("a key stands twice")
    return result


def error_response(status: int, message: str, fields: Mapping[str, str] | None = None, **extra: Any) -> JsonResponse:
    """An error in the one shape that all have; `extra` stands beside it, such as the current record of a conflict."""
    body = {"error": {"code": CODES.get(status, "error"), "message": message, "fields": dict(fields or {})}, **extra}
    response = JsonResponse(body, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def field_errors(errors: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Pydantic's findings by field, in words for people."""
    found: dict[str, str] = {}
    for error in errors:
        # The first part says where it was sent (body, query, …); `payload` is our own name for a whole body.
        place = [str(part) for part in error["loc"][1:]]
        place = place[1:] if place[:1] == ["payload"] else place
        found.setdefault(".".join(place), _sentence(error))
    return found


def _sentence(error: Mapping[str, Any]) -> str:
    kind, message = error["type"], str(error["msg"])
    if kind == "extra_forbidden":
        return "Unknown field."
    if kind == "missing":
        return "This field is required."
    return message.removeprefix("Value error, ")


def only_parameters(request: HttpRequest, allowed: Iterable[str]) -> None:
    """Refuse query parameters that mean nothing here, so that a typo is not taken for "everything"."""
    unknown = sorted(set(request.GET) - set(allowed))
    if unknown:
        raise ApiError(400, f"Unknown parameter: {', '.join(unknown)}.", dict.fromkeys(unknown, "Unknown field."))


def listing(
    request: HttpRequest,
    rows: QuerySet[Row],
    *,
    order: tuple[str, str],
    cursor: str,
    limit: int,
    shown: Callable[[list[Row]], list[Any]],
) -> dict[str, Any]:
    """A page of a list: how many there are in all, the address of the next page, and the results."""
    if not 1 <= limit <= PAGE_LIMIT:
        raise ApiError(422, f"limit is {limit}; use 1 to {PAGE_LIMIT}.", {"limit": f"Use 1 to {PAGE_LIMIT}."})
    page = page_by_keyset(rows, order=order, cursor=cursor or None, limit=limit)
    return {"count": rows.count(), "next": _next(request, page.next_cursor), "results": shown(page.items)}


def _next(request: HttpRequest, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    query = request.GET.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
