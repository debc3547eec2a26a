"""What pages offer for download, fetched by a script with a token."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from accounts.models import User
from incidents.services.attachments import attach
from tests.support.personas import bearer
from tests.support.records import NOW, make_incident

pytestmark = pytest.mark.django_db


def test_a_token_opens_files_and_exports(responder: User, outsider: User) -> None:
    incident = make_incident(responder, is_private=True)
    file = attach(incident=incident, by=responder, now=NOW, upload=ContentFile(b"boom"), filename="app.log")
    paths = [file.get_absolute_url(), "/incidents/INC-1.md", "/incidents/INC-1.json"]
    for path in paths:
        assert Client().get(path, headers=bearer(responder, "read")).status_code == 200
        assert Client().get(path, headers=bearer(outsider, "read")).status_code == 404
        assert Client().get(path, headers=bearer(responder, "hook")).status_code == 403
        assert Client().get(path, headers={"Authorization": "Bearer hst_wrong"}).status_code == 401
        assert Client().get(path).status_code == 302
        assert Client().post(path, headers=bearer(responder)).status_code in {403, 405}
