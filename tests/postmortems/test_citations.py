"""Citations: true when their source changes, silent about what a reader may not see, bounded."""

import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import User
from hindsight.lib import markdown
from incidents.models import Change, ChangeVerdict, Incident
from incidents.services.attachments import attach
from incidents.services.snippets import add_snippet
from postmortems.models import ActionItem, Postmortem
from postmortems.pages.citations import GONE, Citations, short_id
from postmortems.references import references_in, without_references
from postmortems.services.factor_changes import add_factor
from search.registry import documents_of
from tests.support.pictures import terminal
from tests.support.postmortems import make_action, make_postmortem
from tests.support.records import NOW, make_entry, make_incident, make_step
from tests.support.web import queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(responder: User) -> Incident:
    return make_incident(responder)


def cite(text: str, reader: User, incident: Incident) -> str:
    return Citations([text], reader=reader, incident=incident).html(markdown.render(text))


def page_of(client: Client, row: Postmortem) -> str:
    return client.get(reverse("postmortem", args=[row.incident.number])).content.decode()


class TestSyntax:
    def test_every_kind_is_read(self) -> None:
        text = "[[step-17]] [[entry-3]] [[snippet-3]] [[snippet-3-L9-L5]] [[snippet-3-L4]] [[INC-7]] [[change-04]]"
        found = [(one.kind, one.id, one.first, one.last) for one in references_in([text])]
        assert found == [
            ("step", "17", None, None),
            ("entry", "3", None, None),
            ("snippet", "3", None, None),
            ("snippet", "3", 5, 9),
            ("snippet", "3", 4, 4),
            ("incident", "7", None, None),
            ("change", "4", None, None),
        ]

    @pytest.mark.parametrize("text", ["[[step-]]", "[step-1]", "[[user-1]]", "[[step-1 ]]", "[[attachment-1]]", "[[]]"])
    def test_what_is_none_stays_text(self, text: str) -> None:
        assert references_in([text]) == []

    def test_search_reads_the_words_around(self) -> None:
        assert without_references("It was the pool [[step-17]], later.") == "It was the pool, later."


class TestSources:
    def test_each_kind_is_named_as_it_is_now(self, responder: User, incident: Incident) -> None:
        entry = make_entry(incident, responder, "Stopped the **job**", kind="fix")
        step = make_step(incident, responder, "The pool is empty", outcome="confirmed")
        code = add_snippet(incident=incident, by=responder, now=NOW, code="one\ntwo\nthree", filename="pool.py")
        action = make_action(incident, responder, "Watch the pool")
        other = make_incident(responder, title="Before")
        change = Change.objects.create(at=NOW, title="Deploy 17", noted_at=NOW)
        ChangeVerdict.objects.create(incident=incident, change=change, verdict="cleared", at=NOW)
        text = (
            f"See [[entry-{entry.pk}]] [[step-{step.pk}]] [[snippet-{code.pk}-L2]] [[action-{action.pk}]] "
            f"[[INC-{other.number}]] [[change-{change.pk}]]."
        )
        html = cite(text, responder, incident)
        for words in (
            "Fix: Stopped the job",
            "Confirmed: The pool is empty",
            "pool.py, line 2",
            "Watch the pool (open)",
            f"{other.label} Before",
            "Deploy: Deploy 17 (cleared)",
        ):
            assert words in html
        assert f'href="/incidents/{incident.label}/?step={step.pk}#step-{step.pk}"' in html
        assert "[[" not in html

    def test_alone_in_a_paragraph_it_shows_what_it_cites(self, responder: User, incident: Incident) -> None:
        step = make_step(incident, responder, "The pool is empty", finding="200 of 200 in *use*", outcome="confirmed")
        code = add_snippet(incident=incident, by=responder, now=NOW, code="one\n<two>\nthree\nfour", filename="a.txt")
        html = cite(f"Before\n\n[[step-{step.pk}]]\n[[snippet-{code.pk}-L2-L3]]\n\nAfter", responder, incident)
        assert "<blockquote" in html
        assert "<em>use</em>" in html
        assert "&lt;two&gt;" in html
        assert "one" not in html
        assert "four" not in html

    def test_a_picture_by_the_beginning_of_its_id(self, responder: User, incident: Incident) -> None:
        upload = SimpleUploadedFile("shot.png", terminal())
        file = attach(incident=incident, by=responder, now=NOW, upload=upload, filename="shot.png", caption="Graph")
        assert 'alt="Graph"' in cite(f"[[attachment-{short_id(file.pk)}]]", responder, incident)
        assert ">Graph</a>" in cite(f"See [[attachment-{file.pk}]].", responder, incident)

    def test_code_and_links_show_what_was_typed(self, responder: User, incident: Incident) -> None:
        step = make_step(incident, responder)
        html = cite(f"`[[step-{step.pk}]]`\n\n```\n[[step-{step.pk}]]\n```\n", responder, incident)
        assert html.count(f"[[step-{step.pk}]]") == 2
        assert "cite" not in html

    def test_markup_in_a_source_stays_text(self, responder: User, incident: Incident) -> None:
        step = make_step(incident, responder, '<img src=x onerror=alert(1)> "quoted"')
        for text in (f"See [[step-{step.pk}]]", f"[[step-{step.pk}]]"):
            html = cite(text, responder, incident)
            assert "<img" not in html
            assert "&lt;img" in html


