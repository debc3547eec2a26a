"""`manage.py eval_search QUERIES.jsonl`: how well search finds what it should."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from search import registry
from search.engines.protocol import Key
from search.evaluation import Outcome, Question, ask, report
from search.feedback import normalised
from search.query import parse
from search.ranking import EVERYTHING, rank
from search.reranking import reranked
from search.semantic.embedding import queries
from search.weights import RERANKED

COLUMNS = ("success@1", "success@3", "success@10", "mrr@10")


class Command(BaseCommand):
    """Measure search against queries with known answers."""

    help = "success@1, @3, @10 and MRR@10 for each kind of query and overall, and milliseconds a query."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file, --json and --misses."""
        parser.add_argument("file", help="JSON lines: qid, kind, query, relevant (outside names of the right answers)")
        parser.add_argument("--json", action="store_true", help="print only the figures, as JSON")
        parser.add_argument("--misses", action="store_true", help="list the queries whose answer is not first")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run every query as somebody who may see everything."""
        questions = _read(options["file"])
        names = _names(questions)
        engines: set[str] = set()

        def find(text: str) -> list[str]:
            query = parse(text)
            ranking = rank(EVERYTHING, query, RERANKED)
            engines.add(ranking.engine)
            today = timezone.localdate().toordinal()
            rows, _ = reranked(ranking.rows, normalised(query), today=today, matched=ranking.matched)
            return [names.get(row.key, f"{row.key[0]}:{row.key[1]}") for row in rows[:10]]

        # Otherwise what is measured would be how busy the machine is.
        was_patient, queries.is_patient = queries.is_patient, True
        try:
            outcomes = ask(questions, find)
        finally:
            queries.is_patient = was_patient
        figures = report(outcomes, "+".join(sorted(engines)))
        if options["json"]:
            self.stdout.write(json.dumps(figures))
            return
        self.table(figures, outcomes)
        if options["misses"]:
            self.misses(outcomes)

    def table(self, figures: dict[str, Any], outcomes: list[Outcome]) -> None:
        """The figures for people."""
        self.stdout.write(f"{'kind':<12}{'queries':>8}" + "".join(f"{name:>12}" for name in COLUMNS))
        rows = [*figures["kinds"].items(), ("overall", figures["overall"])]
        for kind, row in rows:
            count = sum(kind in {"overall", outcome.question.kind} for outcome in outcomes)
            self.stdout.write(f"{kind:<12}{count:>8}" + "".join(f"{row[name]:>12.3f}" for name in COLUMNS))
        ms = figures["ms"]
        self.stdout.write(f"{figures['engine']}: p50 {ms['p50']} ms, p95 {ms['p95']} ms")

    def misses(self, outcomes: list[Outcome]) -> None:
        """The queries whose answer is not first, with its place."""
        for outcome in outcomes:
            if outcome.place != 1:
                text = " ".join(outcome.question.query.split())[:90]
                self.stdout.write(f"{outcome.place or '-':>3} {outcome.question.qid} {text}")


def _read(name: str) -> list[Question]:
    try:
        lines = Path(name).read_text("utf-8").splitlines()
    except OSError as problem:
        raise CommandError(f"{name} can't be read: {problem.strerror}.") from problem
    questions = []
    for at, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            questions.append(Question(str(row["qid"]), str(row["kind"]), str(row["query"]), frozenset(row["relevant"])))
        except (ValueError, KeyError, TypeError) as problem:
            raise CommandError(f"Line {at} of {name} is no query: {problem}.") from problem
    if not questions:
        raise CommandError(f"{name} holds no queries.")
    return questions


def _names(questions: list[Question]) -> dict[Key, str]:
    """The keys of the records that the queries want; any other record is a wrong answer under any name."""
    wanted = {name for question in questions for name in question.relevant}
    found: dict[Key, str] = {}
    for source in registry.sources():
        found.update({(source.kind, pk): name for name, pk in source.ids_for_external(wanted).items()})
    return found
