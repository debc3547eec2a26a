"""PDF of a page of ours, made in a child process that can be killed and can fetch nothing."""

import importlib.util
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from hindsight.lib.pdf_job import FILES, PAGE, STYLE
from hindsight.lib.pool import Busy, JobFailed, Pool, PoolError, TookTooLong

PACKAGE = "weasyprint"
# Seconds and megabytes. A page of text takes one second, one with hundreds of lines of code ten.
TIME_LIMIT_S = 60.0
WAIT_S = 15.0
MEMORY_MB = 1_536
HTML_LIMIT = 6_000_000

_JOB = "hindsight.lib.pdf_job:make"
# A child of its own: nobody's markdown waits for a PDF. It ends after each page that left it large.
_pool = Pool(idle_s=20.0, memory_mb=MEMORY_MB)


class PdfError(Exception):
    """No PDF; the message says why and what to do instead."""


class PdfMissingError(PdfError):
    """The optional package is not installed."""


class PdfBusyError(PdfError):
    """Others are having theirs made."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What becomes a PDF: a whole HTML page, its style, and the pictures that it shows by their paths."""

    html: str
    css: str
    pictures: Mapping[str, bytes]
    base_url: str
    paper: str = "A4"


def is_available() -> bool:
    """Whether the optional package is installed."""
    return importlib.util.find_spec(PACKAGE) is not None


def make_pdf(sheet: Sheet) -> bytes:
    """Return the PDF. Raises PdfMissingError, PdfBusyError, or PdfError for a page that is too much."""
    if not is_available():
        raise PdfMissingError("PDF needs an optional package that is not installed here.")
    if len(sheet.html) > HTML_LIMIT:
        raise PdfError("This page is too long for a PDF made here. Print it from the browser.")
    options = {"base_url": sheet.base_url, "paper": sheet.paper}
    try:
        return _pool.call(_JOB, _archive(sheet), options, limit_s=TIME_LIMIT_S, wait_s=WAIT_S)
    except Busy as problem:
        raise PdfBusyError("Other PDFs are being made. Try again in a minute.") from problem
    except TookTooLong as problem:
        words = f"It took longer than {TIME_LIMIT_S:.0f} s. Print it from the browser instead."
        raise PdfError(words) from problem
    except JobFailed as problem:
        raise PdfError("The page could not be laid out. Print it from the browser instead.") from problem
    except PoolError as problem:
        raise PdfError("It took more memory than a page may. Print it from the browser instead.") from problem


def _archive(sheet: Sheet) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(PAGE, sheet.html)
        archive.writestr(STYLE, sheet.css)
        for path, data in sheet.pictures.items():
            archive.writestr(FILES + path.lstrip("/"), data)
    return target.getvalue()
