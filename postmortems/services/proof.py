"""Proving that the fix works, or signing that there can be no proof."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, TypedDict

from django.db import transaction

from accounts import audit
from accounts.models import User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.models import Attachment, Snippet
from incidents.services.checks import Faults
from postmortems.models import (
    CLAIM_LIMIT,
    DETAIL_LIMIT,
    PLACE_LIMIT,
    WAIVER_LIMIT,
    Evidence,
    Postmortem,
    ProofMethod,
    ProofResult,
    ProofState,
)
from postmortems.services.locking import locked, touch

# A proof that broke did so after it passed, whatever the clocks said.
BLINK = timedelta(microseconds=1)
NO_ITEM = "Show it: what was run and what came out, a snippet, a screenshot or file, or a link. One of them is enough."


class EvidenceFields(TypedDict, total=False):
    """What may be given of a proof; what is absent stays as it is."""

    method: str
    claim: str
    detail: str
    url: str
    snippet: Snippet | None
    attachment: Attachment | None
    environment: str
    app_version: str
    result: str
    at: datetime | None
    watch_until: date | None


def verification_state(postmortem: Postmortem, evidence: Iterable[Evidence] | None = None) -> ProofState:
    """What the proofs say, in the order in which they were made.

    The last that passed or failed decides. A failure after one that passed, or after a waiver was signed, means that
    the fix did not hold; so does a proof that passed and broke later. Without any that passed, a waiver is what there
    is.
    """
    rows = postmortem.evidence.all() if evidence is None else evidence
    told = sorted(verdict for row in rows for verdict in _verdicts(row))
    has_passed = any(passed for _, _, passed in told)
    if told and told[-1][2]:
        return ProofState.VERIFIED
    waived_at = postmortem.waiver_at
    if told and (has_passed or (waived_at is not None and told[-1][0] > waived_at)):
        return ProofState.DID_NOT_HOLD
    return ProofState.WAIVED if postmortem.is_waived else ProofState.UNPROVEN


def _verdicts(row: Evidence) -> list[tuple[datetime, int, bool]]:
    """When a proof said what: (time, id, whether the fix works). One that broke said two things."""
    if row.result == ProofResult.INCONCLUSIVE:
        return []
    if row.broke_at is not None:
        return [(row.at, row.pk, True), (max(row.broke_at, row.at + BLINK), row.pk, False)]
    return [(row.at, row.pk, row.result == ProofResult.PASSED)]


def add_evidence(
    *, postmortem: Postmortem, by: User | None, now: datetime, fields: EvidenceFields, needs_item: bool = False
) -> Evidence:
    """Add a proof; method and claim are needed, the result is "passed" when absent. Raises InvalidError.

    With `needs_item` one that passed has to show something: words, code, a file or a link.
    """
    with transaction.atomic():
        row = locked(postmortem)
        columns = _checked({"method": "", "claim": "", **fields}, row, now=now)
        proof = Evidence(postmortem=row, by=by, **{"at": now, **columns})
        if needs_item:
            _check_item(proof)
        proof.render_fields()
        proof.save(force_insert=True)
        _settle(row, now=now)
    return proof


def update_evidence(
    *,
    evidence: Evidence,
    by: User,
    now: datetime,
    version: int | None,
    fields: EvidenceFields,
    needs_item: bool = False,
) -> Evidence:
    """Change a proof. Raises InvalidError, and StaleError (its `current` is None when the proof was taken away).

    One that passed and is said to have failed did not hold, from now on; one that is said to have passed again is as
    if it never broke. With `needs_item` what it shows can't be taken away from one that passed.
    """
    with transaction.atomic():
        row = locked(evidence.postmortem)
        proof = row.evidence.filter(pk=evidence.pk).first()
        if proof is None or (version is not None and version != proof.version):
            raise StaleError(proof)
        columns = _checked(fields, row, now=now)
        changed = [name for name, value in columns.items() if getattr(proof, name) != value]
        if changed:
            has_passed, had_item = proof.result == ProofResult.PASSED, proof.has_item
            for name in changed:
                setattr(proof, name, columns[name])
            if needs_item and had_item:
                _check_item(proof)
            if "result" in changed:
                _follow_result(proof, row, has_passed, by=by, now=now)
            if "watch_until" in changed:
                proof.asked_at = proof.held_at = proof.held_by = None
            save_proof(proof, row, now=now)
    return proof


def save_proof(proof: Evidence, row: Postmortem, *, now: datetime) -> None:
    """Save a changed proof of a locked postmortem, and what follows for the fix."""
    proof.version += 1
    proof.render_fields()
    proof.save()
    _settle(row, now=now)


def _follow_result(proof: Evidence, row: Postmortem, has_passed: bool, *, by: User, now: datetime) -> None:
    if proof.result == ProofResult.FAILED and has_passed:
        proof.broke_at, proof.broke_by = now, by
        proof.held_at = proof.held_by = None
        audit.record(by=by, action="proof.broke", target=row.incident.label, now=now, claim=proof.claim[:200])
    elif proof.result != ProofResult.FAILED:
        proof.broke_at = proof.broke_by = proof.broke_in = None
        proof.broke_reason = ""


def _check_item(proof: Evidence) -> None:
    if proof.result == ProofResult.PASSED and not proof.has_item:
        raise InvalidError({"detail": NO_ITEM})


def remove_evidence(*, evidence: Evidence, by: User, now: datetime) -> None:
    """Take a proof away. What a published postmortem rests on is worth a line in the audit log."""
    with transaction.atomic():
        row = locked(evidence.postmortem)
        if row.is_published:
            label = row.incident.label
            audit.record(by=by, action="evidence.remove", target=label, now=now, claim=evidence.claim[:200])
        Evidence.objects.filter(pk=evidence.pk, postmortem=row).delete()
        _settle(row, now=now)


def waive(*, postmortem: Postmortem, by: User, now: datetime, reason: str) -> Postmortem:
    """Sign that there can be no proof, and why; it is shown wherever the fix is. Raises InvalidError."""
    faults = Faults()
    text = faults.text("reason", reason, label="Reason", limit=WAIVER_LIMIT, required=True)
    faults.stop_if_any()
    return _sign(postmortem, by=by, now=now, reason=text.strip())


def unwaive(*, postmortem: Postmortem, by: User, now: datetime) -> Postmortem:
    """Take the waiver back."""
    return _sign(postmortem, by=by, now=now, reason="")


def _sign(postmortem: Postmortem, *, by: User, now: datetime, reason: str) -> Postmortem:
    with transaction.atomic():
        row = locked(postmortem)
        if row.waiver_reason == reason:
            return row
        row.waiver_reason = reason
        row.waiver_by, row.waiver_at = (by, now) if reason else (None, None)
        action = "postmortem.waive" if reason else "postmortem.unwaive"
        audit.record(by=by, action=action, target=row.incident.label, now=now)
        _settle(row, now=now, fields=("waiver_reason", "waiver_by", "waiver_at"))
    return row


def _settle(row: Postmortem, *, now: datetime, fields: tuple[str, ...] = ()) -> None:
    """Keep what the postmortem says of its proofs in step with them."""
    row.proof = verification_state(row)
    touch(row, now=now, fields=("proof", *fields))


def _checked(fields: EvidenceFields, row: Postmortem, *, now: datetime) -> dict[str, Any]:
    faults = Faults()
    columns: dict[str, Any] = {}
    if "method" in fields:
        faults.choice("method", fields["method"], ProofMethod.values, label="Method")
        columns["method"] = fields["method"]
    if "result" in fields:
        faults.choice("result", fields["result"], ProofResult.values, label="Result")
        columns["result"] = fields["result"]
    if "claim" in fields:
        columns["claim"] = faults.line("claim", fields["claim"], label="Claim", limit=CLAIM_LIMIT, required=True)
    if "detail" in fields:
        columns["detail"] = faults.text("detail", fields["detail"], label="Detail", limit=DETAIL_LIMIT)
    if "url" in fields:
        columns["url"] = faults.url("url", fields["url"], label="Link")
    if "environment" in fields:
        columns["environment"] = faults.line(
            "environment", fields["environment"], label="Environment", limit=PLACE_LIMIT
        )
    if "app_version" in fields:
        columns["app_version"] = faults.line("app_version", fields["app_version"], label="Version", limit=PLACE_LIMIT)
    if fields.get("at") is not None:
        faults.moment("at", fields["at"], now=now)
        columns["at"] = fields["at"]
    if "watch_until" in fields:
        columns["watch_until"] = fields["watch_until"]
    _check_material(columns, fields, row, faults)
    faults.stop_if_any()
    return columns


def _check_material(columns: dict[str, Any], fields: EvidenceFields, row: Postmortem, faults: Faults) -> None:
    """What a proof shows is of the same incident: one can't borrow from a record that others may not see."""
    if "snippet" in fields:
        snippet = fields["snippet"]
        if snippet is not None and snippet.incident_id != row.incident_id:
            faults.add("snippet", f"Snippet {snippet.pk} is not one of {row.incident.label}.")
        columns["snippet"] = snippet
    if "attachment" in fields:
        attachment = fields["attachment"]
        if attachment is not None and attachment.incident_id != row.incident_id:
            faults.add("attachment", f"The file is not one of {row.incident.label}.")
        columns["attachment"] = attachment
