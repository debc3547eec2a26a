"""Naming all that let it happen at once, as forms of old, scripts and importers do."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from hindsight.lib.problems import InvalidError
from postmortems.models import DEPTH_LIMIT, FACTORS_LIMIT, ContributingFactor, Postmortem
from postmortems.services.categories import known_keys
from postmortems.services.factor_rules import FactorFields, change, check_all, check_room, checked, too_deep, too_many
from postmortems.services.locking import locked, touch
from postmortems.services.why import Chains


class WantedFactor(FactorFields, total=False):
    """One of a whole list: with `id` it is that one, changed; `why` are the answers under it."""

    id: int | None
    why: Sequence["WantedFactor"]


def set_factors(
    *,
    postmortem: Postmortem,
    by: User | None,
    now: datetime,
    factors: Iterable[tuple[str, str]],
    version: int | None = None,
) -> list[ContributingFactor]:
    """Replace all factors by these (category, text) pairs; one that is there with both keeps all else that it has."""
    wanted: list[WantedFactor] = [{"category": category, "text": text} for category, text in factors]
    return replace_factors(postmortem=postmortem, by=by, now=now, factors=wanted, version=version)


def replace_factors(
    *,
    postmortem: Postmortem,
    by: User | None,
    now: datetime,
    factors: Iterable[WantedFactor],
    version: int | None = None,
) -> list[ContributingFactor]:
    """Let there be these and no others, in this order. Raises InvalidError, and StaleError for an older version.

    One without an id that has the category and text of one that is there is that one, and keeps what is not given.
    """
    with transaction.atomic():
        row = locked(postmortem, version)
        before = {factor.pk: factor for factor in row.factors.all()}
        flat = _flat(factors)
        check_room(len(flat))
        kept = _matched(flat, before)
        made = _written(row, flat, kept, by=by)
        gone = [pk for pk in before if pk not in {factor.pk for factor, _ in made}]
        if not gone and not any(is_changed for _, is_changed in made):
            return [factor for factor, _ in made]
        row.factors.filter(pk__in=gone).delete()
        check_all(Chains.of(row))
        touch(row, now=now)
    return [factor for factor, _ in made]


def _flat(factors: Iterable[WantedFactor]) -> list[tuple[WantedFactor, int | None]]:
    """Each before its answers, with the place of the one that it explains in this list."""
    flat: list[tuple[WantedFactor, int | None]] = []
    waiting: list[tuple[WantedFactor, int | None, int]] = [(one, None, 1) for one in reversed(list(factors))]
    while waiting:
        one, under, depth = waiting.pop()
        if depth > DEPTH_LIMIT or len(flat) > FACTORS_LIMIT * 4:
            raise InvalidError({"factors": too_deep() if depth > DEPTH_LIMIT else too_many(len(flat))})
        flat.append((one, under))
        place = len(flat) - 1
        waiting.extend((answer, place, depth + 1) for answer in reversed(list(one.get("why") or ())))
    return flat


def _matched(
    flat: Sequence[tuple[WantedFactor, int | None]], before: dict[int, ContributingFactor]
) -> list[ContributingFactor | None]:
    """Which stored factor each wanted one is."""
    ids = [one.get("id") for one, _ in flat if one.get("id") is not None]
    unknown = [pk for pk in ids if pk not in before]
    if unknown or len(set(ids)) != len(ids):
        raise InvalidError({"factors": f"There is no factor {unknown[0]} here." if unknown else "A factor came twice."})
    free = [factor for pk, factor in before.items() if pk not in ids]
    found: list[ContributingFactor | None] = []
    for one, _ in flat:
        pk = one.get("id")
        same = next(
            (f for f in free if (f.category, f.text) == (one.get("category"), one.get("text", "").strip())), None
        )
        if pk is None and same is not None:
            free.remove(same)
        found.append(before[pk] if pk is not None else same)
    return found


def _written(
    row: Postmortem,
    flat: Sequence[tuple[WantedFactor, int | None]],
    kept: Sequence[ContributingFactor | None],
    *,
    by: User | None,
) -> list[tuple[ContributingFactor, bool]]:
    """Save them in their order; each with whether it is new or changed."""
    made: list[tuple[ContributingFactor, bool]] = []
    known = known_keys()
    own = {factor.pk for factor in kept if factor is not None}
    for place, ((one, under), stored) in enumerate(zip(flat, kept, strict=True)):
        fields: dict[str, Any] = {name: value for name, value in one.items() if name not in {"id", "why"}}
        columns = checked(fields, row, by=by, stored=stored, known=known, field="factors")  # type: ignore[arg-type]  # the keys of WantedFactor
        columns["position"] = place
        if under is not None:
            columns["parent_id"] = made[under][0].pk
        if columns.get("parent_id") is not None and under is None and columns["parent_id"] not in own:
            raise InvalidError({"factors": f"There is no factor {columns['parent_id']} here."})
        if stored is None:
            stored = ContributingFactor(postmortem=row, **columns)
            stored.render_fields()
            stored.save(force_insert=True)
            made.append((stored, True))
            continue
        changed = {name: value for name, value in columns.items() if getattr(stored, name) != value}
        if changed:
            change(stored, changed)
        made.append((stored, bool(changed)))
    return made
