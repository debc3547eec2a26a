"""The words of the record: what severity, status and the rest may be, and what each means."""

from django.db import models


class Severity(models.TextChoices):
    """How bad it is, by harm to users; sev1 is the worst."""

    SEV1 = "sev1", "SEV1"
    SEV2 = "sev2", "SEV2"
    SEV3 = "sev3", "SEV3"
    SEV4 = "sev4", "SEV4"


SEVERITY_MEANING = {
    Severity.SEV1: "Most users can't use a core function, or data is being lost.",
    Severity.SEV2: "Many users are affected, or a core function is degraded.",
    Severity.SEV3: "Some users are affected, or there is a work-around.",
    Severity.SEV4: "Nobody outside noticed, or it is a nuisance.",
}


class Kind(models.TextChoices):
    """Whether it really happened to users."""

    REAL = "real", "Incident"
    NEAR_MISS = "near_miss", "Near miss"
    DRILL = "drill", "Drill"


class DetectedBy(models.TextChoices):
    """How we found out."""

    ALERT = "alert", "An alert"
    CUSTOMER = "customer", "A customer"
    COLLEAGUE = "colleague", "A colleague"
    LUCK = "luck", "Luck"
    UNKNOWN = "unknown", "Not known"


class Precision(models.TextChoices):
    """How exactly the start is known."""

    MINUTE = "minute", "To the minute"
    DAY = "day", "The day only"


class EntryKind(models.TextChoices):
    """What a line of the timeline tells."""

    NOTE = "note", "Note"
    STATUS = "status", "Status change"
    SEVERITY = "severity", "Severity change"
    ROLE = "role", "Role change"
    ALERT = "alert", "Alert"
    CHANGE = "change", "Change"
    MESSAGE = "message", "Message"
    DIAGNOSIS = "diagnosis", "Diagnosis"
    FIX = "fix", "Fix"
    VERIFICATION = "verification", "Verification"
    DECISION = "decision", "Decision"
    VERDICT = "verdict", "Verdict on a change"
    MERGE = "merge", "Merge"


# The kinds that people and scripts write themselves; the others follow from what they do.
WRITABLE_KINDS = (
    EntryKind.NOTE,
    EntryKind.ALERT,
    EntryKind.CHANGE,
    EntryKind.MESSAGE,
    EntryKind.FIX,
    EntryKind.VERIFICATION,
    EntryKind.DECISION,
)


class EntrySource(models.TextChoices):
    """Where a line came from."""

    WEB = "web", "Page"
    API = "api", "API"
    SYSTEM = "system", "Hindsight"
    IMPORT = "import", "Import"


class LogVerdict(models.TextChoices):
    """What a log line or dashboard did for the diagnosis."""

    MISLEADING = "misleading", "Misleading"
    NOISY = "noisy", "Noisy"
    MISSING = "missing", "Missing"
    DECISIVE = "decisive", "Decisive"


class PreviewState(models.TextChoices):
    """Whether an attachment can be shown as a picture."""

    NONE = "none", "No picture"
    PENDING = "pending", "Being made"
    READY = "ready", "Ready"
    REFUSED = "refused", "Refused"


class TextState(models.TextChoices):
    """Whether the words in an attachment are known."""

    NONE = "none", "Nothing to read"
    PENDING = "pending", "Being read"
    READ = "read", "Read"
    EMPTY = "empty", "No words found"
    REFUSED = "refused", "Not readable"
    UNAVAILABLE = "unavailable", "No reader installed"
