"""Few questions for small incidents: what is worth finding again, and nothing that feels like homework."""

from postmortems.prompts import QuestionSet, SectionPrompt

SHORT = QuestionSet(
    key="short",
    version=1,
    name="Short",
    purpose="For SEV3 and SEV4: what the next one needs to find again, in ten minutes.",
    sections=(
        SectionPrompt(
            key="summary",
            title="Summary",
            question="What broke, for whom, for how long, and how did we find out?",
            guidance="Two or three sentences. Begin with what users saw.",
            example=(
                "Invoices of 38 customers showed yesterday's exchange rate between 06:00 and 09:40. A customer wrote "
                "to support; no alert looks at the age of the rates."
            ),
            drawn_from=("durations", "timeline"),
        ),
        SectionPrompt(
            key="diagnosis",
            title="Diagnosis",
            question=(
                "What did we look at first, what looked like the cause and was not, and what should one check first?"
            ),
            guidance="The steps are drawn from the incident. One sentence about the shortest way is enough.",
            example=(
                "The import's log said `0 rows changed`, which looked like a quiet market and was a wrong file name. "
                "Check first: the date in the first line of the rates file."
            ),
            drawn_from=("diagnosis", "ledger", "changes"),
            text_label="What to check first next time",
        ),
        SectionPrompt(
            key="root_cause",
            title="Root cause",
            question="By which mechanism did it break, and what let that through?",
            guidance="Go on asking how until you reach something that can be changed.",
            example=(
                "The provider names the file by its own time zone. In the first hour of the day the import finds "
                "yesterday's file, and takes it without looking at the date inside."
            ),
            is_required=True,
            drawn_from=("factors",),
        ),
        SectionPrompt(
            key="fix",
            title="Fix",
            question="What stopped the harm, and what removed the cause?",
            guidance="Give the commit, change or command, so that it can be done again.",
            example=(
                "Mitigation: `rates import --date 2026-03-04` by hand. Remedy: the import reads the date from the file "
                "and refuses one that is not today's (commit `77ab0e1`)."
            ),
            is_required=True,
        ),
        SectionPrompt(
            key="verification",
            title="Verification",
            question="How do we know that the fix works, and until when do we watch it?",
            guidance="A check that would fail without the fix; add it below as proof.",
            example=(
                "`test_import_refuses_an_old_file` fails on the commit before. We look at the import each Monday "
                "until May."
            ),
            is_required=True,
            drawn_from=("evidence",),
        ),
        SectionPrompt(
            key="lessons",
            title="Lessons and what comes next",
            question="What surprised us, where were we lucky, had we seen this before, and what do we leave as it is?",
            guidance="One line for each that has an answer. Few actions, each with an owner.",
            example=(
                "Lucky: the rate moved by less than a cent. Seen before: INC-12, whose fix covered the evening only. "
                "Left as it is: the provider's file names."
            ),
            drawn_from=("actions",),
        ),
    ),
)
