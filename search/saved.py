"""Searches that people keep."""

from datetime import datetime

from django.db import IntegrityError, transaction

from hindsight.lib.problems import InvalidError, too_long
from hindsight.lib.text import clean
from search.models import SavedSearch
from search.query import MAX_TYPED
from search.registry import Viewer

NAME_LIMIT = 100
MOST = 100


def save(*, by: Viewer, name: str, query: str, now: datetime) -> SavedSearch:
    """Keep a query under a name; the same name again takes the new query. Raises InvalidError."""
    query, name = clean(query).text.strip(), clean(name).text.strip()
    name = name or query[:NAME_LIMIT]
    _check(by, name, query)
    try:
        with transaction.atomic():
            row, _ = SavedSearch.objects.update_or_create(
                owner=by, name=name, defaults={"query": query}, create_defaults={"query": query, "created_at": now}
            )
            # What another query found is no news of this one.
            row.finds.filter(found_at__lt=now, seen_at=None).update(seen_at=now)
    except IntegrityError:
        # Saved twice at the same moment: the other one stands.
        row = SavedSearch.objects.get(owner=by, name=name)
    return row


def tell(*, by: Viewer, pk: int, tells: bool, by_mail: bool, now: datetime) -> SavedSearch:
    """Begin or end telling its owner of new records; SavedSearch.DoesNotExist for a search that is not theirs."""
    with transaction.atomic():
        row = SavedSearch.objects.select_for_update(of=("self",)).get(owner=by, pk=pk)
        if tells and row.tells_since is None:
            row.tells_since = now
        elif not tells:
            row.tells_since = None
            row.finds.all().delete()
        row.tells_by_mail = tells and by_mail
        row.save(update_fields=["tells_since", "tells_by_mail"])
    return row


def get(person: Viewer, pk: int) -> SavedSearch:
    """One of a person's own; SavedSearch.DoesNotExist for any other."""
    return SavedSearch.objects.get(owner=person, pk=pk)


def remove(*, by: Viewer, pk: int) -> None:
    """Forget a saved search; SavedSearch.DoesNotExist for one that is not theirs."""
    SavedSearch.objects.get(owner=by, pk=pk).delete()


def of(person: Viewer) -> list[SavedSearch]:
    """Everything that somebody saved, by name."""
    return list(SavedSearch.objects.filter(owner=person).order_by("name", "pk"))


def _check(by: Viewer, name: str, query: str) -> None:
    faults: dict[str, str] = {}
    if not query:
        faults["query"] = "There is no query to save."
    elif len(query) > MAX_TYPED or "\n" in query:
        faults["query"] = "A pasted text can't be saved as a search; save a few of its words."
    if len(name) > NAME_LIMIT:
        faults["name"] = too_long("The name", len(name), NAME_LIMIT)
    others = SavedSearch.objects.filter(owner=by).exclude(name=name)
    if others.count() >= MOST:
        faults["name"] = f"You have {MOST} saved searches; remove one first."
    if faults:
        raise InvalidError(faults)
