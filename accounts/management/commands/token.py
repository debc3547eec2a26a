"""`manage.py token`: an API token for scripts, printed alone."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Scope, User
from accounts.services import tokens


class Command(BaseCommand):
    """Makes a token for a person and prints it, alone, once."""

    help = "Make an API token for USERNAME and print it, alone. It is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Read whose token, what it may do and what it is called."""
        parser.add_argument("username")
        parser.add_argument(
            "--scope",
            choices=[Scope.READ, Scope.WRITE, Scope.ADMIN, Scope.HOOK],
            help="default: write, or read for a viewer",
        )
        parser.add_argument("--name", default="command line", help="what its owner sees in the list of tokens")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it; exit 1 with one line on stderr when there is no such account or the scope is too wide."""
        owner = User.objects.filter(username__iexact=options["username"]).first()
        if owner is None:
            raise CommandError(f"There is no account with the user name {options['username']!r}.")
        if not owner.is_active:
            raise CommandError(f"The account {owner.username} is switched off.")
        scope = Scope(options["scope"] or (Scope.WRITE if owner.can_write else Scope.READ))
        try:
            _, secret = tokens.create_token(
                by=None, owner=owner, name=options["name"][:80], scope=scope, expires_at=None, now=timezone.now()
            )
        except tokens.ScopeTooWideError as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(secret)
