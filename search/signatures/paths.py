"""Paths in traces: the file's own name, and whether it is the program's, a library's or the runtime's."""

import re
from functools import lru_cache

from search.signatures.model import Origin

_RUNTIME = re.compile(
    r"/lib(?:64)?/python\d[\d.]*/(?!site-packages|dist-packages)"
    r"|\\Python\d+\\lib\\(?!site-packages)"
    r"|^<frozen |^node:|^internal/|/(?:go[\d.]*|libexec)/src/(?:archive|bufio|bytes|compress|container|context"
    r"|crypto|database|debug|encoding"
    r"|errors|fmt|hash|html|internal|io|log|math|mime|net|os|path|reflect|regexp|runtime|sort|strconv|strings|sync|syscall"
    r"|testing|text|time|unicode)(?:/|$)|^/rustc/|/rustlib/src/|/lib/ruby/(?!gems/)\d|^<internal:|/usr/share/php/|^\[internal"
    r"|/sysdeps/|^\.\./(?:sysdeps|nptl|csu)/|vg_replace|/libc[.\-]|ld-linux|libpthread|libsystem|KERNELBASE|ntdll",
    re.IGNORECASE,
)
_LIBRARY = re.compile(
    r"site-packages/|dist-packages/|node_modules/|/pkg/mod/|/vendor/|/gems/|\.cargo/|/cargo/registry/"
    r"|site-packages\\|node_modules\\|/usr/(?:lib|share)/|/\.venv/|/deps/|[^/]@[0-9v]|\.so\b",
)
_PLACE = re.compile(r":\d+(?::\d+)?$")
_QUERY = re.compile(r"[?#].*")
# app.3f9ac2d1.js and vendors~main-5e8a7c1f.chunk.js are built names: the part between changes with each build.
_BUILT = re.compile(r"[.\-~][0-9a-f]{6,32}(?=\.)|[.\-][A-Za-z0-9_]{8}(?=\.m?js$)(?<=[0-9A-Z_]{2})")
_SO = re.compile(r"(\.so)(?:\.\d+)+$")
_SO_VERSION = re.compile(r"-\d+(?:\.\d+)+(?=\.(?:so|jar|dll)\b)")


@lru_cache(maxsize=4096)
def file_name(path: str) -> str:
    """The last part of a path, without line numbers, queries and what a build or a version put into it."""
    name = _QUERY.sub("", _PLACE.sub("", path.strip()))
    name = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return _SO_VERSION.sub("", _SO.sub(r"\1", _BUILT.sub("", name)))[:80]


@lru_cache(maxsize=4096)
def stem(path: str) -> str:
    """The file's name without its ending: what Python and JavaScript call a module."""
    return file_name(path).partition(".")[0]


@lru_cache(maxsize=4096)
def origin(path: str) -> Origin:
    """Whose file this is, told by where it lies."""
    if _RUNTIME.search(path):
        return "runtime"
    return "library" if _LIBRARY.search(path) else "project"
