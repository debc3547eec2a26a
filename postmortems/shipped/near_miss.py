"""Questions for what nearly happened: what stood between it and the users, and whether that will stand again."""

from postmortems.prompts import QuestionSet, SectionPrompt

NEAR_MISS = QuestionSet(
    key="near-miss",
    version=1,
    name="Near miss",
    purpose="For what nearly happened: nobody was hurt, and it is as instructive.",
    sections=(
        SectionPrompt(
            key="summary",
            title="What nearly happened",
            question="What would have broken, for whom, and how close did it come?",
            guidance="Three sentences. Say what was still missing for it to become an incident.",
            example=(
                "The nightly job was about to delete the pictures of all closed accounts, and of 2,100 open ones. The "
                "dry run before it was read by chance at 22:40; the job starts at 23:00."
            ),
            drawn_from=("durations",),
        ),
        SectionPrompt(
            key="detection",
            title="What caught it",
            question="What stopped it: a safeguard that did its work, attention at the right moment, or luck?",
            guidance="Each is a fine answer if it is the true one. A safeguard can be repeated; luck can't.",
            example=(
                "Luck. The report of the dry run goes to a mailbox that is read on Mondays. It was opened on Thursday "
                "because another mail was expected."
            ),
            drawn_from=("timeline",),
        ),
        SectionPrompt(
            key="diagnosis",
            title="How it was understood",
            question="What did we look at first and why, and what looked like the reason and was not?",
            guidance="The steps are drawn from the incident. Add which single check would have shown it soonest.",
            example=(
                "First the query, because it had changed in May; it was right. The list of accounts that it was given "
                "came from a replica that lagged by two days."
            ),
            drawn_from=("diagnosis", "ledger", "changes"),
        ),
        SectionPrompt(
            key="root_cause",
            title="What made it possible",
            question="By which path could this have reached users, and which safeguards were not on that path?",
            guidance=(
                "Look for what is missing in the system. What a person did is where the question starts, never the "
                "answer."
            ),
            example=(
                "The job trusts any list that it is given. Nothing compares its length with yesterday's, and nothing "
                "between the list and the deletion can be undone."
            ),
            is_required=True,
            drawn_from=("factors",),
        ),
        SectionPrompt(
            key="fix",
            title="What we change",
            question="Which safeguard will stop it next time without anybody's attention?",
            guidance="Prefer what makes it impossible over what asks people to be careful.",
            example=(
                "The job stops when the list is longer by a tenth than the day before, and marks instead of deleting "
                "for 30 days."
            ),
            is_required=True,
        ),
        SectionPrompt(
            key="verification",
            title="How we know that it would hold",
            question="How did we try the new safeguard, and until when do we look whether it stands?",
            guidance="Rehearse the near miss on purpose, and add what you saw below as proof.",
            example="On staging, the list of that day stops the job with exit code 3. We try it again each quarter.",
            drawn_from=("evidence",),
        ),
        SectionPrompt(
            key="lessons",
            title="Lessons",
            question="What surprised us, where were we lucky, and have we come close to this before?",
            guidance="Name what worked on purpose, so that it is kept.",
            example=(
                "- **On purpose**: there is a dry run at all.\n- **Lucky**: the day it was read.\n- **Before**: "
                "INC-88, stopped by the same dry run."
            ),
        ),
        SectionPrompt(
            key="action_items",
            title="Action items",
            question="What will we do, who looks after it, and what will we deliberately leave as it is?",
            guidance="One or two are plenty for something that did not happen.",
            example="Left as it is: the replica's lag. Two days are fine for reports, and reports are what it is for.",
            drawn_from=("actions",),
            text_label="What we leave as it is, and why",
        ),
    ),
)
