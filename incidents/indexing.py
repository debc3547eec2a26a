"""What search may know of incidents: their text by place, who may see them, and how a result reads."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from time import monotonic
from typing import Any

from django.db.models import Count, Max, Model, Q, QuerySet, Sum

from accounts.models import Membership, User
from hindsight.lib.highlight import without_ansi
from hindsight.lib.kept import Kept
from hindsight.lib.ocr import squeezed
from incidents import renames
from incidents.chunks import chunks
from incidents.facts import LANGUAGE_LABELS, facts_of
from incidents.hits import KIND, hits_of
from incidents.models import (
    Attachment,
    DiagnosisStep,
    FirstCheck,
    HandoverNote,
    Incident,
    LogNote,
    LogVerdict,
    Snippet,
    StepEvidence,
    TimelineEntry,
)
from incidents.seen import Seen
from search import registry
from search.documents import Document, Part
from search.registry import Hit
from search.signing import part_of

# The line of an imported record that tells its origin has this key in its data.
ORIGIN = "import"
# Of one snippet or file, this many characters are searchable: all that is read of a file.
TEXT_LIMIT = 1_000_000
_NUMBER = re.compile(r"(?:inc-?|#)?([0-9]{1,9})", re.IGNORECASE | re.ASCII)
# What is read without an index, and how many seconds that may take before no further table is begun.
_TEXTS: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (TimelineEntry, ("body",)),
    (Snippet, ("code",)),
    (DiagnosisStep, ("hypothesis", "action", "finding")),
    (Attachment, ("text",)),
)
FALLBACK_S = 0.5


_SEEN = Seen("pk")
_TEAMS = Kept(lambda user: Membership.objects.filter(user=user).values_list("team_id"))


class IncidentSource:
    """Incidents as `search.registry.Source` wants them."""

    kind = KIND
    prefix = "INC"

    def documents(self, ids: Collection[int]) -> Iterator[Document]:
        """The documents of these incidents, in a constant number of queries."""
        incidents = Incident.objects.filter(pk__in=ids, merged_into=None)
        incidents = incidents.select_related("declared_by", "lead", "handover_note").defer("handover_note__rendered")
        rows = list(incidents.prefetch_related("services", "tags", "people", "teams"))
        parts = _parts_below([row.pk for row in rows])
        versions = dict(self._versions(Incident.objects.filter(pk__in=[row.pk for row in rows])))
        facts = facts_of(rows)
        for row in rows:
            yield Document(
                kind=KIND,
                id=row.pk,
                parts=(*_own_parts(row), *parts[row.pk]),
                rights=_rights(row),
                external_id=row.external_id or "",
                facts=facts[row.pk],
                sort_at=row.started_at or row.declared_at,
                version=versions[row.pk],
                made_at=row.declared_at,
            )

    def all_ids(self) -> Iterator[int]:
        """Every id, ascending."""
        return Incident.objects.filter(merged_into=None).order_by("pk").values_list("pk", flat=True).iterator()

    def versions(self) -> Iterator[tuple[int, str]]:
        """A short word for each incident that changes with anything in its document."""
        return self._versions(Incident.objects.filter(merged_into=None))

    def _versions(self, incidents: QuerySet[Incident]) -> Iterator[tuple[int, str]]:
        below = _versions_below(incidents)
        for pk, version, handed in incidents.order_by("pk").values_list("pk", "version", "handover_note__version"):
            yield pk, f"{version}{f'.h{handed}' if handed else ''}{below.get(pk, '')}"

    def rights_of(self, viewer: Any) -> frozenset[str]:
        """What this person may open; must agree with `Incident.visible_to` over `_rights`."""
        if not isinstance(viewer, User) or not viewer.is_active:
            return frozenset()
        tokens = {"public", f"u:{viewer.pk}", *(f"t:{pk}" for (pk,) in _TEAMS.rows(viewer.pk))}
        return frozenset(tokens | ({"admin"} if viewer.is_admin else set()))

    def visible_ids(self, viewer: Any, ids: Collection[int]) -> set[int]:
        """Those that this person may see now."""
        return {pk for (pk,) in _SEEN.rows(viewer, ids)}

    def hits(self, viewer: Any, ids: Collection[int]) -> dict[int, Hit]:
        """Results to show, in a constant number of queries."""
        return hits_of(viewer, ids)

    def ids_for_external(self, external_ids: Collection[str]) -> dict[str, int]:
        """Ids by the name that the outside gave them."""
        pairs = Incident.objects.filter(external_id__in=external_ids).values_list("external_id", "pk")
        return {name: pk for name, pk in pairs if name}

    def ids_for_number(self, typed: str) -> list[int]:
        """The incident of INC-4, inc4, #4 or 4."""
        match = _NUMBER.fullmatch(typed)
        return list(Incident.objects.filter(number=int(match[1])).values_list("pk", flat=True)) if match else []

    def fallback(self, viewer: Any, terms: Sequence[str], limit: int) -> list[int]:
        """Ids whose texts hold any of the terms, those that hold it in the title first; all where none is asked for.

        Each table is read from its newest row on until enough is found, and none is begun when the time is over.
        """
        rows = Incident.objects.visible_to(viewer)
        if not terms:
            return list(rows.newest_first().values_list("pk", flat=True)[:limit])
        in_title = Q()
        for term in terms[:8]:
            in_title |= Q(title__icontains=term)
        found = dict.fromkeys(rows.filter(in_title).newest_first().values_list("pk", flat=True)[:limit])
        until = monotonic() + FALLBACK_S
        for held in _holding(rows, terms[:8], limit):
            if len(found) >= limit or monotonic() > until:
                break
            found.update(dict.fromkeys(held))
        return list(found)[:limit]

    def fact_label(self, name: str, value: str) -> str:
        """How people write a fact."""
        if name == "lang":
            return LANGUAGE_LABELS.get(value, value)
        return registry.known_values(name).get(value, value)


