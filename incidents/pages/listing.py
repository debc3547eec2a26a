"""The list of incidents: what may be asked of it, and one page of the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import User
from hindsight.lib.forms import FixedChoiceField, FormErrors, LineField
from hindsight.lib.pagination import BadCursor, Page, page_by_keyset, page_of
from incidents.models import ACTIVE_STATUSES, Incident, IncidentQuerySet, Kind, Severity, Status, originals
from incidents.pages.rows import list_rows
from incidents.pages.whole_list import COLUMNS, ROWS, count_all, first_rows, services_of

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9000, 1, 1)
ORDERS: dict[str, tuple[str, tuple[str, str]]] = {
    "newest": ("Newest first", ("-listed_at", "-pk")),
    "oldest": ("Oldest first", ("listed_at", "pk")),
    "updated": ("Last changed first", ("-updated_at", "-pk")),
    "severity": ("Worst first", ("severity", "-pk")),
}


class FilterForm(FormErrors, forms.Form):
    """What the list may be narrowed to; a value that is not known narrows nothing and says so."""

    q = LineField(label="Title or number", limit=200, required=False)
    status = FixedChoiceField(
        choices=[("", "Any status"), ("active", "Active"), *Status.choices],
        required=False,
    )
    severity = FixedChoiceField(
        choices=[("", "Any severity"), *((word, word) for word in Severity.values)], required=False
    )
    service = LineField(
        limit=200,
        required=False,
        widget=forms.TextInput(attrs={"list": "service-names", "placeholder": "Any service", "autocomplete": "off"}),
    )
    tag = LineField(limit=200, required=False)
    kind = FixedChoiceField(choices=[("", "Any kind"), *Kind.choices], required=False)
    private = FixedChoiceField(
        label="Who may see it",
        choices=[("", "Everyone's and private"), ("yes", "Private"), ("no", "Everyone's")],
        required=False,
    )
    duplicates = FixedChoiceField(
        choices=[("", "Left out"), ("with", "Shown")],
        required=False,
    )
    after = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    before = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    sort = FixedChoiceField(
        label="Order",
        choices=[(key, label) for key, (label, _) in ORDERS.items()],
        required=False,
    )

    MAIN = ("status", "severity", "service", "sort")
    MORE = ("tag", "kind", "private", "duplicates", "after", "before")
    # Fields as HTML, by name and value.
    _drawn: ClassVar[dict[tuple[str, str], SafeString]] = {}

    @property
    def main(self) -> list[SafeString]:
        """The filters that are always there, with their labels."""
        return [self._field(name) for name in self.MAIN]

    @property
    def more(self) -> list[SafeString]:
        """The rarer ones."""
        return [self._field(name) for name in self.MORE]

    def _field(self, name: str) -> SafeString:
        """A field as HTML. Widgets draw each option with templates of their own, so what is empty or one of few choices
        is kept."""
        value = self.data.get(name) or ""
        is_one_of_few = name not in self.errors and (not value or isinstance(self.fields[name], forms.ChoiceField))
        if is_one_of_few and (name, value) in self._drawn:
            return self._drawn[name, value]
        context = {"field": self[name], "is_main": name in self.MAIN}
        html = render_to_string("incidents/_filter.html", context)
        if is_one_of_few:
            self._drawn[name, value] = html
        return html

    @property
    def shows_more(self) -> bool:
        """Whether one of the rarer filters is in use."""
        return any(self.cleaned_data.get(name) for name in self.MORE) or any(name in self.errors for name in self.MORE)


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list."""

    form: FilterForm
    page: Page[Incident]
    count: int
    is_filtered: bool
    first: str
    following: str
    # Whether rows can be chosen, to change several at once.
    is_selectable: bool

    @property
    def rows(self) -> SafeString:
        """The rows of this page."""
        return list_rows(self.page.items, services_of(self.page.items), is_selectable=self.is_selectable)

    @property
    def count_words(self) -> str:
        """How many there are, in words."""
        return f"{self.count:,} incident{'' if self.count == 1 else 's'}"


