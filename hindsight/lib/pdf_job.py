"""What the child process does for PDF: lays out one HTML page with the files that came along, and nothing else."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

PAGE = "page.html"
STYLE = "page.css"
FILES = "files/"


class NotAllowed(ValueError):
    """The page asks for something that did not come with it: no network, no file of this machine."""


def make(options: Mapping[str, object], body: bytes) -> bytes:
    """Return the PDF of an archive that holds `page.html`, `page.css` and, below `files/`, what the page may show.

    Options: `base_url` (what links are relative to), `paper` (`A4` or `letter`).
    """
    # Here and not above: it is an optional package, and loading it takes longer than a child may take to start.
    import weasyprint

    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    base = str(options["base_url"])
    fetcher = _fetcher(files, base)
    paper = "letter" if options.get("paper") == "letter" else "A4"
    page = weasyprint.HTML(string=files[PAGE].decode(), base_url=base + "/", url_fetcher=fetcher)
    styles = [
        weasyprint.CSS(string=text, base_url=base + "/", url_fetcher=fetcher)
        for text in (files[STYLE].decode(), f"@page {{ size: {paper} }}")
    ]
    made = page.write_pdf(stylesheets=styles)
    return bytes(made or b"")


def _fetcher(files: Mapping[str, bytes], base: str) -> Any:
    """A fetcher that serves only what is in the archive."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OnlyOurs(URLFetcher):  # type: ignore[misc]  # the package is untyped
        def fetch(self, url: str, headers: Any = None) -> Any:
            name = FILES + url.removeprefix(base + "/")
            if name not in files:
                raise NotAllowed(url[:200])
            return URLFetcherResponse(url, files[name], {"Content-Type": "image/webp"})

    return OnlyOurs()
