"""What the tests of the API share."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.support.personas import bearer


class Script:
    """A script with a token; every call returns the status and the decoded answer."""

    def __init__(self, user: User, scope: str = "write") -> None:
        self.headers = bearer(user, scope)
        self.client = Client()

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        request = getattr(self.client, method)
        response = request(path, body, content_type="application/json", headers={**self.headers, **headers})
        return response.status_code, response.json()

    def post(self, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        return self.send("post", path, body if body is not None else {}, **headers)

    def get(self, path: str) -> tuple[int, Any]:
        response = self.client.get(path, headers=self.headers)
        return response.status_code, response.json()

    def patch(self, path: str, body: Any) -> tuple[int, Any]:
        return self.send("patch", path, body)


@pytest.fixture
def script(responder: User) -> Script:
    """The responder's script."""
    return Script(responder)
