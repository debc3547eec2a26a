"""Outages that nobody logged: the text split by its headings, times as far as they are known, nothing lost."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from incidents.models import Incident
from postmortems.models import SECTION_LIMIT, Postmortem
from postmortems.shipped import STANDARD
from postmortems.splitting import split
from tests.support.web import form_values

TEXT = """# The night of the queue

It was loud.

## Executive summary
The queue stopped.

### For whom
Everybody.

Root Causes
-----------

A full disk.

## What we ate

Pizza.

## Resolution

```
# Impact
rm -rf /var/log/old
```

## Mitigation
Stopped the writer.
"""


class TestSplitting:
    def test_headings_find_their_sections_and_the_rest_is_kept(self) -> None:
        found = split(TEXT, STANDARD.sections)
        assert found.sections["summary"] == "The queue stopped.\n\n### For whom\nEverybody."
        assert found.sections["root_cause"] == "A full disk."
        assert found.sections["fix"].startswith("```\n# Impact\nrm -rf")
        assert found.sections["fix"].endswith("## Mitigation\nStopped the writer.")
        assert found.rest == "# The night of the queue\n\nIt was loud.\n\n## What we ate\n\nPizza."
        assert "impact" not in found.sections

    @pytest.mark.parametrize("text", [TEXT, "no heading", "", "\n\n", "# Summary", "---\n\n===\n", "## Fix\nx\n" * 50])
    def test_no_line_is_lost(self, text: str) -> None:
        found = split(text, STANDARD.sections)
        kept = "\n".join([*found.sections.values(), found.rest])
        for line in text.splitlines():
            is_heading_of_ours = line.strip("# ").lower() in {
                "executive summary",
                "root causes",
                "resolution",
                "summary",
                "fix",
            }
            if line.strip() and not is_heading_of_ours and set(line) != {"-"}:
                assert line in kept

    def test_a_long_text_is_cut_in_linear_time(self) -> None:
        text = "Fix\n---\n" + "x\n" * 200_000 + "`" * 100_000 + "\n" + "# " * 50_000
        assert split(text, STANDARD.sections).sections["fix"]


@pytest.mark.django_db
class TestPage:
    def send(self, client: Client, **fields: str) -> Postmortem:
        address = reverse("postmortem_past")
        values = form_values(client.get(address).content.decode())
        answer = client.post(address, {**values, "title": "The queue stopped", **fields})
        assert answer.status_code == 303, answer.content.decode()
        assert client.post(address, {**values, "title": "The queue stopped", **fields}).status_code == 303
        return Postmortem.objects.get()

    def test_a_pasted_text_becomes_an_incident_and_a_draft(self, responder_client: Client) -> None:
        row = self.send(
            responder_client,
            text=TEXT,
            services="queue, billing",
            started_at="2024-03-01 22:10",
            detected_at="2024-03-01 22:20",
            resolved_at="2024-03-02 01:00",
            severity="sev1",
        )
        incident = row.incident
        assert row.is_afterwards
        assert (incident.status, incident.kind, incident.severity) == ("resolved", "real", "sev1")
        assert incident.started_at == datetime(2024, 3, 1, 22, 10, tzinfo=UTC)
        assert incident.time_to_resolve is not None
        assert sorted(incident.services.values_list("name", flat=True)) == ["billing", "queue"]
        texts = dict(row.sections.values_list("key", "body"))
        assert texts["root_cause"] == "A full disk."
        assert "Pizza." in texts["account"]
        page = responder_client.get(reverse("postmortem", args=[incident.number])).content.decode()
        assert "Written down afterwards" in page
        assert "Pizza." in page

    def test_a_day_is_enough_and_invents_no_duration(self, responder_client: Client) -> None:
        row = self.send(responder_client, started_at="2024-03-01", resolved_at="2024-03-01 14:00")
        assert row.incident.started_precision == "day"
        assert row.incident.time_to_resolve is None

    def test_the_title_alone_is_enough(self, responder_client: Client) -> None:
        assert self.send(responder_client).incident.started_at is None

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"text": "x" * (SECTION_LIMIT + 1)}, "200,001 characters; the limit is 200,000"),
            ({"text": f"# Impact\n{'y' * 1_000_000}"}, "the limit is 900,000"),
            ({"text": f"# Impact\n{'y' * 300_000}"}, "“Impact” in the text has 300,000 characters"),
            ({"started_at": "sometime"}, "not a time"),
            ({"started_at": "2024-03-02", "resolved_at": "2024-03-01"}, "before the start"),
            ({"title": ""}, "What happened is empty"),
        ],
    )
    def test_what_is_refused_comes_back_whole(
        self, responder_client: Client, fields: dict[str, str], words: str
    ) -> None:
        answer = responder_client.post(
            reverse("postmortem_past"), {"title": "Queue", "severity": "sev3", "detected_by": "unknown", **fields}
        )
        page = answer.content.decode()
        assert answer.status_code == 422
        assert words in page
        assert fields.get("text", "") in page
        assert not Incident.objects.exists()

    def test_readers_may_not(self, viewer_client: Client, responder: User) -> None:
        assert viewer_client.get(reverse("postmortem_past")).status_code == 403
        assert "past outage" not in viewer_client.get(reverse("postmortem_list")).content.decode()
