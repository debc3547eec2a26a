"""A postmortem on paper: its page for the PDF maker, with the pictures of this incident that it shows."""

import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from hindsight.lib.pdf import Sheet
from hindsight.lib.text import one_line
from incidents.models import Attachment, Incident
from incidents.previews import ensure_preview
from postmortems.pages.reading import Reading

STYLE = "css/pdf.css"
# Bytes of all pictures together; later ones are left out, their words stay.
PICTURES_LIMIT = 60_000_000
PAPERS = ("A4", "letter")

_PICTURE = re.compile(r'src="(/attachments/([0-9a-f-]{36})/preview/)(?:\?size=thumb)?"')
_UNSAFE = re.compile(r"[^\w.-]+")


def sheet_of(reading: Reading, request: HttpRequest, *, paper: str) -> Sheet:
    """The sheet for one reader: `reading` and `request` are theirs, so it holds only what they may see."""
    context = {
        "reading": reading,
        "incident": reading.incident,
        "postmortem": reading.postmortem,
        "today": timezone.localdate(),
        "now": timezone.now(),
        "plain": True,
    }
    page = render_to_string("postmortems/pdf.html", context, request=request)
    # The small preview of a page is too coarse for paper.
    html = _PICTURE.sub(r'src="\1"', page)
    return Sheet(
        html=html,
        css=style(),
        pictures=_pictures(reading.incident, html),
        base_url=settings.BASE_URL,
        paper=paper if paper in PAPERS else PAPERS[0],
    )


def style() -> str:
    """The style of the paper, from wherever static files are kept here."""
    found = finders.find(STYLE) or str(Path(settings.STATIC_ROOT) / STYLE)
    return Path(found).read_text()


def file_name(incident: Incident) -> str:
    """INC-42 postmortem checkout-answers-502.pdf, without anything that a file system minds."""
    words = _UNSAFE.sub("-", one_line(incident.title, 60).lower()).strip("-.")
    return f"{incident.label}-postmortem{'-' if words else ''}{words}.pdf"


def _pictures(incident: Incident, html: str) -> dict[str, bytes]:
    """The previews that the page shows and that belong to this incident, by their addresses."""
    wanted = {match[2]: match[1] for match in _PICTURE.finditer(html)}
    found: dict[str, bytes] = {}
    left = PICTURES_LIMIT
    for row in Attachment.objects.filter(incident=incident, pk__in=wanted).defer("text"):
        path = ensure_preview(row)
        if path is None or (size := path.stat().st_size) > left:
            continue
        left -= size
        found[wanted[str(row.pk)]] = path.read_bytes()
    return found
