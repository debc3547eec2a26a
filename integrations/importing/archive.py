"""Zip archives that somebody else made: what is in them is checked before a byte of it is unpacked."""

import stat
import zipfile
from itertools import pairwise
from pathlib import Path, PurePosixPath

from integrations.importing.problems import Unreadable

ARCHIVE_LIMIT = 500 * 1024 * 1024
UNPACKED_LIMIT = 500 * 1024 * 1024
MEMBERS_LIMIT = 10_000
# Text shrinks to a tenth, very repetitive logs to a fiftieth; beyond this it was made to fill disks.
RATIO_LIMIT = 200
# A header says nothing of small members' ratio.
RATIO_FROM = 1024 * 1024
_LOCAL_HEADER = 30
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def checked_members(path: Path, *, suffixes: tuple[str, ...]) -> tuple[tuple[zipfile.ZipInfo, ...], tuple[str, ...]]:
    """The members to read, by name, and the names of those that are not. Raises Unreadable for anything suspicious.

    Nothing is ever written under a member's name, so names can't lead outside; one that tries still gets the archive
    refused. zipfile reads no more of a member than its declared size, so the declared sizes are the limit.
    """
    if path.stat().st_size > ARCHIVE_LIMIT:
        raise Unreadable(f"The archive has {_size(path.stat().st_size)}; the limit is {_size(ARCHIVE_LIMIT)}.")
    try:
        with zipfile.ZipFile(path) as opened:
            members = [member for member in opened.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable(f"{path.name} is no zip archive that can be read ({error}).") from error
    _check_amount(members)
    _check_overlap(members)
    for member in members:
        _check_member(member)
    taken = tuple(sorted((m for m in members if m.filename.lower().endswith(suffixes)), key=lambda m: m.filename))
    if not taken:
        raise Unreadable(f"No file in {path.name} ends in {' or '.join(suffixes)}.")
    return taken, tuple(member.filename for member in members if member not in taken)


def _check_amount(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MEMBERS_LIMIT:
        raise Unreadable(
            f"The archive holds {len(members):,} files; the limit is {MEMBERS_LIMIT:,}. Nothing was imported."
        )
    total = sum(member.file_size for member in members)
    if total > UNPACKED_LIMIT:
        raise Unreadable(
            f"The archive would unpack to {_size(total)}; the limit is {_size(UNPACKED_LIMIT)}. Nothing was imported."
        )


def _check_overlap(members: list[zipfile.ZipInfo]) -> None:
    """Members that share bytes make a small archive unpack to a huge one; an honest one has none."""
    ordered = sorted(members, key=lambda member: member.header_offset)
    for member, following in pairwise(ordered):
        end = member.header_offset + _LOCAL_HEADER + len(member.orig_filename) + member.compress_size
        if end > following.header_offset:
            raise Unreadable("Files in the archive overlap; no honest archive does that. Nothing was imported.")


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.filename
    shown = name[:80]
    if _leads_outside(member.orig_filename) or _leads_outside(name):
        raise Unreadable(f"“{shown}” in the archive points outside it. Nothing was imported.")
    mode = member.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
        raise Unreadable(f"“{shown}” in the archive is a link or device, not a file. Nothing was imported.")
    if member.flag_bits & 0x1:
        raise Unreadable(f"“{shown}” in the archive is encrypted. Nothing was imported.")
    if member.compress_type not in _METHODS:
        raise Unreadable(f"“{shown}” is packed with a method that is not read here. Nothing was imported.")
    if member.file_size > RATIO_FROM and member.file_size > RATIO_LIMIT * max(member.compress_size, 1):
        raise Unreadable(
            f"“{shown}” would unpack to {member.file_size // max(member.compress_size, 1):,} times its size; "
            f"the limit is {RATIO_LIMIT}. Nothing was imported."
        )


def _leads_outside(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/"))
    return "\x00" in name or parts.is_absolute() or ".." in parts.parts or (bool(parts.parts) and ":" in parts.parts[0])


def _size(count: int) -> str:
    return f"{count / 1_000_000_000:.1f} GB" if count >= 1_000_000_000 else f"{count / 1_000_000:.1f} MB"
