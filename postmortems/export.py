"""A postmortem outside the page: as Markdown for people and other tools, as JSON for programs."""

from typing import Any

from hindsight.lib.text import one_line
from hindsight.lib.time import duration_text
from postmortems.models import ActionItem, ActionState, Evidence
from postmortems.pages.reading import Reading
from postmortems.pages.shown import ShownSection


def as_markdown(reading: Reading) -> str:
    """The whole page as Markdown; times in UTC."""
    incident, row = reading.incident, reading.postmortem
    assert row is not None
    services = ", ".join(service.name for service in incident.services.all())
    facts = [
        f"- Severity: {incident.get_severity_display()}",
        f"- Services: {services or 'none named'}",
        *(f"- {name}: {duration_text(value)}" for name, value in reading.drawn.durations),
        f"- Proof of the fix: {row.get_proof_display().lower()}",
        f"- State: {row.get_status_display().lower()}",
    ]
    parts = [f"# {incident.label}: {incident.title}", "\n".join(facts)]
    for section in reading.sections:
        text = "\n\n".join(filter(None, [section.markdown.strip(), *_drawn(reading, section)]))
        if text:
            parts.append(f"## {section.prompt.title}\n\n{text}")
    return "\n\n".join(parts) + "\n"


def _drawn(reading: Reading, section: ShownSection) -> list[str]:
    """The drawn blocks of a section."""
    row = reading.postmortem
    assert row is not None
    texts = []
    for block in section.prompt.drawn_from:
        if block == "timeline":
            texts.append("\n".join(_line(line.entry) for line in reading.drawn.timeline.lines))
        elif block == "diagnosis":
            texts.append("\n".join(_step(node) for node in reading.drawn.tree.nodes))
        elif block == "factors":
            factors = reading.drawn.factors
            texts.append("\n".join(f"- **{factor.get_category_display()}**: {factor.text}" for factor in factors))
        elif block == "evidence":
            texts += [_proof(proof.row) for proof in reading.proofs]
            texts += [f"**Waived** by {row.waiver_by}: {row.waiver_reason}"] if row.is_waived else []
        elif block == "actions":
            texts.append("\n".join(_action(action) for action in reading.drawn.actions))
    return texts


def _line(entry: Any) -> str:
    what = one_line(entry.body, 400) if entry.body else entry.get_kind_display()
    return f"- {entry.at:%Y-%m-%d %H:%M} UTC: {what}"


def _step(node: Any) -> str:
    depth = "  " * node.number.count(".")
    found = f": {one_line(node.step.finding, 400)}" if node.step.finding.strip() else ""
    return f"{depth}- {node.step.get_outcome_display()}: {node.step.hypothesis}{found}"


def _proof(proof: Evidence) -> str:
    head = f"**{proof.get_result_display()}** ({proof.get_method_display().lower()}): {proof.claim}"
    where = ", ".join(filter(None, [proof.environment, proof.app_version, proof.url]))
    return "\n\n".join(filter(None, [head, where, proof.detail.strip()]))


def _action(action: ActionItem) -> str:
    box = "x" if action.state == ActionState.DONE else " "
    owner = f", {action.owner.shown_name}" if action.owner else ""
    due = f", due {action.due_on}" if action.due_on else ""
    link = f" {action.tracker_url}" if action.tracker_url else ""
    return f"- [{box}] {action.title} ({action.get_kind_display().lower()}{owner}{due}){link}"


def as_json(reading: Reading) -> dict[str, Any]:
    """What a program needs; times ISO 8601 in UTC."""
    incident, row = reading.incident, reading.postmortem
    assert row is not None
    return {
        "number": incident.label,
        "title": incident.title,
        "status": row.status,
        "version": row.version,
        "verified": row.proof,
        "begun_at": row.begun_at,
        "published_at": row.published_at,
        "updated_at": row.updated_at,
        "sections": {section.prompt.key: section.body for section in reading.sections if section.row},
        "factors": [{"category": factor.category, "text": factor.text} for factor in reading.drawn.factors],
        "evidence": [_proof_json(proof.row) for proof in reading.proofs],
        "waiver_reason": row.waiver_reason,
        "missing": reading.missing,
        "actions": [_action_json(action) for action in reading.drawn.actions],
    }


def _proof_json(proof: Evidence) -> dict[str, Any]:
    names = ("method", "claim", "detail", "url", "environment", "app_version", "result", "at", "watch_until")
    return {
        "id": proof.pk,
        **{name: getattr(proof, name) for name in names},
        "snippet": proof.snippet_id,
        "attachment": proof.attachment_id,
        "by": proof.by.username if proof.by else None,
    }


def _action_json(action: ActionItem) -> dict[str, Any]:
    names = ("title", "kind", "state", "due_on", "tracker_url", "proof", "reason", "done_at")
    return {
        "id": action.pk,
        **{name: getattr(action, name) for name in names},
        "owner": action.owner.username if action.owner else None,
    }
