"""The record: what happened, how it was diagnosed, and the raw material."""

from .catalogue import SERVICE_NAME_LIMIT, TAG_NAME_LIMIT, Service, Tag
from .choices import (
    SEVERITY_MEANING,
    WRITABLE_KINDS,
    DetectedBy,
    EntryKind,
    EntrySource,
    Kind,
    LogVerdict,
    Precision,
    PreviewState,
    Severity,
    TextState,
)
from .diagnosis import HYPOTHESIS_LIMIT, STEP_TEXT_LIMIT, DiagnosisStep
from .evidence import (
    EVIDENCE_LABEL_LIMIT,
    EVIDENCE_TEXT_LIMIT,
    FIRST_CHECK_LIMIT,
    EvidenceKind,
    FirstCheck,
    StepEvidence,
)
from .incident import SUMMARY_LIMIT, TITLE_LIMIT, Incident, IncidentQuerySet
from .ledger import LogNote, LogTemplate
from .lifecycle import ACTIVE_STATUSES, STATUS_MEANING, Outcome, Status, Transition, outcome_transition, transition
from .material import CAPTION_LIMIT, FILENAME_LIMIT, SNIPPET_LIMIT, Attachment, Snippet
from .sequence import NumberSequence
from .timeline import ENTRY_LIMIT, TimelineEntry

__all__ = [
    "ACTIVE_STATUSES",
    "CAPTION_LIMIT",
    "ENTRY_LIMIT",
    "EVIDENCE_LABEL_LIMIT",
    "EVIDENCE_TEXT_LIMIT",
    "FILENAME_LIMIT",
    "FIRST_CHECK_LIMIT",
    "HYPOTHESIS_LIMIT",
    "SERVICE_NAME_LIMIT",
    "SEVERITY_MEANING",
    "SNIPPET_LIMIT",
    "STATUS_MEANING",
    "STEP_TEXT_LIMIT",
    "SUMMARY_LIMIT",
    "TAG_NAME_LIMIT",
    "TITLE_LIMIT",
    "WRITABLE_KINDS",
    "Attachment",
    "DetectedBy",
    "DiagnosisStep",
    "EntryKind",
    "EntrySource",
    "EvidenceKind",
    "FirstCheck",
    "Incident",
    "IncidentQuerySet",
    "Kind",
    "LogNote",
    "LogTemplate",
    "LogVerdict",
    "NumberSequence",
    "Outcome",
    "Precision",
    "PreviewState",
    "Service",
    "Severity",
    "Snippet",
    "Status",
    "StepEvidence",
    "Tag",
    "TextState",
    "TimelineEntry",
    "Transition",
    "outcome_transition",
    "transition",
]
