"""The library: all postmortems that somebody may see, narrowed, sorted and counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, ExtractYear
from django.http import QueryDict

from accounts.models import User
from hindsight.lib.forms import FormErrors, LineField
from hindsight.lib.pagination import BadCursor, Page, page_by_keyset
from incidents.models import Incident, Severity
from incidents.models.incident import UNKNOWN_START
from incidents.pages.catalogue import visible_services
from postmortems.indexing import lines_of, waiver_line
from postmortems.models import (
    CauseCategory,
    ContributingFactor,
    Evidence,
    Postmortem,
    PostmortemQuerySet,
    PostmortemStatus,
    ProofResult,
    ProofState,
    Review,
    Template,
    Thanks,
)
from postmortems.pages.expected import DUE, Due
from postmortems.pages.gratitude import voices_of

ROWS = 40
WORDS_LIMIT = 6
# Options of one list; beyond them an address still works.
OPTIONS_LIMIT = 300

# How the rows may be ordered: what is said, and the field with the tie-breaker.
ORDERS: dict[str, tuple[str, tuple[str, str]]] = {
    "": ("Newest incident first", ("-listed_at", "-pk")),
    "oldest": ("Oldest incident first", ("listed_at", "pk")),
    "published": ("Last published first", ("-published_at", "-pk")),
    "severity": ("Worst first", ("severity", "-pk")),
    "helped": ("Most helpful first", ("-thanked", "-pk")),
    "due": ("Due first", ("expected_on", "-pk")),
}
Options = list[tuple[str, str]]
# The states, and that of a record that was brought in: nobody is writing it.
IMPORTED = "imported"
STATES: Options = [*PostmortemStatus.choices, (IMPORTED, "Imported")]
_SHELF = Case(
    When(begun_by=None, status=PostmortemStatus.DRAFT, then=Value(IMPORTED)),
    default=F("status"),
    output_field=CharField(),
)


class LibraryForm(FormErrors, forms.Form):
    """What the library may be narrowed to; the lists hold what there is for this reader."""

    q = LineField(limit=200, required=False, label="Words")
    status = forms.ChoiceField(choices=[("", "Any state"), *STATES], required=False, label="State")
    proof = forms.ChoiceField(choices=[("", "Any proof"), *ProofState.choices], required=False, label="Proof")
    severity = forms.ChoiceField(choices=[("", "Any severity"), *Severity.choices], required=False, label="Severity")
    cause = forms.ChoiceField(required=False, label="Cause")
    year = forms.ChoiceField(required=False, label="Year")
    template = forms.ChoiceField(required=False, label="Template")
    author = forms.ChoiceField(required=False, label="Author")
    reviewer = forms.ChoiceField(required=False, label="Reviewer")
    due = forms.ChoiceField(choices=DUE, required=False, label="Due")
    service = LineField(limit=200, required=False, label="Service")
    sort = forms.ChoiceField(choices=[(key, name) for key, (name, _) in ORDERS.items()], required=False, label="Order")

    def __init__(self, data: QueryDict, lists: Mapping[str, Options]) -> None:
        super().__init__(data)
        for name, options in lists.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = options

    @property
    def shown(self) -> list[forms.BoundField]:
        """The lists beside words, service and state; one without a choice is left out."""
        names = ("proof", "severity", "cause", "year", "template", "author", "reviewer", "due", "sort")
        return [self[name] for name in names if len(getattr(self[name].field, "choices", ())) > 1]

    @property
    def asked(self) -> dict[str, Any]:
        """What was understood of it; the rest is as if it had not been asked."""
        self.is_valid()
        return self.cleaned_data


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """One postmortem of the library, with its answer in a line each."""

    postmortem: Postmortem
    summary: str
    root_cause: str
    fix: str
    proof: str
    causes: list[tuple[str, str]]
    helped: int
    due_on: date | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Tab:
    """One state, how many are in it, and the address of the list with it."""

    name: str
    count: int
    address: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Library:
    """One page of the library."""

    form: LibraryForm
    tabs: list[Tab]
    rows: list[LibraryRow]
    count: int
    is_filtered: bool
    services: list[str]
    first: str
    following: str


def read_library(user: User, query: QueryDict) -> Library:
    """The postmortems that `user` may see and that fit the query, in a constant number of queries."""
    visible = Postmortem.objects.visible_to(user)
    form = LibraryForm(query, _lists(visible))
    asked = form.asked
    due = Due.of(visible)
    fitting = due.narrowed(_narrowed(visible, asked), asked.get("due", "")).annotate(shelf=_SHELF)
    by_status = dict(fitting.order_by().values_list("shelf").annotate(count=Count("pk")))
    rows = _in_status(fitting, asked.get("status", ""))
    sort = asked.get("sort") or ""
    listed = due.ordered(_shown(rows)) if sort == "due" else _shown(rows)
    page = _page(listed, ORDERS[sort][1], query)
    return Library(
        form=form,
        tabs=_tabs(by_status, asked.get("status", ""), query),
        rows=_rows(page.items, due),
        count=_count(by_status, asked.get("status", "")),
        is_filtered=any(value for name, value in asked.items() if name != "sort"),
        services=list(visible_services(user).values_list("name", flat=True)[:OPTIONS_LIMIT]),
        first=_address(query) if query.get("cursor") else "",
        following=_address(query, cursor=page.next_cursor) if page.next_cursor else "",
    )


def _lists(visible: PostmortemQuerySet) -> dict[str, Options]:
    """What can be chosen: only what some postmortem has that the reader may see."""
    ids = visible.order_by()
    incidents = Incident.objects.filter(pk__in=ids.values("incident_id"), started_at__gt=UNKNOWN_START)
    years = incidents.annotate(year=ExtractYear("started_at")).order_by("-year").values_list("year", flat=True)
    writers = User.objects.filter(Q(pk__in=ids.values("begun_by")) | Q(pk__in=ids.values("published_by")))
    reviewers = User.objects.filter(pk__in=Review.objects.filter(postmortem__in=ids.values("pk")).values("reviewer"))
    templates = Template.objects.filter(key__in=ids.values("template_key"))
    return {
        "cause": [("", "Any cause"), *CauseCategory.objects.values_list("key", "name")],
        "year": [("", "Any year"), *((str(year), str(year)) for year in years.distinct())],
        "template": [("", "Any template"), *templates.values_list("key", "name")],
        "author": [("", "Any author"), *_people(writers)],
        "reviewer": [("", "Any reviewer"), *_people(reviewers)],
    }


def _people(rows: QuerySet[User]) -> Options:
    return [(row.username, row.shown_name) for row in rows.order_by("display_name", "username")[:OPTIONS_LIMIT]]


def _narrowed(rows: PostmortemQuerySet, asked: Mapping[str, Any]) -> PostmortemQuerySet:
    """By everything except the state, so that the states can be counted."""
    exact = {"proof": "proof", "severity": "incident__severity", "template": "template_key"}
    rows = rows.filter(**{field: asked[name] for name, field in exact.items() if asked.get(name)})
    if asked.get("cause"):
        rows = rows.filter(pk__in=ContributingFactor.objects.filter(category=asked["cause"]).values("postmortem_id"))
    if asked.get("year"):
        rows = rows.filter(incident__started_at__year=int(asked["year"]))
    if asked.get("author"):
        rows = rows.filter(Q(begun_by__username=asked["author"]) | Q(published_by__username=asked["author"]))
    if asked.get("reviewer"):
        said = Review.objects.filter(reviewer__username=asked["reviewer"])
        rows = rows.filter(pk__in=said.values("postmortem_id"))
    if asked.get("service"):
        name = asked["service"]
        links = Incident.services.through.objects.filter(Q(service__slug=name) | Q(service__name__iexact=name))
        rows = rows.filter(incident__in=links.values("incident_id"))
    return _worded(rows, asked.get("q", ""))


def _worded(rows: PostmortemQuerySet, text: str) -> PostmortemQuerySet:
    """Each word stands in the title or in a section. The search page is for more than that."""
    for word in text.split()[:WORDS_LIMIT]:
        held = Postmortem.objects.filter(sections__body__icontains=word).values("pk")
        rows = rows.filter(Q(incident__title__icontains=word) | Q(pk__in=held))
    return rows


def _in_status(rows: PostmortemQuerySet, status: str) -> PostmortemQuerySet:
    """Those in that state; where none is asked for, all but those that nobody needs."""
    if status == IMPORTED:
        return rows.filter(begun_by=None, status=PostmortemStatus.DRAFT)
    if status == PostmortemStatus.DRAFT:
        return rows.filter(status=status, begun_by__isnull=False)
    return rows.filter(status=status) if status else rows.exclude(status=PostmortemStatus.NOT_NEEDED)


def _count(by_status: Mapping[str, int], status: str) -> int:
    if status:
        return by_status.get(status, 0)
    return sum(count for name, count in by_status.items() if name != PostmortemStatus.NOT_NEEDED)


def _tabs(by_status: Mapping[str, int], here: str, query: QueryDict) -> list[Tab]:
    """All, then every state that something is in, or that is asked for."""
    names: Iterable[tuple[str, str]] = [("", "All"), *STATES]
    return [
        Tab(name, _count(by_status, key), _address(query, status=key), is_here=key == here)
        for key, name in names
        if not key or key == here or by_status.get(key)
    ]


def _shown(rows: PostmortemQuerySet) -> QuerySet[Postmortem]:
    """With what a row and an order need, without the long texts."""
    proofs = Evidence.objects.only("postmortem_id", "claim", "result")
    thanked = Thanks.objects.filter(postmortem=OuterRef("pk")).order_by().values("postmortem")
    counted = thanked.annotate(count=Count("pk")).values("count")
    return (
        rows.select_related("incident", "waiver_by")
        .defer("incident__summary", "incident__rendered")
        .prefetch_related("incident__services", Prefetch("evidence", proofs))
        .annotate(
            listed_at=F("incident__listed_at"),
            severity=F("incident__severity"),
            thanked=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        )
    )


def _rows(items: list[Postmortem], due: Due) -> list[LibraryRow]:
    lines = lines_of([row.incident_id for row in items], ("summary", "root_cause", "fix"))
    voices, causes = voices_of(items), _causes_of(items)
    return [_row(row, lines, voices.get(row.pk, 0), causes.get(row.pk, {}), due) for row in items]


def _causes_of(items: list[Postmortem]) -> dict[int, dict[str, str]]:
    """The categories of their factors by key, with their names. Not prefetched: every row would build a query anew."""
    causes: dict[int, dict[str, str]] = {}
    for factor in ContributingFactor.objects.filter(postmortem__in=items):
        causes.setdefault(factor.postmortem_id, {})[factor.category] = factor.get_category_display()
    return causes


def _row(
    row: Postmortem, lines: Mapping[tuple[int, str], str], helped: int, causes: Mapping[str, str], due: Due
) -> LibraryRow:
    said = {key: lines.get((row.incident_id, key), "") for key in ("summary", "root_cause", "fix")}
    return LibraryRow(
        postmortem=row,
        summary=said["summary"],
        root_cause=said["root_cause"],
        fix=said["fix"],
        proof=_proof_line(row),
        causes=list(causes.items()),
        helped=helped,
        due_on=due.days.get(row.pk),
        is_overdue=row.pk in due.overdue,
    )


def _proof_line(row: Postmortem) -> str:
    """What shows that the fix works, or that it does not, in a line."""
    if row.proof == ProofState.WAIVED and row.waiver_by is not None:
        return waiver_line(row.waiver_by, row.waiver_reason)
    wanted = {ProofState.VERIFIED: ProofResult.PASSED, ProofState.DID_NOT_HOLD: ProofResult.FAILED}
    result = wanted.get(ProofState(row.proof))
    return next((proof.claim for proof in row.evidence.all() if proof.result == result), "")


def _page(rows: QuerySet[Postmortem], order: tuple[str, str], query: QueryDict) -> Page[Postmortem]:
    """The page that the query asks for; a cursor that is none begins at the start."""
    try:
        return page_by_keyset(rows, order=order, cursor=query.get("cursor", ""), limit=ROWS)
    except BadCursor:
        return page_by_keyset(rows, order=order, cursor=None, limit=ROWS)


def _address(query: QueryDict, *, cursor: str | None = None, status: str | None = None) -> str:
    """This list with another cursor or state; empty filters are left out of the address."""
    left_out = {"cursor"} if status is None else {"cursor", "status"}
    kept = [(name, value) for name in query for value in query.getlist(name) if value and name not in left_out]
    more = [(name, value) for name, value in (("status", status), ("cursor", cursor)) if value]
    return "?" + urlencode([*kept, *more])
