"""What search and lists of incidents learn from postmortems: texts by place, causes, and the answer in one line."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from django.db.models import Count, Sum
from django.db.models.functions import Left

from accounts.models import User
from hindsight.lib.rows import rows, rows_of, table
from hindsight.lib.text import first_sentence, one_line
from incidents import answers
from incidents.answers import Answer, Verified
from postmortems.models import (
    ActionItem,
    CauseCategory,
    Comment,
    ContributingFactor,
    Evidence,
    Postmortem,
    PostmortemStatus,
    ProofState,
    Section,
)
from postmortems.references import without_references
from postmortems.shipped import prompt_of
from search import registry
from search.documents import Part
from search.registry import Extra

KIND = "incident"
# Which weight a section's text has in search; all others are "section".
FIELD_OF = {
    "summary": "summary",
    "impact": "symptom",
    "detection": "symptom",
    "root_cause": "root_cause",
    "fix": "fix",
    "verification": "verification",
}
# A one-line answer is cut from this much of a section.
HEAD_LIMIT = 800
LINE_LIMIT = 200

VERIFIED: dict[ProofState, Verified] = {
    ProofState.VERIFIED: "verified",
    ProofState.DID_NOT_HOLD: "did_not_hold",
    ProofState.WAIVED: "waived",
    ProofState.UNPROVEN: "unproven",
}

# A reference to the record, such as ([14:47 UTC](#entry-17)), says nothing on a line of its own.
_CITATION = re.compile(r"\s*(?:\(\[[^\[\]\n]{0,100}\]\(#[a-z]{1,20}-[0-9]{1,12}\)\))")


# Headings before the first sentence name it; they are no answer.
_HEADINGS = re.compile(r"\A(?:\s*#{1,6}[ \t][^\n]*\n)+")


class PostmortemText:
    """Postmortems and action items as `search.registry.Contribution` wants them."""

    def extras(self, ids: Collection[int]) -> Mapping[int, Extra]:
        """What these incidents' documents gain, in a constant number of queries."""
        rows = Postmortem.objects.filter(incident_id__in=ids)
        postmortems = {
            row.incident_id: row
            for row in rows.select_related("template").prefetch_related("sections", "factors", "evidence")
        }
        actions: dict[int, list[ActionItem]] = defaultdict(list)
        for action in ActionItem.objects.filter(incident_id__in=ids):
            actions[action.incident_id].append(action)
        comments: dict[int, list[Comment]] = defaultdict(list)
        for comment in Comment.objects.filter(postmortem__incident_id__in=ids).select_related("postmortem"):
            comments[comment.postmortem.incident_id].append(comment)
        versions = dict(_versions(ids))
        return {
            pk: Extra(
                parts=(
                    *_postmortem_parts(postmortems.get(pk)),
                    *map(_action_part, actions[pk]),
                    *map(_comment_part, comments[pk]),
                ),
                facts=_with_actions(_facts(postmortems.get(pk)), actions[pk]),
                version=versions[pk],
            )
            for pk in sorted(postmortems.keys() | actions.keys())
        }

    def versions(self) -> Iterator[tuple[int, str]]:
        """A short word for every incident that has a postmortem or action items."""
        return _versions(None)


def _versions(ids: Collection[int] | None) -> Iterator[tuple[int, str]]:
    """A postmortem counts its own changes; action items never go away, so their number and versions tell."""
    postmortems, actions = Postmortem.objects.all(), ActionItem.objects.all()
    if ids is not None:
        postmortems, actions = postmortems.filter(incident_id__in=ids), actions.filter(incident_id__in=ids)
    words: dict[int, str] = defaultdict(str)
    for pk, version in postmortems.order_by().values_list("incident_id", "version"):
        words[pk] += f"p{version}"
    counted = actions.order_by().values("incident_id").annotate(n=Count("pk"), v=Sum("version"))
    for row in counted:
        words[row["incident_id"]] += f"t{row['n']}-{row['v']}"
    comments = Comment.objects.all() if ids is None else Comment.objects.filter(postmortem__incident_id__in=ids)
    said = comments.order_by().values("postmortem__incident_id").annotate(n=Count("pk"), v=Sum("version"))
    for held in said:
        words[held["postmortem__incident_id"]] += f"c{held['n']}-{held['v']}"
    return iter(sorted(words.items()))


def _facts(row: Postmortem | None) -> dict[str, tuple[str, ...]]:
    if row is None or not row.is_needed:
        return {}
    causes = sorted({factor.category for factor in row.factors.all()})
    written = {section.key for section in row.sections.all() if section.body.strip()}
    has = {"postmortem", *(written & {"fix", "verification"})}
    return {
        "has": tuple(sorted(has | ({"verification"} if row.evidence.all() else set()))),
        "verified": (row.proof,),
        "cause": tuple(causes),
    }


def _with_actions(facts: dict[str, tuple[str, ...]], actions: list[ActionItem]) -> dict[str, tuple[str, ...]]:
    return {**facts, "has": (*facts.get("has", ()), "action")} if actions else facts


