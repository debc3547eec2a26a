"""A postmortem as plain values, for programs; nothing that the page says is left out."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from accounts.models import User
from incidents.models import Incident
from incidents.pages.diagnosis import Node
from incidents.pages.export import change_words
from incidents.pages.timeline import Line
from postmortems.models import ActionItem, ContributingFactor, Evidence, Postmortem
from postmortems.pages.drawn import DrawnChange
from postmortems.pages.reading import Reading
from postmortems.references import Cites

Data = dict[str, Any]


def as_json(reading: Reading) -> Data:
    """What a program needs; texts as they were written, times ISO 8601 in UTC."""
    row, drawn = reading.postmortem, reading.drawn
    assert row is not None
    return {
        **_of_incident(reading.incident),
        **_of_postmortem(row),
        "template": {"key": row.template_key, "version": row.template_version, "name": reading.template_name},
        "durations_s": {name: value.total_seconds() for name, value in drawn.durations},
        "sections": {section.prompt.key: section.body for section in reading.sections if section.row},
        "section_titles": {section.prompt.key: section.prompt.title for section in reading.sections if section.row},
        "section_order": [section.prompt.key for section in reading.parts if section.row],
        "citations": list(_citations(reading)),
        "factors": [_factor(factor) for factor in drawn.factors],
        "evidence": [_proof(proof.row) for proof in reading.proofs],
        "missing": reading.missing,
        "timeline": [_line(line) for line in drawn.timeline.lines],
        "diagnosis": [_step(node) for node in drawn.tree.nodes],
        "check_first": [{"text": check.words, "step": check.step_id} for check in drawn.tree.first_checks],
        "log_notes": [{"verdict": note.verdict, "line": note.line, "note": note.note} for note in drawn.log_notes],
        "changes": [_change(change) for change in drawn.changes],
        "actions": [_action(action) for action in drawn.actions],
    }


def _of_incident(row: Incident) -> Data:
    names = ["title", "severity", "kind", "detected_by", "started_at", "started_precision", "detected_at"]
    names += ["acknowledged_at", "mitigated_at", "resolved_at", "source_name", "source_url", "is_private"]
    return {
        "number": row.label,
        **{name: getattr(row, name) for name in names},
        "services": [service.name for service in row.services.all()],
        "tags": [tag.name for tag in row.tags.all()],
        "lead": _name(row.lead),
        "incident_url": f"{settings.BASE_URL}{row.get_absolute_url()}",
    }


def _of_postmortem(row: Postmortem) -> Data:
    names = ("status", "version", "begun_at", "published_at", "updated_at", "waiver_reason", "waiver_at")
    return {
        **{name: getattr(row, name) for name in names},
        "verified": row.proof,
        "begun_by": _name(row.begun_by),
        "published_by": _name(row.published_by),
        "waiver_by": _name(row.waiver_by),
        "url": f"{settings.BASE_URL}{row.get_absolute_url()}",
    }


def _name(person: User | None) -> str | None:
    return person.username if person else None


def _citations(reading: Reading) -> Iterator[Data]:
    """What the texts cite and this reader may see, each once a place: as typed, in words, and as a link."""
    for section in reading.sections:
        yield from _listed(section.prompt.key, section.citations, section.body)
    for factor in reading.drawn.factors:
        yield from _listed(factor.anchor, reading.why.citations, factor.text)
    for action in reading.drawn.actions:
        texts = (action.title, action.done_when, action.proof, action.reason)
        yield from _listed(action.anchor, action.cites, "\n".join(texts))


def _listed(place: str, cites: Cites | None, text: str) -> Iterator[Data]:
    for typed, label, url in cites.listed(text) if cites else ():
        yield {"section": place, "text": typed, "label": label, "url": f"{settings.BASE_URL}{url}"}


def _factor(row: ContributingFactor) -> Data:
    return {
        "id": row.pk,
        "parent": row.parent_id,
        "category": row.category,
        "category_name": row.get_category_display(),
        "kind": row.kind,
        "text": row.text,
        "evidence": row.references,
    }


def _proof(row: Evidence) -> Data:
    names = ["method", "claim", "detail", "url", "environment", "app_version", "result", "at", "watch_until"]
    names += ["held_at", "broke_at", "broke_reason"]
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in names},
        "snippet": row.snippet_id,
        "attachment": row.attachment_id,
        "by": _name(row.by),
    }


def _line(line: Line) -> Data:
    entry = line.entry
    body = entry.body or change_words(entry)
    return {"id": entry.pk, "at": entry.at, "kind": entry.kind, "body": body, "author": _name(entry.author)}


def _step(node: Node) -> Data:
    step = node.step
    names = ("hypothesis", "action", "finding", "outcome", "at", "decided_at")
    return {
        "id": step.pk,
        "number": node.number,
        "parent": step.parent_id,
        **{name: getattr(step, name) for name in names},
        "author": _name(step.author),
        "decided_by": _name(step.decided_by),
    }


def _change(row: DrawnChange) -> Data:
    change, verdict = row.change, row.verdict
    return {
        "id": change.pk,
        "at": change.at,
        "kind": change.kind,
        "title": change.title,
        "version": change.version,
        "service": change.service.name if change.service else None,
        "verdict": verdict.verdict if verdict else None,
        "why": verdict.why if verdict else "",
    }


def _action(action: ActionItem) -> Data:
    names = ("title", "kind", "state", "due_on", "tracker_url", "done_when", "proof", "reason", "done_at")
    return {"id": action.pk, **{name: getattr(action, name) for name in names}, "owner": _name(action.owner)}
