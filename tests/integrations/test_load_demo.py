"""`manage.py load_demo`: a living installation, honest about what is not known."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import Installation, User
from incidents.models import DiagnosisStep, Incident, Kind, LogNote, Precision, Snippet, Status, TimelineEntry
from postmortems.models import ActionItem, Evidence, Postmortem, PostmortemStatus, ProofState
from tests.integrations.test_demo_data import ROWS


def load_demo() -> str:
    """What the command prints."""
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module", autouse=True)
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The demo data, loaded once for this module, since it takes seconds; taken back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_demo()
        transaction.set_rollback(True)


def test_every_row_becomes_an_incident_with_all_of_its_parts(loaded: str) -> None:
    assert "Loaded 41 demo incidents as INC-1 to INC-41" in loaded
    real = Incident.objects.filter(kind=Kind.REAL)
    assert set(real.values_list("external_id", flat=True)) == {row["id"] for row in ROWS}
    assert Snippet.objects.filter(incident__in=real).count() == sum(len(row["snippets"]) for row in ROWS)
    assert LogNote.objects.filter(incident__in=real).count() == sum(len(row["log_notes"]) for row in ROWS)
    assert DiagnosisStep.objects.filter(incident__in=real).count() == sum(len(row["diagnosis"]) for row in ROWS)
    assert ActionItem.objects.count() == sum(len(row["action_items"]) for row in ROWS)
    assert Evidence.objects.count() == sum(len(row["evidence"]) for row in ROWS)


def test_rows_are_numbered_by_the_time_of_the_incident() -> None:
    known = Incident.objects.filter(kind=Kind.REAL, started_at__isnull=False).order_by("number")
    days = [moment.date() for moment in known.values_list("started_at", flat=True) if moment]
    assert days == sorted(days)


def test_published_is_what_has_proof_and_nothing_else() -> None:
    proven = {row["id"] for row in ROWS if row["evidence"]}
    published = Postmortem.objects.filter(status=PostmortemStatus.PUBLISHED)
    assert set(published.values_list("incident__external_id", flat=True)) == proven
    assert set(published.values_list("proof", flat=True)) == {ProofState.VERIFIED}
    rest = Postmortem.objects.exclude(pk__in=published)
    assert set(rest.values_list("proof", "waiver_reason")) == {(ProofState.UNPROVEN, "")}


def test_nobody_is_invented() -> None:
    assert User.objects.count() == 0
    assert not ActionItem.objects.filter(owner__isnull=False).exists()


def test_only_the_drill_is_open() -> None:
    drill = Incident.objects.active().get()
    assert (drill.kind, drill.status) == (Kind.DRILL, Status.INVESTIGATING)
    assert drill.title.startswith("Practice")
    assert "made up" in drill.summary
    assert drill.steps.filter(outcome="open").exists()
    assert drill.started_at
    assert timedelta(0) < timezone.now() - drill.started_at < timedelta(hours=1)


def test_what_is_known_to_the_day_makes_no_duration() -> None:
    for row in ROWS:
        incident = Incident.objects.get(external_id=row["id"])
        if not row["started_at"] or not row["resolved_at"]:
            assert incident.time_to_resolve is None, row["id"]
        if row["started_on"]:
            assert incident.started_precision == Precision.DAY
            assert incident.started_at
            assert f"{incident.started_at:%Y-%m-%d %H:%M}" == f"{row['started_on']} 00:00"


def test_timeline_keeps_its_order_and_says_which_times_are_not_known() -> None:
    for row in ROWS:
        lines = TimelineEntry.objects.filter(incident__external_id=row["id"], step__isnull=True)
        bodies = [line.body for line in lines.exclude(data__has_key="import").order_by("at", "id")]
        assert [body.startswith(item["text"]) for body, item in zip(bodies, row["timeline"], strict=True)] == [
            True for _ in bodies
        ], row["id"]
        unknown = sum(1 for item in row["timeline"] if not item["at"])
        assert sum(body.endswith("not known)") for body in bodies) == unknown


def test_second_load_changes_nothing() -> None:
    before = [model.objects.count() for model in (Incident, TimelineEntry, Snippet, ActionItem, Evidence)]
    assert "41 demo incidents are already there" in load_demo()
    assert [model.objects.count() for model in (Incident, TimelineEntry, Snippet, ActionItem, Evidence)] == before


def test_installation_says_that_it_holds_demo_data() -> None:
    assert Installation.current().has_demo_data
