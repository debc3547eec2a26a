"""Static files as served: with their imports joined in, without comments and blanks."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import rjsmin  # type: ignore[import-untyped]  # it ships no types
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]  # it ships no types

# Our own folders; a line that says anything more than the import is left alone.
OURS = ("css/", "js/")
CSS_IMPORT = re.compile(r'^@import "\./(?P<name>[\w.-]+\.css)";$', re.MULTILINE)
JS_IMPORT = re.compile(r'^import "\./(?P<name>[\w.-]+\.js)";$', re.MULTILINE)
# What a stylesheet says to those who read its source, and the blanks that its lines begin with.
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CSS_INDENT = re.compile(r"\n\s+")


def join(name: str, read: "Reader") -> str:
    """The text of `name` with its imports in place; a joined module keeps its names to itself, in a block."""
    folder = PurePosixPath(name).parent

    def styles(match: re.Match[str]) -> str:
        return read(str(folder / match["name"]))

    def module(match: re.Match[str]) -> str:
        return f"{{ /* {match['name']} */\n{read(str(folder / match['name']))}}}"

    return CSS_IMPORT.sub(styles, read(name)) if name.endswith(".css") else JS_IMPORT.sub(module, read(name))


def served(name: str, read: "Reader") -> str:
    """The same as browsers get it: comments are for those who read the source."""
    text = join(name, read)
    if name.endswith(".css"):
        # Packages for this take the blank of ".a :is(.b)" away inside of layers.
        return CSS_INDENT.sub("\n", CSS_COMMENT.sub("", text))
    return str(rjsmin.jsmin(text))


class Reader:
    """Reads text files of one storage."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def __call__(self, name: str) -> str:
        with self.storage.open(name) as file:
            return str(file.read(), "utf-8")


class JoinedSource:
    """Stands in for the storage of our files while collectstatic reads them."""

    def __init__(self, storage: Storage) -> None:
        self.read = Reader(storage)

    def open(self, name: str) -> File[bytes]:
        """The file as it is served."""
        return ContentFile(served(name, self.read).encode())


class JoinedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # its base is untyped
    """WhiteNoise's storage (hashed names, compressed copies) over joined files."""

    def post_process(self, paths: dict[str, tuple[Any, str]], *args: Any, **options: Any) -> Iterator[Any]:
        """Collect as usual, reading our files joined."""
        joined = {
            name: (JoinedSource(storage) if name.startswith(OURS) else storage, path)
            for name, (storage, path) in paths.items()
        }
        yield from super().post_process(joined, *args, **options)
