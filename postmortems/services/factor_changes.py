"""Changing one factor: adding, wording, moving and taking away, with the answers to "why?" that lie under it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from hindsight.lib.problems import StaleError
from postmortems.models import ContributingFactor, Postmortem
from postmortems.services.factor_rules import FactorFields, change, check_place, check_room, checked
from postmortems.services.locking import locked, touch
from postmortems.services.why import Chains


def add_factor(*, postmortem: Postmortem, by: User | None, now: datetime, fields: FactorFields) -> ContributingFactor:
    """Add one at the end of its siblings; a category is needed. Raises InvalidError."""
    with transaction.atomic():
        row = locked(postmortem)
        chains = Chains.of(row)
        columns = checked({"category": "", **fields}, row, by=by)
        check_room(len(chains) + 1)
        check_place(chains, None, columns.get("parent_id"))
        factor = ContributingFactor(postmortem=row, position=chains.next_position, **columns)
        factor.render_fields()
        factor.save(force_insert=True)
        touch(row, now=now)
    return factor


def update_factor(
    *, factor: ContributingFactor, by: User, now: datetime, version: int | None, fields: FactorFields
) -> ContributingFactor:
    """Change one. Raises InvalidError, and StaleError (its `current` is None when it was taken away)."""
    with transaction.atomic():
        row = locked(factor.postmortem)
        current = row.factors.filter(pk=factor.pk).first()
        if current is None or (version is not None and version != current.version):
            raise StaleError(current)
        columns = checked(fields, row, by=by, stored=current)
        if "parent_id" in columns and columns["parent_id"] != current.parent_id:
            chains = Chains.of(row)
            check_place(chains, current.pk, columns["parent_id"])
            columns["position"] = chains.next_position
        changed = [name for name, value in columns.items() if getattr(current, name) != value]
        if changed:
            change(current, {name: columns[name] for name in changed})
            touch(row, now=now)
    return current


def keep_wording(*, factor: ContributingFactor, by: User, now: datetime) -> None:
    """Say that its wording is right as it is; the hint comes back when the text is changed."""
    with transaction.atomic():
        row = locked(factor.postmortem)
        if row.factors.filter(pk=factor.pk, is_wording_kept=False).update(is_wording_kept=True):
            touch(row, now=now)


def move_factor(*, factor: ContributingFactor, to: str, by: User, now: datetime) -> bool:
    """Move one `up` or `down` among its siblings, `in` under the one before it, or `out` one level.

    Returns whether there was anywhere to move to. InvalidError for another word, or where a chain would get too long.
    """
    with transaction.atomic():
        row = locked(factor.postmortem)
        chains = Chains.of(row)
        if factor.pk not in chains:
            raise StaleError(None)
        moved = chains.moved(factor.pk, to)
        if moved is None:
            return False
        check_place(chains, factor.pk, moved.parent)
        _place(row, moved.parent, factor.pk, moved.order)
        touch(row, now=now)
    return True


def remove_factor(*, factor: ContributingFactor, by: User, now: datetime) -> None:
    """Take one away; the answers under it take its place, so that nothing else is lost. Gone already is no error."""
    with transaction.atomic():
        row = locked(factor.postmortem)
        chains = Chains.of(row)
        if factor.pk not in chains:
            return
        parent = chains.parents[factor.pk]
        order = [
            pk
            for sibling in chains.siblings(parent)
            for pk in (chains.siblings(factor.pk) if sibling == factor.pk else [sibling])
        ]
        row.factors.filter(parent=factor.pk).update(parent=parent)
        row.factors.filter(pk=factor.pk).delete()
        _order(row, order)
        touch(row, now=now)


def _place(row: Postmortem, parent: int | None, pk: int, order: Sequence[int]) -> None:
    row.factors.filter(pk=pk).update(parent=parent)
    _order(row, order)


def _order(row: Postmortem, order: Sequence[int]) -> None:
    """Number siblings anew. Positions are compared among siblings alone."""
    for place, pk in enumerate(order):
        row.factors.filter(pk=pk).exclude(position=place).update(position=place)
