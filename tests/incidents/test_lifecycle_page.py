"""How statuses stand on an incident's page."""

import pytest

from accounts.models import User
from incidents.models import Precision
from incidents.pages.lifecycle import stages
from tests.support.records import make_incident

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("precision", "style"), [(Precision.DAY, "date"), (Precision.MINUTE, "short")])
def test_a_start_known_to_the_day_has_no_clock(responder: User, precision: str, style: str) -> None:
    incident = make_incident(responder, started_precision=precision)
    assert stages(incident)[0].style == style
