"""Whether a fix held: who is asked when its watch is over, and what follows from each answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from hindsight.lib.problems import StaleError
from incidents.models import Incident
from incidents.services.checks import Faults
from postmortems.models import BROKE_LIMIT, Evidence, Postmortem, ProofResult
from postmortems.services.locking import locked
from postmortems.services.proof import save_proof

LONGEST_WATCH = timedelta(days=3 * 366)
NOT_PASSED = "Only a proof that passed can turn out not to hold. Change its result instead."


@dataclass(frozen=True, slots=True)
class DueWatch:
    """A proof whose watch is over and of which nobody said whether it held; `owner` is who is asked."""

    proof: Evidence
    incident: Incident
    owner: User


def due_for(user: User, *, today: date | None = None) -> list[DueWatch]:
    """What `user` is asked: the oldest first, of incidents that they may see at this moment. One query.

    The owner is who made the proof while their account is on, else the incident's lead.
    """
    own = Q(by=user) | (Q(by=None) | Q(by__is_active=False)) & Q(postmortem__incident__lead=user)
    rows = _over(today or timezone.localdate(timezone=user.zone)).filter(
        own, postmortem__incident__in=Incident.objects.visible_to(user)
    )
    return [DueWatch(row, row.postmortem.incident, user) for row in rows]


def unasked(*, today: date, limit: int) -> list[DueWatch]:
    """What nobody was asked yet by mail, with who is to be; without an owner, or hidden from them, it is left out."""
    found = []
    for row in _over(today).filter(asked_at=None).select_related("by", "postmortem__incident__lead")[:limit]:
        owner = owner_of(row)
        if owner and Incident.objects.visible_to(owner).filter(pk=row.postmortem.incident_id).exists():
            found.append(DueWatch(row, row.postmortem.incident, owner))
    return found


def owner_of(proof: Evidence) -> User | None:
    """Who is asked whether it held; None when both are gone or switched off."""
    lead = proof.postmortem.incident.lead
    return next((person for person in (proof.by, lead) if person is not None and person.is_active), None)


def is_over(proof: Evidence, today: date) -> bool:
    """Whether its watch is over and unanswered on that day."""
    is_open = proof.result == ProofResult.PASSED and proof.held_at is None
    return is_open and proof.watch_until is not None and proof.watch_until < today


def note_asked(proofs: Iterable[Evidence], *, now: datetime | None) -> None:
    """Remember that their owners were asked; None takes it back."""
    Evidence.objects.filter(pk__in=[proof.pk for proof in proofs]).update(asked_at=now)


def held(*, proof: Evidence, by: User, now: datetime, version: int | None = None) -> Evidence:
    """It held until now. Said twice it is said once. Raises StaleError."""
    with transaction.atomic():
        row, current = _locked(proof, version)
        if current.held_at is None and current.result == ProofResult.PASSED:
            current.held_at, current.held_by = now, by
            audit.record(by=by, action="proof.held", target=row.incident.label, now=now, claim=current.claim[:200])
            save_proof(current, row, now=now)
    return current


def extend(*, proof: Evidence, by: User, now: datetime, until: date, version: int | None = None) -> Evidence:
    """Watch on until another day; the owner is asked again then. Raises InvalidError, StaleError."""
    today = timezone.localdate(now, timezone=by.zone)
    faults = Faults()
    if not today <= until <= today + LONGEST_WATCH:
        faults.add("until", "Choose a day from today on, at most three years ahead.")
    faults.stop_if_any()
    with transaction.atomic():
        row, current = _locked(proof, version)
        if current.watch_until != until or current.held_at is not None:
            before, current.watch_until = current.watch_until, until
            current.held_at = current.held_by = current.asked_at = None
            audit.record(
                by=by, action="proof.watch", target=row.incident.label, now=now, before=str(before), until=str(until)
            )
            save_proof(current, row, now=now)
    return current


def did_not_hold(
    *,
    proof: Evidence,
    by: User,
    now: datetime,
    reason: str,
    on: date | None = None,
    recurrence: Incident | None = None,
    version: int | None = None,
) -> Evidence:
    """A fix whose proof had passed did not hold: why, since when, and in which incident it came back.

    The caller has made sure that `by` may see `recurrence`. Said again it is corrected. InvalidError, StaleError.
    """
    with transaction.atomic():
        row, current = _locked(proof, version)
        why = _checked_break(current, row, now=now, reason=reason, on=on, recurrence=recurrence, by=by)
        current.result = ProofResult.FAILED
        current.broke_at = _moment(on, by=by, now=now) if on else (current.broke_at or now)
        current.broke_by, current.broke_reason, current.broke_in = by, why, recurrence
        current.held_at = current.held_by = None
        audit.record(
            by=by,
            action="proof.broke",
            target=row.incident.label,
            now=now,
            claim=current.claim[:200],
            again=recurrence.label if recurrence else "",
        )
        save_proof(current, row, now=now)
    return current


def _checked_break(
    proof: Evidence,
    row: Postmortem,
    *,
    now: datetime,
    reason: str,
    on: date | None,
    recurrence: Incident | None,
    by: User,
) -> str:
    faults = Faults()
    if proof.result != ProofResult.PASSED and proof.broke_at is None:
        faults.add("reason", NOT_PASSED)
    why = faults.text("reason", reason, label="Reason", limit=BROKE_LIMIT, required=True).strip()
    today = timezone.localdate(now, timezone=by.zone)
    if on is not None and on > today:
        faults.add("on", "That day has not come yet.")
    if on is not None and on < timezone.localdate(proof.at, timezone=by.zone):
        faults.add("on", "That is before the proof passed.")
    if recurrence is not None and recurrence.pk == row.incident_id:
        faults.add("recurrence", f"{recurrence.label} is the incident itself; name the one in which it came back.")
    faults.stop_if_any()
    return why


def _moment(on: date, *, by: User, now: datetime) -> datetime:
    """The end of that day where the person is, or now when it is today."""
    end = datetime.combine(on, time(23, 59, 59), tzinfo=by.zone).astimezone(UTC)
    return min(end, now)


def _locked(proof: Evidence, version: int | None) -> tuple[Postmortem, Evidence]:
    row = locked(proof.postmortem)
    current = row.evidence.filter(pk=proof.pk).first()
    if current is None or (version is not None and version != current.version):
        raise StaleError(current)
    return row, current


def _over(today: date) -> QuerySet[Evidence]:
    rows = Evidence.objects.filter(watch_until__lt=today, held_at=None, result=ProofResult.PASSED)
    return rows.select_related("postmortem__incident", "by").order_by("watch_until", "pk")