def _postmortem_parts(row: Postmortem | None) -> Iterator[Part]:
    """Sections in the order of the page, then what stands in them."""
    if row is None:
        return
    asked = row.questions
    for section in row.sections.all():
        prompt = prompt_of(asked, section.key, section.title)
        if section.body.strip():
            label = prompt.title
            yield Part(FIELD_OF.get(section.key, "section"), without_references(section.body), _anchor(section), label)
    for factor in row.factors.all():
        yield _factor_part(factor)
    for proof in row.evidence.all():
        text = "\n".join(
            filter(
                None, [proof.claim, proof.detail, proof.environment, proof.app_version, proof.url, proof.broke_reason]
            )
        )
        yield Part("verification", text, _anchor(proof), f"Proof: {proof.get_result_display().lower()}")
    if row.is_waived:
        yield Part("verification", row.waiver_reason, "postmortem/#waiver", "Waiver")


def _factor_part(factor: ContributingFactor) -> Part:
    name = factor.get_category_display()
    return Part("root_cause", f"{name}: {without_references(factor.text)}", _anchor(factor), f"Cause: {name.lower()}")


def _action_part(action: ActionItem) -> Part:
    text = "\n".join(filter(None, [action.title, action.done_when, action.proof, action.reason, action.tracker_url]))
    return Part("action", without_references(text), _anchor(action), f"Action: {action.get_state_display().lower()}")


def _comment_part(comment: Comment) -> Part:
    return Part("section", comment.body, f"postmortem/review/#{comment.anchor}", "Comment")


def _anchor(row: Section | Evidence | ActionItem | ContributingFactor) -> str:
    """Below the incident's own address."""
    return f"postmortem/#{row.anchor}"


def answers_of(incident_ids: Collection[int]) -> dict[int, Answer]:
    """Root cause, fix and proof of those that have a postmortem, published or not; one query."""
    sections = f"{table(Section)} AS s ON s.postmortem_id = p.id AND s.key IN ('root_cause', 'fix')"
    signers = f"{table(User)} AS u ON u.id = p.waiver_by_id AND p.proof = '{ProofState.WAIVED}'"
    signed = f"u.username, u.display_name, u.first_name, u.last_name, substr(p.waiver_reason, 1, {HEAD_LIMIT})"
    columns = f"p.incident_id, p.proof, p.status, s.key, substr(s.body, 1, {HEAD_LIMIT}), {signed}"
    states: dict[int, Verified] = {}
    notes: dict[int, str] = {}
    lines: dict[tuple[int, str], str] = {}
    joined = f"{table(Postmortem)} AS p LEFT JOIN {sections} LEFT JOIN {signers}"
    for pk, proof, status, key, head, *waiver in rows_of(joined, columns, "p.incident_id", incident_ids):
        if key is None and status == PostmortemStatus.NOT_NEEDED:
            continue
        states[pk] = VERIFIED[ProofState(proof)]
        lines[pk, key] = one_line_of(head or "")
        if waiver[0]:
            notes[pk] = _waived(*waiver)
    return {
        pk: Answer(lines.get((pk, "root_cause"), ""), lines.get((pk, "fix"), ""), state, notes.get(pk, ""))
        for pk, state in states.items()
    }


def _waived(username: str, display_name: str, first_name: str, last_name: str, reason: str) -> str:
    signer = User(username=username, display_name=display_name, first_name=first_name, last_name=last_name)
    return waiver_line(signer, reason)


def waiver_line(signer: User, reason: str) -> str:
    """Who signed that there can be no proof, and why, in a line."""
    return one_line(f"Waived by {signer.shown_name}: {reason}", LINE_LIMIT)


def category_names() -> dict[str, str]:
    """The team's cause categories by key, in their order, the retired ones last: past causes keep theirs."""
    listed = f"SELECT key, name FROM {table(CauseCategory)} ORDER BY retired_at IS NOT NULL, position, id"  # noqa: S608 - names of ours
    return dict(rows(listed))


def lines_of(incident_ids: Collection[int], keys: Collection[str]) -> dict[tuple[int, str], str]:
    """The first sentence of these sections, by incident and key; one query."""
    heads = Section.objects.filter(postmortem__incident_id__in=incident_ids, key__in=keys).order_by()
    found = heads.annotate(head=Left("body", HEAD_LIMIT)).values_list("postmortem__incident_id", "key", "head")
    return {(pk, key): one_line_of(head) for pk, key, head in found}


def one_line_of(body: str) -> str:
    """The first sentence of a section, without references to the record."""
    return first_sentence(_CITATION.sub("", without_references(_HEADINGS.sub("", body))), LINE_LIMIT)


registry.contribute(KIND, PostmortemText())
registry.name_values("has", {"postmortem": "Postmortem", "action": "Action item"})
registry.name_values("verified", dict(ProofState.choices))
registry.read_values("cause", category_names)
answers.register(answers_of)
