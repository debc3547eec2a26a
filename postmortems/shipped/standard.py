"""The standard questions: for incidents that deserve the whole look."""

from dataclasses import replace

from postmortems.prompts import QuestionSet
from postmortems.shipped import first

DIAGNOSIS = replace(
    first.DIAGNOSIS,
    question="How was the cause found, and how could the next one find it sooner?",
    guidance=(
        "Steps, changes and telling log lines are drawn from the incident, dead ends included. Tell what they do not."
    ),
    points=(
        "What did we look at first, and why there?",
        "What looked like the cause and was not?",
        "Which line or graph misled, and how should it read?",
        "What had changed before, and what cleared each change?",
        "Which single check would have been fastest?",
    ),
    drawn_from=("diagnosis", "ledger", "changes"),
)
ROOT_CAUSE = replace(
    first.ROOT_CAUSE,
    points=("What set it off?", "What let it through: test, review, monitoring, capacity?", "What made it worse?"),
)
FIX = replace(
    first.FIX,
    points=("Mitigation: what ended the harm?", "Remedy: what took the cause away?"),
)
VERIFICATION = replace(
    first.VERIFICATION,
    points=("Which check fails without the fix?", "Where and on which version was it run?", "Until when do we watch?"),
)
LESSONS = replace(
    first.LESSONS,
    question="What did this teach us about the system and about how we work on it?",
    points=(
        "What went well, and was it on purpose?",
        "What went badly?",
        "What surprised us?",
        "Where were we lucky?",
        "Had we seen this before, and did the earlier fix hold?",
    ),
)
ACTION_ITEMS = replace(
    first.ACTION_ITEMS,
    points=("What will we deliberately not do, and why?",),
)

STANDARD = QuestionSet(
    key="standard",
    version=2,
    name="Standard",
    purpose="For incidents that deserve the whole look.",
    sections=(
        first.SUMMARY,
        first.IMPACT,
        first.DETECTION,
        first.TIMELINE,
        DIAGNOSIS,
        ROOT_CAUSE,
        FIX,
        VERIFICATION,
        LESSONS,
        ACTION_ITEMS,
    ),
)
