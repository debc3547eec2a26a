"""Guessing the language of pasted code: fence tag, file name, JSON, then a table of tell-tale lines."""

import json
import re
from itertools import islice
from pathlib import PurePosixPath

from hindsight.lib.ansi import strip
from hindsight.lib.language_fragments import FRAGMENTS
from hindsight.lib.language_rules import RULES
from hindsight.lib.languages import BY_EXTENSION, normalise_language

LOOKED_AT = 8_000
SAMPLE_LINES = 40
SAMPLE_WIDTH = 120
# What a text must score before it counts as more than text.
_THRESHOLD = 3
# Of one kind of line, so many count.
_COUNTED = 4

_NAMES = {
    "dockerfile": "docker",
    "containerfile": "docker",
    "makefile": "make",
    "gnumakefile": "make",
    "jenkinsfile": "groovy",
    "gemfile": "ruby",
    "rakefile": "ruby",
    "vagrantfile": "ruby",
    "nginx.conf": "nginx",
    "httpd.conf": "apacheconf",
    "apache2.conf": "apacheconf",
    ".bashrc": "bash",
    ".profile": "bash",
    ".env": "ini",
    "go.mod": "text",
    "syslog": "log",
    "messages": "log",
}
_SHEBANG = re.compile(r"#!.*?\b(python|bash|sh|zsh|ksh|node|ruby|perl|php|lua|pwsh|groovy|elixir|escript|Rscript)")
_SHEBANG_KEYS = {"pwsh": "powershell", "escript": "erlang", "Rscript": "r"}


def guess(code: str, filename: str = "", fence: str = "") -> str:
    """Return the key of the likely language, "text" when nothing speaks for another; looks at the first 8 kB.

    A terminal's colours say nothing of what it showed.
    """
    if "\x1b" in code[:LOOKED_AT]:
        code = strip(code[: 4 * LOOKED_AT])
    return (
        normalise_language(fence)
        or _by_name(filename)
        or _by_shebang(code[:200])
        or _by_json(code)
        or _by_rules(_sample(code[:LOOKED_AT]))
    )


def _by_name(filename: str) -> str:
    path = PurePosixPath(filename.replace("\\", "/").lower())
    if path.name in _NAMES:
        return _NAMES[path.name]
    if path.name.startswith("dockerfile"):
        return "docker"
    return BY_EXTENSION.get(path.suffix.lstrip("."), "")


def _by_shebang(head: str) -> str:
    match = _SHEBANG.match(head)
    if not match:
        return ""
    return _SHEBANG_KEYS.get(match[1]) or normalise_language(match[1])


def _by_json(code: str) -> str:
    """Recognise JSON and JSON lines; longer texts than are looked at by their look alone."""
    text = code[: LOOKED_AT + 1].strip()
    if not text.startswith(("{", "[")):
        return ""
    if len(code) > LOOKED_AT:
        return "json" if _JSON_START.match(text) else ""
    for candidate in (text, text.split("\n", 1)[0]):
        try:
            if isinstance(json.loads(candidate), dict | list):
                return "json"
        except (ValueError, RecursionError):
            continue
    return ""


def _sample(text: str) -> str:
    """Return the first lines without blank ones, long ones cut: what the patterns' running time rests on."""
    lines = (line[:SAMPLE_WIDTH].rstrip() for line in text.splitlines())
    return "\n".join([line for line in lines if line][:SAMPLE_LINES])


def _by_rules(text: str) -> str:
    """What begins in a known way is told by one line; what was cut from the middle, by how many lines speak for it."""
    scores: dict[str, float] = {}
    for language, weight, pattern in RULES:
        if pattern.search(text):
            scores[language] = scores.get(language, 0) + weight
    for language, worth, pattern in FRAGMENTS:
        count = sum(1 for _ in islice(pattern.finditer(text), _COUNTED))
        if count:
            scores[language] = scores.get(language, 0) + worth * count
    best = max(scores, key=lambda language: scores[language], default="text")
    return best if scores.get(best, 0) >= _THRESHOLD else "text"


_JSON_START = re.compile(r'\{\s*"[^"\n]{0,200}"\s*:|\[\s*(?:\{\s*"|"[^"\n]{0,200}"\s*,|\d)')
