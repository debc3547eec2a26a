"""The list of action items across incidents."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Count, F, Q
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from hindsight.lib.forms import FormErrors, LineField
from hindsight.lib.pagination import BadCursor, Page, page_by_keyset
from incidents.models import Incident, Severity
from incidents.pages.catalogue import visible_services
from postmortems.models import (
    UNFINISHED,
    ActionItem,
    ActionItemQuerySet,
    ActionKind,
    ActionState,
)
from postmortems.pages.cited_actions import cite_actions

ROWS = 40
# On the board, of what is finished.
FINISHED_ROWS = 15


DUE = {"week": "Due within a week", "month": "Due within a month", "none": "Without a date"}
DUE_WITHIN = {"week": timedelta(days=7), "month": timedelta(days=31)}
OWNERS = 300


class ActionFilterForm(FormErrors, forms.Form):
    """What the list of action items may be narrowed to; without a state, what is left to do."""

    state = forms.ChoiceField(
        choices=[("", "To do"), ("any", "Any state"), *ActionState.choices], required=False, label="State"
    )
    owner = forms.ChoiceField(required=False, label="Owner")
    kind = forms.ChoiceField(choices=[("", "Any kind"), *ActionKind.choices], required=False, label="Kind")
    severity = forms.ChoiceField(choices=[("", "Any severity"), *Severity.choices], required=False, label="Severity")
    due = forms.ChoiceField(choices=[("", "Due any day"), *DUE.items()], required=False, label="Due")
    service = LineField(limit=200, required=False, label="Service")
    overdue = forms.BooleanField(required=False, label="Overdue only")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owning = User.objects.filter(owned_actions__isnull=False).distinct().order_by("username")[:OWNERS]
        people = [(person.username, person.shown_name) for person in owning]
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Anybody's"), ("me", "Mine"), ("nobody", "Nobody's"), *people]
        self.fields["service"].widget.attrs |= {"placeholder": "Service", "list": "action-services"}


@dataclass(frozen=True, slots=True)
class ActionList:
    """One page of the action items."""

    form: ActionFilterForm
    rows: list[ActionItem]
    count: int
    is_filtered: bool
    totals: dict[str, int]
    services: list[str]
    first: str
    following: str


def read_actions(user: User, query: QueryDict) -> ActionList:
    """The action items that `user` may see and that fit the query: what is due first."""
    form = ActionFilterForm(query)
    form.is_valid()
    asked = form.cleaned_data
    visible = ActionItem.objects.visible_to(user)
    rows = _narrowed(asked, visible, user)
    shown = rows.select_related("incident", "owner").defer("incident__summary", "incident__rendered")
    page = _page(shown, ("due_on", "pk"), query)
    cite_actions(page.items, reader=user)
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
        services=list(visible_services(user).values_list("name", flat=True)[:300]),
        first=_address(query, None) if query.get("cursor") else "",
        following=_address(query, page.next_cursor) if page.next_cursor else "",
    )


@dataclass(frozen=True, slots=True)
class Column:
    """The items of one state on the board; `more` is how many of them are not drawn."""

    state: str
    label: str
    rows: list[ActionItem]
    count: int

    @property
    def more(self) -> int:
        """How many are not drawn."""
        return self.count - len(self.rows)


@dataclass(frozen=True, slots=True)
class ActionBoard:
    """The action items in columns by state."""

    form: ActionFilterForm
    columns: list[Column]
    services: list[str]


def read_board(user: User, query: QueryDict) -> ActionBoard:
    """What `user` may see and fits the query, by state: what is due first; of what is finished, the newest."""
    form = ActionFilterForm(query)
    form.is_valid()
    rows = _narrowed({**form.cleaned_data, "state": "any"}, ActionItem.objects.visible_to(user), user)
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    shown = rows.select_related("incident", "owner").defer("incident__summary", "incident__rendered")
    columns = [
        Column(state, str(label), list(_column(shown, state)), counts.get(state, 0))
        for state, label in ActionState.choices
    ]
    cite_actions([row for column in columns for row in column.rows], reader=user)
    return ActionBoard(form, columns, list(visible_services(user).values_list("name", flat=True)[:300]))


def _column(rows: ActionItemQuerySet, state: str) -> ActionItemQuerySet:
    own = rows.filter(state=state)
    if state in UNFINISHED:
        return own.order_by(F("due_on").asc(nulls_last=True), "pk")[:ROWS]
    return own.order_by(F("done_at").desc(nulls_last=True), "-pk")[:FINISHED_ROWS]


def _narrowed(asked: dict[str, Any], rows: ActionItemQuerySet, user: User) -> ActionItemQuerySet:
    state = asked.get("state")
    if not state:
        rows = rows.unfinished()
    elif state != "any":
        rows = rows.filter(state=state)
    owner = asked.get("owner")
    if owner:
        named = {"me": Q(owner=user), "nobody": Q(owner=None)}
        rows = rows.filter(named.get(owner, Q(owner__username=owner)))
    if asked.get("kind"):
        rows = rows.filter(kind=asked["kind"])
    if asked.get("severity"):
        rows = rows.filter(incident__severity=asked["severity"])
    if asked.get("service"):
        name = asked["service"]
        links = Incident.services.through.objects.filter(Q(service__slug=name) | Q(service__name__iexact=name))
        rows = rows.filter(incident__in=links.values("incident_id"))
    return _due(rows, asked)


def _due(rows: ActionItemQuerySet, asked: dict[str, Any]) -> ActionItemQuerySet:
    today = timezone.localdate()
    if asked.get("due") == "none":
        rows = rows.filter(due_on=None)
    elif asked.get("due"):
        rows = rows.filter(due_on__lte=today + DUE_WITHIN[asked["due"]])
    return rows.overdue(today) if asked.get("overdue") else rows


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
