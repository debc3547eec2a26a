"""What administrators do to accounts: add, edit, change the role, let in, shut out."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from accounts import audit
from accounts.links import password_link
from accounts.models import Installation, Role, User
from accounts.tasks import send_password_mail


class TakenError(Exception):
    """Somebody else has this user name or e-mail address; `field` says which, the message is for people."""

    def __init__(self, field: str) -> None:
        self.field = field
        what = "user name" if field == "username" else "e-mail address"
        super().__init__(f"Somebody has this {what} already.")


class LastAdministratorError(Exception):
    """The act would leave the installation without an administrator."""

    def __init__(self) -> None:
        super().__init__("This is the last administrator. Make somebody else an administrator first.")


class NoEmailError(Exception):
    """The person has no e-mail address to which a link could go."""

    def __init__(self) -> None:
        super().__init__("This person has no e-mail address. Give them one, or use a link.")


class InactiveError(Exception):
    """The person was shut out; a link would not let them in."""

    def __init__(self) -> None:
        super().__init__("This account is switched off. Switch it on first.")


def add(*, by: User | None, username: str, email: str, display_name: str, role: Role, now: datetime) -> User:
    """Make an account without a password; `invite` or `mail_link` lets its owner choose one. Raises TakenError."""
    with transaction.atomic():
        _refuse_taken(username=username, email=email)
        try:
            with transaction.atomic():
                person = User.objects.create_user(
                    username=username, email=email, password=None, display_name=display_name, role=role
                )
        except IntegrityError:
            # Somebody took it between the look and the write.
            raise _taken(username=username, email=email) from None
        audit.record(by=by, action="person.add", target=person.username, now=now, role=str(role))
    return person


def edit(*, by: User, person: User, username: str, email: str, display_name: str, now: datetime) -> User:
    """Change how a person is called and reached. Raises TakenError."""
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=person.pk)
        wanted = {"username": username, "email": email, "display_name": display_name}
        changed = [name for name, value in wanted.items() if getattr(row, name) != value]
        _refuse_taken(username=username, email=email, but=row)
        before = row.username
        for name in changed:
            setattr(row, name, wanted[name])
        try:
            with transaction.atomic():
                row.save(update_fields=changed)
        except IntegrityError:
            raise _taken(username=username, email=email, but=row) from None
        if changed:
            audit.record(by=by, action="person.edit", target=before, now=now, fields=changed)
    return row


def change_role(*, by: User, person: User, role: Role, now: datetime) -> User:
    """Give a person another role; their sessions end. Raises LastAdministratorError."""
    with transaction.atomic():
        row = _locked(person)
        # A Django superuser is always an administrator; with another role they stop being one.
        before = Role.ADMIN if row.is_superuser else Role(row.role)
        if before == role:
            return row
        if before == Role.ADMIN:
            _refuse_last(row)
        row.role = role
        row.is_superuser = row.is_superuser and role == Role.ADMIN
        row.is_staff = row.is_superuser
        row.save(update_fields=["role", "is_superuser", "is_staff"])
        _end_sessions(row)
        audit.record(by=by, action="person.role", target=row.username, now=now, old=str(before), new=str(role))
    return row


def deactivate(*, by: User, person: User, now: datetime) -> User:
    """Shut a person out: sessions, tokens and links stop working at once; what they wrote stays.

    Raises LastAdministratorError.
    """
    with transaction.atomic():
        row = _locked(person)
        if not row.is_active:
            return row
        if row.is_admin:
            _refuse_last(row)
        row.is_active = False
        row.save(update_fields=["is_active"])
        _end_sessions(row)
        audit.record(by=by, action="person.deactivate", target=row.username, now=now)
    return row


def reactivate(*, by: User, person: User, now: datetime) -> User:
    """Let a person in again, with their old password, tokens and role."""
    with transaction.atomic():
        row = _locked(person)
        if row.is_active:
            return row
        row.is_active = True
        row.save(update_fields=["is_active"])
        audit.record(by=by, action="person.reactivate", target=row.username, now=now)
    return row


def invite(*, by: User | None, person: User, now: datetime) -> str:
    """The address where the person chooses a password, once, within PASSWORD_RESET_TIMEOUT. Raises InactiveError."""
    if not person.is_active:
        raise InactiveError
    with transaction.atomic():
        audit.record(by=by, action="person.invite", target=person.username, now=now)
        return password_link(person)


def mail_link(*, by: User, person: User, now: datetime) -> None:
    """Mail the person the link of `invite`, soon. Raises NoEmailError, InactiveError."""
    if not person.is_active:
        raise InactiveError
    if not person.email:
        raise NoEmailError
    with transaction.atomic():
        audit.record(by=by, action="person.invite_mail", target=person.username, now=now)
        send_password_mail.enqueue(email=person.email)


_IS_ADMIN = Q(is_active=True) & (Q(role=Role.ADMIN) | Q(is_superuser=True))


def _locked(person: User) -> User:
    """The person's row as it is now; the installation's lock keeps two administrators from demoting each other."""
    Installation.locked()
    return User.objects.select_for_update().get(pk=person.pk)


def _refuse_last(person: User) -> None:
    if not User.objects.filter(_IS_ADMIN).exclude(pk=person.pk).exists():
        raise LastAdministratorError


def _end_sessions(person: User) -> None:
    User.objects.filter(pk=person.pk).update(session_epoch=F("session_epoch") + 1)
    person.refresh_from_db(fields=["session_epoch"])


def _refuse_taken(*, username: str, email: str, but: User | None = None) -> None:
    others = User.objects.exclude(pk=but.pk) if but else User.objects.all()
    if others.filter(username__iexact=username).exists():
        raise TakenError("username")
    if email and others.filter(email__iexact=email).exists():
        raise TakenError("email")


def _taken(*, username: str, email: str, but: User | None = None) -> TakenError:
    """Which of the two was taken, after the database refused them."""
    try:
        _refuse_taken(username=username, email=email, but=but)
    except TakenError as problem:
        return problem
    return TakenError("username")
