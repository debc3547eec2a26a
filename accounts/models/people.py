"""People and the teams that they are in."""

from functools import cache
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .installation import Installation


class Role(models.TextChoices):
    """What a person may do in the whole installation."""

    VIEWER = "viewer", "Viewer"
    RESPONDER = "responder", "Responder"
    ADMIN = "admin", "Administrator"


class Theme(models.TextChoices):
    """Colours of the pages; `system` follows the browser."""

    SYSTEM = "system", "Like my system"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


@cache
def _known_zones() -> frozenset[str]:
    """Every IANA zone of this system; listing them reads hundreds of files, and each request asks."""
    return frozenset(available_timezones())


def check_zone(name: str) -> None:
    """Refuse what is no IANA time zone."""
    if name not in _known_zones():
        raise ValidationError(f"{name!r} is no time zone; use a name such as Europe/Berlin.")


class PeopleManager(UserManager["User"]):
    """Makes accounts; the first one closes the set-up of the installation."""

    use_in_migrations = False

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra_fields: Any
    ) -> "User":
        """Make an administrator, as `manage.py createsuperuser` does, and mark the installation as set up."""
        extra_fields.setdefault("role", Role.ADMIN)
        with transaction.atomic(using=self.db):
            person = super().create_superuser(username, email, password, **extra_fields)
            Installation.close_setup(now=timezone.now())
        return person


def shown_name_of(display: str, first: str, last: str, username: str) -> str:
    """The name that pages show of somebody, from their row."""
    return display or f"{first} {last}".strip() or username


class User(AbstractUser):
    """A person. What they may see of incidents is decided in `incidents.access`, from their role and teams."""

    role = models.CharField(max_length=10, choices=Role.choices, default=Role.RESPONDER)
    display_name = models.CharField(max_length=100, blank=True)
    timezone = models.CharField(max_length=64, default="UTC", validators=[check_zone])
    theme = models.CharField(max_length=6, choices=Theme.choices, default=Theme.SYSTEM)
    # A weekly mail about their own action items that are overdue.
    wants_digest = models.BooleanField(default=True, db_default=True)
    # Every session carries a digest of it; a higher number ends them all on their next request.
    session_epoch = models.PositiveIntegerField(default=0)

    objects: ClassVar[PeopleManager] = PeopleManager()

    class Meta:
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(condition=models.Q(theme__in=Theme.values), name="user_theme_known"),
            models.UniqueConstraint(Lower("username"), name="user_username_unique_ignoring_case"),
            models.UniqueConstraint(
                Lower("email"), condition=~models.Q(email=""), name="user_email_unique_ignoring_case"
            ),
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name that pages show."""
        return shown_name_of(self.display_name, self.first_name, self.last_name, self.username)

    @property
    def is_admin(self) -> bool:
        """Whether they run the installation. A Django superuser always does."""
        return self.is_active and (self.role == Role.ADMIN or self.is_superuser)

    @property
    def can_write(self) -> bool:
        """Whether they may log and change incidents that they can see."""
        return self.is_active and (self.role in {Role.RESPONDER, Role.ADMIN} or self.is_superuser)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Digest of what a session depends on: the password, as in Django, and the epoch.

        Both public readers (the hash, and those with older SECRET_KEYs) go through this method.
        """
        basis = f"{self.password}:{self.session_epoch}"
        return salted_hmac("accounts.User.session", basis, secret=secret, algorithm="sha256").hexdigest()

    @property
    def zone(self) -> ZoneInfo:
        """Their time zone; UTC if the stored name is gone from the system's data."""
        return ZoneInfo(self.timezone) if self.timezone in _known_zones() else ZoneInfo("UTC")


class Team(models.Model):
    """People who answer for services together, and to whom private incidents can be opened."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80, unique=True)
    members = models.ManyToManyField(User, through="Membership", related_name="teams")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="team_name_unique_ignoring_case")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """That a person is in a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    is_lead = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"
