"""What the tests of accounts share."""

from datetime import UTC, datetime

import pytest

from accounts.models import Installation


@pytest.fixture
def now() -> datetime:
    """The moment at which things happen here."""
    return datetime(2026, 3, 3, 14, 5, tzinfo=UTC)


@pytest.fixture
def set_up(db: None, now: datetime) -> Installation:
    """An installation that is set up."""
    Installation.close_setup(now=now)
    return Installation.current()