def read_listing(user: User, query: QueryDict) -> Listing:
    """The incidents that `user` may see and that fit the query, a page of them."""
    form = _form(query) if query else _unasked()
    asked = form.cleaned_data
    order = ORDERS.get(asked.get("sort") or "newest", ORDERS["newest"])[1]
    is_filtered = any(value for name, value in asked.items() if name != "sort")
    cursor = query.get("cursor", "")
    if is_filtered or cursor:
        page, count = _narrowed(user, asked, order, cursor)
    else:
        page = page_of(first_rows(user, order), Incident.objects.all(), order=order, limit=ROWS)
        count = count_all(user)
    return Listing(
        form=form,
        page=page,
        count=count,
        is_filtered=is_filtered,
        first=_address(query, None) if cursor else "",
        following=_address(query, page.next_cursor) if page.next_cursor else "",
        is_selectable=user.can_write,
    )


def _form(query: QueryDict) -> FilterForm:
    form = FilterForm(query)
    form.is_valid()
    return form


@cache
def _unasked() -> FilterForm:
    """The form of a list of which nothing is asked, for everybody: to make one takes longer than to read the rows."""
    return _form(QueryDict())


def _narrowed(user: User, asked: Mapping[str, Any], order: tuple[str, str], cursor: str) -> tuple[Page[Incident], int]:
    """A page of those that fit, from a cursor on, and how many fit."""
    visible = Incident.objects.visible_to(user)
    rows = narrow(visible if asked.get("duplicates") else originals(visible, user), asked)
    try:
        page = page_by_keyset(rows.only(*COLUMNS), order=order, cursor=cursor, limit=ROWS)
    except BadCursor:
        page = page_by_keyset(rows.only(*COLUMNS), order=order, cursor=None, limit=ROWS)
    return page, rows.count()


def narrow(rows: IncidentQuerySet, asked: Mapping[str, Any]) -> IncidentQuerySet:
    """Apply what was asked; absent and empty values narrow nothing."""
    status = asked.get("status")
    if status == "active":
        rows = rows.filter(status__in=ACTIVE_STATUSES)
    elif status:
        rows = rows.filter(status=status)
    for name in ("severity", "kind"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    if asked.get("private"):
        rows = rows.filter(is_private=asked["private"] == "yes")
    if asked.get("service"):
        named = Incident.services.through.objects.filter(
            Q(service__slug=asked["service"]) | Q(service__name__iexact=asked["service"])
        )
        rows = rows.filter(pk__in=named.values("incident_id"))
    if asked.get("tag"):
        tagged = Incident.tags.through.objects.filter(tag__name=asked["tag"].lower())
        rows = rows.filter(pk__in=tagged.values("incident_id"))
    return _worded(_dated(rows, asked), asked.get("q", ""))


def _dated(rows: IncidentQuerySet, asked: Mapping[str, Any]) -> IncidentQuerySet:
    """Both days are meant whole, in the reader's zone."""
    if asked.get("after"):
        rows = rows.filter(started_at__gte=_midnight(asked["after"]))
    if asked.get("before"):
        rows = rows.filter(started_at__lt=_midnight(asked["before"], days_later=1))
    return rows


def _midnight(day: date, days_later: int = 0) -> datetime:
    """When the day begins in the reader's zone; days at the ends of the calendar have no moment in every zone."""
    near = min(max(day, FIRST_DAY), LAST_DAY) + timedelta(days=days_later)
    return datetime.combine(near, time.min, tzinfo=timezone.get_current_timezone()).astimezone(UTC)


def _worded(rows: IncidentQuerySet, text: str) -> IncidentQuerySet:
    """The title holds the text, or the number is it."""
    if not text:
        return rows
    wanted = Q(title__icontains=text)
    digits = text.upper().removeprefix("INC-")
    if digits.isdecimal() and digits.isascii() and len(digits) < 10:
        wanted |= Q(number=int(digits))
    return rows.filter(wanted)


def _address(query: QueryDict, cursor: str | None) -> str:
    """This list with another cursor; empty filters are left out of the address."""
    kept = QueryDict(mutable=True)
    for name, value in query.items():
        if value and name in FilterForm.base_fields:
            kept[name] = str(value)
    if cursor:
        kept["cursor"] = cursor
    return f"?{kept.urlencode()}"
