"""Publishing a postmortem, which needs its cause, its fix, and a proof that the fix works."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from incidents.models import Kind
from postmortems.models import Postmortem, PostmortemStatus, ProofState, Section, postmortem_transition
from postmortems.prompts import CORE
from postmortems.services.locking import locked, touch

EVIDENCE = "evidence"


class NotReadyError(Exception):
    """A required part is absent; `missing` names them: section keys, and "evidence". HTTP 409."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"It can't be published yet. Missing: {', '.join(missing).replace('_', ' ')}.")
        self.missing = missing


def missing(postmortem: Postmortem, sections: Iterable[Section] | None = None) -> list[str]:
    """What must still be there before publication, in the order of the page.

    Required sections need text; "evidence" needs proofs of which the last passed, or a waiver.
    """
    rows = postmortem.sections.all() if sections is None else sections
    written = {section.key for section in rows if section.body.strip()}
    needed = required(postmortem)
    absent = [key for key in needed if key != EVIDENCE and key not in written]
    has_proof = postmortem.proof == ProofState.VERIFIED or postmortem.is_waived
    return absent if has_proof or EVIDENCE not in needed else [*absent, EVIDENCE]


def required(postmortem: Postmortem) -> list[str]:
    """What publication needs: section keys in the order of the page, then "evidence".

    Of an incident that happened to users: root cause, fix, verification and a proof, whatever the template says. Of a
    near miss or a drill: what the template says, and a proof where it requires the verification.
    """
    sections = postmortem.questions.sections
    core = CORE if postmortem.incident.kind == Kind.REAL else ()
    keys = [prompt.key for prompt in sections if prompt.is_required or prompt.key in core]
    keys += [key for key in core if key not in keys]
    return [*keys, EVIDENCE] if "verification" in keys else keys


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
        row.published_by, row.published_at = by, now
        audit.record(by=by, action=f"postmortem.{step.name}", target=row.incident.label, now=now, proof=row.proof)
        touch(row, now=now, fields=("status", "published_by", "published_at"))
    return row


def withdraw(*, postmortem: Postmortem, by: User, now: datetime, version: int | None = None) -> Postmortem:
    """Make a published one a draft again; nothing happens if it is one. Raises StaleError."""
    with transaction.atomic():
        row = locked(postmortem, version)
        step = postmortem_transition(PostmortemStatus(row.status), PostmortemStatus.DRAFT)
        if step is None:
            return row
        row.status = PostmortemStatus.DRAFT
        row.published_by, row.published_at = None, None
        audit.record(by=by, action=f"postmortem.{step.name}", target=row.incident.label, now=now)
        touch(row, now=now, fields=("status", "published_by", "published_at"))
    return row
