"""The whole record of an incident as plain data, and as Markdown that reads well anywhere."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from accounts.models import User
from incidents.models import (
    IN_ORDER,
    Attachment,
    DiagnosisStep,
    EntryKind,
    Incident,
    Snippet,
    Status,
    StepEvidence,
    TimelineEntry,
)
from incidents.pages.export_work import change_lines, work_of
from incidents.pages.words import with_words

Data = dict[str, Any]


def record_of(incident: Incident) -> Data:
    """Everything that stands on the incident's page, as values that JSON knows."""
    moments = (
        "started_at",
        "detected_at",
        "acknowledged_at",
        "mitigated_at",
        "resolved_at",
        "closed_at",
        "declared_at",
    )
    return {
        "number": incident.label,
        "title": incident.title,
        "summary": incident.summary,
        "severity": incident.severity,
        "status": incident.status,
        "kind": incident.kind,
        "detected_by": incident.detected_by,
        "is_private": incident.is_private,
        "services": [service.name for service in incident.services.all()],
        "tags": [tag.name for tag in incident.tags.all()],
        "lead": _name(incident.lead),
        "declared_by": _name(incident.declared_by),
        **{name: _moment(getattr(incident, name)) for name in moments},
        **work_of(incident),
        "started_precision": incident.started_precision,
        "external_id": incident.external_id,
        "source_name": incident.source_name,
        "source_url": incident.source_url,
        "version": incident.version,
        "timeline": [_entry(entry) for entry in incident.entries.prefetch_related("author", "step")],
        "diagnosis": [
            _step(step)
            for step in incident.steps.order_by(*IN_ORDER).prefetch_related(
                "author", "decided_by", "evidence__author", "evidence__attachment"
            )
        ],
        "check_first": [
            {"text": check.words, "step": check.step_id} for check in incident.first_checks.select_related("step")
        ],
        "snippets": [snippet_data(snippet) for snippet in incident.snippets.all()],
        "attachments": [_attachment(file) for file in with_words(incident.attachments.all())],
        "log_notes": [
            {
                "verdict": note.verdict,
                "line": note.line,
                "emitted_by": note.emitted_by,
                "note": note.note,
                "step": note.step_id,
                "snippet": note.snippet_id,
                "first_line": note.first_line,
                "last_line": note.last_line,
            }
            for note in incident.log_notes.all()
        ],
    }


def _name(person: User | None) -> str | None:
    return person.shown_name if person else None


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def _entry(entry: TimelineEntry) -> Data:
    return {
        "id": entry.pk,
        "at": _moment(entry.at),
        "kind": entry.kind,
        "body": entry.body or change_words(entry),
        "author": _name(entry.author),
        "source": entry.source,
        "step": entry.step_id,
    }


def _step(step: DiagnosisStep) -> Data:
    return {
        "id": step.pk,
        "parent": step.parent_id,
        "at": _moment(step.at),
        "hypothesis": step.hypothesis,
        "action": step.action,
        "finding": step.finding,
        "outcome": step.outcome,
        "author": _name(step.author),
        "decided_at": _moment(step.decided_at),
        "decided_by": _name(step.decided_by),
        "evidence": [_evidence(row) for row in step.evidence.all()],
    }


def _evidence(row: StepEvidence) -> Data:
    return {
        "kind": row.kind,
        "label": row.label,
        "snippet": row.snippet_id,
        "attachment": str(row.attachment_id) if row.attachment_id else None,
        "entry": row.entry_id,
        "link": row.url or (row.attachment.get_absolute_url() if row.attachment else ""),
        "first_line": row.first_line,
        "last_line": row.last_line,
        "from_at": _moment(row.from_at),
        "until_at": _moment(row.until_at),
        "meaning": row.meaning,
        "author": _name(row.author),
    }


def snippet_data(snippet: Snippet) -> Data:
    """A snippet as values that JSON knows."""
    return {
        "id": snippet.pk,
        "language": snippet.language,
        "filename": snippet.filename,
        "caption": snippet.caption,
        "code": snippet.code,
        "entry": snippet.entry_id,
        "step": snippet.step_id,
    }


def _attachment(file: Attachment) -> Data:
    return {
        "id": str(file.pk),
        "filename": file.filename,
        "content_type": file.content_type,
        "size": file.size,
        "sha256": file.sha256,
        "caption": file.caption,
        "alt_text": file.alt_text,
        "words": getattr(file, "words", ""),
        "drawn_from": str(file.drawn_from_id) if file.drawn_from_id else None,
        "url": file.get_absolute_url(),
        "entry": file.entry_id,
        "step": file.step_id,
    }


def change_words(entry: TimelineEntry) -> str:
    """What a line without a text of its own says."""
    before, after = entry.data.get("from", ""), entry.data.get("to", "")
    if entry.kind == EntryKind.STATUS:
        words = f"{Status(before).label} → {Status(after).label}" if before in Status.values else str(after)
        return f"{words}: {entry.data['reason']}" if entry.data.get("reason") else words
    if entry.kind == EntryKind.DIAGNOSIS and entry.step:
        return f"{entry.step.hypothesis} ({str(after).replace('_', ' ')})"
    return f"{before or 'nobody'} → {after or 'nobody'}" if before or after else ""


