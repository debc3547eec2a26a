"""A postmortem's whole way: reviewed, refused, proven, approved, published, amended, until its fix does not hold."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from incidents.models import Incident
from incidents.services.update import change_status
from postmortems.models import Postmortem
from postmortems.services.comments import comment
from postmortems.services.review import ask_review
from tests.journeys.conftest import SignIn
from tests.support import axe
from tests.support.postmortems import make_postmortem, make_published
from tests.support.records import NOW, make_incident

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SOON = 20_000


@pytest.fixture
def incident(responder: User) -> Incident:
    row = make_incident(responder, title="Checkout answers 502", severity="sev1")
    return change_status(incident=row, by=responder, now=NOW, status="resolved")


def save(page: Page, section: str, text: str) -> None:
    page.locator(f"#body-{section}").fill(text)
    expect(page.locator(f"#note-{section}")).to_contain_text(re.compile("^Saved"), timeout=SOON)


def test_from_a_draft_to_a_fix_that_did_not_hold(
    sign_in: SignIn, responder: User, outsider: User, incident: Incident, complaints: list[str]
) -> None:
    author, reviewer = sign_in(responder), sign_in(outsider)
    here = f"/incidents/{incident.label}/postmortem/"

    # A draft is begun from the resolved incident and sent to review.
    author.goto(incident.get_absolute_url())
    author.get_by_role("button", name="Begin the postmortem").click()
    author.wait_for_url("**/postmortem/edit/**")
    save(author, "summary", "Checkout answered 502 to one request in five for an hour.")
    save(author, "root_cause", "The pool had no limit.")
    save(author, "fix", "A limit of 20.")
    save(author, "verification", "The load test holds.")
    author.goto(f"{here}review/")
    author.fill("input[name=names]", "responder")
    author.get_by_role("button", name="Ask for a review").click()
    expect(author.locator("main")).to_contain_text("You can't review your own postmortem")
    author.fill("input[name=names]", "outsider")
    author.get_by_role("button", name="Ask for a review").click()
    expect(author.locator(".rv-status")).to_have_text("In review")

    # The reviewer finds it, comments on words that they select, and refuses it.
    reviewer.goto("/waiting/")
    reviewer.get_by_role("link", name="Checkout answers 502").first.click()
    reviewer.wait_for_url("**/review/")
    reviewer.locator("[data-section=root_cause] p").first.click(click_count=3)
    reviewer.get_by_role("button", name="Comment on this").click()
    form = reviewer.locator("[data-comment=root_cause]")
    expect(form.locator("[data-quote]")).to_have_value("The pool had no limit.")
    form.locator("textarea").fill("Since when?")
    form.get_by_role("button", name="Comment").click()
    expect(reviewer.locator("[data-quoted=root_cause]")).to_have_text("The pool had no limit.")
    reviewer.get_by_text("Asks for changes").click()
    reviewer.locator(".rv-desk textarea[name=body]").fill("Say how it was verified.")
    reviewer.get_by_role("button", name="Say so").click()
    expect(reviewer.locator(".rv-status")).to_have_text("Changes asked")

    # Nothing goes out like this.
    author.goto(f"{here}review/")
    author.get_by_role("button", name="Publish").click()
    expect(author.get_by_role("alert")).to_contain_text("Not published yet")
    expect(author.locator(".rv-desk .is-missing")).to_contain_text(["A proof", "An approved review"])

    # A proof, an answer, and it is approved and published.
    author.goto(f"{here}edit/")
    author.locator("#evidence input[name=proof-claim]").fill("The load test fails without the limit")
    author.locator("#evidence textarea[name=proof-detail]").fill("`make load` answers 200 to all.")
    author.locator("#evidence").get_by_role("button", name=re.compile("Add the proof|Add a proof")).click()
    expect(author.locator("#evidence")).to_contain_text("The load test fails without the limit", timeout=SOON)
    author.goto(f"{here}review/")
    thread = author.locator("[data-thread]").first
    thread.locator("summary", has_text="Answer").click()
    thread.locator("textarea").fill("Since the deploy of the day before.")
    thread.get_by_role("button", name="Answer").click()
    author.locator("[data-thread]").first.get_by_role("button", name="Resolve").click()
    expect(author.locator("main")).to_contain_text("1 resolved")
    reviewer.goto(f"{here}review/")
    reviewer.locator(".segmented").get_by_text("Approved").click()
    reviewer.get_by_role("button", name="Say so").click()
    expect(reviewer.locator(".rv-status")).to_have_text("Approved")
    author.goto(f"{here}review/")
    author.get_by_role("button", name="Publish").click()
    expect(author.locator(".pm-imprint")).to_contain_text("Published", timeout=SOON)

    # It is amended: readers see what changed, word by word.
    author.goto(f"{here}edit/")
    save(author, "summary", "Checkout answered 502 to one request in four for an hour.")
    reviewer.goto(here)
    reviewer.get_by_role("link", name="Show what changed").click()
    expect(reviewer.locator("del")).to_have_text("five")
    expect(reviewer.locator("ins")).to_have_text("four")
    author.goto(f"{here}changes/")
    author.get_by_label("Tell readers what the amendment is about").fill("The share was higher.")
    author.get_by_role("button", name="Keep as an amendment").click()
    expect(author.locator(".rv-publications")).to_contain_text("The share was higher.")

    # A proof that fails says everywhere that the fix did not hold, and the incident can be opened again.
    author.goto(f"{here}edit/")
    author.locator("#evidence summary", has_text="Add a proof").first.click()
    author.locator("#evidence input[name=proof-claim]").fill("It broke again under load")
    author.locator("#evidence textarea[name=proof-detail]").fill("`make load` answers 502 to half.")
    author.locator("#evidence").get_by_text("Failed", exact=True).first.click()
    author.locator("#evidence").get_by_role("button", name=re.compile("Add the proof|Add a proof")).click()
    expect(author.locator("#evidence")).to_contain_text("It broke again under load", timeout=SOON)
    reviewer.goto(here)
    expect(reviewer.locator("h1 + .row")).to_contain_text("Did not hold")
    row = Postmortem.objects.get(incident=incident)
    assert (row.proof, row.status, row.publications.count()) == ("did_not_hold", "published", 2)
    incident.refresh_from_db()
    again = change_status(incident=incident, by=responder, now=NOW, status="investigating", reason="It broke again.")
    reviewer.goto("/")
    expect(reviewer.locator("main")).to_contain_text(again.title)
    assert complaints == []


def test_it_works_without_javascript(sign_in: SignIn, responder: User, outsider: User, incident: Incident) -> None:
    row = make_postmortem(responder, incident, summary="It was down for an hour.")
    ask_review(postmortem=row, by=responder, now=NOW, reviewers=[outsider])
    page = sign_in(outsider, java_script_enabled=False)
    page.goto(f"/incidents/{incident.label}/postmortem/review/")
    page.click("#review-summary .rv-new summary")
    page.fill("#comment-body-summary", "Which hour?")
    page.fill("#comment-quote-summary", "for an hour")
    page.click("#review-summary .rv-form button")
    expect(page.locator(".rv-quote")).to_have_text("for an hour")
    page.check("input[name=verdict][value=approved]")
    page.click("text=Say so")
    expect(page.locator(".rv-status")).to_have_text("Approved")
    page.goto(f"/incidents/{incident.label}/postmortem/revisions/")
    page.click("text=Compare the whole")
    expect(page.locator("h1")).to_contain_text("What changed")


def test_everybody_can_use_it(
    sign_in: SignIn, admin: User, responder: User, outsider: User, incident: Incident
) -> None:
    row = make_postmortem(responder, incident, summary="It was down for an hour.", impact="All.")
    ask_review(postmortem=row, by=responder, now=NOW, reviewers=[outsider, admin])
    comment(postmortem=row, by=outsider, now=NOW, body="Hm?", section="summary", quote="for an hour")
    out = make_published(responder, make_incident(responder, title="Another"))
    page = sign_in(admin, color_scheme="dark")
    here = f"/incidents/{incident.label}/postmortem/"
    for address in (
        f"{here}review/",
        f"{here}revisions/",
        f"{here}revisions/?section=summary",
        f"{here}revisions/summary/?before=0&after=1",
        f"/incidents/{out.incident.label}/postmortem/changes/",
        f"{here}not-needed/",
        "/waiting/",
        "/settings/postmortems/",
    ):
        page.goto(address)
        assert axe.faults_in_both_themes(page) == []
