"""Unpacking for search: runs in the child process only, because a small archive may unpack to anything."""

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from hindsight.lib.files import HEAD_BYTES, decode_text
from hindsight.lib.highlight import without_ansi
from hindsight.lib.reading import Reading, Unreadable

type_of_options = Mapping[str, str | int]

_CHUNK = 16_384
_LOCAL_HEADER = 30
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# Office documents are zip archives of XML, in which words are cut by their formatting.
_OFFICE = frozenset({"[Content_Types].xml", "mimetype"})


def job(options: type_of_options, _: bytes) -> bytes:
    """Read an archive; the answer is text and note in JSON. Raises Unreadable, or anything for a damaged file."""
    with Path(str(options["source"])).open("rb") as file:
        found = _gzip(file, options) if options["kind"] == "gzip" else _zip(file, options)
    return json.dumps({"text": without_ansi(found.text), "note": found.note}).encode()


def _gzip(file: BinaryIO, options: type_of_options) -> Reading:
    limit = int(options["file_bytes"])
    data = bytearray()
    is_damaged = False
    try:
        for piece, taken in _gunzip(file, limit + 1):
            data += piece
            _check_ratio(len(data), taken, options)
    except zlib.error:
        # A log that was being written when it was copied ends in the middle.
        is_damaged = True
    text = decode_text(bytes(data[:limit]))
    if is_damaged and not data:
        raise Unreadable("Not read: the archive is damaged.")
    if text is None:
        return Reading("", "What it holds is no text.")
    notes = [f"The first {_size(limit)} are read."] * (len(data) > limit)
    notes += ["The archive is damaged; what stands before that is read."] * is_damaged
    return Reading(text, " ".join(notes))


def _gunzip(file: BinaryIO, limit: int) -> Iterator[tuple[bytes, int]]:
    """Yield unpacked pieces, `limit` bytes at most in all, each with how many packed bytes were taken so far.

    A gzip file may be several, one after the other: rotated logs are often joined like that.
    """
    unpacker, taken, left = zlib.decompressobj(wbits=31), 0, limit
    packed = file.read(_CHUNK)
    while packed and left > 0:
        piece = unpacker.decompress(packed, left)
        rest = unpacker.unconsumed_tail or unpacker.unused_data
        taken += len(packed) - len(rest)
        left -= len(piece)
        yield piece, taken
        if unpacker.eof:
            unpacker = zlib.decompressobj(wbits=31)
            rest = rest.lstrip(b"\0")
        packed = rest or file.read(_CHUNK)


def _zip(file: BinaryIO, options: type_of_options) -> Reading:
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        if len(entries) > int(options["most_entries"]):
            raise Unreadable(f"Not read: it has {len(entries):,} entries, the limit is {options['most_entries']:,}.")
        _check_places(entries, file)
        if _OFFICE.intersection(entry.filename for entry in entries):
            return Reading("", "Office documents are not read; attach their text.")
        files = [entry for entry in entries if not entry.is_dir()]
        shown = files[: int(options["entries"])]
        for entry in shown:
            _check_ratio(entry.file_size, entry.compress_size, options)
        names = "\n".join(entry.filename for entry in shown)
        texts, is_cut = _texts(archive, shown, options)
    notes = [f"The first {len(shown):,} of {len(files):,} entries are read."] * (len(shown) < len(files))
    notes += [f"At most {_size(int(options['total_bytes']))} of its text are read."] * is_cut
    return Reading("\n\n".join(filter(None, [names, *texts])), " ".join(notes))


def _texts(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], options: type_of_options
) -> tuple[list[str], bool]:
    """The text files, each below its name, and whether something was cut off."""
    texts: list[str] = []
    left, is_cut = int(options["total_bytes"]), False
    for entry in entries:
        limit = min(int(options["file_bytes"]), left)
        if not limit:
            return texts, True
        if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _METHODS or not entry.file_size:
            continue
        data = _text_bytes(archive, entry, limit)
        # Only text counts: a picture must not use up the room of the logs behind it.
        left -= len(data)
        is_cut = is_cut or len(data) == limit < entry.file_size
        text = decode_text(data) if data else None
        if text:
            texts.append(f"== {entry.filename} ==\n{text}")
    return texts, is_cut


def _text_bytes(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """The first `limit` bytes of an entry that begins as text does; nothing of any other."""
    with archive.open(entry) as member:
        head = member.read(min(HEAD_BYTES, limit))
        if decode_text(head) is None:
            return b""
        return head + member.read(limit - len(head))


def _check_places(entries: list[zipfile.ZipInfo], file: BinaryIO) -> None:
    """Entries that lie over each other unpack the same bytes again and again: refuse such an archive."""
    end_of_file = file.seek(0, 2)
    ends = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < ends:
            raise Unreadable("Not read: its entries overlap, which no packer does.")
        ends = entry.header_offset + _LOCAL_HEADER + len(entry.filename.encode("cp437", "ignore")) + entry.compress_size
    if ends > end_of_file:
        raise Unreadable("Not read: the archive is damaged.")


def _check_ratio(unpacked: int, packed: int, options: type_of_options) -> None:
    ratio = int(options["ratio"])
    if unpacked > int(options["ratio_free_bytes"]) and unpacked > packed * ratio:
        raise Unreadable(f"Not read: it unpacks to more than {ratio} times its size.")


def _size(count: int) -> str:
    return f"{count // 1_000_000} MB"
