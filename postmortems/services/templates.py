"""Editing templates: always on a draft of the next version, so that what was begun before keeps its questions."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from django.db import transaction
from django.utils.text import slugify

from accounts import audit
from accounts.models import User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.services.checks import Faults
from postmortems.models import (
    SECTION_TITLE_LIMIT,
    TEMPLATE_KEY_LIMIT,
    TEMPLATE_NAME_LIMIT,
    TEMPLATE_NOTE_LIMIT,
    TEMPLATE_PURPOSE_LIMIT,
    Template,
    TemplateVersion,
)
from postmortems.prompts import ACCOUNT, BLOCK_NAMES, BLOCKS, CORE, SectionPrompt, sections_from

SECTIONS_LIMIT = 25
QUESTION_LIMIT = 300
GUIDANCE_LIMIT = 400
EXAMPLE_LIMIT = 4_000
POINT_LIMIT = 200
POINTS_LIMIT = 8
TEXT_LABEL = "Label of the text"
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


class SectionFields(TypedDict):
    """What a section asks and draws, as it was typed; `points` one a line."""

    title: str
    question: str
    guidance: str
    example: str
    text_label: str
    points: str
    is_required: bool
    drawn_from: Sequence[str]


def create_template(*, by: User, now: datetime, name: str, purpose: str, like: TemplateVersion) -> Template:
    """A template of one's own, with the questions of `like` as its first draft. Raises InvalidError."""
    faults = Faults()
    name = faults.line("name", name, label="Name", limit=TEMPLATE_NAME_LIMIT, required=True)
    purpose = faults.line("purpose", purpose, label="When to use it", limit=TEMPLATE_PURPOSE_LIMIT)
    faults.stop_if_any()
    with transaction.atomic():
        template = Template.objects.create(
            key=_free_key(name), name=name, purpose=purpose, created_by=by, created_at=now
        )
        TemplateVersion.objects.create(template=template, number=1, sections=like.sections, created_at=now)
        _note(by, "create", template, now, like=f"{like.template.key} {like.number}")
    return template


def describe_template(
    *, template: Template, by: User, now: datetime, version: int, name: str, purpose: str
) -> Template:
    """Change name and purpose. Raises InvalidError, StaleError."""
    faults = Faults()
    name = faults.line("name", name, label="Name", limit=TEMPLATE_NAME_LIMIT, required=True)
    purpose = faults.line("purpose", purpose, label="When to use it", limit=TEMPLATE_PURPOSE_LIMIT)
    faults.stop_if_any()
    with transaction.atomic():
        row = _locked(template, version)
        if (row.name, row.purpose) != (name, purpose):
            _note(by, "describe", row, now, before=row.name, after=name)
            row.name, row.purpose = name, purpose
            _save(row, "name", "purpose")
    return row


def save_section(
    *, template: Template, by: User, now: datetime, version: int, key: str, fields: SectionFields
) -> Template:
    """Add or change a section of the draft, which begins as the newest version. Raises InvalidError, StaleError."""
    with transaction.atomic():
        row = _locked(template, version)
        draft, sections = _draft(row, now=now)
        at = next((at for at, section in enumerate(sections) if section.key == key), None)
        made = _section(key or _section_key(fields["title"], sections), fields, sections)
        if at is None and len(sections) >= SECTIONS_LIMIT:
            raise InvalidError({"title": f"A template has at most {SECTIONS_LIMIT} sections."})
        changed = [*sections, made] if at is None else [*sections[:at], made, *sections[at + 1 :]]
        _keep(row, draft, changed)
        _note(by, "section", row, now, section=made.key, is_new=at is None)
    return row


def move_section(*, template: Template, by: User, now: datetime, version: int, key: str, steps: int) -> Template:
    """Move a section of the draft up (-1) or down (1); at an end nothing happens. Raises StaleError."""
    with transaction.atomic():
        row = _locked(template, version)
        draft, sections = _draft(row, now=now)
        at = next((at for at, section in enumerate(sections) if section.key == key), None)
        if at is None or not 0 <= at + steps < len(sections):
            return row
        sections.insert(at + steps, sections.pop(at))
        _keep(row, draft, sections)
        _note(by, "order", row, now, section=key, steps=steps)
    return row


def remove_section(*, template: Template, by: User, now: datetime, version: int, key: str) -> Template:
    """Take a section out of the draft; who writes with an older version keeps it. Raises InvalidError, StaleError."""
    if key in CORE:
        raise InvalidError(
            {"": "Root cause, fix and verification stay: a real incident is not published without them."}
        )
    with transaction.atomic():
        row = _locked(template, version)
        draft, sections = _draft(row, now=now)
        left = [section for section in sections if section.key != key]
        if len(left) == len(sections):
            return row
        _keep(row, draft, left)
        _note(by, "section_removed", row, now, section=key)
    return row


def publish_version(*, template: Template, by: User, now: datetime, version: int, note: str = "") -> TemplateVersion:
    """Make the draft the version that is begun with from now on. Raises InvalidError when there is none, StaleError."""
    faults = Faults()
    note = faults.line("note", note, label="What changed", limit=TEMPLATE_NOTE_LIMIT)
    faults.stop_if_any()
    with transaction.atomic():
        row = _locked(template, version)
        draft = row.versions.filter(published_at=None).first()
        if draft is None:
            raise InvalidError({"": "Nothing was changed since the last version."})
        draft.published_at, draft.published_by, draft.note = now, by, note
        draft.save(update_fields=["published_at", "published_by", "note"])
        _save(row)
        _note(by, "publish", row, now, number=draft.number, note=note)
    return draft


