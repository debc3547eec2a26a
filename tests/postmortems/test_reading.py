"""Reading a postmortem: what stands where, the diagnosis told three ways, thanks, link previews, files to take away."""

import json
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import User
from incidents.models import Incident
from incidents.services.snippets import add_snippet
from postmortems.models import Postmortem, Thanks
from postmortems.pages.headings import listed, with_anchors
from postmortems.pages.polish import polished
from postmortems.services.proof import waive
from search.models import SearchFeedback
from tests.integrations.import_rows import import_records, row, write_rows
from tests.support.postmortems import make_action, make_postmortem, make_proof, make_published
from tests.support.records import NOW, make_entry, make_incident, make_step
from tests.support.web import form_values

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
# A file of rows as `import_records` takes them; those that check it name it, since real postmortems have owners.
REAL = os.environ.get("HINDSIGHT_REAL_POSTMORTEMS", "")
HOSTILE = [
    "Plain\n\n  indented  \ntrailing   \n\n\n",
    "```python\nprint('x')   \n\ttab\n```\n\n| a | b |\n|---|---|\n| 1 | `x|y` |\n",
    "שלום עולם\n\nمرحبا بالعالم ‏(rtl)‏ and English",
    "🧯 fire 👩🏽‍🚒 ‍ zero​width e\u0301 é",
    "<script>alert(1)</script> &amp; &lt; \\* not a list",
    "# One\n\n# One\n\n[[step-999]] and `[[step-1]]`",
]


