"""What holds for all tests: which database they are for, and that nothing is skipped in continuous integration."""

import os
import shutil
from collections.abc import Generator, Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from tests.support import database

pytest_plugins = ["tests.support.browser", "tests.support.personas"]

IS_CI = os.environ.get("CI", "").lower() in {"1", "true"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is for the other database or an extra that isn't there: not skipped, but no test of this run."""
    unwanted = [item for item in items if not _belongs_here(item)]
    if unwanted:
        config.hook.pytest_deselected(items=unwanted)
        items[:] = [item for item in items if _belongs_here(item)]


def _belongs_here(item: pytest.Item) -> bool:
    other = "sqlite" if settings.IS_POSTGRES else "postgresql"
    return not item.get_closest_marker(other) and all(mark.args[0] for mark in item.iter_markers("optional"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """Databases are copied where bin/test has prepared one, and emptied in a way that costs little."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", database.empty)
        if database.PREPARED:
            patch.setattr(connection.creation, "create_test_db", database.copy_prepared)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test is a failed one in continuous integration."""
    report = yield
    if IS_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"Skipped, which CI does not allow: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips itself as a whole."""
    report = yield
    if IS_CI and report.skipped:
        report.outcome, report.longrepr = "failed", f"Skipped, which CI does not allow: {report.longrepr}"
    return report


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that started the run takes the data directories away."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.get("HINDSIGHT_TEST_DIR", "") or os.devnull, ignore_errors=True)
