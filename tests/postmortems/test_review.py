"""Review before publication: who may, what is said, what it does, and what needs no postmortem."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.services.update import change_status
from postmortems.business import NoDayError, after_business_days, days_off_in, is_business_day
from postmortems.models import Postmortem, PostmortemStatus, WritingPolicy
from postmortems.pages.waiting import count_waiting, read_waiting
from postmortems.services.begin import begin
from postmortems.services.comments import comment
from postmortems.services.needed import PublishedError, needed, not_needed
from postmortems.services.policy import set_policy
from postmortems.services.publish import NotReadyError, missing, publish
from postmortems.services.review import (
    NotAReviewerError,
    ReviewClosedError,
    ask_review,
    dismiss,
    end_review,
    people_named,
    say,
    set_due,
)
from tests.support.postmortems import REQUIRED, make_action, make_postmortem, make_proof, make_published
from tests.support.records import NOW, make_incident

pytestmark = pytest.mark.django_db

S = PostmortemStatus
POSTS = (
    "review_ask",
    "review_verdict",
    "review_end",
    "review_publish",
    "postmortem_due",
    "postmortem_not_needed",
    "postmortem_needed",
    "comment_add",
    "postmortem_amend",
)
GETS = ("postmortem_review", "postmortem_revisions", "postmortem_changes")


@pytest.fixture
def draft(responder: User) -> Postmortem:
    return make_postmortem(responder, summary="It was down.")


def asked(row: Postmortem, by: User, *people: User) -> Postmortem:
    return ask_review(postmortem=row, by=by, now=NOW, reviewers=people)


def said(row: Postmortem, by: User, verdict: str = "approved", body: str = "") -> str:
    say(postmortem=row, by=by, now=NOW, verdict=verdict, body=body)
    row.refresh_from_db()
    return row.status


def at(name: str, row: Postmortem, *args: object) -> str:
    return reverse(name, args=[row.incident.number, *args])


def policy(by: User, **fields: object) -> WritingPolicy:
    given = {"due_days": {}, "review_for": [], "extra_parts": {}, **fields}
    version = WritingPolicy.current().version
    return set_policy(by=by, now=NOW, version=version, fields=given)  # type: ignore[arg-type]


class TestVerdicts:
    def test_all_have_to_approve(self, draft: Postmortem, responder: User, teammate: User, outsider: User) -> None:
        assert asked(draft, responder, teammate, outsider).status == S.IN_REVIEW
        assert said(draft, teammate) == S.IN_REVIEW
        assert said(draft, outsider) == S.APPROVED

    def test_one_who_asks_for_changes_decides_until_they_say_otherwise(
        self, draft: Postmortem, responder: User, teammate: User, outsider: User
    ) -> None:
        asked(draft, responder, teammate, outsider)
        assert said(draft, teammate, "changes", "Say how it was verified.") == S.CHANGES_ASKED
        assert said(draft, outsider) == S.CHANGES_ASKED
        assert said(draft, teammate) == S.APPROVED

    def test_changes_need_words(self, draft: Postmortem, responder: User, teammate: User) -> None:
        asked(draft, responder, teammate)
        with pytest.raises(InvalidError, match="What should change is empty"):
            said(draft, teammate, "changes", "  ")

    def test_whoever_is_asked_again_answers_anew_and_the_earlier_verdict_stays(
        self, draft: Postmortem, responder: User, teammate: User
    ) -> None:
        asked(draft, responder, teammate)
        said(draft, teammate, "changes", "Say more.")
        assert asked(draft, responder, teammate).status == S.IN_REVIEW
        assert said(draft, teammate) == S.APPROVED
        assert list(draft.reviews.values_list("verdict", flat=True)) == ["changes", "approved"]

    def test_an_author_can_not_review(self, draft: Postmortem, responder: User, teammate: User) -> None:
        with pytest.raises(InvalidError, match="can't review your own"):
            asked(draft, responder, responder)
        with pytest.raises(InvalidError, match="responder wrote it"):
            asked(draft, teammate, responder)
        with pytest.raises(InvalidError, match="can't review your own"):
            asked(draft, teammate, teammate)

    def test_one_who_sent_it_to_review_has_no_verdict(
        self, draft: Postmortem, responder: User, teammate: User, outsider: User
    ) -> None:
        asked(draft, teammate, outsider)
        with pytest.raises(NotAReviewerError, match="your own"):
            said(draft, teammate)
        with pytest.raises(NotAReviewerError, match="your own"):
            said(draft, responder)

    def test_one_who_was_not_asked_has_no_verdict(
        self, draft: Postmortem, responder: User, teammate: User, outsider: User
    ) -> None:
        asked(draft, responder, teammate)
        with pytest.raises(NotAReviewerError, match="not asked"):
            said(draft, outsider)

    def test_outside_of_a_review_there_is_no_verdict(self, draft: Postmortem, teammate: User) -> None:
        with pytest.raises(ReviewClosedError, match="not in review"):
            said(draft, teammate)

    def test_readers_and_those_who_may_not_see_it_are_not_asked(
        self, responder: User, viewer: User, outsider: User
    ) -> None:
        row = make_postmortem(responder, make_incident(responder, is_private=True))
        with pytest.raises(InvalidError, match="may only read"):
            asked(row, responder, viewer)
        with pytest.raises(InvalidError, match="open it to them first"):
            asked(row, responder, outsider)

    def test_unknown_people_are_named(self, responder: User, teammate: User) -> None:
        assert people_named(["@Teammate ", "teammate"]) == [teammate]
        with pytest.raises(InvalidError, match="Unknown: nobody, else"):
            people_named(["teammate", "nobody", "else"])

    def test_a_stale_one_is_not_sent_to_review(self, draft: Postmortem, responder: User, teammate: User) -> None:
        with pytest.raises(StaleError):
            ask_review(postmortem=draft, by=responder, now=NOW, reviewers=[teammate], version=draft.version - 1)

    def test_taking_back_the_last_request_ends_the_review(
        self, draft: Postmortem, responder: User, teammate: User
    ) -> None:
        asked(draft, responder, teammate)
        assert dismiss(postmortem=draft, by=responder, now=NOW, reviewer=teammate.pk).status == S.DRAFT

    def test_ending_keeps_what_was_said(
        self, draft: Postmortem, responder: User, teammate: User, outsider: User
    ) -> None:
        asked(draft, responder, teammate, outsider)
        said(draft, teammate, "changes", "More.")
        assert end_review(postmortem=draft, by=responder, now=NOW).status == S.DRAFT
        assert [review.reviewer for review in draft.reviews.all()] == [teammate]


class TestPublishing:
    def ready(self, by: User, **fields: Any) -> Postmortem:
        row = make_postmortem(by, make_incident(by, **fields), **REQUIRED)
        make_proof(row, by)
        row.refresh_from_db()
        return row

    def test_a_review_is_optional(self, responder: User) -> None:
        row = self.ready(responder, severity="sev1")
        assert publish(postmortem=row, by=responder, now=NOW).is_published

    def test_changes_that_are_asked_for_hold_it_back(self, responder: User, teammate: User) -> None:
        row = self.ready(responder)
        asked(row, responder, teammate)
        said(row, teammate, "changes", "No.")
        with pytest.raises(NotReadyError) as refused:
            publish(postmortem=row, by=responder, now=NOW)
        assert refused.value.missing == ["review"]
        said(row, teammate)
        assert publish(postmortem=row, by=responder, now=NOW).is_published

    def test_a_severity_may_need_an_approval(self, admin: User, responder: User, teammate: User) -> None:
        policy(admin, review_for=["sev1"])
        row = self.ready(responder, severity="sev1")
        assert missing(row) == ["review"]
        assert missing(self.ready(responder, severity="sev2")) == []
        asked(row, responder, teammate)
        said(row, teammate)
        assert publish(postmortem=row, by=responder, now=NOW).is_published

    def test_a_severity_may_need_more_sections(self, admin: User, responder: User) -> None:
        policy(admin, extra_parts={"sev1": ["impact", "no_such"]})
        assert missing(self.ready(responder, severity="sev1")) == ["impact"]
        assert missing(self.ready(responder, severity="sev3")) == []

    def test_requests_end_with_the_publication(self, responder: User, teammate: User) -> None:
        row = self.ready(responder)
        asked(row, responder, teammate)
        publish(postmortem=row, by=responder, now=NOW)
        assert not row.reviews.exists()


class TestNotNeeded:
    def test_it_keeps_the_reason_and_is_taken_back(self, responder: User) -> None:
        incident = make_incident(responder)
        row = not_needed(incident=incident, by=responder, now=NOW, reason="A false alarm.")
        assert (row.status, row.not_needed_reason, row.sections.count()) == (S.NOT_NEEDED, "A false alarm.", 0)
        row = needed(incident=incident, by=responder, now=NOW)
        assert (row.status, row.not_needed_reason) == (S.DRAFT, "")

    def test_what_was_written_stays(self, draft: Postmortem, responder: User) -> None:
        not_needed(incident=draft.incident, by=responder, now=NOW, reason="Twin of another.")
        row = begin(incident=draft.incident, by=responder, now=NOW)
        assert row.status == S.DRAFT
        assert row.sections.get(key="summary").body == "It was down."

    def test_it_needs_a_reason(self, responder: User) -> None:
        with pytest.raises(InvalidError):
            not_needed(incident=make_incident(responder), by=responder, now=NOW, reason=" ")

    def test_a_published_one_is_needed(self, responder: User) -> None:
        row = make_published(responder)
        with pytest.raises(PublishedError):
            not_needed(incident=row.incident, by=responder, now=NOW, reason="x")

    def test_the_incident_says_so(self, responder: User, responder_client: Client) -> None:
        incident = make_incident(responder)
        response = responder_client.post(
            reverse("postmortem_not_needed", args=[incident.number]), {"reason": "A false alarm."}
        )
        assert response.status_code == 303
        page = responder_client.get(incident.get_absolute_url()).content.decode()
        assert "No postmortem needed" in page
        assert "A false alarm." in page
        assert responder_client.get(reverse("postmortem", args=[incident.number])).status_code == 200


class TestDue:
    def test_business_days_leave_weekends_out(self) -> None:
        friday = date(2026, 2, 27)
        assert after_business_days(friday, 1) == date(2026, 3, 2)
        assert after_business_days(friday, 5) == date(2026, 3, 6)
        assert after_business_days(date(2026, 2, 28), 0) == date(2026, 3, 2)
        assert not is_business_day(date(2026, 3, 1))

    def test_days_off_are_left_out_too(self) -> None:
        off = days_off_in("2026-03-02 Moved holiday\n\n12-25 Christmas Day\n2-29\n")
        assert after_business_days(date(2026, 2, 27), 1, off) == date(2026, 3, 3)
        assert after_business_days(date(2026, 3, 2), 0, off) == date(2026, 3, 3)
        assert [is_business_day(date(year, 12, 25), off) for year in (2029, 2030)] == [False, False]
        every_day = days_off_in("\n".join(f"{month}-{day}" for month in range(1, 13) for day in range(1, 29)))
        assert after_business_days(date(2026, 3, 2), 3, every_day) > date(2026, 3, 2)

    @pytest.mark.parametrize("line", ["Christmas", "2026-02-30", "13-01", "2026-3", "26-12-25 x"])
    def test_a_line_that_names_no_day_is_quoted(self, line: str) -> None:
        with pytest.raises(NoDayError, match=line):
            days_off_in(f"12-26\n{line}")

    def test_it_follows_from_the_severity_until_somebody_chooses(self, responder: User) -> None:
        incident = make_incident(responder, severity="sev1")
        change_status(incident=incident, by=responder, now=NOW, version=None, status="resolved")
        incident.refresh_from_db()
        assert WritingPolicy.current().due_on(incident) == date(2026, 3, 5)
        row = make_postmortem(responder, incident)
        set_due(postmortem=row, by=responder, now=NOW, due_on=date(2026, 3, 9))
        row.refresh_from_db()
        assert WritingPolicy.current().due_on(incident, row) == date(2026, 3, 9)

    def test_an_open_incident_and_a_sev4_have_none(self, responder: User) -> None:
        assert WritingPolicy.current().due_on(make_incident(responder)) is None
        quiet = make_incident(responder, severity="sev4")
        quiet.status, quiet.resolved_at = "resolved", NOW
        assert WritingPolicy.current().due_on(quiet) is None

    @pytest.mark.parametrize("due_on", [date(2026, 2, 28), date(2040, 1, 1)])
    def test_a_past_or_a_far_day_is_refused(self, draft: Postmortem, responder: User, due_on: date) -> None:
        with pytest.raises(InvalidError):
            set_due(postmortem=draft, by=responder, now=NOW, due_on=due_on)

    def test_the_page_says_what_is_wrong_with_a_past_day(self, draft: Postmortem, responder_client: Client) -> None:
        response = responder_client.post(at("postmortem_due", draft), {"due_on": "2001-01-01"})
        assert response.status_code == 422
        assert "1 January 2001 is past" in response.content.decode()


class TestPages:
    @pytest.mark.parametrize("name", GETS)
    def test_all_who_see_the_incident_read(self, draft: Postmortem, viewer_client: Client, name: str) -> None:
        assert viewer_client.get(at(name, draft)).status_code == 200

    @pytest.mark.parametrize("name", GETS)
    def test_a_private_one_is_as_unknown_as_none(self, responder: User, outsider_client: Client, name: str) -> None:
        row = make_postmortem(responder, make_incident(responder, is_private=True))
        assert outsider_client.get(at(name, row)).status_code == 404
        assert outsider_client.get(reverse(name, args=[999_999])).status_code == 404

    @pytest.mark.parametrize("name", POSTS)
    def test_readers_write_nothing(self, draft: Postmortem, viewer_client: Client, name: str) -> None:
        assert viewer_client.post(at(name, draft)).status_code == 403

    @pytest.mark.parametrize("name", POSTS)
    def test_outsiders_write_nothing_of_a_private_one(
        self, responder: User, outsider_client: Client, name: str
    ) -> None:
        row = make_postmortem(responder, make_incident(responder, is_private=True))
        assert outsider_client.post(at(name, row)).status_code == 404

    def test_asking_by_name_and_by_list(
        self, draft: Postmortem, responder_client: Client, teammate: User, outsider: User
    ) -> None:
        response = responder_client.post(at("review_ask", draft), {"people": [teammate.pk], "names": "@outsider"})
        assert response.status_code == 303
        assert {review.reviewer for review in draft.reviews.all()} == {teammate, outsider}
        assert "In review" in responder_client.get(at("postmortem_review", draft)).content.decode()

    @pytest.mark.parametrize(
        ("names", "words"),
        [("", "Name at least one"), ("nobody", "Unknown: nobody"), ("responder", "review your own postmortem")],
    )
    def test_a_refused_request_is_shown_again(
        self, draft: Postmortem, responder_client: Client, names: str, words: str
    ) -> None:
        response = responder_client.post(at("review_ask", draft), {"names": names})
        assert response.status_code == 422
        page = response.content.decode().replace("&#x27;", "'")
        assert words in page
        assert not draft.reviews.exists()

    def test_a_verdict(self, draft: Postmortem, responder: User, outsider: User, outsider_client: Client) -> None:
        asked(draft, responder, outsider)
        refused = outsider_client.post(at("review_verdict", draft), {"verdict": "changes", "body": ""})
        assert refused.status_code == 422
        sent = {"verdict": "changes", "body": "Say **how**."}
        assert outsider_client.post(at("review_verdict", draft), sent).status_code == 303
        assert "<strong>how</strong>" in outsider_client.get(at("postmortem_review", draft)).content.decode()

    def test_who_was_not_asked_gets_403(
        self, draft: Postmortem, responder: User, teammate: User, outsider_client: Client
    ) -> None:
        asked(draft, responder, teammate)
        assert outsider_client.post(at("review_verdict", draft), {"verdict": "approved"}).status_code == 403

    def test_publishing_without_proof_says_what_is_missing(self, draft: Postmortem, responder_client: Client) -> None:
        response = responder_client.post(at("review_publish", draft))
        assert response.status_code == 409
        assert "Not published yet" in response.content.decode()

    def test_the_rules_are_for_administrators(self, admin_client_: Client, responder_client: Client) -> None:
        url = reverse("postmortem_policy")
        assert responder_client.get(url).status_code in {403, 404}
        assert admin_client_.get(url).status_code == 200
        sent = {
            "version": "1", "days_sev1": "2", "review_sev1": "on", "parts_sev1": ["impact"], "days_off": "12-25 Off",
        }  # fmt: skip
        assert admin_client_.post(url, sent).status_code == 303
        row = WritingPolicy.current()
        assert (row.days("sev1"), row.days("sev2"), row.review_for) == (2, None, ["sev1"])
        assert date(2026, 12, 25) in row.off
        wrong = admin_client_.post(url, {**sent, "version": "2", "days_off": "12-25\nnever"})
        assert wrong.status_code == 422
        assert "“never” names no day" in wrong.content.decode()
        assert admin_client_.post(url, sent).status_code == 409
        assert admin_client_.post(url, {"version": "2", "days_sev1": "0"}).status_code == 422

    def test_the_number_of_queries_does_not_grow(
        self, draft: Postmortem, responder: User, teammate: User, outsider: User, responder_client: Client
    ) -> None:
        def count() -> int:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert responder_client.get(at("postmortem_review", draft)).status_code == 200
            return len(queries)

        asked(draft, responder, teammate)
        comment(postmortem=draft, by=teammate, now=NOW, body="Hm.", section="summary")
        count()
        few = count()
        asked(draft, responder, outsider)
        for number in range(5):
            comment(postmortem=draft, by=outsider, now=NOW, body=f"Hm {number}.", section="impact")
        assert count() == few


class TestWaiting:
    def test_a_review_waits_on_the_reviewer_and_its_outcome_on_the_author(
        self, draft: Postmortem, responder: User, outsider: User, outsider_client: Client
    ) -> None:
        asked(draft, responder, outsider)
        assert [review.postmortem for review in read_waiting(outsider, now=NOW).reviews] == [draft]
        assert draft.incident.title in outsider_client.get(reverse("waiting")).content.decode()
        said(draft, outsider, "changes", "More.")
        assert read_waiting(outsider, now=NOW).count == 0
        assert read_waiting(responder, now=NOW).changes == [draft]

    def test_comments_wait_until_somebody_of_the_own_side_answers(
        self, draft: Postmortem, responder: User, outsider: User
    ) -> None:
        thread = comment(postmortem=draft, by=outsider, now=NOW, body="Which one?", section="summary")
        assert read_waiting(responder, now=NOW).comments == [thread]
        assert read_waiting(outsider, now=NOW).comments == []
        comment(postmortem=draft, by=responder, now=NOW, body="A note to myself.")
        assert read_waiting(responder, now=NOW).comments == [thread]

    def test_what_is_hidden_meanwhile_waits_no_more(
        self, draft: Postmortem, responder: User, outsider: User, outsider_client: Client
    ) -> None:
        asked(draft, responder, outsider)
        draft.incident.is_private = True
        draft.incident.save()
        assert read_waiting(outsider, now=NOW).count == 0
        assert count_waiting(outsider, now=NOW) == 0
        assert draft.incident.title not in outsider_client.get(reverse("waiting")).content.decode()

    def test_drafts_and_what_nobody_began_with_their_days(self, responder: User) -> None:
        incident = make_incident(responder, severity="sev1")
        change_status(incident=incident, by=responder, now=NOW, version=None, status="resolved")
        later = NOW + timedelta(days=7)
        (waiting,) = read_waiting(responder, now=later).drafts
        assert (waiting.postmortem, waiting.due_on, waiting.is_overdue) == (None, date(2026, 3, 5), True)
        begin(incident=incident, by=responder, now=NOW)
        (waiting,) = read_waiting(responder, now=later).drafts
        assert waiting.postmortem is not None

    def test_the_number_is_that_of_the_page(
        self, draft: Postmortem, responder: User, outsider: User, responder_client: Client
    ) -> None:
        comment(postmortem=draft, by=outsider, now=NOW, body="Which one?")
        make_action(draft.incident, responder, owner=responder, due_on=date(2026, 3, 1))
        assert count_waiting(responder, now=NOW) == read_waiting(responder, now=NOW).count == 2
        assert responder_client.get(reverse("waiting_count")).content.decode() == "2"

    def test_readers_have_nothing_to_do(self, viewer: User, viewer_client: Client) -> None:
        assert read_waiting(viewer, now=datetime.now(UTC)).count == 0
        assert "Nothing waits for you" in viewer_client.get(reverse("waiting")).content.decode()
