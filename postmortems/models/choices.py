"""The words of what was learned: causes, proofs and action items."""

from django.db import models


class FactorCategory(models.TextChoices):
    """The categories that came with Hindsight; a team renames them and adds its own (see `CauseCategory`)."""

    CHANGE = "change", "Change"
    TEST = "test", "Test"
    REVIEW = "review", "Review"
    MONITORING = "monitoring", "Monitoring"
    CAPACITY = "capacity", "Capacity"
    DEPENDENCY = "dependency", "Dependency"
    PROCESS = "process", "Process"
    KNOWLEDGE = "knowledge", "Knowledge"
    HARDWARE = "hardware", "Hardware"
    SECURITY = "security", "Security"
    EXTERNAL = "external", "External"


class FactorKind(models.TextChoices):
    """Which part a factor played."""

    TRIGGER = "trigger", "Trigger"
    MECHANISM = "mechanism", "Mechanism"
    LET_THROUGH = "let_through", "Let it through"
    WORSENED = "worsened", "Made it worse"
    LUCK = "luck", "Luck"


FACTOR_KIND_MEANING = {
    FactorKind.TRIGGER: "What set it off at that moment.",
    FactorKind.MECHANISM: "How one thing led to the other.",
    FactorKind.LET_THROUGH: "What could have caught it, and did not.",
    FactorKind.WORSENED: "What made it hurt more, or longer.",
    FactorKind.LUCK: "What could as well have gone the other way.",
}


class ProofMethod(models.TextChoices):
    """How a claim about the fix was checked."""

    TEST = "test", "Test"
    REPRODUCTION = "reproduction", "Reproduction"
    CANARY = "canary", "Canary"
    METRIC = "metric", "Metric before and after"
    DRILL = "drill", "Drill"
    REVIEW = "review", "Review"
    COMMAND = "command", "Command and its output"


class ProofResult(models.TextChoices):
    """What the check showed."""

    PASSED = "passed", "Passed"
    FAILED = "failed", "Failed"
    INCONCLUSIVE = "inconclusive", "Inconclusive"


class ProofState(models.TextChoices):
    """What all proofs together say about the fix."""

    VERIFIED = "verified", "Verified"
    DID_NOT_HOLD = "did_not_hold", "Did not hold"
    WAIVED = "waived", "Waived"
    UNPROVEN = "unproven", "Unproven"


class ActionKind(models.TextChoices):
    """What an action item is good for."""

    PREVENT = "prevent", "Prevent"
    DETECT = "detect", "Detect"
    MITIGATE = "mitigate", "Mitigate"
    PROCESS = "process", "Process"
    DOCUMENT = "document", "Document"


ACTION_KIND_MEANING = {
    ActionKind.PREVENT: "It can't happen again.",
    ActionKind.DETECT: "We know sooner.",
    ActionKind.MITIGATE: "It hurts less, or for a shorter time.",
    ActionKind.PROCESS: "We work together better.",
    ActionKind.DOCUMENT: "The next one finds what to do.",
}


class ActionState(models.TextChoices):
    """How far an action item is."""

    OPEN = "open", "Open"
    DOING = "doing", "Doing"
    DONE = "done", "Done"
    WONT_DO = "wont_do", "Won't do"


UNFINISHED = (ActionState.OPEN, ActionState.DOING)
