"""`manage.py import_records`: records written elsewhere, taken over with a report of what was not."""

from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from accounts.models import User
from integrations.importing import formats
from integrations.importing.lines import Source, open_source
from integrations.importing.problems import Unreadable
from integrations.importing.report import Fate, Report
from integrations.importing.run import Job, note_in_audit, run


class Command(BaseCommand):
    """Exit code 1 when nothing of what was given could be taken, else 0; the report names every row that was not."""

    help = (
        "Take over records from a file of JSON lines, a folder of such files, or a zip of them. Each row is written "
        "whole or not at all. Repeating it changes nothing: rows are known by their id."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What can be said."""
        parser.add_argument("file", type=Path, help="file, folder or zip archive")
        parser.add_argument("--format", choices=formats.CHOICES, default=formats.AUTO, help="default: auto")
        parser.add_argument("--dry-run", action="store_true", help="report what would happen; write nothing")
        parser.add_argument("--update", action="store_true", help="also take changed rows that nobody changed here")
        parser.add_argument("--keep-secrets", action="store_true", help="don't mask what looks like a credential")
        parser.add_argument("--by", metavar="USERNAME", help="in whose name; without it, in nobody's")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, write, report."""
        job = Job(
            reader=formats.reader_of(options["format"]),
            by=_author(options["by"]),
            now=timezone.now(),
            is_update=options["update"],
            is_dry=options["dry_run"],
            keeps_secrets=options["keep_secrets"],
        )
        try:
            source = open_source(options["file"], any_name=options["format"] != formats.AUTO)
        except Unreadable as error:
            raise CommandError(str(error)) from error
        report, began = Report(is_dry=job.is_dry), monotonic()
        is_stopped = self._run(source, job, report)
        if not job.is_dry:
            note_in_audit(source, job, report)
        self._tell(source, report, is_stopped=is_stopped, took_s=monotonic() - began)
        if is_stopped or (report.rows and report.fates[Fate.FAILED] == report.rows):
            raise SystemExit(1)

    def _run(self, source: Source, job: Job, report: Report) -> bool:
        """Import with a progress bar (on a terminal); returns whether it was stopped by Ctrl-C."""
        with tqdm(total=source.size, unit="B", unit_scale=True, desc=source.path.name, disable=None) as bar:
            try:
                run(source, job, report, advance=bar.update)
            except KeyboardInterrupt:
                return True
        return False

    def _tell(self, source: Source, report: Report, *, is_stopped: bool, took_s: float) -> None:
        done = "Tried" if report.is_dry else "Read"
        self.stdout.write(f"{done} {report.rows:,} rows of {source.path.name} in {took_s:.0f} s.")
        if is_stopped:
            self.stdout.write("Stopped before the end; what was taken stays, and the same command goes on from there.")
        if report.is_dry:
            self.stdout.write("Nothing was written. Without --dry-run:")
        for line in report.summary():
            self.stdout.write(line)
        if source.ignored:
            shown = ", ".join(source.ignored[:5]) + (", …" if len(source.ignored) > 5 else "")
            self.stdout.write(f"\nNot read, since they are no rows: {shown} ({len(source.ignored):,}).")


def _author(username: str | None) -> User | None:
    """The account in whose name records are written; CommandError when there is none or it may not write."""
    if username is None:
        return None
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f"There is no account {username}.")
    if not user.can_write:
        raise CommandError(f"{username} may not write records; choose a responder or an administrator.")
    return user
