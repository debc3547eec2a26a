"""Which page holds the form of an address that takes nothing but what that form sends."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse

View = TypeVar("View", bound=Callable[..., Any])


def lands_on(name: str) -> Callable[[View], View]:
    """Name the page of the form, where that is not the one above its address; it takes the same `number`."""

    def marked(view: View) -> View:
        view.lands_on = name  # type: ignore[attr-defined]  # functions carry what one gives them
        return view

    return marked


def page_of(request: HttpRequest) -> str:
    """The page of the form: the one that its view names, else the nearest address above that leads somewhere."""
    match = request.resolver_match
    name = getattr(match.func, "lands_on", "") if match else ""
    if match and name:
        return reverse(name, kwargs={key: value for key, value in match.kwargs.items() if key == "number"})
    return page_above(request.path_info)


def page_above(path: str) -> str:
    """The nearest address above `path` that leads somewhere; the board at the latest."""
    parts = path.strip("/").split("/")
    for count in range(len(parts) - 1, 0, -1):
        above = f"/{'/'.join(parts[:count])}/"
        try:
            resolve(above)
        except Resolver404:
            continue
        return above
    return "/"
