"""A postmortem as PDF: with the optional package and without, nothing fetched, nothing of others."""

import io
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from hindsight.lib import pdf as maker
from hindsight.lib import pdf_job
from hindsight.lib.pdf import PdfBusyError, PdfError, Sheet, make_pdf
from hindsight.lib.pool import Busy, Crashed, JobFailed, TookTooLong
from incidents.models import Attachment, Incident
from incidents.services.attachments import attach
from postmortems import printing
from postmortems.pages.reading import read_reading
from tests.support.pictures import terminal
from tests.support.postmortems import make_published
from tests.support.records import NOW, make_incident

needs_package = pytest.mark.optional(maker.is_available() and find_spec("pypdf") is not None)


ELSEWHERE = (
    "file:///etc/passwd",
    "/etc/passwd",
    "http://127.0.0.1:9/x.png",
    "https://example.org/x.png",
    "http://hindsight.test/attachments/other/preview/",
    "data:image/png;base64,iVBORw0KGgo=",
)


def picture(incident: Incident, by: User) -> Attachment:
    data = ContentFile(terminal("hello"))
    return attach(incident=incident, by=by, now=NOW, upload=data, filename="graph.png", caption="The graph")


def url_of(incident: Incident) -> str:
    return reverse("postmortem_pdf", args=[incident.number])


@pytest.mark.django_db
class TestWithoutThePackage:
    def test_says_how_to_get_it(
        self, responder: User, responder_client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(maker, "PACKAGE", "no_such_package_here")
        response = responder_client.get(url_of(make_published(responder).incident))
        assert response.status_code == 501
        assert "requirements-pdf.lock" in response.content.decode()

    @pytest.mark.parametrize("problem", [Busy, TookTooLong, Crashed, JobFailed])
    def test_failing_says_what_to_do_instead(
        self,
        responder: User,
        responder_client: Client,
        monkeypatch: pytest.MonkeyPatch,
        problem: type[Exception],
    ) -> None:
        def call(*_: object, **__: object) -> bytes:
            raise problem("job")

        monkeypatch.setattr(maker, "PACKAGE", "json")
        monkeypatch.setattr(maker._pool, "call", call)
        response = responder_client.get(url_of(make_published(responder).incident))
        assert response.status_code == 503
        assert response.has_header("Retry-After") == (problem is Busy)
        assert "Print" in response.content.decode()

    def test_the_hidden_is_unknown(self, responder: User, outsider_client: Client) -> None:
        row = make_published(responder, make_incident(responder, is_private=True))
        assert outsider_client.get(url_of(row.incident)).status_code == 404


@pytest.mark.django_db
class TestSheet:
    def sheet(self, incident: Incident, client: Client, by: User, rf: Any) -> Sheet:
        request = rf.get("/")
        request.user = by
        reading = read_reading(incident, incident.postmortem, reader=by)
        return printing.sheet_of(reading, request, paper="nonsense")

    def test_holds_the_pictures_of_this_incident_alone(
        self, responder: User, responder_client: Client, rf: Any
    ) -> None:
        here, elsewhere = make_incident(responder), make_incident(responder, title="Other")
        mine, other = picture(here, responder), picture(elsewhere, responder)
        cited = "\n\n".join(f"[[attachment-{file.pk.hex}]]" for file in (mine, other))
        make_published(responder, here, impact=f"{cited}\n\n![x](/attachments/{other.pk}/preview/)")
        sheet = self.sheet(here, responder_client, responder, rf)
        assert list(sheet.pictures) == [mine.preview_url]
        assert sheet.paper == "A4"
        assert "<script" not in sheet.html
        assert "url(" not in sheet.css

    @pytest.mark.parametrize(
        ("title", "name"),
        [
            ("Checkout: answers 502!", "INC-1-postmortem-checkout-answers-502.pdf"),
            ("../../etc/passwd\u202e", "INC-1-postmortem-etc-passwd.pdf"),
            ("...", "INC-1-postmortem.pdf"),
        ],
    )
    def test_has_a_name_that_no_file_system_minds(self, responder: User, title: str, name: str) -> None:
        assert printing.file_name(make_incident(responder, title=title)) == name


@needs_package
class TestMaker:
    def make(self, body: str, **more: Any) -> Any:
        pypdf = import_module("pypdf")
        html = f"<!doctype html><title>T</title><h1>Head</h1>{body}"
        sheet = Sheet(html=html, css=printing.style(), pictures={}, base_url="http://hindsight.test", **more)
        return pypdf.PdfReader(io.BytesIO(make_pdf(sheet)))

    def test_lays_out_text_with_bookmarks_on_the_paper_that_was_asked_for(self) -> None:
        made = self.make("<h2>שלום 🧯 Part</h2><p>Words</p>", paper="letter")
        assert "Words" in made.pages[0].extract_text()
        assert [item.title for item in made.outline if not isinstance(item, list)] == ["Head"]
        assert [round(float(size)) for size in made.pages[0].mediabox[2:]] == [612, 792]

    def test_fetches_nothing(self) -> None:
        fetcher = pdf_job._fetcher({"files/attachments/a/preview/": b"x"}, "http://hindsight.test")
        for address in ELSEWHERE:
            with pytest.raises(pdf_job.NotAllowed):
                fetcher.fetch(address)
        pictures = "".join(f'<img src="{address}" alt="Not here">' for address in ELSEWHERE)
        assert "Words" in self.make(f"{pictures}<p>Words</p>").pages[0].extract_text()

    def test_what_takes_too_long_is_ended(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(maker, "TIME_LIMIT_S", 0.01)
        with pytest.raises(PdfError, match="Print it from the browser"):
            self.make("<p>x</p>" * 2000)
        assert not issubclass(PdfError, PdfBusyError)

    @pytest.mark.django_db
    def test_the_whole_way(self, responder: User, responder_client: Client) -> None:
        incident = make_incident(responder, title="Pool thing")
        file = picture(incident, responder)
        make_published(responder, incident, impact=f"[[attachment-{file.pk.hex[:8]}]]\n\nNobody could pay.")
        response = responder_client.get(url_of(incident) + "?paper=letter")
        assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
        assert "INC-1-postmortem-pool-thing.pdf" in response["Content-Disposition"]
        assert response["Cache-Control"] == "private, no-store"
        pypdf = import_module("pypdf")
        made = pypdf.PdfReader(io.BytesIO(response.content))
        words = " ".join(page.extract_text() for page in made.pages)
        assert "Nobody could pay." in words
        assert any(page.images for page in made.pages)
