"""What came back: saying on the new incident that the fix of an earlier one did not hold."""

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from hindsight.lib.kept import Kept
from hindsight.lib.problems import InvalidError
from incidents.models import Incident, IncidentLink, LinkKind
from postmortems.models import Evidence, Postmortem, ProofMethod, ProofResult, ProofState
from postmortems.services.locking import locked
from postmortems.services.proof import save_proof

REPEATS = (LinkKind.SAME_CAUSE, LinkKind.DUPLICATE)
CAME_BACK = "The same cause showed again."
HELD_SO_FAR = "The fix keeps this from coming back"
_REPEATED = Kept(
    lambda source: IncidentLink.objects.filter(source=source, kind__in=REPEATS).values_list("target_id", flat=True)
)


def earlier(incident: Incident, user: User) -> list[Incident]:
    """The earlier incidents with the same cause, or that it is a duplicate of, as far as `user` may see them.

    Links of these kinds go from the later to the earlier. One query while there are none, which is usual.
    """
    ids = _REPEATED.rows(incident.pk)
    if not ids:
        return []
    rows = Incident.objects.visible_to(user).filter(pk__in=ids, number__lt=incident.number)
    return list(rows.defer("summary", "rendered").order_by("-number"))


def fix_did_not_hold(*, incident: Incident, again: Incident, by: User, now: datetime) -> Postmortem:
    """Mark every proof of the earlier `incident` that passed as broken in `again`; twice is once.

    Where there is none, because it was waived or nobody proved anything, a broken one is written down, so that the fix
    shows as what it is. The words name nothing of `again`, which may be private. InvalidError without a link between
    the two, or without a postmortem.
    """
    if incident.pk not in [row.pk for row in earlier(again, by)]:
        raise InvalidError({"incident": f"{again.label} is not linked to {incident.label} as having the same cause."})
    postmortem = Postmortem.objects.filter(incident=incident).first()
    if postmortem is None:
        raise InvalidError({"incident": f"{incident.label} has no postmortem yet: there is no fix on record."})
    with transaction.atomic():
        row = locked(postmortem)
        if row.proof == ProofState.DID_NOT_HOLD:
            return row
        passed = list(row.evidence.filter(result=ProofResult.PASSED)) or [_unwritten(row)]
        for proof in passed:
            proof.result = ProofResult.FAILED
            proof.broke_at, proof.broke_by, proof.broke_in = now, by, again
            proof.broke_reason = proof.broke_reason or CAME_BACK
            proof.held_at = proof.held_by = None
            save_proof(proof, row, now=now)
        audit.record(by=by, action="proof.broke", target=incident.label, now=now, again=again.label)
    return row


def _unwritten(row: Postmortem) -> Evidence:
    return Evidence(
        postmortem=row, method=ProofMethod.REVIEW, claim=HELD_SO_FAR, at=row.published_at or row.begun_at, version=0
    )
