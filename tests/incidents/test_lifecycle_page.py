"""How statuses stand on an incident's page."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from accounts.models import User
from incidents.models import Precision
from incidents.pages.lifecycle import stages
from incidents.templatetags.incidents import moment
from tests.support.records import make_incident

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("precision", "style"), [(Precision.DAY, "date"), (Precision.MINUTE, "short")])
def test_a_start_known_to_the_day_has_no_clock(responder: User, precision: str, style: str) -> None:
    incident = make_incident(responder, started_precision=precision)
    assert stages(incident)[0].style == style


def test_a_moment_of_another_year_says_which() -> None:
    this_year = timezone.now().year
    assert f">1 Aug {this_year - 3}, 12:00<" in moment(datetime(this_year - 3, 8, 1, 12, tzinfo=UTC), "short")
    assert ">1 Aug, 12:00<" in moment(datetime(this_year, 8, 1, 12, tzinfo=UTC), "short")
