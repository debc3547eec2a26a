"""`manage.py read_attachments`: reads the words of files that were never read, here and now."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from hindsight.lib import ocr
from hindsight.lib.pool import PoolError
from incidents.models import Attachment, TextState
from incidents.readings import read, readable, waiting

EVERY = 50


class Command(BaseCommand):
    """Read what waits, or with --all everything anew."""

    help = "Read the words in pictures and archives that were never read. What people corrected is left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare --all."""
        parser.add_argument("--all", action="store_true", help="read again what was read before, for a better reader")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read one file after the other and say what came of it. May be stopped and begun again."""
        if not ocr.is_available():
            self.stderr.write(ocr.NOT_INSTALLED)
        rows = readable() if options["all"] else waiting()
        ids = list(rows.order_by("created_at").values_list("pk", flat=True))
        counts: Counter[str] = Counter()
        for done, pk in enumerate(ids, 1):
            attachment = Attachment.objects.defer("text").filter(pk=pk).first()
            counts[_outcome(attachment) if attachment else "deleted meanwhile"] += 1
            if done % EVERY == 0:
                self.stdout.write(f"{done:,} of {len(ids):,} …")
        told = ", ".join(f"{count:,} {word}" for word, count in sorted(counts.items()))
        self.stdout.write(f"{told}." if told else "Nothing waits to be read.")


def _outcome(attachment: Attachment) -> str:
    try:
        return TextState(read(attachment, now=timezone.now())).label.lower()
    except (PoolError, OSError):
        return "left for later"
