"""Faults of database, disk and limits: each with its status, its words, and JSON for the API."""

import errno

import pytest
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import IntegrityError, OperationalError, ProgrammingError
from django.test import RequestFactory, override_settings

from hindsight import faults
from hindsight.lib.files import MEGABYTE, DiskFull, TooLarge
from hindsight.views import errors


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (OperationalError("database is locked"), 503),
        (OperationalError("unable to open database file"), 503),
        (OperationalError("attempt to write a readonly database"), 503),
        (OperationalError("database or disk is full"), 507),
        (OSError(errno.ENOSPC, "No space left on device"), 507),
        (OSError(errno.EFBIG, "File too large"), 507),
        (RequestDataTooBig("big"), 413),
        (TooManyFieldsSent("many"), 413),
        (TooLarge(201 * MEGABYTE, 200 * MEGABYTE), 413),
        (DiskFull(), 507),
    ],
    ids=str,
)
@override_settings(IS_POSTGRES=False)
def test_faults_have_their_status(problem: Exception, status: int) -> None:
    fault = faults.fault_of(problem)
    assert fault is not None
    assert fault.status == status


@pytest.mark.parametrize(
    "problem",
    [
        OperationalError("no such table: incidents_incident"),
        ProgrammingError("syntax error"),
        IntegrityError("UNIQUE constraint failed"),
        OSError(errno.ENOENT, "No such file"),
        ValueError("a bug"),
        None,
    ],
    ids=str,
)
@override_settings(IS_POSTGRES=False)
def test_bugs_stay_bugs(problem: Exception | None) -> None:
    assert faults.fault_of(problem) is None


@override_settings(IS_POSTGRES=True)
def test_postgresql_that_is_away_is_a_fault() -> None:
    fault = faults.fault_of(OperationalError("connection refused"))
    assert fault is not None
    assert (fault.status, fault.retry_after) == (503, 5)


@override_settings(IS_POSTGRES=True)
def test_a_full_disk_under_postgresql_is_told_by_its_cause() -> None:
    class DiskFull(Exception):
        pass

    problem = OperationalError("could not extend file")
    problem.__cause__ = DiskFull()
    fault = faults.fault_of(problem)
    assert fault is not None
    assert fault.status == 507


@override_settings(UPLOAD_MAX_MB=200)
def test_the_limit_is_named_with_the_size() -> None:
    fault = faults.upload_too_large(612 * MEGABYTE)
    assert "612 MB" in fault.message
    assert "limit is 200 MB" in fault.message
    assert "UPLOAD_MAX_MB" in fault.message


def test_a_page_for_people_and_json_for_scripts() -> None:
    page = errors.answer(RequestFactory().get("/incidents/"), faults.database_busy())
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert b"not answering" in page.content
    script = errors.answer(RequestFactory().get("/api/v1/incidents/"), faults.database_busy())
    assert (script.status_code, script.headers["Content-Type"]) == (503, "application/json")
    assert b'"code": "unavailable"' in script.content


def test_an_error_page_that_fails_itself_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **options: object) -> str:
        raise OperationalError("the page needed the database")

    monkeypatch.setattr(errors, "render_to_string", fail)
    page = errors.answer(RequestFactory().get("/"), errors.NOT_FOUND)
    assert page.status_code == 404
    assert b"not shared with you" in page.content
