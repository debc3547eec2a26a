"""Page or fragment, from one view."""

import pytest
from django.http import HttpRequest
from django.test import RequestFactory, override_settings
from django_htmx.middleware import HtmxDetails

from hindsight.lib import htmx

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.locmem.Loader",
                    {"page.html": "<html>{{ x }}</html>", "_part.html": "<p>{{ x }}</p>"},
                )
            ]
        },
    }
]


def request(**headers: str) -> HttpRequest:
    made = RequestFactory().get("/", headers=headers)
    made.htmx = HtmxDetails(made)  # type: ignore[attr-defined] # what the middleware does
    return made


@pytest.mark.parametrize(
    ("headers", "html"),
    [
        ({}, "<html>&lt;b&gt;</html>"),
        ({"HX-Request": "true"}, "<p>&lt;b&gt;</p>"),
        ({"HX-Request": "true", "HX-Boosted": "true"}, "<html>&lt;b&gt;</html>"),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, "<html>&lt;b&gt;</html>"),
    ],
)
@override_settings(TEMPLATES=TEMPLATES)
def test_the_request_decides_what_is_rendered(headers: dict[str, str], html: str) -> None:
    response = htmx.render(
        request(**headers), page="page.html", fragment="_part.html", context={"x": "<b>"}, status=422
    )
    assert response.content.decode() == html
    assert response.status_code == 422
    assert "HX-Request" in response["Vary"]
    assert response["Cache-Control"] == "private, no-store"


def test_a_plain_browser_is_redirected_with_303() -> None:
    response = htmx.redirect(request(), "/incidents/INC-1/")
    assert (response.status_code, response["Location"]) == (303, "/incidents/INC-1/")


def test_htmx_is_sent_on_by_its_header() -> None:
    response = htmx.redirect(request(**{"HX-Request": "true"}), "/incidents/INC-1/")
    assert (response.status_code, response["HX-Redirect"]) == (200, "/incidents/INC-1/")
    assert "Location" not in response


def test_boosted_forms_follow_the_303() -> None:
    assert htmx.redirect(request(**{"HX-Request": "true", "HX-Boosted": "true"}), "/").status_code == 303
