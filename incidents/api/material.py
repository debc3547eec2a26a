"""Snippets and files over the API."""

import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from ninja.responses import Status

from accounts.api import caller, idempotent
from hindsight.lib.api import ERRORS, ApiError, conflict, count_masked, listing, only_parameters
from hindsight.lib.files import TooLarge
from hindsight.lib.problems import InvalidError, StaleError
from hindsight.lib.secret_files import Upload, masked_upload
from hindsight.lib.secrets import mask_all
from incidents import access
from incidents.api.incidents import number_of
from incidents.api.parts import PAGING, step_of
from incidents.api.schemas import (
    AttachmentOut,
    AttachmentPatch,
    SnippetIn,
    SnippetOut,
)
from incidents.api.shown import attachment_out, snippet_out
from incidents.models import Attachment, EntrySource, Incident, Snippet, TimelineEntry
from incidents.services.attachments import attach_stored, edit_attachment, on_disk
from incidents.services.snippets import add_coloured, coloured

router = Router(tags=["incidents"])
FORM_FIELDS = frozenset({"caption", "alt_text", "step", "entry", "keep_secrets"})


class SnippetList(Schema):
    """A page of snippets."""

    count: int
    next: str | None
    results: list[SnippetOut]


class AttachmentList(Schema):
    """A page of files."""

    count: int
    next: str | None
    results: list[AttachmentOut]


def _entry_of(incident: Incident, pk: int | None) -> TimelineEntry | None:
    if pk is None:
        return None
    entry = incident.entries.filter(pk=pk).first()
    if entry is None:
        raise InvalidError({"entry": f"{incident.label} has no entry {pk}."})
    return entry


@router.get("{number}/snippets/", response={200: SnippetList, **ERRORS}, summary="Read the snippets")
def snippets(request: HttpRequest, number: str, cursor: str = "", limit: int = 50) -> dict[str, Any]:
    """Snippets, oldest first."""
    only_parameters(request, PAGING)
    incident = access.get_incident(caller(request), number_of(number))
    return listing(
        request,
        incident.snippets.select_related("author").defer("highlighted"),
        order=("created_at", "pk"),
        cursor=cursor,
        limit=limit,
        shown=lambda page: [snippet_out(request, incident, snippet) for snippet in page],
    )


@router.post("{number}/snippets/", response={201: SnippetOut, **ERRORS}, summary="Add a snippet")
def create_snippet(request: HttpRequest, number: str, payload: SnippetIn) -> Status[Any]:
    """Add code or a log, to a step or an entry, or as a line of its own in the timeline."""
    by = caller(request)
    incident = access.get_writable_incident(by, number_of(number))
    # Colours take their time: they come before the transaction.
    snippet = coloured(code=payload.code, language=payload.language, filename=payload.filename, caption=payload.caption)
    return _write_snippet(request, incident, payload, snippet)


@idempotent
def _write_snippet(request: HttpRequest, incident: Incident, payload: SnippetIn, snippet: Snippet) -> tuple[int, Any]:
    add_coloured(
        snippet=snippet,
        incident=incident,
        by=caller(request),
        now=timezone.now(),
        entry=_entry_of(incident, payload.entry),
        step=step_of(incident, payload.step, "step"),
        source=EntrySource.API,
    )
    return 201, SnippetOut(**snippet_out(request, incident, snippet))


@router.get("{number}/attachments/", response={200: AttachmentList, **ERRORS}, summary="List the files")
def attachments(request: HttpRequest, number: str, cursor: str = "", limit: int = 50) -> dict[str, Any]:
    """Files, oldest first."""
    only_parameters(request, PAGING)
    incident = access.get_incident(caller(request), number_of(number))
    return listing(
        request,
        incident.attachments.select_related("author"),
        order=("created_at", "pk"),
        cursor=cursor,
        limit=limit,
        shown=lambda page: [attachment_out(request, file) for file in page],
    )


@router.post("{number}/attachments/", response={201: AttachmentOut, **ERRORS}, summary="Attach a file")
def create_attachment(
    request: HttpRequest,
    number: str,
    file: File[UploadedFile],
    caption: Form[str] = "",
    alt_text: Form[str] = "",
    step: Form[int | None] = None,
    entry: Form[int | None] = None,
    keep_secrets: Form[bool] = False,
) -> Status[Any]:
    """Attach a file (multipart). Pictures get a preview; what can't have one is stored all the same and says why.

    A text file with what looks like a credential is stored as a masked copy, unless `keep_secrets` is true.
    """
    by = caller(request)
    incident = access.get_writable_incident(by, number_of(number))
    unknown = sorted(set(request.POST) - FORM_FIELDS)
    if unknown:
        raise InvalidError(dict.fromkeys(unknown, "Unknown field."))
    words = {"caption": caption, "alt_text": alt_text}
    upload: Upload = file
    if not keep_secrets:
        upload, masked = masked_upload(file)
        words, in_words = mask_all(words)
        count_masked(request, masked + in_words)
    try:
        # Files take their time: they come before the transaction.
        with on_disk([(upload, file.name or "file")]) as (row,):
            return _write_attachment(request, incident, row, words, entry=entry, step=step)
    except TooLarge as error:
        raise ApiError(413, str(error), {"file": f"The limit is {settings.UPLOAD_MAX_MB} MB."}) from error


@idempotent
def _write_attachment(
    request: HttpRequest,
    incident: Incident,
    row: Attachment,
    words: dict[str, str],
    *,
    entry: int | None,
    step: int | None,
) -> tuple[int, Any]:
    attach_stored(
        row=row,
        incident=incident,
        by=caller(request),
        now=timezone.now(),
        caption=words["caption"],
        alt_text=words["alt_text"],
        entry=_entry_of(incident, entry),
        step=step_of(incident, step, "step"),
        source=EntrySource.API,
    )
    return 201, AttachmentOut(**attachment_out(request, row))


@router.patch("{number}/attachments/{uuid:pk}/", response={200: AttachmentOut, **ERRORS}, summary="Describe a file")
def change_attachment(request: HttpRequest, number: str, pk: uuid.UUID, payload: AttachmentPatch) -> dict[str, Any]:
    """Change caption, text for the picture, or the words read in it; words that a person wrote stay."""
    by = caller(request)
    incident = access.get_writable_incident(by, number_of(number))
    attachment = access.get_attachment_of(incident, pk)
    given = payload.model_dump(exclude_unset=True)
    try:
        changed = edit_attachment(attachment=attachment, by=by, now=timezone.now(), **given)
    except StaleError as error:
        raise conflict(error, AttachmentOut(**attachment_out(request, error.current))) from error
    return attachment_out(request, changed)
