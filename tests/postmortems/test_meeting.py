"""Reading together: one section at a time, on plain addresses."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from postmortems.models import ActionItem, Comment, Postmortem
from tests.support.postmortems import make_published
from tests.support.records import make_incident
from tests.support.web import form_values

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(responder: User) -> Postmortem:
    return make_published(responder, make_incident(responder, title="Pool thing"), impact="Nobody could pay.")


def url_of(row: Postmortem, at: str = "") -> str:
    return reverse("postmortem_meeting", args=[row.incident.number]) + (f"?at={at}" if at else "")


def page_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def link(page: str, rel: str) -> str:
    match = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return unescape(match[1]) if match else ""


def test_goes_through_every_section_and_back(row: Postmortem, viewer_client: Client) -> None:
    url, seen = url_of(row), []
    while url:
        page = page_of(viewer_client, url)
        seen += re.findall(r'<h1 id="slide-title"[^>]*>([^<]+)', page)
        last, url = url, link(page, "next")
    assert seen[0] == "At a glance"
    assert len(seen) == len(set(seen)) > 4
    assert f"{len(seen)} of {len(seen)}" in page
    back = 1
    while last := link(page_of(viewer_client, last), "prev"):
        back += 1
    assert back == len(seen)


def test_an_address_names_a_section_and_nonsense_begins(row: Postmortem, viewer_client: Client) -> None:
    assert "Nobody could pay." in page_of(viewer_client, url_of(row, "impact"))
    page = page_of(viewer_client, url_of(row, "nonsense"))
    assert "Nobody could pay." not in page
    assert "At a glance" in page


def test_an_action_item_is_noted_once_where_one_is(row: Postmortem, responder_client: Client) -> None:
    url = url_of(row, "impact")
    page = page_of(responder_client, url)
    sent = {**form_values(page), "action-title": "Watch it", "action-kind": "detect"}
    for _ in range(2):
        response = responder_client.post(url, sent)
        assert (response.status_code, response["Location"]) == (303, url)
    assert ActionItem.objects.get().title == "Watch it"
    refused = responder_client.post(url, {"action-title": "", "action-kind": "detect"})
    assert refused.status_code == 422
    assert "Nobody could pay." in refused.content.decode()


def test_rights(row: Postmortem, responder: User, viewer_client: Client, outsider_client: Client) -> None:
    assert "Note an action item" not in page_of(viewer_client, url_of(row))
    assert viewer_client.post(url_of(row), {"action-title": "x", "action-kind": "detect"}).status_code == 403
    hidden = make_published(responder, make_incident(responder, is_private=True))
    assert outsider_client.get(url_of(hidden)).status_code == 404
    assert outsider_client.post(url_of(hidden), {"action-title": "x"}).status_code == 404


class TestComments:
    def form(self, page: str) -> dict[str, str]:
        """The form of a new comment, with what it is about."""
        values = form_values(page[page.index('data-comment="impact"') :])
        return {"section": "impact", "in": "meeting", "once": values["once"]}

    def test_are_made_and_answered_where_one_is(self, row: Postmortem, responder_client: Client) -> None:
        page = page_of(responder_client, url_of(row, "impact"))
        add = reverse("comment_add", args=[row.incident.number])
        sent = {**self.form(page), "body": "How many?", "quote": "could pay", "offset": "7"}
        answer = responder_client.post(add, sent)
        comment = Comment.objects.get()
        assert answer["Location"] == f"{url_of(row, 'impact')}#comment-{comment.pk}"
        page = page_of(responder_client, answer["Location"])
        assert 'data-quoted="impact"' in page
        assert "How many?" in page
        assert "How many?" not in page_of(responder_client, url_of(row, "fix"))
        reply = reverse("comment_reply", args=[row.incident.number, comment.pk])
        answer = responder_client.post(reply, {"in": "meeting", "body": "About 40.", "once": "meeting-reply-1"})
        assert answer["Location"].startswith(url_of(row, "impact"))
        resolve = reverse("comment_resolve", args=[row.incident.number, comment.pk])
        answer = responder_client.post(resolve, {"in": "meeting"})
        assert answer["Location"].startswith(url_of(row, "impact"))
        assert "How many?" not in page_of(responder_client, url_of(row, "impact"))

    def test_a_refused_one_stays_in_the_meeting_with_its_words(
        self, row: Postmortem, responder_client: Client, viewer_client: Client
    ) -> None:
        page = page_of(responder_client, url_of(row, "impact"))
        add = reverse("comment_add", args=[row.incident.number])
        answer = responder_client.post(add, {**self.form(page), "body": "", "quote": "could pay"})
        assert answer.status_code == 422
        shown = answer.content.decode()
        assert 'id="meeting"' in shown
        assert 'value="could pay"' in shown
        assert "data-comment" not in page_of(viewer_client, url_of(row, "impact"))
