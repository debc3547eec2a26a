"""Writing down what is to be done, and doing it."""

from datetime import date, datetime
from typing import Any, TypedDict

from django.db import transaction

from accounts.models import User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.models import Incident
from incidents.services.checks import Faults
from postmortems.models import (
    ACTION_TEXT_LIMIT,
    ACTION_TITLE_LIMIT,
    DONE_WHEN_LIMIT,
    UNFINISHED,
    ActionItem,
    ActionKind,
    ActionState,
)
from search import outbox

EARLIEST_DUE = date(1970, 1, 1)
LATEST_DUE = date(2200, 12, 31)


class ActionFields(TypedDict, total=False):
    """What may be given of an action item; what is absent stays as it is."""

    title: str
    owner: User | None
    kind: str
    due_on: date | None
    state: str
    tracker_url: str
    done_when: str
    proof: str
    reason: str


NO_PROOF = "Say how we see that it is done: a commit, a link, a sentence."


def add_action(
    *,
    incident: Incident,
    by: User | None,
    now: datetime,
    fields: ActionFields,
    done_at: datetime | None = None,
    today: date | None = None,
) -> ActionItem:
    """Add an action item; the title alone is enough. `done_at` is for one that was done before. Raises InvalidError.

    With `today`, what is still to be done can't be due before it: nobody can begin it in the past.
    """
    _check_not_past(fields, today)
    item = ActionItem(incident=incident, created_by=by, created_at=now)
    _apply(item, {"title": "", **fields}, now=done_at or now)
    with transaction.atomic():
        item.save(force_insert=True)
        outbox.enqueue("incident", incident.pk)
    return item


def update_action(
    *,
    action: ActionItem,
    by: User,
    now: datetime,
    version: int | None,
    fields: ActionFields,
    needs_proof: bool = False,
) -> ActionItem:
    """Change an action item. "done" stamps the time, "won't do" needs a reason. Raises StaleError, InvalidError.

    With `needs_proof`, closing it as done has to say how one sees that.
    """
    with transaction.atomic():
        item = ActionItem.objects.select_for_update(no_key=True).get(pk=action.pk)
        if version is not None and version != item.version:
            raise StaleError(item)
        if needs_proof:
            _check_closing(item, fields)
        if not _apply(item, fields, now=now):
            return item
        item.version += 1
        item.save()
        outbox.enqueue("incident", item.incident_id)
    return item


def _check_not_past(fields: ActionFields, today: date | None) -> None:
    due = fields.get("due_on")
    is_left = fields.get("state", ActionState.OPEN) in UNFINISHED
    if today is not None and due is not None and due < today and is_left:
        raise InvalidError({"due_on": f"{due:%Y-%m-%d} is in the past; choose a day from today on, or none."})


def _check_closing(item: ActionItem, fields: ActionFields) -> None:
    closes = fields.get("state") == ActionState.DONE and item.state != ActionState.DONE
    if closes and not fields.get("proof", item.proof).strip():
        raise InvalidError({"proof": NO_PROOF})


def _apply(item: ActionItem, fields: ActionFields, *, now: datetime) -> bool:
    """Set what is given and what follows from it; returns whether anything changed."""
    columns = _checked(fields, item)
    changed = [name for name, value in columns.items() if getattr(item, name) != value]
    for name in changed:
        setattr(item, name, columns[name])
    if item.state == ActionState.DONE:
        item.done_at = item.done_at or now
    else:
        item.done_at = None
    return bool(changed)


def _checked(fields: ActionFields, item: ActionItem) -> dict[str, Any]:
    faults = Faults()
    columns: dict[str, Any] = {}
    if "title" in fields:
        columns["title"] = faults.line("title", fields["title"], label="Title", limit=ACTION_TITLE_LIMIT, required=True)
    if "kind" in fields:
        faults.choice("kind", fields["kind"], ActionKind.values, label="Kind")
        columns["kind"] = fields["kind"]
    if "state" in fields:
        faults.choice("state", fields["state"], ActionState.values, label="State")
        columns["state"] = fields["state"]
    if "tracker_url" in fields:
        columns["tracker_url"] = faults.url("tracker_url", fields["tracker_url"], label="Tracker link")
    if "done_when" in fields:
        columns["done_when"] = faults.line("done_when", fields["done_when"], label="Done when", limit=DONE_WHEN_LIMIT)
    if "proof" in fields:
        columns["proof"] = faults.text("proof", fields["proof"], label="Proof", limit=ACTION_TEXT_LIMIT)
    if "reason" in fields:
        columns["reason"] = faults.text("reason", fields["reason"], label="Reason", limit=ACTION_TEXT_LIMIT)
    _check_owner_and_day(columns, fields, faults, item)
    if columns.get("state", item.state) == ActionState.WONT_DO and not columns.get("reason", item.reason):
        faults.add("reason", "Say why it won't be done; a sentence is enough.")
    faults.stop_if_any()
    return columns


def _check_owner_and_day(columns: dict[str, Any], fields: ActionFields, faults: Faults, item: ActionItem) -> None:
    if "owner" in fields:
        owner = fields["owner"]
        # Who owned it before they were switched off goes on to, until somebody else takes it.
        if owner is not None and not owner.is_active and owner.pk != item.owner_id:
            faults.add("owner", "This account is switched off; choose somebody who can look after it.")
        columns["owner"] = owner
    if "due_on" in fields:
        due = fields["due_on"]
        if due is not None and not EARLIEST_DUE <= due <= LATEST_DUE:
            faults.add("due_on", "The due date must lie between 1970 and 2200.")
        columns["due_on"] = due
