"""A postmortem as Markdown, for people and other tools; nothing that the page says is left out."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from django.conf import settings

from hindsight.lib.text import one_line
from hindsight.lib.time import duration_text
from incidents.models import Attachment, Snippet
from incidents.pages.diagnosis import Node
from incidents.pages.export import change_words, fenced, snippet_data
from incidents.pages.material import Carried
from incidents.pages.timeline import Line
from postmortems.models import ActionItem, ActionState, ContributingFactor
from postmortems.pages.drawn import DrawnChange
from postmortems.pages.proofs import ShownProof
from postmortems.pages.reading import Reading
from postmortems.pages.shown import ShownSection
from postmortems.references import Cites

# What stands in one line of a list.
LINE_LIMIT = 2_000


def as_markdown(reading: Reading) -> str:
    """The whole page as Markdown: texts as they were written, citations as links that lead here; times in UTC."""
    incident, row = reading.incident, reading.postmortem
    assert row is not None
    _load_code(reading)
    parts = [f"# {incident.label}: {incident.title}", "\n".join(_facts(reading))]
    for section in reading.parts:
        said = [
            *_drawn(reading, section),
            *([section.markdown] if section.is_written else []),
            *_after(reading, section),
        ]
        if any(said):
            parts.append("\n\n".join([f"## {section.prompt.title}", *filter(None, said)]))
    if reading.has_first_look:
        checks = [f"{at}. {check.words}" for at, check in enumerate(reading.first_look.checks, 1)]
        parts.append("## Check this first\n\n" + "\n".join(checks))
    if incident.source_url:
        parts.append(f"Brought in from {incident.source_name or incident.source_url}: <{incident.source_url}>")
    return "\n\n".join(parts) + "\n"


def _load_code(reading: Reading) -> None:
    """Put the whole code on the snippets that are written out, for pages read only their first lines: one query."""
    rows = [shown.row for shown in reading.drawn.snippets]
    rows += [shown.row for node in reading.drawn.tree.nodes for shown in node.carried.snippets]
    rows += [proof.snippet.row for proof in reading.proofs if proof.snippet]
    codes = dict(Snippet.objects.filter(pk__in={row.pk for row in rows}).values_list("pk", "code")) if rows else {}
    for row in rows:
        row.code = codes.get(row.pk, "")


def _facts(reading: Reading) -> Iterator[str]:
    incident, row = reading.incident, reading.postmortem
    assert row is not None
    yield f"- Severity: {incident.get_severity_display()}"
    yield f"- Services: {', '.join(service.name for service in incident.services.all()) or 'none named'}"
    for name, at, is_day in reading.times:
        yield f"- {name}: {f'{at:%Y-%m-%d}' if is_day else _moment(at)}"
    for name, value in reading.drawn.durations:
        yield f"- {name}: {duration_text(value)}"
    yield f"- Found by: {incident.get_detected_by_display()}"
    if incident.lead:
        yield f"- Led by: {incident.lead.shown_name}"
    yield f"- Proof of the fix: {row.get_proof_display().lower()}"
    yield f"- State: {row.get_status_display().lower()}"
    if row.published_at:
        by = f" by {row.published_by.shown_name}" if row.published_by else ""
        yield f"- Published: {_moment(row.published_at)}{by}"
    yield f"- Template: {reading.template_name}"
    yield f"- Page: {settings.BASE_URL}{row.get_absolute_url()}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _drawn(reading: Reading, section: ShownSection) -> Iterator[str]:
    """The drawn blocks that stand before the text of a section."""
    drawn, blocks = reading.drawn, section.prompt.drawn_from
    if "timeline" in blocks:
        yield "\n".join(_line(line) for line in drawn.timeline.lines)
    if "diagnosis" in blocks:
        yield "\n".join(line for node in drawn.tree.nodes for line in _step(node))
        yield from _material(node.carried for node in drawn.tree.nodes)
    if "ledger" in blocks:
        yield "\n".join(
            f"- {note.get_verdict_display()}: `{one_line(note.line, LINE_LIMIT)}`"
            + (f" {_one(note.note)}" if note.note else "")
            for note in drawn.log_notes
        )
    if "changes" in blocks:
        yield "\n".join(map(_change, drawn.changes))
    if "snippets" in blocks:
        yield from (fenced(snippet_data(shown.row)) for shown in drawn.snippets)


def _after(reading: Reading, section: ShownSection) -> Iterator[str]:
    """What stands after the text of a section."""
    row, blocks = reading.postmortem, section.prompt.drawn_from
    assert row is not None
    if "factors" in blocks:
        yield "\n".join(_factors(reading.drawn.factors, reading.why.citations))
    if "evidence" in blocks:
        if row.is_waived and row.waiver_at:
            by = row.waiver_by.shown_name if row.waiver_by else "somebody"
            yield f"**Waived** by {by}, {_moment(row.waiver_at)}: {row.waiver_reason}"
        yield from map(_proof, reading.proofs)
    if "actions" in blocks:
        yield "\n".join(map(_action, reading.drawn.actions))


def _one(text: str) -> str:
    return one_line(text, LINE_LIMIT)


def _line(line: Line) -> str:
    entry = line.entry
    what = _one(entry.body) if entry.body else _one(change_words(entry))
    by = f" ({entry.author.shown_name})" if entry.author else ""
    return f"- {_moment(entry.at)} **{entry.get_kind_display()}**{f': {what}' if what else ''}{by}"


def _step(node: Node) -> Iterator[str]:
    step = node.step
    depth = "  " * node.number.count(".")
    by = f", {step.author.shown_name}" if step.author else ""
    yield f"{depth}- {step.get_outcome_display()}: {_one(step.hypothesis)} ({_moment(step.at)}{by})"
    for name, text in (("Tested", step.action), ("Found", step.finding)):
        if text.strip():
            yield f"{depth}  - {name}: {_one(text)}"


def _material(carried: Iterator[Carried]) -> Iterator[str]:
    """Code in fences, pictures and files as links that lead here."""
    for found in carried:
        yield from (_code(shown.row) for shown in found.snippets)
        yield from (f"![{_words(file)}]({settings.BASE_URL}{file.preview_url})" for file in found.pictures)
        yield from (f"[{_words(file)}]({settings.BASE_URL}{file.get_absolute_url()})" for file in found.files)


def _code(row: Snippet) -> str:
    return fenced(snippet_data(row))


def _words(file: Attachment) -> str:
    return one_line(file.alt_text or file.caption or file.filename).replace("[", "(").replace("]", ")")


def _change(row: DrawnChange) -> str:
    change, verdict = row.change, row.verdict
    said = verdict.get_verdict_display() if verdict else "No verdict"
    where = "".join(f", {name}" for name in (change.service.name if change.service else "", change.version) if name)
    why = f": {_one(verdict.why)}" if verdict and verdict.why else ""
    return f"- **{said}**: {_one(change.title)} ({change.get_kind_display().lower()}{where}, {_moment(change.at)}){why}"


def _factors(factors: Sequence[ContributingFactor], cites: Cites | None) -> Iterator[str]:
    """Each with the answers to "why?" under it."""
    known = {factor.pk for factor in factors}
    below: dict[int | None, list[ContributingFactor]] = defaultdict(list)
    for factor in factors:
        below[factor.parent_id if factor.parent_id in known else None].append(factor)

    def told(parent: int | None, depth: str) -> Iterator[str]:
        for factor in below[parent]:
            kind = f", {factor.get_kind_display().lower()}" if factor.kind else ""
            shown = f" [{', '.join(factor.references)}]" if factor.references else ""
            text = cites.markdown(factor.text) if cites else factor.text
            yield f"{depth}- **{factor.get_category_display()}{kind}**: {_one(text)}{shown}"
            yield from told(factor.pk, depth + "  ")

    return told(None, "")


def _proof(proof: ShownProof) -> str:
    row = proof.row
    by = f" by {row.by.shown_name}" if row.by else ""
    watched = f", watched until {row.watch_until}" if row.watch_until else ""
    where = ", ".join(filter(None, [row.environment, row.app_version, row.url]))
    parts = [
        f"**{row.get_result_display()}** ({row.get_method_display().lower()}): {row.claim}",
        f"{_moment(row.at)}{by}{watched}{f'; {where}' if where else ''}",
        f"Did not hold: {_moment(row.broke_at)}. {row.broke_reason}".strip() if row.broke_at else "",
        proof.markdown,
        _code(proof.snippet.row) if proof.snippet else "",
        f"[{_words(proof.file)}]({settings.BASE_URL}{proof.file.get_absolute_url()})" if proof.file else "",
    ]
    return "\n\n".join(filter(None, parts))


def _action(action: ActionItem) -> str:
    box = "x" if action.state == ActionState.DONE else " "
    facts = [action.get_kind_display().lower(), action.get_state_display().lower()]
    facts += [action.owner.shown_name] if action.owner else []
    facts += [f"due {action.due_on}"] if action.due_on else []
    texts = {name: str(getattr(action, name)) for name in ("title", "done_when", "proof", "reason")}
    told = {name: _one(action.cites.markdown(text) if action.cites else text) for name, text in texts.items()}
    named = {"done_when": "done when", "proof": "seen by", "reason": "why not"}
    said = [f"{name}: {told[key]}" for key, name in named.items() if told[key]]
    link = f" {action.tracker_url}" if action.tracker_url else ""
    return f"- [{box}] {told['title']} ({', '.join(facts)}){link}" + "".join(f"\n  - {text}" for text in said)