class TestTruth:
    def test_a_published_page_follows_its_source(self, responder: User, responder_client: Client) -> None:
        incident = make_incident(responder)
        step = make_step(incident, responder, "The pool is empty")
        row = make_postmortem(responder, incident, impact=f"Many, see [[step-{step.pk}]]")
        assert "Open: The pool is empty" in page_of(responder_client, row)
        step.hypothesis, step.outcome = "The pool leaks", "confirmed"
        step.save()
        assert "Confirmed: The pool leaks" in page_of(responder_client, row)
        step.delete()
        assert GONE in page_of(responder_client, row)

    def test_hidden_and_gone_are_the_same(self, responder: User, outsider: User, incident: Incident) -> None:
        secret = make_incident(responder, title="Sesame", is_private=True)
        hidden = make_step(secret, responder, "Sesame opened")
        change = Change.objects.create(at=NOW, title="Sesame deploy", noted_at=NOW, incident=secret)
        snippet = add_snippet(incident=secret, by=responder, now=NOW, code="sesame")
        for kind, pk in (("step", hidden.pk), ("change", change.pk), ("snippet", snippet.pk), ("step", 99_999)):
            html = cite(f"See [[{kind}-{pk}]]", outsider, incident)
            assert html == f'<p>See <span class="cite cite-gone"><code>{kind}-{pk}</code> {GONE}</span></p>\n'
        assert "esame" not in cite(f"[[INC-{secret.number}]]", outsider, incident)
        assert "Sesame" in cite(f"[[INC-{secret.number}]]", responder, incident)

    def test_of_another_incident_it_says_which(self, responder: User, incident: Incident) -> None:
        other = make_incident(responder)
        step = make_step(other, responder, "The pool is empty")
        assert f"{other.label} · Open: The pool is empty" in cite(f"[[step-{step.pk}]] x", responder, incident)

    def test_the_export_leads_here_and_quotes(self, responder: User, responder_client: Client) -> None:
        incident = make_incident(responder)
        entry = make_entry(incident, responder, "Stopped\nthe job", kind="fix")
        cited = f"[[entry-{entry.pk}]]"
        row = make_postmortem(responder, incident, fix=f"`[[entry-1]]` As in {cited}\n\n{cited}")
        text = responder_client.get(reverse("postmortem_markdown", args=[incident.number])).content.decode()
        assert "`[[entry-1]]`" in text
        assert f"/incidents/{incident.label}/?entry={entry.pk}#entry-{entry.pk})" in text
        assert "> Stopped\n> the job" in text
        row.refresh_from_db()
        assert row.sections.get(key="fix").body.endswith(f"[[entry-{entry.pk}]]")

    def test_search_holds_the_cited_words_once(self, responder: User) -> None:
        incident = make_incident(responder)
        step = make_step(incident, responder, "The quarkpool is empty")
        make_postmortem(responder, incident, root_cause=f"See [[step-{step.pk}]] for it")
        document = documents_of("incident", [incident.pk])[0]
        texts = [part.text for part in document.parts]
        assert sum("quarkpool" in text for text in texts) == 1
        assert not any("[[" in text for text in texts)


