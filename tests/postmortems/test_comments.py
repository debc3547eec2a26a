"""Comments: at a section or at words, found again after edits, private like the record."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from hindsight.lib.problems import InvalidError
from postmortems.anchors import find, plain
from postmortems.indexing import PostmortemText
from postmortems.models import COMMENT_LIMIT, Comment, Notice, NoticeKind, Postmortem
from postmortems.pages.review import ReviewForms, read_review
from postmortems.services.comments import NotYoursError, answer, comment, edit, resolve
from postmortems.services.sections import save_sections
from tests.support.postmortems import make_postmortem
from tests.support.records import LATER, NOW, make_incident

pytestmark = pytest.mark.django_db

TEXT = "The pool was **empty**. Nobody saw that the pool was empty for an hour."


@pytest.fixture
def draft(responder: User) -> Postmortem:
    return make_postmortem(responder, summary=TEXT)


def on(row: Postmortem, by: User, quote: str = "", offset: int | None = None, body: str = "Why?") -> Comment:
    return comment(postmortem=row, by=by, now=NOW, body=body, section="summary", quote=quote, offset=offset)


def shown(row: Postmortem, reader: User) -> list[tuple[str, bool]]:
    page = read_review(row.incident, row, reader=reader, forms=ReviewForms())
    return [(thread.row.quote, thread.is_lost) for section in page.sections for thread in section.threads]


def at(name: str, row: Postmortem, *args: object) -> str:
    return reverse(name, args=[row.incident.number, *args])


class TestPlaces:
    def test_words_are_found_in_what_readers_see(self) -> None:
        text = plain("<p>The <strong>pool</strong> was\nempty.</p><ul><li>A &amp; B</li><li>C</li></ul>")
        assert text == "The pool was empty. A & B C"
        assert find("pool  was", text, None).start == 4
        assert find("a & b", text, 0).start == 20
        assert find("gone", text, 0).is_lost
        assert find("", text, 0).is_lost

    def test_of_several_places_the_nearest_counts(self) -> None:
        assert find("ab", "ab cd ab", 5).start == 6
        assert find("ab", "ab cd ab", 1).start == 0

    def test_a_quote_moves_with_its_words_and_is_kept_when_they_go(
        self, draft: Postmortem, responder: User, outsider: User
    ) -> None:
        on(draft, outsider, "pool was empty", 36)
        assert Comment.objects.get().offset == 40
        save_sections(postmortem=draft, by=responder, now=LATER, sections={"summary": (f"So: {TEXT}", None)})
        assert shown(draft, responder) == [("pool was empty", False)]
        save_sections(postmortem=draft, by=responder, now=LATER, sections={"summary": ("All new.", None)})
        assert shown(draft, responder) == [("pool was empty", True)]

    def test_words_that_do_not_stand_there_are_refused(self, draft: Postmortem, outsider: User) -> None:
        with pytest.raises(InvalidError, match="do not stand in the section"):
            on(draft, outsider, "the queue")

    def test_a_section_that_is_none_is_refused(self, draft: Postmortem, outsider: User) -> None:
        with pytest.raises(InvalidError, match="no section"):
            comment(postmortem=draft, by=outsider, now=NOW, body="x", section="nope")


class TestThreads:
    def test_answers_join_their_thread(self, draft: Postmortem, responder: User, outsider: User) -> None:
        head = on(draft, outsider)
        first = answer(thread=head, by=responder, now=LATER, body="Because.")
        second = answer(thread=first, by=outsider, now=LATER, body="I see.")
        assert second.parent == first.parent == head

    def test_resolving_and_opening_again(self, draft: Postmortem, responder: User, outsider: User) -> None:
        head = on(draft, outsider)
        reply = answer(thread=head, by=responder, now=LATER, body="Done.")
        assert resolve(thread=reply, by=responder, now=LATER).resolved_by == responder
        assert not draft.comments.open().exists()
        assert resolve(thread=head, by=outsider, now=LATER, is_resolved=False).resolved_at is None

    def test_one_changes_only_ones_own(self, draft: Postmortem, responder: User, outsider: User) -> None:
        head = on(draft, outsider)
        assert edit(comment=head, by=outsider, now=LATER, body="How?").edited_at == LATER
        with pytest.raises(NotYoursError):
            edit(comment=head, by=responder, now=LATER, body="Mine now")

    @pytest.mark.parametrize("body", ["", "  \n ", "x" * 1_000_000])
    def test_an_empty_or_a_huge_one_is_refused(self, draft: Postmortem, outsider: User, body: str) -> None:
        with pytest.raises(InvalidError):
            on(draft, outsider, body=body)

    def test_people_are_told_once(self, draft: Postmortem, responder: User, outsider: User, teammate: User) -> None:
        head = on(draft, outsider, body="What does @Teammate say, and @nobody?")
        told = set(Notice.objects.values_list("to__username", "kind"))
        assert told == {("responder", NoticeKind.COMMENT), ("teammate", NoticeKind.MENTION)}
        edit(comment=head, by=outsider, now=LATER, body="What does @teammate say?")
        assert Notice.objects.count() == 2

    def test_naming_somebody_who_may_not_see_it_tells_them_nothing(self, responder: User, outsider: User) -> None:
        row = make_postmortem(responder, make_incident(responder, is_private=True), summary=TEXT)
        on(row, responder, body="Hide it from @outsider")
        assert not Notice.objects.exists()


class TestPages:
    def test_a_comment_without_a_script(self, draft: Postmortem, outsider_client: Client) -> None:
        sent = {"section": "summary", "body": "Since **when**?", "quote": "for an hour"}
        response = outsider_client.post(at("comment_add", draft), sent)
        assert response.status_code == 303
        page = outsider_client.get(response["Location"]).content.decode()
        assert "<strong>when</strong>" in page
        assert 'data-quoted="summary"' in page

    def test_sending_twice_says_it_once(self, draft: Postmortem, outsider_client: Client) -> None:
        sent = {"section": "", "body": "Once.", "once": "abcdefghijklmnop-1234"}
        for _ in range(2):
            assert outsider_client.post(at("comment_add", draft), sent).status_code == 303
        assert draft.comments.count() == 1

    @pytest.mark.parametrize(
        "sent", [{"body": ""}, {"body": "y" * (COMMENT_LIMIT + 1)}, {"body": "z", "quote": "no such words"}]
    )
    def test_a_refused_one_is_shown_with_what_was_typed(
        self, draft: Postmortem, outsider_client: Client, sent: dict[str, str]
    ) -> None:
        response = outsider_client.post(at("comment_add", draft), {"section": "summary", **sent})
        assert response.status_code == 422
        assert sent["body"] in response.content.decode()
        assert not draft.comments.exists()

    def test_answering_editing_and_resolving(
        self, draft: Postmortem, responder: User, outsider: User, responder_client: Client, outsider_client: Client
    ) -> None:
        head = on(draft, outsider)
        assert responder_client.post(at("comment_reply", draft, head.pk), {"body": "So."}).status_code == 303
        assert responder_client.post(at("comment_reply", draft, head.pk), {"body": ""}).status_code == 422
        assert outsider_client.get(at("comment_edit", draft, head.pk)).status_code == 200
        assert outsider_client.post(at("comment_edit", draft, head.pk), {"body": "How?"}).status_code == 303
        assert responder_client.post(at("comment_edit", draft, head.pk), {"body": "Mine"}).status_code == 403
        assert responder_client.post(at("comment_resolve", draft, head.pk)).status_code == 303
        head.refresh_from_db()
        assert (head.body, head.is_resolved) == ("How?", True)
        responder_client.post(at("comment_resolve", draft, head.pk), {"open": "1"})
        head.refresh_from_db()
        assert not head.is_resolved

    @pytest.mark.parametrize("name", ["comment_reply", "comment_edit", "comment_resolve"])
    def test_who_may_not(
        self, draft: Postmortem, responder: User, viewer_client: Client, outsider_client: Client, name: str
    ) -> None:
        head = on(draft, responder)
        assert viewer_client.post(at(name, draft, head.pk), {"body": "x"}).status_code == 403
        other = make_postmortem(responder, make_incident(responder, is_private=True), summary=TEXT)
        hidden = on(other, responder)
        assert outsider_client.post(at(name, other, hidden.pk), {"body": "x"}).status_code == 404
        assert outsider_client.post(at(name, draft, hidden.pk), {"body": "x"}).status_code == 404

    def test_markup_is_text(self, draft: Postmortem, outsider: User, responder_client: Client) -> None:
        on(draft, outsider, body="<script>alert(1)</script> <img src=x onerror=y>")
        page = responder_client.get(at("postmortem_review", draft)).content.decode()
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page


def test_comments_are_searched_with_their_incident(draft: Postmortem, outsider: User) -> None:
    before = dict(PostmortemText().versions())
    head = on(draft, outsider, body="A flaky canary hid it.")
    extra = PostmortemText().extras([draft.incident_id])[draft.incident_id]
    (part,) = [part for part in extra.parts if "canary" in part.text]
    assert part.anchor == f"postmortem/review/#comment-{head.pk}"
    assert dict(PostmortemText().versions()) != before
