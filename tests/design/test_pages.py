"""The shell, the living guide and the pages of trouble can be drawn, with and without a context."""

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from accounts.models import Role, User

PAGES = ["400", "403", "403_csrf", "404", "405", "413", "429", "500", "503", "507", "design"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_needs_no_context(name: str) -> None:
    html = render_to_string(f"{name}.html")
    assert html.lstrip().startswith("<!doctype html>")
    assert html.count("<h1") == 1


def shell(user: User) -> str:
    request = RequestFactory().get("/incidents/INC-1/")
    request.user = user
    return render_to_string("404.html", {"request": request, "csrf_token": "token"})


def test_the_shell_offers_declaring_to_those_who_may_write() -> None:
    assert 'data-shortcut="n"' in shell(User(pk=1, username="one", role=Role.RESPONDER))


def test_the_shell_does_not_offer_declaring_to_viewers() -> None:
    assert 'data-shortcut="n"' not in shell(User(pk=1, username="one", role=Role.VIEWER))


def test_the_shell_says_where_one_is_and_who() -> None:
    html = shell(User(pk=7, username="one", theme="dark"))
    assert 'data-theme="dark"' in html
    assert 'data-user="7"' in html
    assert html.count("aria-current=") == 1


def test_signing_out_is_a_form() -> None:
    html = shell(User(pk=1, username="one"))
    assert 'method="post" action="/accounts/logout/" data-logout' in html