class TestBounds:
    def test_queries_do_not_grow(self, responder: User, responder_client: Client) -> None:
        incident = make_incident(responder)
        steps = [make_step(incident, responder, f"Idea {at}") for at in range(12)]
        codes = [add_snippet(incident=incident, by=responder, now=NOW, code=f"code {at}") for at in range(12)]
        one = make_postmortem(responder, incident, fix=f"[[step-{steps[0].pk}]] and [[snippet-{codes[0].pk}]]")
        address = reverse("postmortem", args=[incident.number])
        few = queries_of(responder_client, address)
        section = one.sections.get(key="fix")
        section.body = "\n\n".join(
            f"[[step-{step.pk}]] x [[snippet-{code.pk}]]" for step, code in zip(steps, codes, strict=True)
        )
        section.save()
        assert queries_of(responder_client, address) == few

    @pytest.mark.parametrize("text", ["[[step-1]]" * 18_000, "[[" * 90_000, "[[step-1]]\n\n" * 15_000, "<" * 180_000])
    def test_a_bomb_is_drawn_in_time(self, responder: User, incident: Incident, text: str) -> None:
        make_step(incident, responder)
        started = time.process_time()
        Citations([text], reader=responder, incident=incident).html(SafeString(f"<p>{text}</p>"))
        assert time.process_time() - started < 2


class TestElsewhereThanInSections:
    @pytest.fixture
    def row(self, responder: User, incident: Incident) -> Postmortem:
        """A factor, the answer to its "why?", and an action item that all cite; one of the sources is hidden."""
        step = make_step(incident, responder, "The <pool> is empty")
        hidden = make_incident(responder, title="Hidden away", is_private=True)
        row = make_postmortem(responder, incident, root_cause="x")
        refs = f"[[step-{step.pk}]] and [[{hidden.label}]]"
        top = add_factor(
            postmortem=row, by=responder, now=NOW, fields={"text": f"It ran dry {refs}", "category": "capacity"}
        )
        add_factor(
            postmortem=row, by=responder, now=NOW,
            fields={"text": f"Nobody saw {refs}", "category": "monitoring", "parent": top.pk},
        )  # fmt: skip
        action = make_action(incident, responder, f"Widen {refs}", done_when=f"holds {refs}", owner=responder)
        today = timezone.localdate()
        ActionItem.objects.filter(pk=action.pk).update(proof=f"seen {refs} https://x.example/1", due_on=today)
        return row

    def test_pages_show_what_it_is_now(
        self, row: Postmortem, incident: Incident, responder_client: Client, outsider_client: Client
    ) -> None:
        step = incident.steps.get()
        link = f'href="{incident.get_absolute_url()}?step={step.pk}#step-{step.pk}">Open: The &lt;pool&gt; is empty</a>'
        page = page_of(responder_client, row)
        assert page.count(link) >= 5
        assert "Hidden away" in page
        assert '<a href="https://x.example/1" rel="nofollow">' in page
        theirs = page_of(outsider_client, row)
        assert theirs.count(link) == page.count(link)
        assert theirs.count(GONE) >= 5
        assert "Hidden away" not in theirs
        editor = responder_client.get(reverse("postmortem_edit", args=[incident.number])).content.decode()
        assert editor.count(link) >= 4

    def test_lists_say_it_in_words(
        self, row: Postmortem, incident: Incident, responder_client: Client, outsider_client: Client
    ) -> None:
        words = "Widen Open: The &lt;pool&gt; is empty and INC-2 Hidden away"
        for name in ("action_list", "action_board", "board", "waiting"):
            page = responder_client.get(reverse(name)).content.decode()
            assert words[:60] in page, name
            assert "Widen [[step" not in page, name
        for name in ("action_list", "action_board"):
            page = outsider_client.get(reverse(name)).content.decode()
            assert "Hidden away" not in page
            assert f"(INC-2: {GONE})" in page
        calendar = responder_client.get(reverse("feed_actions")).content.decode().replace("\r\n ", "")
        assert "SUMMARY:Widen Open: The <pool> is empty and INC-2 Hidden away" in calendar

    def test_exports_name_it(self, row: Postmortem, incident: Incident, outsider_client: Client) -> None:
        step = incident.steps.get()
        text = outsider_client.get(f"/incidents/{incident.label}/postmortem.md").content.decode()
        assert text.count(f"?step={step.pk}#step-{step.pk})") == 5
        assert text.count(f"(INC-2: {GONE})") == 5
        listed = outsider_client.get(f"/incidents/{incident.label}/postmortem.json").json()["citations"]
        assert len({each["section"] for each in listed}) == 3
        assert {each["text"] for each in listed} == {f"[[step-{step.pk}]]"}

    def test_what_cites_nothing_costs_nothing(
        self, incident: Incident, responder: User, responder_client: Client
    ) -> None:
        for number in range(3):
            make_action(incident, responder, f"Item {number}")
        url = reverse("action_list")
        queries_of(responder_client, url)
        plain = queries_of(responder_client, url)
        step = make_step(incident, responder)
        ActionItem.objects.update(done_when=f"[[step-{step.pk}]]", title=f"[[step-{step.pk}]]")
        assert queries_of(responder_client, url) == plain + 1
