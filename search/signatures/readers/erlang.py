"""Erlang and Elixir. Erlang's terms run over several lines and are looked for in the text as a whole."""

import re
from collections.abc import Iterator

from search.signatures.events import Event, FaultSeen, frame
from search.signatures.model import Origin
from search.signatures.paths import file_name, origin

_ATOM = r"'[^'\n]{1,100}'|[a-z][\w@]{0,80}[?!]?"
_TERM = re.compile(
    rf"\{{(?P<module>{_ATOM}),\s{{0,80}}(?P<function>{_ATOM}),\s{{0,80}}(?=\d|\[)|\{{file,\s{{0,80}}\"(?P<file>[^\"\n]{{1,200}})\"\}}"
)
_REASONS = [
    "function_clause",
    "badmatch",
    "badarg",
    "badkey",
    "badmap",
    "badarith",
    "case_clause",
    "if_clause",
    "try_clause",
    "undef",
    "noproc",
    "timeout_value",
    "nocatch",
    "badfun",
    "badarity",
    "system_limit",
    "nodedown",
    "killed",
    "bad_return_value",
    "assertEqual",
]
_REASON = re.compile(
    rf"(?:[{{(]|\berror:|\bexit:|\breason: ?|\bexception \w+: )\s?(?P<reason>{'|'.join(_REASONS)})\b"
    rf"(?:,\s{{0,80}}(?P<term>(?:<<)?[\"']?[\w.\-]{{1,80}}[\"']?(?:>>)?))?"
)
_SHELL = re.compile(
    r"\s*(?:in function|in call from|called"
    r" as)\s+([\w@']{1,80}):([\w@'/\-?!]{1,100}?)/\d+\s*(?:\(([\w./\-]{1,200}), line \d+\))?"
)
_NAMED = re.compile(r"(?:\*\* )?exception (?:error|exit|throw): (.*)$")
_ELIXIR = re.compile(r"\s*(?:\(([\w.\- ]{1,60})\) )?([\w./\-]{1,200}\.(?:exs?|erl|eex|heex)):\d+: (.{1,200})$")
_ELIXIR_FAULT = re.compile(r"\s*(?:.{0,80})?\*\* \(([\w.]{2,120})\) (.*)$")
_ARITY = re.compile(r"/\d+.*$")
_FUN = re.compile(r"^(?:anonymous fn/\d+ in |fn in )|^-|(?:-fun-|/\d+-).*$")
_RUNTIME = frozenset(
    [
        "lists",
        "gen_server",
        "gen_server2",
        "gen_statem",
        "gen_event",
        "gen",
        "proc_lib",
        "supervisor",
        "erlang",
        "ets",
        "maps",
        "dict",
        "gb_trees",
        "erl_eval",
        "shell",
        "eval",
        "timer",
        "file",
        "io",
        "application",
        "error_logger",
        "logger",
        "erts_internal",
        "binary",
        "string",
        "re",
        "queue",
    ]
)
_RUNTIME_APPS = ("stdlib", "elixir", "kernel", "ex_unit", "mix", "logger", "erts")
_LIBRARY_APPS = (
    "phoenix",
    "ecto",
    "plug",
    "cowboy",
    "db_connection",
    "postgrex",
    "ranch",
    "bandit",
    "absinthe",
    "finch",
    "mint",
    "oban",
)


def read(text: str) -> Event | None:
    """A line of Elixir's traces or of Erlang's shell."""
    if "** (" in text:
        found = _ELIXIR_FAULT.match(text)
        return FaultSeen("erlang", found[1], found[2]) if found and found[1][0].isupper() else None
    if "in function " in text or "in call from " in text:
        found = _SHELL.match(text)
        return _term_frame(found[1], found[2], found[3] or "") if found else None
    if "exception " in text:
        found = _NAMED.match(text.strip())
        return FaultSeen("erlang", "", found[1]) if found and "{" not in found[1] else None
    if ".ex" in text or ".erl:" in text:
        found = _ELIXIR.match(text)
        return _elixir_frame(found) if found else None
    return None


def is_term(text: str) -> bool:
    """Tell whether a text holds Erlang's own way of writing a trace."""
    return (
        "{file," in text
        or '.erl"' in text
        or "Reason for termination" in text
        or "exception exit: " in text
        or "badkey" in text
    )


def terms(text: str) -> Iterator[tuple[int, Event]]:
    """The frames and reasons in Erlang's terms, each with the offset at which it stands."""
    for reason in _REASON.finditer(text):
        yield (
            reason.start(),
            FaultSeen("erlang", reason["reason"], f"{reason['reason']} {reason['term'] or ''}".strip()),
        )
    named: re.Match[str] | None = None
    for part in _TERM.finditer(text):
        if part["file"] is None:
            named = part
        elif named is not None:
            yield named.start(), _term_frame(named["module"], named["function"], part["file"])
            named = None


def _term_frame(module: str, function: str, file: str) -> Event:
    module, function = module.strip("'"), function.strip("'")
    name = _FUN.sub("", _FUN.sub("", function)) or function
    return frame("erlang", f"{module}.{name}", file_name(file), "runtime" if module in _RUNTIME else "project")


def _elixir_frame(found: re.Match[str]) -> Event:
    app = (found[1] or "").partition(" ")[0]
    function = _ARITY.sub("", _FUN.sub("", found[3])).lstrip(":")
    name = ".".join(function.split("(")[0].split(".")[-2:])
    return frame("erlang", name, file_name(found[2]), _app_origin(app, found[2]))


def _app_origin(app: str, path: str) -> Origin:
    if app.startswith(_RUNTIME_APPS):
        return "runtime"
    return "library" if app.startswith(_LIBRARY_APPS) else origin(path)
