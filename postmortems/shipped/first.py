"""The standard questions as the first release had them: postmortems that were begun with them keep them."""

from postmortems.prompts import QuestionSet, SectionPrompt

SUMMARY = SectionPrompt(
    key="summary",
    title="Summary",
    question="What broke, for whom, for how long, and what ended it?",
    guidance="Three sentences that a colleague who starts next month understands. Name effects, not people.",
    example=(
        "For 47 minutes on 3 March, one checkout in five ended with an error page. The database had no connections "
        "left, because a job that should run once an hour ran on every node at once. Stopping the job ended it; "
        "a lock now lets one node run it."
    ),
    drawn_from=("durations",),
)
IMPACT = SectionPrompt(
    key="impact",
    title="Impact",
    question="Who noticed what, how many were they, and how was that counted?",
    guidance="Say what users saw, give the number with its source, and say what was not affected.",
    example=(
        "- 1,840 of 9,310 checkouts failed between 14:02 and 14:49 (access log, status 502 on `/checkout/pay`).\n"
        "- 31 support tickets; 6 customers paid twice and were refunded the same day.\n"
        "- Not affected: browsing, accounts, orders already paid."
    ),
)
DETECTION = SectionPrompt(
    key="detection",
    title="Detection",
    question="How did we find out, when could we have known, and which signal was missing?",
    guidance="An alert, a customer, a colleague or luck: each is a fine answer if it is the true one.",
    example=(
        "A support colleague asked in chat at 14:11, nine minutes after the first error. The error-rate alert looks at "
        "the mean over all pages and stayed quiet. The pool's waiting time had left its usual range at 13:58, but "
        "nothing watches it."
    ),
)
TIMELINE = SectionPrompt(
    key="timeline",
    title="Timeline",
    question="What happened, in which order?",
    guidance="Drawn from the incident. Correct a line there; add here only what the lines leave open.",
    example=(
        "The gap between 14:20 and 14:31 is the time it took to get into the database host: the on-call key had "
        "expired the day before."
    ),
    drawn_from=("timeline",),
    text_label="What the lines leave open",
)
DIAGNOSIS = SectionPrompt(
    key="diagnosis",
    title="Diagnosis",
    question=(
        "What did we look at first and why, what looked like the cause and was not, "
        "and which single check would have been fastest?"
    ),
    guidance="The steps are drawn from the incident, dead ends included. Add what the next one should check first.",
    example=(
        "The deploy of 13:40 looked guilty because it was the only change of the day; reverting it changed nothing and "
        "cost eleven minutes. The line `too many clients already` stood in the log from the start, below hundreds of "
        "harmless timeouts. Check first: `SELECT count(*), application_name FROM pg_stat_activity GROUP BY 2`."
    ),
    drawn_from=("diagnosis", "ledger"),
    text_label="What to check first next time",
)
ROOT_CAUSE = SectionPrompt(
    key="root_cause",
    title="Root cause and contributing factors",
    question="By which mechanism did it break, and what let that through?",
    guidance=(
        "Go on asking how until you reach something that can be changed. "
        "What a person did is where the question starts, never the answer."
    ),
    example=(
        "The scheduler starts every job on every node unless the job takes a lock. This job took none; with two "
        "nodes that was never noticed. At 13:58 the service grew to 20 nodes, 20 copies each held 10 connections for "
        "minutes, and the database's limit of 200 was reached.\n\n"
        "Let through by: no test with more than one node; the limit is not watched; autoscaling was raised without "
        "asking what scales with it."
    ),
    is_required=True,
    drawn_from=("factors",),
)
FIX = SectionPrompt(
    key="fix",
    title="Fix",
    question="What stopped the bleeding, and what removed the cause?",
    guidance="Two different things, often days apart. Give each its commit, change or command, to be done again.",
    example=(
        "- **Mitigation**, 14:47: `systemctl stop rollup.timer` on all nodes; connections fell from 200 to 60 "
        "within a minute.\n"
        "- **Remedy**, 4 March: the job takes an advisory lock before it starts (commit `8c1f2ab`); "
        "a second copy ends at once."
    ),
    is_required=True,
)
VERIFICATION = SectionPrompt(
    key="verification",
    title="Verification",
    question="How do we know that the fix works, and until when do we watch that it keeps working?",
    guidance="“No error since” is a hope. Show a check that would fail without the fix, and add it below as proof.",
    example=(
        "`test_rollup_runs_once` starts three workers and counts one run; without the lock it counts three. On "
        "staging, 20 nodes with the fix hold at most 12 connections in the job, 200 without. We look at the pool's "
        "waiting time every Monday until 1 April."
    ),
    is_required=True,
    drawn_from=("evidence",),
)
LESSONS = SectionPrompt(
    key="lessons",
    title="Lessons",
    question="What went well, what went badly, where were we lucky, and had we seen this before?",
    guidance="Keep what worked on purpose apart from what worked by chance: luck does not repeat on demand.",
    example=(
        "- **Well**: the job could be stopped without a deploy; the switch was made after an incident last year.\n"
        "- **Badly**: two of us read the same log for ten minutes, neither knowing of the other.\n"
        "- **Lucky**: it was Tuesday afternoon. On Saturday nobody would have had the database password.\n"
        "- **Surprised**: nobody knew that the scheduler has no lock of its own."
    ),
)
ACTION_ITEMS = SectionPrompt(
    key="action_items",
    title="Action items",
    question="What will we change, who looks after it, and until when; and what will we deliberately leave as it is?",
    guidance="Few, small and owned. Prefer what makes it impossible over what asks people to be careful.",
    example=(
        "Left as it is: the limit of 200 connections. Raising it would have hidden the job for another year, and the "
        "host has no memory to spare."
    ),
    drawn_from=("actions",),
    text_label="What we leave as it is, and why",
)

FIRST_STANDARD = QuestionSet(
    key="standard",
    version=1,
    name="Standard",
    sections=(SUMMARY, IMPACT, DETECTION, TIMELINE, DIAGNOSIS, ROOT_CAUSE, FIX, VERIFICATION, LESSONS, ACTION_ITEMS),
)
