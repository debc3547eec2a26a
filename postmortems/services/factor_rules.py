"""What a factor must meet, one by one and as part of a chain."""

from collections.abc import Collection, Sequence
from typing import Any, TypedDict

from accounts.models import User
from hindsight.lib.problems import InvalidError
from incidents.services.checks import Faults
from postmortems.models import (
    DEPTH_LIMIT,
    EVIDENCE_EACH,
    FACTOR_LIMIT,
    FACTORS_LIMIT,
    ContributingFactor,
    FactorKind,
    Postmortem,
)
from postmortems.services.categories import known_keys
from postmortems.services.factor_evidence import check_evidence
from postmortems.services.why import Chains

CIRCLE = "A factor can't lie under itself or under its own answers: that would go round in a circle."


class FactorFields(TypedDict, total=False):
    """What may be given of a factor; what is absent stays as it is. `parent` is the id of the one it explains."""

    category: str
    kind: str
    text: str
    evidence: Sequence[str]
    parent: int | None
    is_wording_kept: bool


def checked(
    fields: FactorFields,
    row: Postmortem,
    *,
    by: User | None,
    stored: ContributingFactor | None = None,
    known: Collection[str] = (),
    field: str = "",
) -> dict[str, Any]:
    """The columns; `field` is the name under which all faults are told, where they are many at once."""
    faults = Faults()
    columns: dict[str, Any] = {}
    if "category" in fields:
        if fields["category"] not in (known or known_keys()):
            given = fields["category"][:40]
            said = f"Category {given!r} is not on the list; see Settings, Causes." if given else "Choose a category."
            faults.add(field or "category", said)
        columns["category"] = fields["category"]
    if "kind" in fields:
        faults.choice(field or "kind", fields["kind"], ["", *FactorKind.values], label="Kind")
        columns["kind"] = fields["kind"]
    if "text" in fields:
        text = faults.text(field or "text", fields["text"], label="Factor", limit=FACTOR_LIMIT)
        columns["text"] = text.strip()
    if "evidence" in fields:
        columns["evidence"] = _evidence(fields["evidence"], row, faults, by=by, stored=stored, field=field)
    if "is_wording_kept" in fields:
        columns["is_wording_kept"] = fields["is_wording_kept"]
    if "parent" in fields:
        columns["parent_id"] = fields["parent"]
    faults.stop_if_any()
    return columns


def _evidence(
    given: Sequence[str],
    row: Postmortem,
    faults: Faults,
    *,
    by: User | None,
    stored: ContributingFactor | None,
    field: str,
) -> str:
    lines, said = check_evidence(given, incident=row.incident, reader=by, kept=stored.references if stored else ())
    if said:
        faults.add(field or "evidence", said)
    if len(lines) > EVIDENCE_EACH:
        faults.add(field or "evidence", f"{len(lines)} items given; the limit is {EVIDENCE_EACH} for one factor.")
    return "\n".join(lines)


def change(factor: ContributingFactor, columns: dict[str, Any]) -> None:
    """Set the columns and save, one version later; a new text is looked at anew for its wording."""
    for name, value in columns.items():
        setattr(factor, name, value)
    if "text" in columns:
        factor.is_wording_kept = bool(columns.get("is_wording_kept"))
    factor.version += 1
    factor.render_fields()
    factor.save()


def too_many(count: int) -> str:
    """What is said of more factors than one postmortem holds."""
    return f"{count} factors given; the limit is {FACTORS_LIMIT}."


def too_deep() -> str:
    """What is said of a chain that is too long."""
    return f"That would be more than {DEPTH_LIMIT} whys in a row; begin another factor, or say it in fewer steps."


def check_room(count: int) -> None:
    """Raise InvalidError for more factors than one postmortem holds."""
    if count > FACTORS_LIMIT:
        raise InvalidError({"factors": too_many(count)})


def check_place(chains: Chains, pk: int | None, parent: int | None) -> None:
    """A factor lies under one of the same postmortem, never under itself, and not too deep."""
    if parent is None:
        return
    if parent not in chains:
        raise InvalidError({"parent": "The factor that this one explains is not there any more."})
    above = list(chains.above(parent))
    if pk in above:
        raise InvalidError({"parent": CIRCLE})
    if len(above) + (chains.height(pk) if pk is not None else 1) > DEPTH_LIMIT:
        raise InvalidError({"parent": too_deep()})


def check_all(chains: Chains) -> None:
    """After a whole list was written: every chain ends, and none is too long."""
    if chains.has_circle:
        raise InvalidError({"factors": CIRCLE})
    if chains.deepest > DEPTH_LIMIT:
        raise InvalidError({"factors": too_deep()})
