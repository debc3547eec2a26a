"""The page of a review: the text with its comments, who was asked, and what they said."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import User
from incidents.models import Incident
from postmortems.anchors import find, plain
from postmortems.models import UNDER_REVIEW, Comment, Postmortem, PostmortemStatus, Review, WritingPolicy
from postmortems.pages.shown import MissingPart, ShownSection, checklist, cited, sections_of
from postmortems.services.publish import missing
from postmortems.services.review import authors

# A list of people to choose reviewers from; whoever is not on it is named by their user name.
PEOPLE_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ShownComment:
    """A comment as the page shows it, with the forms that were refused and are shown again."""

    row: Comment
    is_mine: bool
    form: object = None

    @property
    def html(self) -> SafeString:
        """Its words, rendered."""
        return self.row.html("body")


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment with its answers, and where the words that it is about stand now."""

    head: ShownComment
    replies: list[ShownComment]
    is_lost: bool
    reply_form: object = None

    @property
    def row(self) -> Comment:
        """The comment that began it."""
        return self.head.row


@dataclass(frozen=True, slots=True)
class ReviewSection:
    """A section with the threads that stand at it; the last one, without a section, is for the whole."""

    shown: ShownSection | None
    threads: list[Thread]
    form: object = None

    @property
    def key(self) -> str:
        """Which section; "" is the whole postmortem."""
        return self.shown.prompt.key if self.shown else ""

    @property
    def title(self) -> str:
        """What it is called."""
        return self.shown.prompt.title if self.shown else "The whole postmortem"

    @property
    def open(self) -> list[Thread]:
        """What still waits for an answer."""
        return [thread for thread in self.threads if not thread.row.is_resolved]

    @property
    def settled(self) -> list[Thread]:
        """What was resolved."""
        return [thread for thread in self.threads if thread.row.is_resolved]


@dataclass(frozen=True, slots=True)
class ShownReview:
    """The last word of one reviewer."""

    row: Review
    is_outdated: bool

    @property
    def html(self) -> SafeString:
        """What they wrote."""
        return self.row.html("body")


@dataclass(frozen=True, slots=True)
class ReviewForms:
    """Forms that were sent and refused."""

    ask: object = None
    verdict: object = None
    due: object = None
    comments: Mapping[str, object] = field(default_factory=dict)
    replies: Mapping[int, object] = field(default_factory=dict)
    edits: Mapping[int, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """What the page shows."""

    postmortem: Postmortem
    sections: list[ReviewSection]
    reviews: list[ShownReview]
    earlier: list[ShownReview]
    parts: list[MissingPart]
    due_on: date | None
    is_author: bool
    is_asked: bool
    needs_review: bool
    forms: ReviewForms

    @property
    def open_count(self) -> int:
        """How many threads are not resolved."""
        return sum(len(section.open) for section in self.sections)

    @property
    def is_under_review(self) -> bool:
        """Whether verdicts are asked for."""
        return self.postmortem.status in UNDER_REVIEW

    @property
    def can_ask(self) -> bool:
        """Whether reviewers may be named."""
        return self.postmortem.status not in {PostmortemStatus.PUBLISHED, PostmortemStatus.NOT_NEEDED}

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been out by now."""
        return self.due_on is not None and self.can_ask and self.due_on < timezone.localdate()

    @property
    def is_ready(self) -> bool:
        """Whether it could be published."""
        return not any(part.is_missing for part in self.parts)


def read_review(
    incident: Incident, postmortem: Postmortem, *, reader: User, forms: ReviewForms | None = None
) -> ReviewPage:
    """The page as `reader` sees it, in a constant number of queries."""
    sent = forms or ReviewForms()
    shown, _ = cited(sections_of(postmortem), [], reader=reader, incident=incident)
    threads = read_threads(postmortem, shown, reader=reader, forms=sent)
    last, earlier = _reviews(postmortem)
    own = authors(postmortem)
    policy = WritingPolicy.current()
    absent = missing(postmortem, [section.row for section in shown if section.row])
    sections = [
        ReviewSection(section, threads.pop(section.prompt.key, []), sent.comments.get(section.prompt.key))
        for section in shown
    ]
    elsewhere = [thread for rows in threads.values() for thread in rows]
    return ReviewPage(
        postmortem=postmortem,
        sections=[*sections, ReviewSection(None, elsewhere, sent.comments.get(""))],
        reviews=last,
        earlier=earlier,
        parts=checklist(postmortem, absent),
        due_on=policy.due_on(incident, postmortem),
        is_author=reader.pk in own,
        is_asked=any(review.row.reviewer_id == reader.pk for review in last),
        needs_review=policy.needs_review(incident.severity),
        forms=sent,
    )


def read_threads(
    postmortem: Postmortem, shown: list[ShownSection], *, reader: User, forms: ReviewForms
) -> dict[str, list[Thread]]:
    """The threads by section key, in the order of the text, then those that are about no words; one query."""
    rows = list(postmortem.comments.select_related("by", "resolved_by"))
    texts = {section.prompt.key: plain(section.row.html("body")) for section in shown if section.row}
    replies: dict[int, list[ShownComment]] = defaultdict(list)
    for row in rows:
        if row.parent_id:
            replies[row.parent_id].append(_comment(row, reader, forms))
    found: dict[str, list[tuple[int, Thread]]] = defaultdict(list)
    for row in rows:
        if row.parent_id:
            continue
        place = find(row.quote, texts.get(row.section_key, ""), row.offset) if row.quote else None
        start = place.start if place else None
        thread = Thread(
            _comment(row, reader, forms), replies[row.pk], bool(place and place.is_lost), forms.replies.get(row.pk)
        )
        found[row.section_key].append((len(texts.get(row.section_key, "")) + 1 if start is None else start, thread))
    return {key: [thread for _, thread in sorted(held, key=lambda one: one[0])] for key, held in found.items()}


def _comment(row: Comment, reader: User, forms: ReviewForms) -> ShownComment:
    return ShownComment(row, row.by_id == reader.pk, forms.edits.get(row.pk))


def _reviews(postmortem: Postmortem) -> tuple[list[ShownReview], list[ShownReview]]:
    """Each reviewer's last word, and the ones before."""
    last: dict[int | None, Review] = {}
    earlier: list[Review] = []
    for row in postmortem.reviews.select_related("reviewer", "asked_by"):
        if row.reviewer_id in last:
            earlier.append(last.pop(row.reviewer_id))
        last[row.reviewer_id] = row

    def shown(rows: list[Review]) -> list[ShownReview]:
        return [ShownReview(row, bool(row.verdict) and row.seen_version + 1 < postmortem.version) for row in rows]

    return shown(list(last.values())), shown([row for row in earlier if row.verdict])
