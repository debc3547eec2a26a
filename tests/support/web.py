"""What the tests of pages share: htmx headers, counting queries, reading forms."""

from html.parser import HTMLParser

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

HTMX = {"HX-Request": "true"}


def queries_of(client: Client, address: str) -> int:
    """How many queries a GET of this address runs."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def form_values(html: str) -> dict[str, str]:
    """What a browser would send for the fields in this HTML, as they are filled in."""
    reader = _FormReader()
    reader.feed(html)
    return reader.values


class _FormReader(HTMLParser):
    """Collects names and values of inputs, text areas and selects."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.area = ""
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an input's value, and remember which text area or select is open."""
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "input" and name and (found.get("type") not in {"checkbox", "radio"} or "checked" in found):
            self.values[name] = found.get("value", "on" if found.get("type") == "checkbox" else "")
        elif tag == "textarea":
            self.area = name
            self.values[name] = ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in found:
            self.values[self.select] = found.get("value", "")

    def handle_data(self, data: str) -> None:
        """Take a text area's text; the first line end after the tag is not part of it."""
        if self.area:
            self.values[self.area] = f"{self.values[self.area]}{data}".removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        """Close a text area or a select."""
        if tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.select = ""