def page_of(client: Client, incident: Incident, query: str = "") -> str:
    response = client.get(reverse("postmortem", args=[incident.number]) + query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def published(responder: User) -> Postmortem:
    incident = make_incident(responder, title="Pool thing", services=["checkout"], lead=responder)
    empty = make_step(incident, responder, "The pool is empty", action="Counted them", outcome="ruled_out")
    make_step(incident, responder, "The pool has no limit", finding="It has none", outcome="confirmed", parent=empty)
    make_entry(incident, responder, "Looked at the pool")
    return make_published(responder, incident, impact="Nobody could pay.", summary="Payments failed for an hour.")


class TestPage:
    def test_begins_with_the_summary_then_the_facts(self, published: Postmortem, responder_client: Client) -> None:
        page = page_of(responder_client, published.incident)
        places = [page.index(text) for text in ('id="section-summary"', 'id="at-a-glance"', 'id="section-impact"')]
        assert places == sorted(places)
        glance = page[places[1] : places[2]]
        assert "Led by" in glance
        assert "The pool had no limit." in glance
        assert "A limit of 20." in glance
        assert "pm-standing-proven" in glance

    def test_every_section_has_an_address_and_stands_in_the_contents(
        self, published: Postmortem, responder_client: Client
    ) -> None:
        page = page_of(responder_client, published.incident)
        for key in ("summary", "impact", "root_cause", "fix", "verification"):
            assert f'<section class="pm-part" id="section-{key}"' in page
            assert page.count(f'<li><a href="#section-{key}">') == 2

    def test_says_how_the_fix_stands_wherever_the_fix_stands(self, responder: User, responder_client: Client) -> None:
        row_ = make_postmortem(responder, fix="A limit.")
        assert page_of(responder_client, row_.incident).count("pm-standing-unproven") == 2
        waive(postmortem=row_, by=responder, now=NOW, reason="The vendor fixed it")
        assert page_of(responder_client, row_.incident).count("pm-standing-waived") == 2
        make_proof(row_, responder)
        make_proof(row_, responder, result="failed", claim="It broke again", now=NOW + timedelta(hours=1))
        page = page_of(responder_client, row_.incident)
        assert page.count("pm-standing-broken") == 2
        assert "The fix did not hold." in page

    def test_does_not_ask_more_with_more_rows(
        self, published: Postmortem, responder: User, responder_client: Client
    ) -> None:
        incident = published.incident

        def cost() -> int:
            with CaptureQueriesContext(connection) as caught:
                page_of(responder_client, incident)
            return len(caught)

        page_of(responder_client, incident)
        before = cost()
        for number in range(6):
            step = make_step(incident, responder, f"Idea {number}", outcome="ruled_out")
            add_snippet(incident=incident, by=responder, now=NOW, code="x = 1", step=step)
            make_action(incident, responder, title=f"Do {number}")
            make_published(responder, make_incident(responder, title=f"Other {number}"))
        # The first snippet costs what all of them cost.
        assert cost() <= before + 3
        again = cost()
        for number in range(6):
            step = make_step(incident, responder, f"More {number}", outcome="ruled_out")
            add_snippet(incident=incident, by=responder, now=NOW, code="y = 1", step=step)
        assert cost() == again

    def test_leads_to_the_one_before_and_the_one_after(self, responder: User, outsider_client: Client) -> None:
        rows = []
        for number in range(4):
            began = NOW - timedelta(days=9 - number)
            incident = make_incident(responder, title=f"Thing {number}", started_at=began, is_private=number == 2)
            rows.append(make_published(responder, incident))
        page = page_of(outsider_client, rows[1].incident)
        near = page[page.index('class="pm-neighbours"') :]
        assert "Thing 0" in near
        assert "Thing 3" in near
        assert "Thing 2" not in page

    def test_draft_and_missing_sections_still_show(self, responder: User, viewer_client: Client) -> None:
        page = page_of(viewer_client, make_postmortem(responder, impact="x").incident)
        assert "Nothing written yet." in page


class TestDiagnosis:
    def test_is_a_story_unless_asked_otherwise(self, published: Postmortem, responder_client: Client) -> None:
        page = page_of(responder_client, published.incident)
        assert "2 ideas were followed. Number 2 held; 1 ruled out on the way." in page
        words = " ".join(re.sub(r"<[^>]+>", " ", page[page.index("pm-story") :]).split())
        assert "suspected: The pool is empty . 1 To find out: Counted them" in words
        assert "From step 1 on: At" in words
        assert "What showed: It has none" in words

    @pytest.mark.parametrize(
        ("view", "sign"), [("tree", "step-card"), ("first", "Nobody marked a check"), ("nonsense", "pm-story")]
    )
    def test_can_be_looked_at_in_other_ways(
        self, published: Postmortem, responder_client: Client, view: str, sign: str
    ) -> None:
        assert sign in page_of(responder_client, published.incident, f"?diagnosis={view}")


class TestHeadings:
    def test_each_gets_an_address_of_its_own(self) -> None:
        html = SafeString("<h3>One &amp; two</h3><p>x</p><h3>One &amp; two</h3><h4>שלום</h4><h3>!</h3>")
        found = with_anchors(html, "section-a")
        ids = re.findall(r'id="([^"]+)"', found)
        assert ids == ["section-a-one-two", "section-a-one-two--2", "section-a-שלום", "section-a-heading"]
        assert [heading.words for heading in listed(html, "s")] == ["One & two", "One & two", "!"]

    def test_wrapped_lines_flow_and_short_ones_stay(self) -> None:
        long = "word " * 12
        html = SafeString(f"<p>{long}<br>\nnext<br>\nshort</p>")
        assert polished(html, "x", is_brought_in=True) == f"<p>{long}\nnext<br>\nshort</p>"
        assert polished(html, "x", is_brought_in=False) == html

    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            ("A bug was <a>introduced</a>|in a commit", "A bug was <a>introduced</a>\nin a commit"),
            ("See also their|list|of projects", "See also their\nlist\nof projects"),
            ("It was over.|then it began", "It was over.<br>\nthen it began"),
            ("All times are UTC|Another line", "All times are UTC<br>\nAnother line"),
            ("eggs|milk|flour", "eggs<br>\nmilk<br>\nflour"),
            ("Set these three|key=value|x_y: 3", "Set these three<br>\nkey=value<br>\nx_y: 3"),
        ],
    )
    def test_a_broken_sentence_flows(self, lines: str, expected: str) -> None:
        html = SafeString(f"<p>{lines.replace('|', '<br>' + chr(10))}</p>")
        assert polished(html, "x", is_brought_in=True) == f"<p>{expected}</p>"

    def test_a_heading_of_a_table_without_words_is_left_out(self) -> None:
        rest = "<tbody><tr><td>a</td></tr></tbody></table>"
        empty = SafeString(f'<table><thead>\n<tr>\n<th></th>\n<th style=""></th></tr></thead>{rest}')
        assert polished(empty, "x", is_brought_in=False) == f"<table>{rest}"
        named = SafeString(f"<table><thead><tr><th>A</th><th></th></tr></thead>{rest}")
        assert polished(named, "x", is_brought_in=False) == named


