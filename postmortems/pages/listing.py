"""The list of action items across incidents."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Count, Q
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from hindsight.lib.forms import FormErrors
from hindsight.lib.pagination import BadCursor, Page, page_by_keyset
from postmortems.models import (
    UNFINISHED,
    ActionItem,
    ActionItemQuerySet,
    ActionKind,
    ActionState,
)

ROWS = 40


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
class ActionList:
    """One page of the action items."""

    form: ActionFilterForm
    rows: list[ActionItem]
    count: int
    is_filtered: bool
    totals: dict[str, int]
    first: str
    following: str


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
