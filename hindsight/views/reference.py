"""The page that explains the API, drawn from the same OpenAPI document that programs read."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hindsight.api import api

METHODS = ("get", "post", "patch", "put", "delete")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a body or answer, or a parameter."""

    name: str
    kind: str
    is_required: bool
    default: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One call."""

    method: str
    path: str
    summary: str
    text: str
    anchor: str
    parameters: list[Field]
    body: list[Field]
    body_type: str
    answer: str
    answer_fields: list[Field]
    example: str


@login_not_required
@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Every call, by group, with its fields and an example to paste into a shell."""
    document = json.loads(json.dumps(api.get_openapi_schema()))
    groups: dict[str, list[Operation]] = {}
    for path, calls in document["paths"].items():
        for method in METHODS:
            if method in calls:
                call = calls[method]
                groups.setdefault(call.get("tags", ["other"])[0], []).append(_operation(document, path, method, call))
    context = {"groups": groups, "text": document["info"]["description"], "version": document["info"]["version"]}
    return render(request, "api/reference.html", context)


def _operation(document: dict[str, Any], path: str, method: str, call: dict[str, Any]) -> Operation:
    content = call.get("requestBody", {}).get("content", {})
    body_type = next(iter(content), "")
    body = _fields(document, content[body_type]["schema"]) if content else []
    answer = next((status for status in call["responses"] if status.startswith("2")), "")
    shape = call["responses"].get(answer, {}).get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        method=method.upper(),
        path=path,
        summary=call.get("summary", ""),
        text=call.get("description", ""),
        anchor=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
        parameters=[_parameter(document, item) for item in call.get("parameters", [])],
        body=body,
        body_type=body_type,
        answer=answer,
        answer_fields=_fields(document, shape),
        example=_example(path, method, body, body_type),
    )


def _parameter(document: dict[str, Any], item: dict[str, Any]) -> Field:
    shape = item.get("schema", {})
    return Field(item["name"], _kind(document, shape), item.get("required", False), _default(shape))


def _resolved(document: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference points to."""
    if "$ref" in shape:
        found: dict[str, Any] = document["components"]["schemas"][shape["$ref"].rsplit("/", 1)[-1]]
        return found
    return shape


def _fields(document: dict[str, Any], shape: dict[str, Any]) -> list[Field]:
    shape = _resolved(document, shape)
    required = shape.get("required", [])
    properties = shape.get("properties", {})
    return [Field(name, _kind(document, item), name in required, _default(item)) for name, item in properties.items()]


def _kind(document: dict[str, Any], shape: dict[str, Any]) -> str:
    """A field's type in a few words."""
    if "anyOf" in shape:
        return " or ".join(_kind(document, item) for item in shape["anyOf"])
    if "$ref" in shape:
        return str(_resolved(document, shape).get("title", "object"))
    if shape.get("type") == "array":
        return f"list of {_kind(document, shape.get('items', {}))}"
    return str(shape.get("format") or shape.get("type", "any"))


def _default(shape: dict[str, Any]) -> str:
    value = shape.get("default")
    return "" if value in (None, "", []) else json.dumps(value)


def _example(path: str, method: str, body: list[Field], body_type: str) -> str:
    """A line for a shell; it asks for nothing but what is required."""
    address = f"{settings.BASE_URL}{path}".replace("{number}", "INC-42").replace("{pk}", "17")
    lines = [f'curl -H "Authorization: Bearer $HINDSIGHT_TOKEN" {address}']
    if method != "get":
        lines[0] = lines[0].replace("curl ", f"curl -X {method.upper()} ", 1)
    required = {field.name: "…" if "string" in field.kind else 1 for field in body if field.is_required}
    if body_type.startswith("multipart"):
        lines.append("  -F file=@screenshot.png")
    elif body:
        lines.append("  -H 'Content-Type: application/json'")
        lines.append(f"  -d '{json.dumps(required, ensure_ascii=False)}'")
    return " \\\n".join(lines)
