"""The page of one incident, its status, severity, lead and fields."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from incidents.models import Incident, TimelineEntry
from incidents.services.snippets import add_snippet
from tests.support.records import NOW, make_entry, make_incident, make_step
from tests.support.web import HTMX, form_values, queries_of


@pytest.fixture
def incident(responder: User) -> Incident:
    return make_incident(responder, services=["api"], tags=["deploy"], summary="Half of *all* carts")


def at(name: str, incident: Incident) -> str:
    return reverse(name, args=[incident.number])


def test_the_page_tells_the_record(incident: Incident, responder: User, responder_client: Client) -> None:
    entry = make_entry(incident, responder, "Looked at **the pool**")
    step = make_step(incident, responder, finding="31 of 200", outcome="ruled_out")
    child = make_step(incident, responder, "Or the cache", parent=step)
    snippet = add_snippet(incident=incident, by=responder, now=NOW, code="a = 1\nb = 2\n", language="python")
    page = responder_client.get(incident.get_absolute_url()).content.decode()
    for anchor in (f"entry-{entry.pk}", f"step-{step.pk}", f"step-{child.pk}", f"snippet-{snippet.pk}-L2"):
        assert f'id="{anchor}"' in page
    assert "<strong>the pool</strong>" in page
    assert "Half of <em>all</em> carts" in page
    assert "Ruled out" in page
    assert ">1.1</a>" in page


@pytest.mark.parametrize(("source", "is_told"), [("web", True), ("import", False)])
def test_a_line_noted_late_says_so_unless_all_are(
    incident: Incident, responder_client: Client, source: str, is_told: bool
) -> None:
    then = NOW - timedelta(days=90)
    TimelineEntry.objects.create(incident=incident, body="It began", at=then, noted_at=NOW, source=source)
    page = responder_client.get(incident.get_absolute_url()).content.decode()
    assert ('<span class="faint">noted ' in page) is is_told


def test_nobody_leads_until_somebody_takes_it(incident: Incident, responder_client: Client) -> None:
    address = f'action="{at("lead_take", incident)}"'
    assert address in responder_client.get(incident.get_absolute_url()).content.decode()
    responder_client.post(at("lead_take", incident))
    assert address not in responder_client.get(incident.get_absolute_url()).content.decode()


def test_queries_do_not_grow_with_the_record(responder: User, responder_client: Client) -> None:
    counts = []
    for size in (10, 500):
        incident = make_incident(responder, title=f"With {size}", services=["api"], tags=["x"])
        rows = [
            TimelineEntry(incident=incident, author=responder, body=f"line {at}", at=NOW, noted_at=NOW)
            for at in range(size)
        ]
        TimelineEntry.objects.bulk_create(rows)
        for _ in range(size // 10):
            step = make_step(incident, responder)
            add_snippet(incident=incident, by=responder, now=NOW, code="x = 1", language="text", step=step)
            add_snippet(incident=incident, by=responder, now=NOW, code="x = 1", language="text")
        counts.append(queries_of(responder_client, incident.get_absolute_url()))
    assert counts[0] == counts[1]
    assert counts[0] <= 30


def test_a_long_timeline_comes_in_pages(responder: User, responder_client: Client) -> None:
    incident = make_incident(responder)
    rows = [TimelineEntry(incident=incident, body=f"line {at}.", at=NOW, noted_at=NOW) for at in range(700)]
    TimelineEntry.objects.bulk_create(rows)
    page = responder_client.get(incident.get_absolute_url()).content.decode()
    assert "line 699." in page
    assert "line 10." not in page
    cursor = page.split("cursor=")[1].split("#")[0]
    more = responder_client.get(
        f"{incident.get_absolute_url()}?order=newest&cursor={cursor}", headers=HTMX
    ).content.decode()
    assert "<html" not in more
    assert "line 300." in more
    assert "line 699." not in more
    first = TimelineEntry.objects.get(incident=incident, body="line 10.")
    found = responder_client.get(f"{incident.get_absolute_url()}?entry={first.pk}").content.decode()
    assert f'id="entry-{first.pk}"' in found


def test_what_is_over_is_read_from_its_beginning(responder: User, responder_client: Client) -> None:
    incident = make_incident(responder)
    make_entry(incident, responder, "early bird")
    make_entry(incident, responder, "late owl")
    page = responder_client.get(incident.get_absolute_url()).content.decode()
    assert page.index("late owl") < page.index("early bird")
    responder_client.post(at("incident_status", incident), {"status": "resolved"})
    page = responder_client.get(incident.get_absolute_url()).content.decode()
    assert page.index("early bird") < page.index("late owl")


@pytest.mark.parametrize(
    "query", ["cursor=%FF", "cursor=bm9uc2Vuc2U", "entry=99999999999999999999", "step=x", "steps=-4"]
)
def test_odd_addresses_show_the_page(query: str, incident: Incident, responder_client: Client) -> None:
    assert responder_client.get(f"{incident.get_absolute_url()}?{query}").status_code == 200


def test_hostile_text_is_shown_as_text(responder: User, responder_client: Client) -> None:
    bad = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    incident = make_incident(responder, title=bad, summary=bad, services=[bad[:30]], tags=["<b>tag</b>"])
    make_entry(incident, responder, bad + " [x](javascript:alert(3))")
    step = make_step(incident, responder, bad, action=bad, finding=bad)
    add_snippet(incident=incident, by=responder, now=NOW, code=bad, caption=bad, filename="<i>.py", step=step)
    pages = [incident.get_absolute_url(), "/", "/incidents/", "/services/", at("incident_edit", incident)]
    for address in pages:
        page = responder_client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>tag" not in page
        assert "<i>.py" not in page
        assert "javascript:alert" not in page.replace("[x](javascript:alert(3))", "")


def test_resolving_stamps_and_returns_to_the_page(incident: Incident, responder_client: Client) -> None:
    answer = responder_client.post(at("incident_status", incident), {"status": "resolved", "version": 1})
    incident.refresh_from_db()
    assert answer["Location"] == incident.get_absolute_url()
    assert incident.status == "resolved"
    assert incident.resolved_at is not None


def test_going_back_needs_a_reason(incident: Incident, responder_client: Client) -> None:
    responder_client.post(at("incident_status", incident), {"status": "resolved"})
    refused = responder_client.post(at("incident_status", incident), {"status": "investigating"})
    assert refused.status_code == 422
    assert "give a reason" in refused.content.decode()
    responder_client.post(at("incident_status", incident), {"status": "investigating", "reason": "It came back"})
    incident.refresh_from_db()
    assert incident.status == "investigating"
    assert "It came back" in responder_client.get(incident.get_absolute_url()).content.decode()


def test_the_reason_is_asked_for_at_once(incident: Incident, responder_client: Client) -> None:
    page = responder_client.get(f"{at('incident_status', incident)}?to=closed").content.decode()
    assert "autofocus" in page.split('name="reason"')[1].split(">")[0]
    assert "autofocus" not in responder_client.get(at("incident_status", incident)).content.decode()


def test_unknown_status_is_refused(incident: Incident, responder_client: Client) -> None:
    assert responder_client.post(at("incident_status", incident), {"status": "on fire"}).status_code == 422


def form_of(page: str, address: str) -> dict[str, str]:
    """What the first form of that address sends, but for what is chosen in it."""
    start = page.index(f'{address}"', page.index("<main"))
    sent = form_values(page[start : page.index("</form>", start)])
    return {name: value for name, value in sent.items() if name in {"seen", "version"}}


def test_stale_status_is_a_conflict(incident: Incident, responder_client: Client) -> None:
    responder_client.post(at("incident_severity", incident), {"severity": "sev1", "version": 1})
    answer = responder_client.post(at("incident_status", incident), {"status": "mitigated", "version": 1})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Somebody saved this" in page
    assert Incident.objects.get(pk=incident.pk).status == "investigating"
    # Sent again as it stands there, it means the incident as it is now.
    again = {**form_of(page, "/status/"), "status": "mitigated"}
    assert responder_client.post(at("incident_status", incident), again).status_code == 303
    assert Incident.objects.get(pk=incident.pk).status == "mitigated"


def test_only_another_status_is_a_conflict_for_who_moves_it_on(incident: Incident, responder_client: Client) -> None:
    def sent(**values: str) -> int:
        return responder_client.post(at("incident_status", incident), values).status_code

    page = responder_client.get(incident.get_absolute_url()).content.decode()
    seen = form_of(page, "/status/")
    responder_client.post(at("lead_take", incident))
    responder_client.post(at("incident_severity", incident), {"severity": "sev1", "seen": incident.severity})
    assert sent(**seen, status="identified") == 303
    # Who comes second with the same finds it done; who wants another is told.
    assert sent(**seen, status="identified") == 303
    assert sent(**seen, status="mitigated") == 409
    stale = responder_client.post(at("incident_severity", incident), {"severity": "sev4", "seen": "sev3"})
    assert stale.status_code == 409
    incident.refresh_from_db()
    assert (incident.status, incident.severity) == ("identified", "sev1")


def test_severity_and_lead(incident: Incident, responder: User, responder_client: Client) -> None:
    responder_client.post(at("incident_severity", incident), {"severity": "sev1"})
    responder_client.post(at("lead_take", incident))
    incident.refresh_from_db()
    assert (incident.severity, incident.lead) == ("sev1", responder)


def edit_data(page: str, **changes: str) -> dict[str, str]:
    """What a browser sends when this page's form is sent with some fields changed."""
    return {**form_values(page.split("data-guard")[-1]), **changes}