def markdown_of(record: Data) -> str:
    """The record as Markdown: facts, summary, diagnosis as a nested list, timeline, code in fences."""
    parts = [f"# {record['number']}: {record['title']}", _facts(record)]
    if record["summary"]:
        parts += ["## Summary", record["summary"]]
    if record["diagnosis"]:
        parts += ["## Diagnosis", "\n".join(_step_lines(record["diagnosis"]))]
    if record["check_first"]:
        parts += [
            "## Check first next time",
            "\n".join(f"- {_plain(check['text'])}" for check in record["check_first"]),
        ]
    if record["changes"]:
        parts += ["## What changed before", change_lines(record["changes"])]
    if record["timeline"]:
        parts += ["## Timeline", "\n".join(_entry_lines(record["timeline"]))]
    if record["snippets"]:
        parts += ["## Snippets", *(fenced(snippet) for snippet in record["snippets"])]
    if record["attachments"]:
        parts += ["## Files", "\n".join(_file_lines(record["attachments"]))]
    if record["log_notes"]:
        parts += ["## Log lines", "\n\n".join(_note(note) for note in record["log_notes"])]
    return "\n\n".join(parts) + "\n"


def _facts(record: Data) -> str:
    facts = [
        ("Severity", record["severity"]),
        ("Status", record["status"]),
        ("Services", ", ".join(record["services"])),
        ("Tags", ", ".join(record["tags"])),
        ("Lead", record["lead"]),
        ("Found by", record["detected_by"]),
        *((name.removesuffix("_at").capitalize(), record[name]) for name in record if name.endswith("_at")),
        ("Source", " ".join(filter(None, [record["source_name"], record["source_url"]]))),
    ]
    return "\n".join(f"- {label}: {value}" for label, value in facts if value)


def _step_lines(steps: list[Data]) -> list[str]:
    """Each step before those under it, indented below them."""
    children: dict[int | None, list[Data]] = {}
    for step in steps:
        children.setdefault(step["parent"], []).append(step)
    lines: list[str] = []
    waiting = [(step, 0) for step in reversed(children.get(None, []))]
    while waiting:
        step, depth = waiting.pop()
        indent = "  " * depth
        lines.append(f"{indent}- **{step['hypothesis']}** ({step['outcome'].replace('_', ' ')})")
        for label, text in (("Tested", step["action"]), ("Found", step["finding"])):
            if text:
                lines += ["", indented(f"{label}: {text}", f"{indent}  "), ""]
        lines += [f"{indent}  - {_evidence_words(row)}" for row in step["evidence"]]
        waiting.extend((child, depth + 1) for child in reversed(children.get(step["id"], [])))
    return lines


def _evidence_words(row: Data) -> str:
    """Evidence: the name (or link) of its source, the time that it shows, what it means."""
    name = _plain(row["label"])
    times = " to ".join(filter(None, [row["from_at"], row["until_at"]]))
    source = f"[{name}]({row['link']})" if row["link"] else name
    words = f"Evidence: {source}{f' ({times})' if times else ''}"
    return f"{words}: {' '.join(row['meaning'].split())}" if row["meaning"] else words


def _entry_lines(entries: list[Data]) -> list[str]:
    lines = []
    for entry in entries:
        who = f", {entry['author']}" if entry["author"] else ""
        lines.append(f"- {entry['at']} **{entry['kind']}**{who}")
        if entry["body"]:
            lines += ["", indented(entry["body"], "  "), ""]
    return lines


def indented(text: str, indent: str) -> str:
    """The text with `indent` before each line that is not empty."""
    return "\n".join(f"{indent}{line}" if line.strip() else "" for line in text.splitlines())


def fenced(snippet: Data) -> str:
    """Code in a fence that is longer than any within it."""
    longest = max((len(run) for run in snippet["code"].replace("\n", " ").split(" ") if set(run) == {"`"}), default=2)
    fence = "`" * max(3, longest + 1)
    head = " ".join(filter(None, [f"`{snippet['filename']}`" if snippet["filename"] else "", snippet["caption"]]))
    code = snippet["code"] if snippet["code"].endswith("\n") else f"{snippet['code']}\n"
    body = f"{fence}{snippet['language']}\n{code}{fence}"
    return f"{head}\n\n{body}" if head else body


def _note(note: Data) -> str:
    where = f" ({note['emitted_by']})" if note["emitted_by"] else ""
    return f"**{note['verdict'].capitalize()}**{where}\n\n{indented(note['line'], '    ')}\n\n{note['note']}".rstrip()


def _file_lines(files: list[Data]) -> Iterator[str]:
    """Each file with its caption; below a picture what it shows and the words that were read in it."""
    names = {file["id"]: file["filename"] for file in files}
    for file in files:
        drawn = f" (drawn on {_plain(names[file['drawn_from']])})" if file["drawn_from"] in names else ""
        yield f"- [{_plain(file['filename'])}]({file['url']}){drawn} {file['caption']}".rstrip()
        if file["alt_text"]:
            yield f"  - Shows: {file['alt_text']}"
        if file["words"]:
            yield f"  - Words in it:\n\n{indented(file['words'], '        ')}\n"


def _plain(text: str) -> str:
    return text.replace("[", "(").replace("]", ")")