def _holding(rows: QuerySet[Incident], terms: Sequence[str], limit: int) -> Iterator[Iterable[int]]:
    """Some of the incidents with a text that holds a term, one term and one table after the other, the newest first."""
    for term in terms:
        yield rows.filter(summary__icontains=term).order_by("-pk").values_list("pk", flat=True)[:limit]
        for model, names in _TEXTS:
            anywhere = Q()
            for name in names:
                anywhere |= Q(**{f"{name}__icontains": term})
            below = model._default_manager.filter(anywhere, incident__in=rows.order_by()).order_by("-pk")
            yield below.values_list("incident_id", flat=True)[:limit]


def _rights(incident: Incident) -> frozenset[str]:
    """Who may see it, in the words of `rights_of`."""
    if not incident.is_private:
        return frozenset({"public"})
    people = {incident.declared_by_id, incident.lead_id, *(person.pk for person in incident.people.all())}
    tokens = {f"u:{pk}" for pk in people if pk is not None}
    return frozenset({"admin", *tokens, *(f"t:{team.pk}" for team in incident.teams.all())})


def _own_parts(incident: Incident) -> Iterator[Part]:
    """What the incident's own row says."""
    yield Part("number", incident.label)
    yield Part("title", incident.title)
    if incident.summary:
        yield Part("summary", incident.summary, "#summary", "Summary")
    for service in incident.services.all():
        yield Part("service", service.name, label="Service")
    for tag in incident.tags.all():
        yield Part("tag", tag.name, label="Tag")
    for person in {incident.declared_by, incident.lead}:
        if person is not None:
            yield Part("person", f"{person.username} {person.display_name}".strip(), label="Person")
    for link in (incident.source_name, incident.source_url):
        if link:
            yield Part("link", link, "#facts", "Source")
    if _has_note(incident):
        yield Part("section", incident.handover_note.body, "handover/#note", "Hand-over")


def _has_note(incident: Incident) -> bool:
    try:
        return bool(incident.handover_note.body)
    except HandoverNote.DoesNotExist:
        return False


def _parts_below(ids: list[int]) -> dict[int, list[Part]]:
    """The parts of everything that hangs on these incidents, in the order of the page."""
    parts: dict[int, list[Part]] = defaultdict(list)
    for step in DiagnosisStep.objects.filter(incident_id__in=ids).defer("rendered"):
        text = "\n".join(filter(None, [step.hypothesis, step.action, step.finding]))
        parts[step.incident_id].append(Part("step", text, f"#{step.anchor}", f"Step: {step.get_outcome_display()}"))
    _add_evidence(parts, ids)
    for entry in TimelineEntry.objects.filter(incident_id__in=ids).exclude(body="").defer("rendered"):
        if ORIGIN in entry.data:
            # Where a record came from is the same words under hundreds of them.
            continue
        parts[entry.incident_id].append(Part("entry", entry.body, f"#{entry.anchor}", entry.get_kind_display()))
    _add_material(parts, ids)
    for note in LogNote.objects.filter(incident_id__in=ids):
        text = "\n".join(filter(None, [note.line, note.emitted_by, note.note]))
        label = f"Log: {LogVerdict(note.verdict).label.lower()}"
        parts[note.incident_id].append(Part("log", text, f"#{note.anchor}", label))
    return parts