class TestThanks:
    def test_are_one_voice_a_person_and_can_be_taken_back(
        self, published: Postmortem, outsider: User, outsider_client: Client
    ) -> None:
        url = reverse("postmortem_thanks", args=[published.incident.number])
        for _ in range(2):
            assert outsider_client.post(url).status_code == 303
        assert Thanks.objects.get().user == outsider
        assert "<strong>1 person</strong> learned from it" in page_of(outsider_client, published.incident)
        said = outsider_client.post(url, {"helped": "0"}, headers=HTMX)
        assert 'id="thanks"' in said.content.decode()
        assert not Thanks.objects.exists()

    def test_names_are_for_those_who_log(
        self, published: Postmortem, outsider: User, viewer: User, viewer_client: Client, responder_client: Client
    ) -> None:
        Thanks.objects.create(postmortem=published, user=outsider, at=NOW)
        Thanks.objects.create(postmortem=published, user=viewer, at=NOW)
        # A voice from a search counts, once a person, and is never named.
        assert published.begun_by
        for who in (viewer, published.begun_by):
            SearchFeedback.objects.create(
                user=who, kind="incident", object_id=published.incident_id, helped=True, terms="pool"
            )
        mine, theirs = (page_of(client, published.incident) for client in (responder_client, viewer_client))
        for page in (mine, theirs):
            assert "<strong>3 people</strong> learned from it" in page
        assert outsider.username in mine[mine.index('id="thanks"') :]
        assert outsider.username not in theirs[theirs.index('id="thanks"') :]

    def test_the_writer_has_no_voice_and_the_hidden_is_unknown(
        self, responder: User, responder_client: Client, outsider_client: Client
    ) -> None:
        row_ = make_published(responder, make_incident(responder, is_private=True))
        url = reverse("postmortem_thanks", args=[row_.incident.number])
        assert responder_client.post(url).status_code == 403
        assert outsider_client.post(url).status_code == 404
        assert responder_client.get(url).status_code == 405


class TestLinkPreview:
    def test_a_signed_out_program_learns_nothing(self, published: Postmortem, client: Client) -> None:
        for name in ("postmortem", "postmortem_pdf", "postmortem_meeting", "incident_detail"):
            response = client.get(reverse(name, args=[published.incident.number]), follow=True)
            page = response.content.decode()
            assert "Pool" not in page
            assert re.findall(r'<meta property="og:[^>]+>', page) == ['<meta property="og:title" content="Hindsight">']

    def test_a_private_record_has_none_and_another_has(
        self, published: Postmortem, responder: User, responder_client: Client
    ) -> None:
        assert 'property="og:title" content="INC-1: Pool thing"' in page_of(responder_client, published.incident)
        row_ = make_published(responder, make_incident(responder, title="Secret thing", is_private=True))
        for name in ("postmortem", "postmortem_meeting"):
            page = responder_client.get(reverse(name, args=[row_.incident.number])).content.decode()
            assert "Secret thing" in page
            assert "og:" not in page


def test_the_summary_stands_before_what_is_drawn(responder: User, responder_client: Client) -> None:
    incident = make_incident(responder)
    make_entry(incident, responder, body="The pool ran empty at noon")
    make_postmortem(responder, incident, summary="Nobody could pay for an hour.")
    page = page_of(responder_client, incident)
    assert "Short" in page
    assert 0 < page.index("Nobody could pay for an hour.") < page.index("The pool ran empty at noon")


