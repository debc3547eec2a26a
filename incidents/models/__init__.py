"""The record: what happened, how it was diagnosed, and the raw material."""

from .catalogue import SERVICE_NAME_LIMIT, TAG_NAME_LIMIT, Service, Tag
from .changes import CHANGE_TITLE_LIMIT, WHY_LIMIT, Change, ChangeKind, ChangeQuerySet, ChangeVerdict, Verdict
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
from .forest import IN_ORDER, Forest, Spot
from .incident import SUMMARY_LIMIT, TITLE_LIMIT, Incident, IncidentQuerySet
from .ledger import LogNote, LogTemplate
from .lifecycle import ACTIVE_STATUSES, STATUS_MEANING, Outcome, Status, Transition, outcome_transition, transition
from .links import MUTUAL_KINDS, IncidentLink, LinkKind, originals
from .live import Presence, Pulse
from .material import CAPTION_LIMIT, FILENAME_LIMIT, SNIPPET_LIMIT, Attachment, Snippet
from .roles import COMMON_ROLES, HANDOVER_LIMIT, LEAD, ROLE_NAME_LIMIT, HandoverNote, RoleHolding
from .sequence import NumberSequence
from .timeline import ENTRY_LIMIT, LONG_AGO, EntryRevision, TimelineEntry

__all__ = [
    "ACTIVE_STATUSES",
    "CAPTION_LIMIT",
    "CHANGE_TITLE_LIMIT",
    "COMMON_ROLES",
    "ENTRY_LIMIT",
    "EVIDENCE_LABEL_LIMIT",
    "EVIDENCE_TEXT_LIMIT",
    "FILENAME_LIMIT",
    "FIRST_CHECK_LIMIT",
    "HANDOVER_LIMIT",
    "HYPOTHESIS_LIMIT",
    "IN_ORDER",
    "LEAD",
    "LONG_AGO",
    "MUTUAL_KINDS",
    "ROLE_NAME_LIMIT",
    "SERVICE_NAME_LIMIT",
    "SEVERITY_MEANING",
    "SNIPPET_LIMIT",
    "STATUS_MEANING",
    "STEP_TEXT_LIMIT",
    "SUMMARY_LIMIT",
    "TAG_NAME_LIMIT",
    "TITLE_LIMIT",
    "WHY_LIMIT",
    "WRITABLE_KINDS",
    "Attachment",
    "Change",
    "ChangeKind",
    "ChangeQuerySet",
    "ChangeVerdict",
    "DetectedBy",
    "DiagnosisStep",
    "EntryKind",
    "EntryRevision",
    "EntrySource",
    "EvidenceKind",
    "FirstCheck",
    "Forest",
    "HandoverNote",
    "Incident",
    "IncidentLink",
    "IncidentQuerySet",
    "Kind",
    "LinkKind",
    "LogNote",
    "LogTemplate",
    "LogVerdict",
    "NumberSequence",
    "Outcome",
    "Precision",
    "Presence",
    "PreviewState",
    "Pulse",
    "RoleHolding",
    "Service",
    "Severity",
    "Snippet",
    "Spot",
    "Status",
    "StepEvidence",
    "Tag",
    "TextState",
    "TimelineEntry",
    "Transition",
    "Verdict",
    "originals",
    "outcome_transition",
    "transition",
]
