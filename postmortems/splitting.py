"""Splitting a pasted postmortem into sections by its headings; what fits nowhere is kept as it was."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from hindsight.lib.text import unix_lines
from postmortems.prompts import SectionPrompt

# What others call our sections; letters and digits only, lower case.
ALIASES: dict[str, tuple[str, ...]] = {
    "summary": ("summary", "executive summary", "overview", "tldr", "tl dr", "abstract", "incident summary"),
    "impact": ("impact", "customer impact", "user impact", "business impact", "symptoms", "exposure"),
    "detection": ("detection", "how we found out", "how it was detected", "discovery"),
    "timeline": ("timeline", "chronology", "sequence of events", "timeline of events"),
    "diagnosis": ("diagnosis", "investigation", "analysis", "debugging", "troubleshooting"),
    "root_cause": (
        *("root cause", "root causes", "cause", "causes", "root cause analysis", "trigger", "why it happened"),
        *("root cause and contributing factors", "contributing factors", "what went wrong"),
    ),
    "fix": ("fix", "resolution", "mitigation", "remediation", "solution", "how we fixed it", "recovery"),
    "verification": ("verification", "proof", "validation", "how we know", "testing"),
    "lessons": ("lessons", "lessons learned", "lessons learnt", "learnings", "what we learned", "retrospective"),
    "action_items": (
        *("action items", "actions", "follow up", "follow ups", "followup", "next steps", "corrective actions"),
        *("preventive measures", "todo", "future work"),
    ),
}
_ATX = re.compile(r" {0,3}#{1,6}[ \t]+(?P<title>.+?)[ \t]*#*[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{3,})[ \t]*")
_FENCE = re.compile(r" {0,3}(?P<mark>```+|~~~+)")
_NOISE = re.compile(r"[^a-z0-9]+")


@dataclass(slots=True)
class Split:
    """Texts by section key, and the rest, which nothing was taken from or added to."""

    sections: dict[str, str] = field(default_factory=dict)
    rest: str = ""


@dataclass(slots=True)
class _Piece:
    """A heading (empty before the first) as it was written, and what stands under it."""

    title: str
    heading: list[str]
    body: list[str]


def split(text: str, prompts: Sequence[SectionPrompt]) -> Split:
    """The text by the sections that its headings name, by title or by what others call them.

    A heading below a matched one stays in it when it names no section. Two headings for one section: the second is kept
    with its heading. Every other line is in `rest`, headings included.
    """
    names = _names(prompts)
    found = Split()
    rest: list[str] = []
    key, depth = "", 0
    for piece in _pieces(unix_lines(text).split("\n")):
        named = names.get(_plain(piece.title), "")
        level = _level(piece.heading)
        if named:
            key, depth = named, level
            body = piece.body if named not in found.sections else [*piece.heading, *piece.body]
            _add(found.sections, named, body)
        elif key and level > depth:
            _add(found.sections, key, [*piece.heading, *piece.body])
        else:
            key = ""
            rest += [*piece.heading, *piece.body]
    found.sections = {name: body for name, body in found.sections.items() if body}
    found.rest = "\n".join(rest).strip("\n") if any(line.strip() for line in rest) else ""
    return found


def _add(sections: dict[str, str], key: str, lines: list[str]) -> None:
    body = "\n".join(lines).strip("\n")
    before = sections.get(key, "")
    sections[key] = f"{before}\n\n{body}" if before and body else before or body


def _names(prompts: Sequence[SectionPrompt]) -> dict[str, str]:
    names = {alias: prompt.key for prompt in prompts for alias in ALIASES.get(prompt.key, ())}
    return {**names, **{_plain(prompt.title): prompt.key for prompt in prompts}}


def _plain(title: str) -> str:
    return _NOISE.sub(" ", title.lower().replace("&", " and ")).strip()


def _level(heading: list[str]) -> int:
    """How deep a heading is; underlined ones are of the first two levels."""
    if not heading:
        return 0
    if len(heading) == 2:
        return 1 if heading[1].lstrip().startswith("=") else 2
    return len(heading[0].lstrip()) - len(heading[0].lstrip().lstrip("#"))


def _pieces(lines: list[str]) -> list[_Piece]:
    """The text cut before each heading; code is looked over."""
    pieces = [_Piece("", [], [])]
    fence = ""
    for line in lines:
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark["mark"].startswith(fence) else fence
        elif mark:
            fence = mark["mark"]
        elif title := _ATX.fullmatch(line):
            pieces.append(_Piece(title["title"], [line], []))
            continue
        elif _UNDERLINE.fullmatch(line) and pieces[-1].body and _is_title(pieces[-1].body):
            title_line = pieces[-1].body.pop()
            pieces.append(_Piece(title_line.strip(), [title_line, line], []))
            continue
        pieces[-1].body.append(line)
    return pieces


def _is_title(body: list[str]) -> bool:
    """Whether the last line stands alone, as an underlined heading does."""
    return bool(body[-1].strip()) and len(body[-1]) < 120 and (len(body) == 1 or not body[-2].strip())