def discard_draft(*, template: Template, by: User, now: datetime, version: int) -> Template:
    """Drop the draft; the published versions stay. A template without any goes altogether. Raises StaleError."""
    with transaction.atomic():
        row = _locked(template, version)
        gone = row.versions.filter(published_at=None).delete()[0]
        if gone:
            _note(by, "discard", row, now)
        if not row.versions.exists():
            row.delete()
        elif gone:
            _save(row)
    return row


def archive_template(*, template: Template, by: User, now: datetime) -> Template:
    """Begin nothing new with it; what was begun with it goes on. Raises InvalidError for the default."""
    with transaction.atomic():
        row = _locked(template)
        if row.is_default:
            raise InvalidError({"": "This is the default. Make another template the default first."})
        if row.archived_at is None:
            row.archived_at = now
            _save(row, "archived_at")
            _note(by, "archive", row, now)
    return row


def restore_template(*, template: Template, by: User, now: datetime) -> Template:
    """Offer an archived one again."""
    with transaction.atomic():
        row = _locked(template)
        if row.archived_at is not None:
            row.archived_at = None
            _save(row, "archived_at")
            _note(by, "restore", row, now)
    return row


def make_default(*, template: Template, by: User, now: datetime) -> Template:
    """Use it where no rule says otherwise. Raises InvalidError for one that is archived or was never published."""
    with transaction.atomic():
        row = _locked(template)
        if row.is_archived or not row.versions.filter(published_at__isnull=False).exists():
            raise InvalidError({"": "The default has to be published, and not archived."})
        if not row.is_default:
            Template.objects.filter(is_default=True).update(is_default=False)
            row.is_default = True
            _save(row, "is_default")
            _note(by, "default", row, now)
    return row


def _locked(template: Template, version: int | None = None) -> Template:
    row = Template.objects.select_for_update(no_key=True).get(pk=template.pk)
    if version is not None and version != row.version:
        raise StaleError(row)
    return row


def _save(row: Template, *fields: str) -> None:
    row.version += 1
    row.save(update_fields=["version", *fields])


def _draft(row: Template, *, now: datetime) -> tuple[TemplateVersion, list[SectionPrompt]]:
    """The draft of the next version, begun from the newest published one."""
    newest = row.versions.order_by("-number").first()
    assert newest is not None
    if newest.is_published:
        newest = TemplateVersion.objects.create(
            template=row, number=newest.number + 1, sections=newest.sections, created_at=now
        )
    return newest, list(sections_from(newest.sections))


def _keep(row: Template, draft: TemplateVersion, sections: Sequence[SectionPrompt]) -> None:
    draft.sections = [section.as_json() for section in sections]
    draft.shipped = 0
    draft.save(update_fields=["sections", "shipped"])
    _save(row)


def _section(key: str, fields: SectionFields, others: Sequence[SectionPrompt]) -> SectionPrompt:
    """The section, checked; every fault is named by its field with its limit."""
    faults = Faults()
    points = [line.strip() for line in fields["points"].splitlines() if line.strip()]
    if len(points) > POINTS_LIMIT:
        faults.add("points", f"There are {len(points)} further questions; the limit is {POINTS_LIMIT}.")
    for point in points:
        faults.line("points", point, label="A further question", limit=POINT_LIMIT)
    blocks = tuple(block for block in BLOCKS if block in fields["drawn_from"])
    for other in others:
        taken = [block for block in blocks if block in other.drawn_from and other.key != key]
        if taken:
            faults.add(
                "drawn_from", f"“{other.title}” draws {BLOCK_NAMES[taken[0]].lower()} already; a page shows it once."
            )
    made = SectionPrompt(
        key=key,
        title=faults.line("title", fields["title"], label="Title", limit=SECTION_TITLE_LIMIT, required=True),
        question=faults.line("question", fields["question"], label="Question", limit=QUESTION_LIMIT, required=True),
        guidance=faults.line("guidance", fields["guidance"], label="Guidance", limit=GUIDANCE_LIMIT),
        example=faults.text("example", fields["example"], label="Example", limit=EXAMPLE_LIMIT),
        text_label=faults.line(
            "text_label", fields["text_label"], label="Label of the text", limit=SECTION_TITLE_LIMIT
        ),
        is_required=fields["is_required"],
        drawn_from=blocks,
        points=tuple(points),
    )
    faults.stop_if_any()
    return made


def _section_key(title: str, others: Sequence[SectionPrompt]) -> str:
    """A key from the title that no other section has; it never changes, since texts are kept under it."""
    base = slugify(title).replace("-", "_")[:36].strip("_")
    base = base if KEY.fullmatch(base) else f"section_{base}".strip("_")[:36]
    taken = {other.key for other in others} | {ACCOUNT}
    return next(key for key in (base, *(f"{base}_{at}" for at in range(2, 99))) if key not in taken)


def _free_key(name: str) -> str:
    base = slugify(name)[: TEMPLATE_KEY_LIMIT - 4].strip("-") or "template"
    taken = set(Template.objects.values_list("key", flat=True)) | {"new", "rules"}
    return next(key for key in (base, *(f"{base}-{at}" for at in range(2, 999))) if key not in taken)


def _note(by: User, act: str, row: Template, now: datetime, **detail: object) -> None:
    audit.record(by=by, action=f"template.{act}", target=row.key, now=now, **detail)
