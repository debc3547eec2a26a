"""Serving files. One origin holds pages and files, so nothing that is uploaded may ever run: see docs/security.md."""

import uuid

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.api import or_token
from hindsight.lib.files import FileStore, content_disposition
from incidents import access
from incidents.previews import THUMBNAIL, ensure_large, ensure_preview

# A file is data, whatever is in it: no script, no frame, no form, no origin.
FILE_POLICY = "default-src 'none'; sandbox"


@or_token
@require_safe
def attachment(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The original, byte for byte, always as a download."""
    row = access.get_attachment(request.user, pk)
    try:
        file = FileStore().open(row.path)
    except FileNotFoundError as error:
        raise Http404(access.NOT_FOUND) from error
    response = FileResponse(file, content_type=row.content_type)
    response["Content-Disposition"] = content_disposition(row.filename)
    response["Content-Length"] = str(row.size)
    return _guarded(response)


@or_token
@require_safe
def attachment_preview(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The re-encoded picture; `?size=thumb` is small, `?size=large` for zooming. Made now if the worker has not yet."""
    row = access.get_attachment(request.user, pk)
    size = request.GET.get("size")
    path = ensure_large(row) if size == "large" else ensure_preview(row)
    if path is None:
        raise Http404(row.preview_note or access.NOT_FOUND)
    if size == "thumb":
        path = FileStore().path(row.path, THUMBNAIL)
    response = FileResponse(path.open("rb"), content_type="image/webp")
    response["Content-Disposition"] = "inline"
    return _guarded(response)


def _guarded(response: FileResponse) -> FileResponse:
    """Headers that keep a file from acting, and from staying in a shared cache after rights change."""
    response["Content-Security-Policy"] = FILE_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
