"""The lists: postmortems in the library, action items across incidents."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Count, F, Prefetch, Q
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from hindsight.lib.forms import FormErrors, LineField
from hindsight.lib.pagination import BadCursor, Page, page_by_keyset
from incidents.models import Incident
from incidents.pages.catalogue import visible_services
from postmortems.indexing import lines_of
from postmortems.models import (
    UNFINISHED,
    ActionItem,
    ActionItemQuerySet,
    ActionKind,
    ActionState,
    ContributingFactor,
    FactorCategory,
    Postmortem,
    PostmortemQuerySet,
    PostmortemStatus,
    ProofState,
)

ROWS = 40


class LibraryForm(FormErrors, forms.Form):
    """What the library may be narrowed to."""

    q = LineField(limit=200, required=False, label="Words")
    status = forms.ChoiceField(choices=[("", "Any state"), *PostmortemStatus.choices], required=False, label="State")
    proof = forms.ChoiceField(choices=[("", "Any proof"), *ProofState.choices], required=False, label="Proof")
    cause = forms.ChoiceField(choices=[("", "Any cause"), *FactorCategory.choices], required=False, label="Cause")
    service = LineField(limit=200, required=False, label="Service")


class ActionFilterForm(FormErrors, forms.Form):
    """What the list of action items may be narrowed to; without a state, what is left to do."""

    state = forms.ChoiceField(
        choices=[("", "To do"), ("any", "Any state"), *ActionState.choices], required=False, label="State"
    )
    owner = forms.ChoiceField(
        choices=[("", "Anybody's"), ("me", "Mine"), ("nobody", "Nobody's")], required=False, label="Owner"
    )
    kind = forms.ChoiceField(choices=[("", "Any kind"), *ActionKind.choices], required=False, label="Kind")
    overdue = forms.BooleanField(required=False, label="Overdue only")


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """One postmortem of the library, with its answer in a line each."""

    postmortem: Postmortem
    summary: str
    root_cause: str
    fix: str
    causes: list[str]


@dataclass(frozen=True, slots=True)
class Library:
    """One page of the library."""

    form: LibraryForm
    rows: list[LibraryRow]
    count: int
    is_filtered: bool
    services: list[str]
    first: str
    following: str


@dataclass(frozen=True, slots=True)
class ActionList:
    """One page of the action items."""

    form: ActionFilterForm
    rows: list[ActionItem]
    count: int
    is_filtered: bool
    totals: dict[str, int]
    first: str
    following: str


def read_library(user: User, query: QueryDict) -> Library:
    """The postmortems that `user` may see and that fit the query, newest incident first."""
    form = LibraryForm(query)
    form.is_valid()
    asked = form.cleaned_data
    rows = _narrow_library(Postmortem.objects.visible_to(user), asked)
    factors = ContributingFactor.objects.only("postmortem_id", "category")
    shown = (
        rows.select_related("incident")
        .defer("incident__summary", "incident__rendered")
        .prefetch_related("incident__services", Prefetch("factors", factors))
    )
    page = _page(shown.annotate(listed_at=F("incident__listed_at")), ("-listed_at", "-pk"), query)
    lines = lines_of([row.incident_id for row in page.items], ("summary", "root_cause", "fix"))
    return Library(
        form=form,
        rows=[_library_row(row, lines) for row in page.items],
        count=rows.count(),
        is_filtered=any(asked.values()),
        services=list(visible_services(user).values_list("name", flat=True)[:300]),
        first=_address(query, None) if query.get("cursor") else "",
        following=_address(query, page.next_cursor) if page.next_cursor else "",
    )


def _library_row(row: Postmortem, lines: Mapping[tuple[int, str], str]) -> LibraryRow:
    causes = dict.fromkeys(factor.get_category_display() for factor in row.factors.all())
    said = {key: lines.get((row.incident_id, key), "") for key in ("summary", "root_cause", "fix")}
    return LibraryRow(row, said["summary"], said["root_cause"], said["fix"], list(causes))


def _narrow_library(rows: PostmortemQuerySet, asked: dict[str, Any]) -> PostmortemQuerySet:
    for name in ("status", "proof"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    if asked.get("cause"):
        named = ContributingFactor.objects.filter(category=asked["cause"])
        rows = rows.filter(pk__in=named.values("postmortem_id"))
    if asked.get("service"):
        name = asked["service"]
        links = Incident.services.through.objects.filter(Q(service__slug=name) | Q(service__name__iexact=name))
        rows = rows.filter(incident__in=links.values("incident_id"))
    return _worded(rows, asked.get("q", ""))


def _worded(rows: PostmortemQuerySet, text: str) -> PostmortemQuerySet:
    """Each word stands in the title or in a section. The search page is for more than that."""
    for word in text.split()[:6]:
        held = Postmortem.objects.filter(sections__body__icontains=word).values("pk")
        rows = rows.filter(Q(incident__title__icontains=word) | Q(pk__in=held))
    return rows


def read_actions(user: User, query: QueryDict) -> ActionList:
    """The action items that `user` may see and that fit the query: what is due first."""
    form = ActionFilterForm(query)
    form.is_valid()
    asked = form.cleaned_data
    visible = ActionItem.objects.visible_to(user)
    rows = _narrow_actions(visible, asked, user)
    shown = rows.select_related("incident", "owner").defer("incident__summary", "incident__rendered")
    page = _page(shown, ("due_on", "pk"), query)
    today = timezone.localdate()
    totals = visible.aggregate(
        left=Count("pk", filter=Q(state__in=UNFINISHED)),
        mine=Count("pk", filter=Q(state__in=UNFINISHED, owner=user)),
        overdue=Count("pk", filter=Q(state__in=UNFINISHED, due_on__lt=today)),
        done=Count("pk", filter=Q(state=ActionState.DONE)),
    )
    return ActionList(
        form=form,
        rows=page.items,
        count=rows.count(),
        is_filtered=any(asked.values()),
        totals=totals,
        first=_address(query, None) if query.get("cursor") else "",
        following=_address(query, page.next_cursor) if page.next_cursor else "",
    )


def _narrow_actions(rows: ActionItemQuerySet, asked: dict[str, Any], user: User) -> ActionItemQuerySet:
    state = asked.get("state")
    if not state:
        rows = rows.unfinished()
    elif state != "any":
        rows = rows.filter(state=state)
    if asked.get("owner") == "me":
        rows = rows.filter(owner=user)
    elif asked.get("owner") == "nobody":
        rows = rows.filter(owner=None)
    if asked.get("kind"):
        rows = rows.filter(kind=asked["kind"])
    return rows.overdue(timezone.localdate()) if asked.get("overdue") else rows


def _page(rows: Any, order: tuple[str, str], query: QueryDict) -> Page[Any]:
    """The page that the query asks for; a cursor that is none begins at the start."""
    try:
        return page_by_keyset(rows, order=order, cursor=query.get("cursor", ""), limit=ROWS)
    except BadCursor:
        return page_by_keyset(rows, order=order, cursor=None, limit=ROWS)


def _address(query: QueryDict, cursor: str | None) -> str:
    """This list with another cursor; empty filters are left out of the address."""
    kept = [(name, value) for name in query for value in query.getlist(name) if value and name != "cursor"]
    return "?" + urlencode([*kept, *([("cursor", cursor)] if cursor else [])])
