"""What a writer can cite: the incident's own things, and other incidents by number."""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from hindsight.lib.text import one_line, strip_markdown
from incidents.models import Attachment, Change, DiagnosisStep, Incident, Snippet, TimelineEntry
from postmortems.models import ActionItem
from postmortems.pages.citations import short_id
from postmortems.references import without_references

EACH = 6
TOGETHER = 14
LABEL_LIMIT = 110
_NUMBER = re.compile(r"(?:inc)?-?([0-9]{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to cite: what is typed for it, its kind, and its words."""

    token: str
    kind: str
    label: str


def read_citable(incident: Incident, *, reader: User, words: str = "") -> list[Option]:
    """Things whose words, kind or id fit; without words, the newest of each kind. One query a kind."""
    words = " ".join(words.split())[:80]
    found = [
        *_steps(incident, words),
        *_entries(incident, words),
        *_snippets(incident, words),
        *_attachments(incident, words),
        *_changes(incident, words),
        *_actions(incident, words),
        *_incidents(incident, words, reader),
    ]
    return found[:TOGETHER] if words else found


def _fitting(rows: QuerySet[Any], kind: str, words: str, *fields: str) -> list[Any]:
    """Those that hold every word; a word may also be the kind, or the id that is typed behind it."""
    for word in words.lower().split():
        kind_of, _, pk = word.partition("-")
        if kind.startswith(word):
            continue
        fits = Q()
        for field in fields:
            fits |= Q(**{f"{field}__icontains": word})
        if kind.startswith(kind_of) and pk.isdecimal() and pk.isascii() and len(pk) < 13 and kind != "attachment":
            fits |= Q(pk=int(pk))
        rows = rows.filter(fits)
    return list(rows[:EACH])


def _option(token: str, kind: str, label: str) -> Option:
    return Option(f"[[{token}]]", kind, one_line(strip_markdown(label), LABEL_LIMIT))


def _steps(incident: Incident, words: str) -> list[Option]:
    rows = _fitting(DiagnosisStep.objects.filter(incident=incident), "step", words, "hypothesis", "finding")
    return [_option(row.anchor, "Step", f"{row.get_outcome_display()}: {row.hypothesis}") for row in rows]


def _entries(incident: Incident, words: str) -> list[Option]:
    # System lines say nothing that one would cite.
    told = TimelineEntry.objects.filter(incident=incident).exclude(body="").order_by("-is_key", "-at", "-pk")
    rows = _fitting(told, "entry", words, "body", "kind")
    return [
        _option(row.anchor, row.get_kind_display(), f"{timezone.localtime(row.at):%H:%M} {row.body}") for row in rows
    ]


def _snippets(incident: Incident, words: str) -> list[Option]:
    rows = Snippet.objects.filter(incident=incident).defer("code", "highlighted")
    found = _fitting(rows, "snippet", words, "filename", "caption", "language")
    return [
        _option(row.anchor, "Snippet", " · ".join(filter(None, (row.filename, row.caption))) or row.language)
        for row in found
    ]


def _attachments(incident: Incident, words: str) -> list[Option]:
    rows = Attachment.objects.filter(incident=incident).defer("text")
    found = _fitting(rows, "attachment", words, "filename", "caption")
    kind = {True: "Screenshot", False: "File"}
    return [
        _option(f"attachment-{short_id(row.pk)}", kind[row.is_picture], row.caption or row.filename) for row in found
    ]


def _changes(incident: Incident, words: str) -> list[Option]:
    ours = Q(incident=incident) | Q(incident=None, verdicts__incident=incident)
    rows = _fitting(Change.objects.filter(ours).distinct(), "change", words, "title", "version")
    return [_option(f"change-{row.pk}", row.get_kind_display(), row.title) for row in rows]


def _actions(incident: Incident, words: str) -> list[Option]:
    rows = _fitting(ActionItem.objects.filter(incident=incident), "action", words, "title")
    return [_option(row.anchor, "Action", without_references(row.title)) for row in rows]


def _incidents(incident: Incident, words: str, reader: User) -> list[Option]:
    """Others by number, or by the words of their title; only where something was typed."""
    match = _NUMBER.fullmatch(words)
    if not words or words.lower() in {"i", "in", "inc", "inc-"}:
        asked = Q() if words else Q(pk=None)
    else:
        asked = Q(number=int(match[1])) if match and int(match[1]) < 2**31 else Q(title__icontains=words)
    rows = Incident.objects.visible_to(reader).filter(asked).exclude(pk=incident.pk).newest_first()
    return [_option(row.label, "Incident", row.title) for row in rows.only("number", "title")[:EACH]]
