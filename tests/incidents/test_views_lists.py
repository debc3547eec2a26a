"""The board, the list with its filters, services and tags."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from incidents.models import Incident, NumberSequence, Service
from incidents.services.update import change_status
from tests.support.personas import client_of
from tests.support.records import LATER, NOW, make_incident
from tests.support.web import HTMX, form_values, queries_of

LIST = "/incidents/"


def many(count: int, by: User) -> None:
    """Incidents with two services each, as quickly as the database takes them."""
    services = [Service.objects.get_or_create(name=name, slug=name)[0] for name in ("api", "edge")]
    first = NumberSequence.objects.get_or_create(pk=1)[0].last + 1
    rows = [
        Incident(
            number=number,
            title=f"Row {number}",
            declared_by=by,
            lead=by,
            declared_at=NOW,
            started_at=NOW,
            listed_at=NOW,
            updated_at=NOW,
        )
        for number in range(first, first + count)
    ]
    made = Incident.objects.bulk_create(rows)
    NumberSequence.objects.filter(pk=1).update(last=first + count - 1)
    through = Incident.services.through
    through.objects.bulk_create([through(incident=row, service=service) for row in made for service in services])


@pytest.mark.parametrize("address", [LIST, "/", "/services/", "/services/api/"])
def test_queries_do_not_grow_with_the_incidents(address: str, responder: User, responder_client: Client) -> None:
    many(10, responder)
    few = queries_of(responder_client, address)
    many(490, responder)
    assert queries_of(responder_client, address) == few


@pytest.fixture
def three(responder: User) -> list[Incident]:
    pool = make_incident(responder, title="Pool empty", severity="sev1", services=["api"], tags=["db"])
    disk = make_incident(responder, title="Disk full", severity="sev3", services=["loghost"], kind="drill")
    old = make_incident(responder, title="Old outage", started_at=NOW.replace(year=2020), is_private=True)
    change_status(incident=disk, by=responder, now=LATER, status="resolved")
    return [pool, disk, old]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", {"Pool empty", "Disk full", "Old outage"}),
        ("status=active", {"Pool empty", "Old outage"}),
        ("status=resolved", {"Disk full"}),
        ("severity=sev1", {"Pool empty"}),
        ("service=API", {"Pool empty"}),
        ("tag=db", {"Pool empty"}),
        ("kind=drill", {"Disk full"}),
        ("private=yes", {"Old outage"}),
        ("private=no", {"Pool empty", "Disk full"}),
        ("after=2026-03-01&before=2026-03-01", {"Pool empty", "Disk full"}),
        ("before=2021-01-01", {"Old outage"}),
        ("q=pool", {"Pool empty"}),
        ("q=INC-2", {"Disk full"}),
        ("q=2", {"Disk full"}),
        ("status=nonsense&after=yesterdy", {"Pool empty", "Disk full", "Old outage"}),
        ("q=no+such+title", set()),
        ("service=unknown", set()),
    ],
)
def test_filters(query: str, titles: set[str], three: list[Incident], responder_client: Client) -> None:
    page = responder_client.get(f"{LIST}?{query}").content.decode()
    assert {row.title for row in three if row.title in page} == titles


def test_filters_by_htmx_bring_the_list_alone(three: list[Incident], responder_client: Client) -> None:
    page = responder_client.get(f"{LIST}?q=pool", headers=HTMX).content.decode()
    assert page.lstrip().startswith('<div id="incident_list"')
    assert "Pool empty" in page


@pytest.mark.parametrize(("sort", "first"), [("oldest", "Old outage"), ("severity", "Pool empty"), ("updated", "Disk")])
def test_orders(sort: str, first: str, three: list[Incident], responder_client: Client) -> None:
    page = responder_client.get(f"{LIST}?sort={sort}").content.decode()
    assert min((row.title for row in three), key=page.index).startswith(first)


def test_pages_hold_every_incident_once(responder: User, responder_client: Client) -> None:
    many(120, responder)
    address, seen = f"{LIST}?status=active&sort=updated", []
    for _ in range(3):
        page = responder_client.get(address).content.decode()
        seen += [line.split("<")[0] for line in page.split('<span class="incident-number">')[1:]]
        following = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0] if 'rel="next"' in page else ""
        address = LIST + following.replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 120
    assert following == ""


def test_a_broken_cursor_begins_anew(three: list[Incident], responder_client: Client) -> None:
    assert "Pool empty" in responder_client.get(f"{LIST}?cursor=bm9wZQ").content.decode()


def test_the_board_shows_what_burns_first(three: list[Incident], responder_client: Client) -> None:
    page = responder_client.get("/").content.decode()
    assert "2 open incidents" in page
    assert page.index("Pool empty") < page.index("Disk full")


def test_the_board_of_a_new_installation_says_how_to_begin(responder_client: Client, viewer_client: Client) -> None:
    page = responder_client.get("/").content.decode()
    for words in ("Declare an incident", "manage.py load_demo", "manage.py import_records"):
        assert words in page
    assert 'href="/incidents/new/"' not in viewer_client.get("/").content.decode().split("<main")[1]


def test_a_service_tells_what_broke(three: list[Incident], responder_client: Client) -> None:
    page = responder_client.get("/services/api/").content.decode()
    assert "Pool empty" in page
    assert "Disk full" not in page
    assert responder_client.get("/services/nothing/").status_code == 404


def test_a_service_is_described(three: list[Incident], responder_client: Client) -> None:
    address = reverse("service_edit", args=["api"])
    data = {
        "name": "API",
        "description": "Talks to **everyone**",
        "runbook_url": "https://example.org/api",
        "version": 1,
    }
    assert responder_client.post(address, data)["Location"] == "/services/api/"
    page = responder_client.get("/services/api/").content.decode()
    assert "<strong>everyone</strong>" in page
    assert 'href="https://example.org/api"' in page
    entry = AuditEntry.objects.get(action="service.edit")
    assert (entry.actor_name, entry.target) == ("responder", "api")
    assert entry.detail == {"fields": ["description", "name", "runbook_url"]}


def test_of_two_who_describe_a_service_the_second_sees_both_texts(
    three: list[Incident], responder_client: Client, teammate: User
) -> None:
    address = reverse("service_edit", args=["api"])
    mine = form_values(responder_client.get(address).content.decode())
    theirs = form_values(client_of(teammate).get(address).content.decode())
    client_of(teammate).post(address, {**theirs, "description": "Their words"})
    answer = responder_client.post(address, {**mine, "description": "My words"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Their words" in page
    assert "My words" in page
    assert Service.objects.get(slug="api").description == "Their words"
    again = responder_client.post(address, form_values(page))
    assert again.status_code == 303
    assert Service.objects.get(slug="api").description == "My words"


def test_saving_a_service_unchanged_is_no_change(three: list[Incident], responder_client: Client) -> None:
    address = reverse("service_edit", args=["api"])
    values = form_values(responder_client.get(address).content.decode())
    assert responder_client.post(address, values).status_code == 303
    assert Service.objects.get(slug="api").version == 1
    assert not AuditEntry.objects.filter(action="service.edit").exists()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"name": ""}, "Name is empty"),
        ({"name": "LogHost"}, "Another service has this name already."),
        ({"name": "api", "runbook_url": "javascript:alert(1)"}, "no http or https address"),
    ],
)
def test_a_bad_description_comes_back(
    data: dict[str, str], message: str, three: list[Incident], responder_client: Client
) -> None:
    answer = responder_client.post(
        reverse("service_edit", args=["api"]), {**data, "description": "kept words", "version": 1}
    )
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert "kept words" in answer.content.decode()


def test_a_tag_leads_to_its_incidents(three: list[Incident], responder_client: Client) -> None:
    assert responder_client.get("/tags/db/")["Location"] == "/incidents/?tag=db"


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_the_ends_of_the_calendar_are_days_too(responder: User, responder_client: Client, zone: str) -> None:
    User.objects.filter(pk=responder.pk).update(timezone=zone)
    make_incident(responder, title="In between")
    page = responder_client.get(f"{LIST}?after=0001-01-01&before=9999-12-31")
    assert (page.status_code, b"In between" in page.content) == (200, True)
    page = responder_client.get(f"{LIST}?after=9999-12-31")
    assert (page.status_code, b"In between" in page.content) == (200, False)


def test_the_last_day_is_whole_when_clocks_change(responder: User, responder_client: Client) -> None:
    """On 25 October 2026 the day has 25 hours in Berlin; its last one begins at 22:00 UTC."""
    User.objects.filter(pk=responder.pk).update(timezone="Europe/Berlin")
    for hour, title in ((22, "Still that day"), (23, "The day after")):
        at = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
        make_incident(responder, title=title, started_at=at, now=at)
    page = responder_client.get(f"{LIST}?before=2026-10-25").content
    assert (b"Still that day" in page, b"The day after" in page) == (True, False)
