"""A postmortem as PDF."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render as render_page
from django.views.decorators.http import require_safe

from accounts.api import or_token
from accounts.models import User
from hindsight.lib.files import content_disposition
from hindsight.lib.htmx import private
from hindsight.lib.pdf import PdfBusyError, PdfError, PdfMissingError, is_available, make_pdf
from incidents.access import NOT_FOUND
from postmortems.access import get_postmortem
from postmortems.pages.reading import read_reading
from postmortems.printing import file_name, sheet_of

NOT_IMPLEMENTED = 501
UNAVAILABLE = 503
RETRY_S = 30


@or_token
@require_safe
def pdf(request: HttpRequest, number: int) -> HttpResponse:
    """The PDF, `?paper=letter` for that size; without the optional package, or when it fails, how to print."""
    row = get_postmortem(request.user, number)
    if row is None:
        raise Http404(NOT_FOUND)
    assert isinstance(request.user, User)
    try:
        if not is_available():
            raise PdfMissingError
        reading = read_reading(row.incident, row, reader=request.user)
        made = make_pdf(sheet_of(reading, request, paper=request.GET.get("paper", "")))
    except PdfError as problem:
        return _instead(request, number, problem)
    response = HttpResponse(made, content_type="application/pdf")
    disposition = content_disposition(file_name(row.incident))
    response["Content-Disposition"] = disposition
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return private(response)


def _instead(request: HttpRequest, number: int, problem: PdfError) -> HttpResponse:
    is_missing = isinstance(problem, PdfMissingError)
    context = {"number": number, "is_missing": is_missing, "problem": str(problem)}
    status = NOT_IMPLEMENTED if is_missing else UNAVAILABLE
    response = render_page(request, "postmortems/no_pdf.html", context, status=status)
    if isinstance(problem, PdfBusyError):
        response["Retry-After"] = str(RETRY_S)
    return private(response)
