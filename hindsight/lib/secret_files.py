"""Credentials in uploaded text files and in names of files: what there is to look at, and a masked copy."""

from collections.abc import Container
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile

from hindsight.lib.files import HEAD_BYTES, decode_text
from hindsight.lib.secrets import Finding, find, masked

# Of a text file so many bytes are looked at: what search reads of it.
FILE_BYTES = 1_000_000

Upload = UploadedFile[Any]


def text_of_upload(file: Upload) -> str:
    """The words of a text file, as far as they are looked at; empty for any other."""
    file.seek(0)
    data = file.read(FILE_BYTES)
    file.seek(0)
    return (decode_text(data) or "") if decode_text(data[:HEAD_BYTES]) is not None else ""


def masked_upload(file: Upload, digests: Container[str] | None = None) -> tuple[Upload, int]:
    """A copy in UTF-8 with the credentials masked, all or those of `digests`, and their count; the file for none.

    One in the file's name is masked there, whatever the file holds.
    """
    in_name = _known(file.name or "", digests)
    if in_name:
        file.name = masked(file.name or "", known=in_name)
    text = text_of_upload(file)
    known = _known(text, digests)
    if not known:
        return file, len(in_name)
    whole = decode_text(file.read()) or text
    file.seek(0)
    data = (masked(text, known=known) + whole[len(text) :]).encode()
    return SimpleUploadedFile(file.name or "file", data, "text/plain"), len(known) + len(in_name)


def _known(text: str, digests: Container[str] | None) -> tuple[Finding, ...]:
    return tuple(one for one in find(text).findings if digests is None or one.digest in digests)
