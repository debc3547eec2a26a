"""Saving the texts of a postmortem, so that two who write at once never lose a word."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from hindsight.lib.problems import InvalidError, StaleError, too_long
from hindsight.lib.text import clean, unix_lines
from postmortems.models import SECTION_LIMIT, Postmortem, Revision, Section, TemplateVersion
from postmortems.prompts import ACCOUNT, SectionPrompt
from postmortems.services.locking import locked, touch
from postmortems.shipped import known_section, prompt_of


@dataclass(frozen=True, slots=True)
class Conflict:
    """A section that somebody saved meanwhile: `current` is how it stands now, `body` is yours."""

    prompt: SectionPrompt
    body: str
    base_version: int
    current: Section | None

    @property
    def current_body(self) -> str:
        """Their text."""
        return self.current.body if self.current else ""

    @property
    def current_version(self) -> int:
        """What to send as base to save over it."""
        return self.current.version if self.current else 0


class SectionsStaleError(StaleError):
    """Some of the sections were saved by somebody else since; none of yours was saved. HTTP 409."""

    def __init__(self, current: Postmortem, conflicts: list[Conflict]) -> None:
        super().__init__(current)
        self.conflicts = conflicts


def save_sections(
    *, postmortem: Postmortem, by: User | None, now: datetime, sections: Mapping[str, tuple[str, int | None]]
) -> list[Section]:
    """Save texts by key, each with the version that it was written from; returns those that changed.

    Version 0 means that there was no text, None takes any. All are saved or none: SectionsStaleError carries every
    section that somebody else changed meanwhile. A text that is the same as now, or as it was at its base (so that its
    sender changed nothing), neither conflicts nor counts as a change. InvalidError names unknown keys and lengths.
    """
    with transaction.atomic():
        row = locked(postmortem)
        stored = {section.key: section for section in row.sections.all()}
        bodies = _checked(row, sections, stored)
        bases = {key: base for key, (_, base) in sections.items()}
        wanted = {key: body for key, body in bodies.items() if not _is_untouched(body, bases[key], stored.get(key))}
        conflicts = _conflicts(row, wanted, bases, stored)
        if conflicts:
            raise SectionsStaleError(row, conflicts)
        saved = [
            _save(row, stored.get(key) or Section(postmortem=row, key=key, version=0), body, by=by, now=now)
            for key, body in wanted.items()
        ]
        if saved:
            touch(row, now=now)
    return saved


def _checked(
    row: Postmortem, sections: Mapping[str, tuple[str, int | None]], stored: Mapping[str, Section]
) -> dict[str, str]:
    """The cleaned texts; InvalidError names every key at fault."""
    asked = row.questions
    faults: dict[str, str] = {}
    bodies: dict[str, str] = {}
    for key, (text, _) in sections.items():
        bodies[key] = body = clean(text).text
        if not (asked.section(key) or key in stored or is_known(key)):
            faults[key] = f"There is no section {key[:40]!r}; there are {', '.join(asked.keys)}, {ACCOUNT}."
        elif len(body) > SECTION_LIMIT:
            faults[key] = too_long(_prompt(row, key, stored.get(key)).title, len(body), SECTION_LIMIT)
    if faults:
        raise InvalidError(faults)
    return bodies


def is_known(key: str) -> bool:
    """Whether some template asks, or once asked, for this section: a text for it is kept even where none asks now."""
    if key == ACCOUNT or known_section(key):
        return True
    published = TemplateVersion.objects.filter(published_at__isnull=False).values_list("sections", flat=True)
    return any(section.get("key") == key for sections in published for section in sections)


def _prompt(row: Postmortem, key: str, section: Section | None) -> SectionPrompt:
    return prompt_of(row.questions, key, section.title if section else "")


def _is_untouched(body: str, base: int | None, current: Section | None) -> bool:
    """Whether the sender changed nothing: the text is what is stored, or what they were shown."""
    if same(body, current.body if current else ""):
        return True
    if base is None or current is None or base == current.version:
        return False
    shown = current.revisions.filter(version=base).first()
    return same(body, shown.body if shown else "")


def same(one: str, other: str) -> bool:
    """Alike but for what a browser does to a textarea: line ends, and blanks around the whole."""
    return one == other or unix_lines(one).strip() == unix_lines(other).strip()


def _conflicts(
    row: Postmortem,
    wanted: Mapping[str, str],
    bases: Mapping[str, int | None],
    stored: Mapping[str, Section],
) -> list[Conflict]:
    found = []
    for key, body in wanted.items():
        base, current = bases[key], stored.get(key)
        if base is not None and base != (current.version if current else 0):
            found.append(Conflict(_prompt(row, key, current), body, base, current))
    return found


def _save(row: Postmortem, section: Section, body: str, *, by: User | None, now: datetime) -> Section:
    section.body = body
    section.title = prompt_of(row.questions, section.key, section.title).title
    section.version += 1
    section.updated_by = by
    section.updated_at = now
    section.render_fields()
    section.save()
    Revision.objects.create(section=section, version=section.version, body=body, by=by, at=now)
    return section
