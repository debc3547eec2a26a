"""Bodies and answers of the postmortem's API. Fields are only ever added within v1."""

import uuid
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from ninja import Field, Schema

from hindsight.lib.api import Body, Moment
from incidents.models import Incident
from postmortems.models import ActionItem, ContributingFactor, Evidence, Postmortem
from postmortems.services.publish import missing

# Each is held against all that are there.
EVIDENCE_AT_ONCE = 50


class FactorIn(Body):
    """A contributing factor: its category for trends, its text for people.

    With `id` it is that one, changed; without, one that is there with the same category and text. What is absent stays.
    `why` are the answers under it; `parent`, instead, the id of the one that it explains. `evidence` holds references
    (`step-17`) and web addresses.
    """

    id: int | None = None
    category: str
    kind: str = ""
    text: str
    evidence: list[str] = []
    parent: int | None = None
    why: list["FactorIn"] = []

    def wanted(self) -> dict[str, Any]:
        """What was given, and nothing else, with the answers under it."""
        given: dict[str, Any] = self.model_dump(exclude_unset=True, exclude={"why"})
        return {**given, "why": [answer.wanted() for answer in self.why]}


class EvidenceIn(Body):
    """A proof of the fix. With `id` it changes that one; without, it is added."""

    id: int | None = None
    method: str = "test"
    claim: str = ""
    detail: str = ""
    url: str = ""
    snippet: int | None = None
    attachment: uuid.UUID | None = None
    environment: str = ""
    app_version: str = ""
    result: str = "passed"
    at: Moment | None = None
    watch_until: date | None = None


class PostmortemPatch(Body):
    """Changes to a postmortem: what is absent stays.

    A section stands under its key, in `sections` or beside it. With `version` a stale one is refused. `factors`
    replaces all of them; `evidence` adds and changes; a `waiver_reason` of "" takes the waiver back.
    """

    version: int | None = None
    sections: dict[str, str] = {}
    summary: str = ""
    impact: str = ""
    detection: str = ""
    root_cause: str = ""
    fix: str = ""
    verification: str = ""
    lessons: str = ""
    factors: list[FactorIn] = []
    evidence: list[EvidenceIn] = Field([], max_length=EVIDENCE_AT_ONCE)
    waiver_reason: str = ""


# What a postmortem that is not begun lacks for publication.
NEEDED = ["root_cause", "fix", "verification", "evidence"]
SECTION_KEYS = ("summary", "impact", "detection", "root_cause", "fix", "verification", "lessons")


class PublishIn(Body):
    """With `version`, a postmortem that changed meanwhile is not published."""

    version: int | None = None


# What came after the first version of the API, named as the model names it.
LATER = ("amended_at", "due_on", "not_needed_reason")


class FactorOut(Schema):
    """A contributing factor, before its answers; `parent` is the id of the one that it explains."""

    id: int
    category: str
    category_name: str
    kind: str
    text: str
    evidence: list[str]
    parent: int | None


class EvidenceOut(Schema):
    """A proof of the fix."""

    id: int
    method: str
    claim: str
    detail: str
    url: str
    snippet: int | None
    attachment: uuid.UUID | None
    environment: str
    app_version: str
    result: str
    by: str | None
    at: datetime
    watch_until: date | None
    held_at: datetime | None
    broke_at: datetime | None
    broke_reason: str


class PostmortemOut(Schema):
    """A postmortem; `status` is "none" and `version` 0 before it is begun. `missing` is what publishing still needs."""

    number: str
    url: str
    status: str
    version: int
    sections: dict[str, str]
    factors: list[FactorOut]
    evidence: list[EvidenceOut]
    waiver_reason: str
    waiver_by: str | None
    waiver_at: datetime | None
    verified: str
    missing: list[str]
    published_at: datetime | None
    published_by: str | None
    updated_at: datetime | None
    amended_at: datetime | None = None
    due_on: date | None = None
    not_needed_reason: str = ""


class ActionIn(Body):
    """An action item; the title alone is enough."""

    title: str
    owner: str | None = None
    kind: str = "prevent"
    due_on: date | None = None
    state: str = "open"
    tracker_url: str = ""
    done_when: str = ""
    proof: str = ""
    reason: str = ""


class ActionPatch(Body):
    """Changes to an action item: what is absent stays. With `version`, a stale one is refused."""

    version: int | None = None
    title: str = ""
    owner: str | None = None
    kind: str = ""
    due_on: date | None = None
    state: str = ""
    tracker_url: str = ""
    done_when: str = ""
    proof: str = ""
    reason: str = ""


class ActionOut(Schema):
    """An action item."""

    id: int
    url: str
    incident: str
    title: str
    owner: str | None
    kind: str
    due_on: date | None
    state: str
    tracker_url: str
    done_when: str
    proof: str
    reason: str
    done_at: datetime | None
    created_at: datetime
    version: int


class ActionList(Schema):
    """A page of action items."""

    count: int
    next: str | None
    results: list[ActionOut]


def postmortem_out(request: HttpRequest, incident: Incident, row: Postmortem | None) -> dict[str, Any]:
    """A postmortem, begun or not, as `PostmortemOut`."""
    place = {
        "number": incident.label,
        "url": request.build_absolute_uri(reverse("postmortem", args=[incident.number])),
    }
    if row is None:
        nothing = {"sections": {}, "factors": [], "evidence": [], "waiver_reason": "", "verified": "none"}
        times = {"waiver_by": None, "waiver_at": None, "published_at": None, "published_by": None, "updated_at": None}
        return {**place, "status": "none", "version": 0, **nothing, "missing": NEEDED, **times}
    return {
        **place,
        **{
            name: getattr(row, name)
            for name in ("status", "version", "waiver_reason", "waiver_at", "published_at", "updated_at", *LATER)
        },
        "sections": {section.key: section.body for section in row.sections.all()},
        "factors": [_factor_out(factor) for factor in row.factors.all()],
        "evidence": [_evidence_out(proof) for proof in row.evidence.select_related("by")],
        "waiver_by": row.waiver_by.username if row.waiver_by else None,
        "verified": row.proof,
        "missing": missing(row),
        "published_by": row.published_by.username if row.published_by else None,
    }


def _factor_out(factor: ContributingFactor) -> dict[str, Any]:
    return {
        **{name: getattr(factor, name) for name in ("id", "category", "kind", "text")},
        "category_name": factor.get_category_display(),
        "evidence": factor.references,
        "parent": factor.parent_id,
    }


def _evidence_out(proof: Evidence) -> dict[str, Any]:
    same = (
        "id", "method", "claim", "detail", "url", "environment", "app_version", "result", "at", "watch_until",
        "held_at", "broke_at", "broke_reason",
    )  # fmt: skip
    return {
        **{name: getattr(proof, name) for name in same},
        "snippet": proof.snippet_id,
        "attachment": proof.attachment_id,
        "by": proof.by.username if proof.by else None,
    }


def action_out(request: HttpRequest, action: ActionItem) -> dict[str, Any]:
    """An action item as `ActionOut`."""
    same = (
        "id", "title", "kind", "due_on", "state", "tracker_url", "done_when", "proof", "reason", "done_at",
        "created_at", "version",
    )  # fmt: skip
    place = reverse("postmortem", args=[action.incident.number])
    return {
        **{name: getattr(action, name) for name in same},
        "url": request.build_absolute_uri(f"{place}#{action.anchor}"),
        "incident": action.incident.label,
        "owner": action.owner.username if action.owner else None,
    }