def test_edit_changes_what_was_changed(incident: Incident, responder_client: Client) -> None:
    page = responder_client.get(at("incident_edit", incident)).content.decode()
    answer = responder_client.post(
        at("incident_edit", incident), edit_data(page, title="New title", services="api, edge")
    )
    assert answer.status_code == 303
    changed = Incident.objects.get(pk=incident.pk)
    assert changed.title == "New title"
    assert [service.name for service in changed.services.all()] == ["api", "edge"]
    assert (changed.summary, changed.started_at, changed.version) == (incident.summary, incident.started_at, 2)


def test_resolved_before_started_comes_back(incident: Incident, responder_client: Client) -> None:
    page = responder_client.get(at("incident_edit", incident)).content.decode()
    answer = responder_client.post(
        at("incident_edit", incident), edit_data(page, title="Kept title", resolved_at="2026-02-01 10:00")
    )
    assert answer.status_code == 422
    assert "Resolved is before the start" in answer.content.decode()
    assert "Kept title" in answer.content.decode()


def test_two_people_edit_and_neither_loses_a_word(
    incident: Incident, responder_client: Client, outsider_client: Client
) -> None:
    first = responder_client.get(at("incident_edit", incident)).content.decode()
    second = outsider_client.get(at("incident_edit", incident)).content.decode()
    responder_client.post(at("incident_edit", incident), edit_data(first, summary="Theirs, in words", severity="sev1"))
    answer = outsider_client.post(at("incident_edit", incident), edit_data(second, summary="Mine, in words"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Nothing of yours is lost" in page
    assert "Theirs, in words" in page
    assert "Mine, in words" in page
    merged = edit_data(page)
    assert (merged["summary"], merged["severity"], merged["version"]) == ("Mine, in words", "sev1", "2")
    assert outsider_client.post(at("incident_edit", incident), merged).status_code == 303
    stored = Incident.objects.get(pk=incident.pk)
    assert (stored.summary, stored.severity) == ("Mine, in words", "sev1")


def test_markdown_and_json_hold_the_record(incident: Incident, responder: User, responder_client: Client) -> None:
    step = make_step(incident, responder, outcome="confirmed")
    make_step(incident, responder, "Deeper", parent=step)
    add_snippet(incident=incident, by=responder, now=NOW, code="a ``` b", language="text")
    words = responder_client.get(f"/incidents/{incident.label}.md")
    assert words["Content-Type"] == "text/markdown; charset=utf-8"
    assert f"# {incident.label}: Checkout answers 502" in words.content.decode()
    assert "  - **Deeper** (open)" in words.content.decode()
    assert "````text" in words.content.decode()
    data = json.loads(responder_client.get(f"/incidents/{incident.label}.json").content)
    assert data["number"] == incident.label
    assert data["diagnosis"][0]["outcome"] == "confirmed"
    assert data["snippets"][0]["code"] == "a ``` b"


def test_raw_snippet_is_a_download_that_cannot_act(
    incident: Incident, responder: User, responder_client: Client
) -> None:
    code = "<script>alert(1)</script>\nline\r\n"
    snippet = add_snippet(incident=incident, by=responder, now=NOW, code=code, filename='a"\r\nb.html')
    answer = responder_client.get(reverse("snippet_raw", args=[incident.number, snippet.pk]))
    assert answer.content.decode() == code
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "\n" not in answer["Content-Disposition"]
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_who_was_switched_off_stays_named(responder: User, teammate: User, responder_client: Client) -> None:
    """They can't be chosen any more; that is no reason to take them out."""
    incident = make_incident(responder, is_private=True, people=[teammate], lead=teammate)
    User.objects.filter(pk=teammate.pk).update(is_active=False)
    page = responder_client.get(at("incident_edit", incident)).content.decode()
    answer = responder_client.post(at("incident_edit", incident), {**form_values(page), "title": "Another title"})
    assert answer.status_code == 303
    incident.refresh_from_db()
    assert (incident.title, incident.lead, list(incident.people.all())) == ("Another title", teammate, [teammate])


def test_an_edit_with_ids_of_nobody_comes_back(incident: Incident, responder_client: Client) -> None:
    values = form_values(responder_client.get(at("incident_edit", incident)).content.decode())
    odd = {"people": "9" * 26, "initial-people": "9" * 27, "lead": "9" * 26, "title": "Kept"}
    answer = responder_client.post(at("incident_edit", incident), {**values, **odd})
    assert (answer.status_code, b'value="Kept"' in answer.content) == (422, True)
