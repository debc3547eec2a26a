"""What people are told by mail: once each, only what they may see, and nothing without a mail server."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import override_settings

from accounts.models import User
from incidents.services.update import change_status
from postmortems.models import Notice, NoticeKind, Postmortem
from postmortems.services.comments import comment
from postmortems.services.reminders import mail_waiting, note_due
from postmortems.services.review import ask_review, say
from tests.support.postmortems import make_postmortem, make_published
from tests.support.records import NOW, make_incident

pytestmark = pytest.mark.django_db

SOON = NOW + timedelta(minutes=2)


@pytest.fixture
def draft(responder: User) -> Postmortem:
    return make_postmortem(responder, summary="It was down.")


def resolved(by: User, **fields: Any) -> Postmortem:
    incident = make_incident(by, severity="sev1", **fields)
    change_status(incident=incident, by=by, now=NOW, status="resolved")
    return make_postmortem(by, incident)


def told() -> list[tuple[list[str], str]]:
    return sorted((message.to, str(message.subject)) for message in mail.outbox)


def test_a_review_and_its_outcome_are_mailed_once(draft: Postmortem, responder: User, outsider: User) -> None:
    ask_review(postmortem=draft, by=responder, now=NOW, reviewers=[outsider])
    assert mail_waiting(now=SOON) == 1
    assert mail_waiting(now=SOON) == 0
    title = f"{draft.incident.label} {draft.incident.title}"
    assert told() == [(["outsider@example.org"], f"Your review is asked for: {title}")]
    assert f"/incidents/{draft.incident.label}/postmortem/review/" in mail.outbox[0].body
    say(postmortem=draft, by=outsider, now=NOW, verdict="changes", body="SECRET WORDS")
    mail_waiting(now=SOON)
    assert told()[1] == (["responder@example.org"], f"Changes were asked for: {title}")
    assert "SECRET WORDS" not in mail.outbox[1].body


def test_several_things_are_one_mail(draft: Postmortem, responder: User, outsider: User) -> None:
    for number in range(3):
        comment(postmortem=draft, by=outsider, now=NOW, body=f"Hm {number}.")
    assert mail_waiting(now=SOON) == 1
    assert mail.outbox[0].subject == "3 things about postmortems wait for you"


def test_nobody_is_told_of_what_they_may_not_see_any_more(draft: Postmortem, responder: User, outsider: User) -> None:
    ask_review(postmortem=draft, by=responder, now=NOW, reviewers=[outsider])
    draft.incident.is_private = True
    draft.incident.save()
    assert mail_waiting(now=SOON) == 0
    draft.incident.is_private = False
    draft.incident.save()
    assert mail_waiting(now=SOON) == 0
    assert mail.outbox == []


def test_without_a_mail_server_nothing_is_sent_and_old_news_never(
    draft: Postmortem, responder: User, outsider: User
) -> None:
    ask_review(postmortem=draft, by=responder, now=NOW, reviewers=[outsider])
    with override_settings(EMAIL_BACKEND="hindsight.lib.mail.NotSetUp"):
        assert mail_waiting(now=SOON) == 0
    assert mail_waiting(now=NOW + timedelta(days=2)) == 0
    assert mail_waiting(now=SOON) == 1


def test_a_mail_server_that_fails_is_tried_again(
    draft: Postmortem, responder: User, outsider: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_review(postmortem=draft, by=responder, now=NOW, reviewers=[outsider])

    def refuse(*args: object) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("postmortems.services.reminders.send_mail", refuse)
        assert mail_waiting(now=SOON) == 0
    assert mail_waiting(now=SOON) == 1


def test_what_is_due_is_said_before_and_after_once_each(responder: User) -> None:
    resolved(responder)
    assert note_due(now=NOW) == 0
    assert note_due(now=NOW + timedelta(days=3)) == 1
    assert note_due(now=NOW + timedelta(days=3, hours=1)) == 0
    assert note_due(now=NOW + timedelta(days=6)) == 1
    assert note_due(now=NOW + timedelta(days=90)) == 0
    assert list(Notice.objects.values_list("kind", flat=True)) == [NoticeKind.DUE_SOON, NoticeKind.OVERDUE]


def test_what_is_out_or_a_drill_is_not_due(responder: User) -> None:
    make_published(responder, resolved(responder).incident)
    resolved(responder, kind="drill")
    assert note_due(now=NOW + timedelta(days=6)) == 0


def test_a_title_can_not_break_the_header(responder: User, outsider: User) -> None:
    row = make_postmortem(responder, make_incident(responder, title="One\r\nBcc: everybody@example.org"))
    ask_review(postmortem=row, by=responder, now=NOW, reviewers=[outsider])
    assert mail_waiting(now=SOON) == 1
    assert "\n" not in mail.outbox[0].subject
