"""Publishing a postmortem, which needs its cause, its fix, and a proof that the fix works."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from incidents.models import Kind
from incidents.services.checks import Faults
from postmortems.models import (
    NOTE_LIMIT,
    Postmortem,
    PostmortemStatus,
    ProofState,
    Publication,
    Section,
    WritingPolicy,
    postmortem_transition,
)
from postmortems.prompts import CORE
from postmortems.services.locking import locked, touch

EVIDENCE = "evidence"
REVIEW = "review"


class NotReadyError(Exception):
    """A required part is absent; `missing` names them: section keys, "evidence" and "review". HTTP 409."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"It can't be published yet. Missing: {', '.join(missing).replace('_', ' ')}.")
        self.missing = missing


class NotPublishedError(Exception):
    """Only what is published can be amended. HTTP 409."""

    def __init__(self) -> None:
        super().__init__("It is not published yet: publish it instead.")


def missing(postmortem: Postmortem, sections: Iterable[Section] | None = None) -> list[str]:
    """What must still be there before publication, in the order of the page.

    Required sections need text; "evidence" needs proofs of which the last passed, or a waiver; "review" an approval.
    """
    rows = postmortem.sections.all() if sections is None else sections
    written = {section.key for section in rows if section.body.strip()}
    has_proof = postmortem.proof == ProofState.VERIFIED or postmortem.is_waived
    there = {EVIDENCE: has_proof, REVIEW: is_reviewed(postmortem)}
    return [key for key in required(postmortem) if not there.get(key, key in written)]


def is_reviewed(postmortem: Postmortem) -> bool:
    """Whether its reviewers let it go out; what is out was let out."""
    return postmortem.status in {PostmortemStatus.APPROVED, PostmortemStatus.PUBLISHED}


def required(postmortem: Postmortem) -> list[str]:
    """What publication needs: section keys in the order of the page, then "evidence", then "review".

    Of an incident that happened to users: root cause, fix, verification and a proof, whatever the template says. Of a
    near miss or a drill: what the template says, and a proof where it requires the verification. A severity may ask for
    more (see `WritingPolicy`), and for an approval; changes that a reviewer asks for are waited for in any case.
    """
    policy, incident = WritingPolicy.current(), postmortem.incident
    sections = postmortem.questions.sections
    asked = {prompt.key for prompt in sections}
    core = CORE if incident.kind == Kind.REAL else ()
    more = {key for key in policy.parts(incident.severity) if key in asked}
    keys = [prompt.key for prompt in sections if prompt.is_required or prompt.key in core or prompt.key in more]
    keys += [key for key in core if key not in keys]
    has_to_be_proven = "verification" in keys
    is_held = postmortem.status == PostmortemStatus.CHANGES_ASKED
    needs_review = is_held or (incident.kind == Kind.REAL and policy.needs_review(incident.severity))
    return [*keys, *([EVIDENCE] if has_to_be_proven else []), *([REVIEW] if needs_review else [])]


def publish(*, postmortem: Postmortem, by: User | None, now: datetime, version: int | None = None) -> Postmortem:
    """Make it public to all who may see the incident; nothing happens if it is. Raises NotReadyError, StaleError."""
    with transaction.atomic():
        row = locked(postmortem, version)
        step = postmortem_transition(PostmortemStatus(row.status), PostmortemStatus.PUBLISHED)
        if step is None:
            return row
        absent = missing(row) if step.needs_parts else []
        if absent:
            raise NotReadyError(absent)
        row.status = PostmortemStatus.PUBLISHED
        row.published_by, row.published_at, row.amended_at = by, now, None
        row.reviews.waiting().delete()
        _keep(row, by=by, now=now)
        audit.record(by=by, action=f"postmortem.{step.name}", target=row.incident.label, now=now, proof=row.proof)
        touch(row, now=now, fields=("status", "published_by", "published_at", "amended_at"))
    return row


def amend(*, postmortem: Postmortem, by: User, now: datetime, note: str) -> Publication:
    """Say what the changes since the publication are about, and keep how it stands. Raises InvalidError,
    NotPublishedError. The texts themselves are out since they were saved."""
    faults = Faults()
    text = faults.line("note", note, label="What changed", limit=NOTE_LIMIT, required=True)
    faults.stop_if_any()
    with transaction.atomic():
        row = locked(postmortem)
        if not row.is_published:
            raise NotPublishedError
        if not row.publications.exists():
            _keep_as_published(row)
        kept = _keep(row, by=by, now=now, note=text)
        row.amended_at = now
        audit.record(by=by, action="postmortem.amend", target=row.incident.label, now=now, note=text[:200])
        touch(row, now=now, fields=("amended_at",))
    return kept


def withdraw(*, postmortem: Postmortem, by: User, now: datetime, version: int | None = None) -> Postmortem:
    """Make a published one a draft again; nothing happens if it is not out. Raises StaleError."""
    with transaction.atomic():
        row = locked(postmortem, version)
        if row.status != PostmortemStatus.PUBLISHED:
            return row
        row.status = PostmortemStatus.DRAFT
        row.published_by, row.published_at, row.amended_at = None, None, None
        audit.record(by=by, action="postmortem.withdraw", target=row.incident.label, now=now)
        touch(row, now=now, fields=("status", "published_by", "published_at", "amended_at"))
    return row


def facts_of(row: Postmortem) -> list[str]:
    """Causes, proofs and waiver in one line each, for the comparison of two publications."""
    causes = [f"Cause: {factor.get_category_display()}: {factor.text}" for factor in row.factors.all()]
    proofs = [f"Proof: {proof.claim} ({proof.get_result_display().lower()})" for proof in row.evidence.all()]
    return [*causes, *proofs, *([f"Waiver: {row.waiver_reason}"] if row.is_waived else [])]


def _keep(row: Postmortem, *, by: User | None, now: datetime, note: str = "") -> Publication:
    last = row.publications.order_by("-number").values_list("number", flat=True).first() or 0
    versions = {section.key: section.version for section in row.sections.only("key", "version")}
    return Publication.objects.create(
        postmortem=row, number=last + 1, at=now, by=by, note=note, versions=versions, facts=facts_of(row)
    )


def _keep_as_published(row: Postmortem) -> Publication:
    """What was published before publications were kept: the texts as they were then, the facts unknown."""
    assert row.published_at is not None
    versions: dict[str, int] = {}
    for section in row.sections.prefetch_related("revisions"):
        revisions = sorted(section.revisions.all(), key=lambda revision: revision.version)
        before = [revision for revision in revisions if revision.at <= row.published_at]
        if before or revisions:
            versions[section.key] = (before[-1] if before else revisions[0]).version
    return Publication.objects.create(
        postmortem=row, number=1, at=row.published_at, by=row.published_by, versions=versions
    )
