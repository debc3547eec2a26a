"""Places that apps above the record fill."""

import pytest
from django.test import RequestFactory
from django.utils.safestring import SafeString

from incidents import slots


def test_white_space_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    fillers = [lambda request, incident: SafeString("\n  "), lambda request, incident: SafeString("\n<p>x</p>\n")]
    monkeypatch.setitem(slots._fillers, "board", fillers[:1])
    assert slots.fill("board", RequestFactory().get("/")) == ""
    monkeypatch.setitem(slots._fillers, "board", fillers)
    assert slots.fill("board", RequestFactory().get("/")) == "<p>x</p>"
