"""Changing several parts of a postmortem at once, as a script does."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict

from django.db import transaction

from accounts.models import User
from hindsight.lib.problems import InvalidError
from postmortems.models import Postmortem
from postmortems.services.factors import WantedFactor, replace_factors
from postmortems.services.locking import locked
from postmortems.services.proof import EvidenceFields, add_evidence, unwaive, update_evidence, waive
from postmortems.services.sections import save_sections


class PostmortemFields(TypedDict, total=False):
    """What may be given; what is absent stays as it is.

    `evidence` pairs the id of a proof with its fields; without an id, it is added. A `waiver_reason` of "" takes the
    waiver back.
    """

    sections: Mapping[str, str]
    factors: Sequence[WantedFactor | tuple[str, str]]
    evidence: Sequence[tuple[int | None, EvidenceFields]]
    waiver_reason: str


def revise(
    *, postmortem: Postmortem, by: User, now: datetime, version: int | None, fields: PostmortemFields
) -> Postmortem:
    """Change what is given, all or nothing, and return the row as it is then.

    Raises StaleError when `version` is an older one, and InvalidError with the names of the faulty fields.
    """
    with transaction.atomic():
        row = locked(postmortem, version)
        if "sections" in fields:
            texts: dict[str, tuple[str, int | None]] = {key: (body, None) for key, body in fields["sections"].items()}
            save_sections(postmortem=row, by=by, now=now, sections=texts)
        if "factors" in fields:
            replace_factors(postmortem=row, by=by, now=now, factors=map(_wanted, fields["factors"]))
        for pk, proof in fields.get("evidence", ()):
            _prove(row, pk, proof, by=by, now=now)
        if "waiver_reason" in fields:
            _waive(row, fields["waiver_reason"].strip(), by=by, now=now)
    row.refresh_from_db()
    return row


def _wanted(factor: WantedFactor | tuple[str, str]) -> WantedFactor:
    """A pair is (category, text)."""
    return {"category": factor[0], "text": factor[1]} if isinstance(factor, tuple) else factor


def _waive(row: Postmortem, reason: str, *, by: User, now: datetime) -> None:
    if not reason:
        unwaive(postmortem=row, by=by, now=now)
        return
    try:
        waive(postmortem=row, by=by, now=now, reason=reason)
    except InvalidError as problem:
        # Here it has a longer name.
        raise InvalidError({"waiver_reason": problem.fields["reason"]}) from problem


def _prove(row: Postmortem, pk: int | None, fields: EvidenceFields, *, by: User, now: datetime) -> None:
    if pk is None:
        add_evidence(postmortem=row, by=by, now=now, fields=fields)
        return
    proof = row.evidence.filter(pk=pk).first()
    if proof is None:
        raise InvalidError({"evidence": f"There is no proof {pk} here."})
    update_evidence(evidence=proof, by=by, now=now, version=None, fields=fields)