class TestFiles:
    def test_hold_what_the_page_says(self, published: Postmortem, responder: User, responder_client: Client) -> None:
        incident = published.incident
        make_action(incident, responder, title="Watch it", done_when="It is watched")
        number = [incident.number]
        text = responder_client.get(reverse("postmortem_markdown", args=number)).content.decode()
        for part in ("Led by", "Nobody could pay.", "Looked at the pool", "Tested: Counted them", "Watch it"):
            assert part in text
        data = responder_client.get(reverse("postmortem_json", args=number)).json()
        assert [step["number"] for step in data["diagnosis"]] == ["1", "1.1"]
        assert (data["lead"], data["services"], data["template"]["key"]) == ("responder", ["checkout"], "short")
        assert data["section_order"][0] == "summary"

    def test_citations_are_links_that_lead_here(self, responder: User, responder_client: Client) -> None:
        incident = make_incident(responder)
        step = make_step(incident, responder, "The pool is empty")
        make_postmortem(responder, incident, impact=f"See [[{step.anchor}]].")
        data = responder_client.get(reverse("postmortem_json", args=[incident.number])).json()
        assert data["sections"]["impact"] == f"See [[{step.anchor}]]."
        assert [row_["text"] for row_ in data["citations"]] == [f"[[{step.anchor}]]"]
        text = responder_client.get(reverse("postmortem_markdown", args=[incident.number])).content.decode()
        assert "See [Open: The pool is empty](http" in text

    def test_ask_no_more_with_more_code(self, published: Postmortem, responder: User, responder_client: Client) -> None:
        url = reverse("postmortem_markdown", args=[published.incident.number])

        def cost() -> int:
            with CaptureQueriesContext(connection) as caught:
                responder_client.get(url)
            return len(caught)

        step = published.incident.steps.first()
        costs = []
        for _ in range(3):
            add_snippet(incident=published.incident, by=responder, now=NOW, code="whole = 1", step=step)
            costs.append(cost())
        assert costs[1] == costs[2]
        assert responder_client.get(url).content.decode().count("whole = 1") == 3


class TestImportedTexts:
    """What was written elsewhere is kept byte for byte, and leaves byte for byte."""

    def check(self, client: Client, source: dict[str, object]) -> None:
        incident = Incident.objects.get(external_id=source["id"])
        kept = dict(incident.postmortem.sections.values_list("key", "body"))
        whole = "\n".join(kept.values())
        stated = [*dict(source.get("sections") or {}).values()] or [source["body_markdown"]]  # type: ignore[call-overload]
        for text in stated:
            assert str(text).strip() in whole
        markdown = client.get(reverse("postmortem_markdown", args=[incident.number])).content.decode()
        data = client.get(reverse("postmortem_json", args=[incident.number])).json()
        assert data["sections"] == kept
        for key, body in kept.items():
            if "[[" not in body:
                assert body in markdown, key
        page_of(client, incident)

    def test_of_any_kind(self, tmp_path: Path, responder_client: Client) -> None:
        sources = [
            row(id=f"h-{number}", title=f"Hostile {number}", body_markdown="", sections={"summary": text})
            for number, text in enumerate(HOSTILE)
        ]
        import_records(write_rows(tmp_path / "rows.jsonl", *sources))
        for source in sources:
            self.check(responder_client, source)

    @pytest.mark.optional(bool(REAL))
    def test_of_real_postmortems(self, tmp_path: Path, responder_client: Client) -> None:
        lines = [line for line in Path(REAL).read_bytes().split(b"\n") if line.strip()][:20]
        import_records(write_rows(tmp_path / "rows.jsonl", *lines))
        for line in lines:
            self.check(responder_client, json.loads(line))


def test_the_form_of_thanks_works_without_script(published: Postmortem, outsider_client: Client) -> None:
    page = page_of(outsider_client, published.incident)
    form = page[page.index('id="thanks"') :]
    assert reverse("postmortem_thanks", args=[published.incident.number]) in form
    assert "helped" not in form_values(form[: form.index("</form>")])