def _add_evidence(parts: dict[int, list[Part]], ids: list[int]) -> None:
    """What steps rest on, and what to check first the next time."""
    for row in StepEvidence.objects.filter(step__incident_id__in=ids).select_related("step").defer("step__rendered"):
        text = "\n".join(filter(None, [row.label, row.meaning, row.url]))
        parts[row.step.incident_id].append(Part("step", text, f"#{row.anchor}", "Evidence"))
    for check in FirstCheck.objects.filter(incident_id__in=ids).exclude(text=""):
        parts[check.incident_id].append(Part("step", check.text, f"#first-check-{check.pk}", "Check first"))


def _add_material(parts: dict[int, list[Part]], ids: list[int]) -> None:
    """Snippets and files."""
    for snippet in Snippet.objects.filter(incident_id__in=ids).defer("highlighted"):
        words = " ".join(filter(None, [snippet.filename, snippet.caption]))
        for chunk in chunks(without_ansi(snippet.code[:TEXT_LIMIT])):
            anchor = f"#{snippet.anchor}-L{chunk.line}"
            parts[snippet.incident_id].append(Part("code", chunk.text, anchor, f"Snippet ({snippet.language})"))
        parts[snippet.incident_id].append(part_of(snippet.signature_tokens, f"#{snippet.anchor}"))
        if words:
            parts[snippet.incident_id].append(Part("attachment", words, f"#{snippet.anchor}", "Snippet"))
    for file in Attachment.objects.filter(incident_id__in=ids):
        words = " ".join(filter(None, [file.filename, file.caption, file.alt_text]))
        parts[file.incident_id].append(Part("attachment", words, f"#{file.anchor}", "File"))
        parts[file.incident_id].extend(_file_text(file))


def _file_text(file: Attachment) -> Iterator[Part]:
    """The words inside a file. Those read in a picture come with their identifiers squeezed; a person's need none."""
    if not file.text:
        return
    yield part_of(file.signature_tokens, f"#{file.anchor}")
    if not file.may_hold_words:
        lines = f"attachments/{file.pk}/lines/"
        for chunk in chunks(file.text[:TEXT_LIMIT]):
            yield Part("log", chunk.text, f"{lines}?from={chunk.line}#L{chunk.line}", file.filename)
        return
    texts = [file.text[:TEXT_LIMIT]]
    if file.text_edited_at is None:
        texts.append(squeezed(file.text))
    for text in filter(None, texts):
        yield Part("log", text, f"#{file.anchor}", "Words in screenshot")


# A row added, removed or changed moves one of count, newest id, or sum of versions. Names of services, tags and people
# that change enqueue their incidents themselves.
_COUNTED: Iterable[tuple[str, type[Model], bool]] = (
    ("e", TimelineEntry, True),
    ("s", DiagnosisStep, True),
    ("c", Snippet, True),
    ("l", LogNote, False),
    ("f", FirstCheck, False),
)


def _versions_below(incidents: QuerySet[Incident]) -> dict[int, str]:
    """A word for what hangs on each incident; a grouped query a table."""
    words: dict[int, str] = defaultdict(str)
    ids = incidents.values("pk")
    for letter, model, is_versioned in _COUNTED:
        totals: dict[str, Any] = {"n": Count("pk"), "m": Max("pk")}
        if is_versioned:
            totals["v"] = Sum("version")
        rows = model._default_manager.filter(incident_id__in=ids).order_by().values("incident_id").annotate(**totals)
        for row in rows:
            words[row["incident_id"]] += f".{letter}{row['n']}-{row['m']}-{row.get('v', 0)}"
    proofs = StepEvidence.objects.filter(step__incident_id__in=ids).order_by().values("step__incident_id")
    for row in proofs.annotate(n=Count("pk"), m=Max("pk"), v=Sum("version")):
        words[row["step__incident_id"]] += f".p{row['n']}-{row['m']}-{row['v']}"
    files = Attachment.objects.filter(incident_id__in=ids).order_by().values("incident_id")
    for row in files.annotate(n=Count("pk"), v=Sum("version"), r=Max("text_read_at")):
        read_at = f"{row['r'].timestamp():.6f}" if row["r"] else ""
        words[row["incident_id"]] += f".a{row['n']}-{row['v']}-{read_at}"
    return words


registry.register(IncidentSource())
renames.connect()
