"""Teams and who is in them."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from accounts import audit
from accounts.models import Membership, Team, User


class TeamNameTakenError(Exception):
    """Another team has this name, whatever its case."""

    def __init__(self) -> None:
        super().__init__("There is a team with this name already.")


def create(*, by: User | None, name: str, now: datetime) -> Team:
    """Make an empty team. Raises TeamNameTakenError."""
    with transaction.atomic():
        _refuse_taken(name)
        team = _save(Team(name=name, slug=_free_slug(name)))
        audit.record(by=by, action="team.create", target=name, now=now)
    return team


def rename(*, by: User, team: Team, name: str, now: datetime) -> Team:
    """Give a team another name; its slug stays, for links. Raises TeamNameTakenError."""
    with transaction.atomic():
        row = Team.objects.select_for_update().get(pk=team.pk)
        if row.name == name:
            return row
        _refuse_taken(name, row)
        old, row.name = row.name, name
        _save(row)
        audit.record(by=by, action="team.rename", target=name, now=now, old=old)
    return row


def add_member(*, by: User | None, team: Team, person: User, now: datetime) -> Membership:
    """Put a person in a team; nothing happens if they are in it."""
    with transaction.atomic():
        membership, is_new = Membership.objects.get_or_create(team=team, user=person)
        if is_new:
            audit.record(by=by, action="team.add_member", target=team.name, now=now, person=person.username)
    return membership


def remove_member(*, by: User, team: Team, person: User, now: datetime) -> None:
    """Take a person out of a team: what only the team may see is hidden from them at once."""
    with transaction.atomic():
        count, _ = Membership.objects.filter(team=team, user=person).delete()
        if count:
            audit.record(by=by, action="team.remove_member", target=team.name, now=now, person=person.username)


def _refuse_taken(name: str, but: Team | None = None) -> None:
    others = Team.objects.exclude(pk=but.pk) if but else Team.objects.all()
    if others.filter(name__iexact=name).exists():
        raise TeamNameTakenError


def _save(team: Team) -> Team:
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError:
        raise TeamNameTakenError from None
    return team


def _free_slug(name: str) -> str:
    """A slug nobody has; names without Latin letters become team, team-2, …"""
    base = slugify(name)[:70] or "team"
    taken = set(Team.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    number = 1
    while (slug := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return slug
