"""`manage.py load_demo`: public incidents in our own words and one to practise on, so that nobody starts empty."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from integrations.demo.load import load
from integrations.importing.report import Fate


class Command(BaseCommand):
    """Safe to repeat: what is there, changed or not, stays as it is."""

    help = "Load the demo data: 40 public incidents told in our own words, and an open one to practise on."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say what was done."""
        with tqdm(desc="Demo data", unit=" incidents", disable=None) as bar:
            report = load(now=timezone.now(), advance=bar.update)
        taken, known = report.fates[Fate.TAKEN], report.rows - report.fates[Fate.TAKEN]
        if taken:
            span = f"{report.labels[0]} to {report.labels[-1]}" if taken > 1 else report.labels[0]
            self.stdout.write(f"Loaded {taken} demo incidents as {span}; the last is open, a drill to practise on.")
        if known:
            self.stdout.write(f"{known} demo incidents are already there; they stay as they are.")
