"""What `incidents.redacting` can't find out from the models of this app and of those below it."""

from typing import Any

from accounts.models import OnceKey
from incidents import redacting
from incidents.models import LogNote
from search.models import IndexState, OutboxEntry, SavedSearch, SearchFeedback

EXEMPT = {
    "hindsight.Worker": "names of processes",
    "hindsight.PeriodicRun": "names of jobs",
    "accounts.AuditEntry": "append-only; its details are counts and names of things, never what somebody wrote",
    "accounts.Installation": "the installation's own name and the digest of its set-up link",
    "accounts.User": "accounts; edited in the settings",
    "accounts.Team": "names of teams; edited in the settings",
    "accounts.ApiToken": "names of tokens, and digests",
    "incidents.Service": "shared by all incidents; edited on its page",
    "incidents.Tag": "one word, shared by all incidents",
    "search.SearchDocument": "versions of documents; its words are dropped by search.forgetting",
    "search.IndexedText": "dropped and packed anew by search.forgetting",
    "search.Digest": "dropped and made anew by search.forgetting",
    "search.SavedFind": "ids only",
    "search.ThesaurusChange": "words for all incidents; edited in the settings",
}


def templates_anew(row: LogNote, columns: set[str]) -> dict[str, Any]:
    """The templates of a log line hold most of the line: they go, and a periodic job makes them anew."""
    if "line" not in columns:
        return {}
    row.templates.all().delete()
    return {"rules": 0}


def register() -> None:
    """Tell `redacting` of them."""
    for label, reason in EXEMPT.items():
        redacting.register_exempt(label, reason)
    redacting.register_shared(OnceKey, "request", "answer")
    redacting.register_shared(SavedSearch, "name", "query")
    redacting.register_shared(SearchFeedback, "terms")
    redacting.register_shared(OutboxEntry, "problem")
    redacting.register_shared(IndexState, "note")
    redacting.register_after(LogNote, templates_anew)
