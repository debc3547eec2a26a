"""The people that views are tested with: each view answers the same access questions for all of them."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Role, Scope, Team, User
from accounts.services import tokens

PASSWORD = "correct horse battery"


def make_user(username: str, role: str = Role.RESPONDER, **fields: object) -> User:
    """A person who can sign in with PASSWORD."""
    return User.objects.create_user(
        username=username, email=f"{username}@example.org", password=PASSWORD, role=role, **fields
    )


def client_of(user: User) -> Client:
    """A browser in which `user` is signed in."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def admin(db: None) -> User:
    """Runs the installation; sees private incidents."""
    return make_user("admin", Role.ADMIN)


@pytest.fixture
def responder(db: None) -> User:
    """Logs incidents; declares the incident under test."""
    return make_user("responder")


@pytest.fixture
def teammate(db: None, team: Team) -> User:
    """Is in the team that private incidents are opened to."""
    user = make_user("teammate")
    Membership.objects.create(team=team, user=user)
    return user


@pytest.fixture
def outsider(db: None) -> User:
    """Logs incidents as well, but no private one is open to them."""
    return make_user("outsider")


@pytest.fixture
def viewer(db: None) -> User:
    """May read, never write."""
    return make_user("viewer", Role.VIEWER)


@pytest.fixture
def team(db: None) -> Team:
    """A team with nobody in it yet."""
    return Team.objects.create(name="Storage", slug="storage")


@pytest.fixture
def admin_client_(admin: User) -> Client:
    """The administrator's browser."""
    return client_of(admin)


@pytest.fixture
def responder_client(responder: User) -> Client:
    """The responder's browser."""
    return client_of(responder)


@pytest.fixture
def outsider_client(outsider: User) -> Client:
    """The outsider's browser."""
    return client_of(outsider)


@pytest.fixture
def viewer_client(viewer: User) -> Client:
    """The viewer's browser."""
    return client_of(viewer)


def bearer(user: User, scope: str = "write") -> dict[str, str]:
    """Headers with which a script of `user` speaks to the API."""
    _, secret = tokens.create_token(
        by=user, owner=user, name="test", scope=Scope(scope), expires_at=None, now=timezone.now()
    )
    return {"Authorization": f"Bearer {secret}"}
