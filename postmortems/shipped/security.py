"""Questions for security incidents: what could be reached, what was, how it was closed, and how that is known."""

from postmortems.prompts import QuestionSet, SectionPrompt

SECURITY = QuestionSet(
    key="security",
    version=1,
    name="Security",
    purpose="For incidents that touch secrets, access or personal data.",
    sections=(
        SectionPrompt(
            key="summary",
            title="Summary",
            question="What could be reached, by whom, for how long, and what closed it?",
            guidance=(
                "Three sentences. Keep apart what was possible and what is known to have happened. Paste no secret "
                "here."
            ),
            example=(
                "For nine days a storage bucket with support attachments could be listed by all who knew its name. "
                "The access log shows two foreign addresses, neither of which fetched a file. Closing it ended that."
            ),
            drawn_from=("durations",),
        ),
        SectionPrompt(
            key="impact",
            title="Exposure and impact",
            question="Which data, accounts and systems were within reach, which were touched, and how do we know?",
            guidance=(
                "Give numbers with their source, what was not within reach, and where the logs do not go back far "
                "enough."
            ),
            example=(
                "- Within reach: 4,120 files of 310 customers (inventory of the bucket).\n"
                "- Touched: none fetched; listed twice (access log, complete for all nine days).\n"
                "- Not within reach: payments, passwords, backups."
            ),
        ),
        SectionPrompt(
            key="detection",
            title="Detection",
            question="How did we find out, when could we have known, and which signal was missing?",
            guidance=(
                "A scanner, a report from outside, a colleague or luck: each is a fine answer if it is the true one."
            ),
            example=(
                "A researcher wrote to the address on our security page. Our own scan runs monthly and would have "
                "found it a week later; a change of a bucket's policy raises no event."
            ),
        ),
        SectionPrompt(
            key="timeline",
            title="Timeline",
            question="What happened, in which order, on both sides?",
            guidance="Drawn from the incident. Add how sure the times of the other side are.",
            example=(
                "The first foreign request is exact (server's log). When the name of the bucket became known is not."
            ),
            drawn_from=("timeline",),
            text_label="What the lines leave open",
        ),
        SectionPrompt(
            key="diagnosis",
            title="Investigation",
            question="How was the extent found, and what could not be found out?",
            guidance=(
                "Steps and changes are drawn from the incident. An open question that is named is worth more than a "
                "guess."
            ),
            points=(
                "What did we look at first, and why there?",
                "What looked like the way in and was not?",
                "Which line misled, and which evidence was gone already?",
                "What had changed before, and what cleared each change?",
                "Which single check would have been fastest?",
            ),
            example=(
                "The deploy account looked suspicious because of a sign-in at night; that was a job of ours in another "
                "region. Which files the listing was shown to can't be told: answers are not logged."
            ),
            drawn_from=("diagnosis", "ledger", "changes"),
        ),
        SectionPrompt(
            key="root_cause",
            title="Root cause and contributing factors",
            question="By which mechanism did it become reachable, and which barriers were not there?",
            guidance="Go on asking how until you reach something that can be changed. Never stop at what a person did.",
            example=(
                "The module for buckets leaves the policy open unless told otherwise, and the check of plans looks at "
                "new buckets only. This one was old; a rename made its policy the default again."
            ),
            is_required=True,
            drawn_from=("factors",),
        ),
        SectionPrompt(
            key="fix",
            title="Containment and fix",
            question="What shut the way in, what was revoked or rotated, and what removed the cause?",
            guidance="Name each secret by its place, never by its value, and say when the old one stopped working.",
            example=(
                "- **Contained**, 10:12: policy closed, links cut.\n- **Rotated**, 11:30: the key in `ci/deploy`; the "
                "old one answers 403 since then.\n- **Remedy**: the module closes by default (commit `0d4be19`)."
            ),
            is_required=True,
        ),
        SectionPrompt(
            key="verification",
            title="Verification",
            question="How do we know that the way is shut and the old secrets are dead, and until when do we watch?",
            guidance="Try the way in again from outside, and add what you saw below as proof.",
            example=(
                "From a machine outside, `GET /?list` answers 403 for all 61 buckets; so does the old key. Watched "
                "until June."
            ),
            is_required=True,
            drawn_from=("evidence",),
        ),
        SectionPrompt(
            key="notification",
            title="Who was told",
            question="Who has to know, by when, who was told, and what did they hear?",
            guidance="People concerned, customers, authorities, insurers. If nobody had to be told, say why.",
            example=(
                "310 customers by mail on 6 March, with the names of their files. No authority: no file was fetched "
                "(see Impact)."
            ),
        ),
        SectionPrompt(
            key="evidence_kept",
            title="Evidence kept",
            question="What was kept, where, and until when?",
            guidance=(
                "Logs, images, mails. Snippets are drawn from the incident; what is too large lies elsewhere: say "
                "where."
            ),
            example="Access log of the bucket, 1 to 9 March, in the locked archive until March next year.",
            drawn_from=("snippets",),
        ),
        SectionPrompt(
            key="lessons",
            title="Lessons",
            question="What surprised us, where were we lucky, and had we seen this before?",
            guidance="If there was an earlier fix, say whether it held and why not.",
            example=(
                "- **Surprised**: renaming resets the policy.\n- **Lucky**: the researcher was friendly.\n- "
                "**Before**: INC-31; its check covers new buckets only."
            ),
        ),
        SectionPrompt(
            key="action_items",
            title="Action items",
            question="What will we change, who looks after it, and which risk do we accept on purpose?",
            guidance=(
                "Few, small and owned. An accepted risk needs its reason and the day on which it is looked at again."
            ),
            example=(
                "Accepted until September: answers are still not logged; the volume would double the cost of storage."
            ),
            drawn_from=("actions",),
            text_label="Which risk we accept, and why",
        ),
    ),
)
