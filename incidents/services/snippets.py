"""Adding and correcting snippets."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from hindsight.lib.language import guess
from hindsight.lib.languages import normalise_language
from hindsight.lib.problems import StaleError, too_long
from hindsight.lib.text import clean
from incidents.colouring import COLUMNS, colour
from incidents.models import (
    CAPTION_LIMIT,
    FILENAME_LIMIT,
    SNIPPET_LIMIT,
    DiagnosisStep,
    EntrySource,
    Incident,
    Snippet,
    TimelineEntry,
)
from incidents.services.carriers import carrier_entry, check_carriers
from incidents.services.checks import Faults
from incidents.tasks import colour_snippet
from search import outbox

# In the request colours get this long; what takes longer is coloured by the worker.
REQUEST_LIMIT_S = 0.5


def add_snippet(
    *,
    incident: Incident,
    by: User | None,
    now: datetime,
    code: str,
    language: str = "",
    filename: str = "",
    caption: str = "",
    entry: TimelineEntry | None = None,
    step: DiagnosisStep | None = None,
    source: str = EntrySource.WEB,
) -> Snippet:
    """Keep a piece of code exactly as given (control characters replaced); the language is guessed when absent.

    Without an entry or step to carry it, it gets a line of its own in the timeline. Raises InvalidError.
    """
    limit_s = None if source == EntrySource.IMPORT else REQUEST_LIMIT_S
    snippet = coloured(code=code, language=language, filename=filename, caption=caption, limit_s=limit_s)
    return add_coloured(snippet=snippet, incident=incident, by=by, now=now, entry=entry, step=step, source=source)


def coloured(
    *,
    code: str,
    language: str = "",
    filename: str = "",
    caption: str = "",
    limit_s: float | None = REQUEST_LIMIT_S,
) -> Snippet:
    """A snippet that is not in the database yet, with its colours if they are found in `limit_s` (None: don't try).

    This takes its time, so it is to be done before a transaction keeps others from writing. Raises InvalidError.
    """
    faults = Faults()
    text = _code(code, faults)
    name = faults.line("filename", filename, label="File name", limit=FILENAME_LIMIT)
    words = faults.line("caption", caption, label="Caption", limit=CAPTION_LIMIT)
    faults.stop_if_any()
    known = normalise_language(language) or guess(text, filename=name)
    snippet = Snippet(code=text, language=known, filename=name, caption=words)
    if limit_s is not None:
        colour(snippet, limit_s=limit_s)
    return snippet


def add_coloured(
    *,
    snippet: Snippet,
    incident: Incident,
    by: User | None,
    now: datetime,
    entry: TimelineEntry | None = None,
    step: DiagnosisStep | None = None,
    source: str = EntrySource.WEB,
) -> Snippet:
    """Write what `coloured` gave; colours that were not found in time come from the worker. Raises InvalidError."""
    check_carriers(incident, entry, step)
    snippet.incident, snippet.step, snippet.author, snippet.created_at = incident, step, by, now
    with transaction.atomic():
        snippet.entry = _carrier(snippet, entry, by=by, now=now, source=source)
        snippet.save(force_insert=True)
        outbox.enqueue("incident", incident.pk)
        if snippet.highlighted is None and source != EntrySource.IMPORT:
            transaction.on_commit(lambda: _later(snippet.pk))
    return snippet


def _carrier(
    snippet: Snippet, entry: TimelineEntry | None, *, by: User | None, now: datetime, source: str
) -> TimelineEntry | None:
    """An import has no live timeline to put it into."""
    if source == EntrySource.IMPORT:
        return entry
    return carrier_entry(snippet.incident, entry=entry, step=snippet.step, by=by, now=now, source=source)


def edit_snippet(
    *,
    snippet: Snippet,
    version: int,
    language: str | None = None,
    filename: str | None = None,
    caption: str | None = None,
    code: str | None = None,
) -> Snippet:
    """Correct a snippet; None leaves as it is. Raises StaleError, InvalidError.

    Colours for another language are looked for before the transaction, and by the worker if that takes too long.
    """
    known = snippet.language if language is None else normalise_language(language)
    changes_colours = code is not None or known != snippet.language
    painted = Snippet(code=snippet.code if code is None else _code(code, Faults()), language=known)
    if changes_colours and known:
        colour(painted, limit_s=REQUEST_LIMIT_S)
    with transaction.atomic():
        current = Snippet.objects.select_for_update(no_key=True).get(pk=snippet.pk)
        if current.version != version:
            raise StaleError(current)
        faults = Faults()
        if code is not None:
            current.code = _code(code, faults)
        if filename is not None:
            current.filename = faults.line("filename", filename, label="File name", limit=FILENAME_LIMIT)
        if caption is not None:
            current.caption = faults.line("caption", caption, label="Caption", limit=CAPTION_LIMIT)
        faults.stop_if_any()
        if language is not None:
            current.language = normalise_language(language) or guess(current.code, filename=current.filename)
        current.version += 1
        if changes_colours:
            _put_colours(current, painted)
        current.save()
        outbox.enqueue("incident", current.incident_id)
        if current.highlighted is None:
            transaction.on_commit(lambda: _later(current.pk))
    return current


def _put_colours(snippet: Snippet, painted: Snippet) -> None:
    """Take over colours that were made for this very code and language; others come from the worker."""
    is_same = (painted.code, painted.language) == (snippet.code, snippet.language)
    source = painted if is_same else Snippet()
    for name in COLUMNS:
        setattr(snippet, name, getattr(source, name))


def _code(code: str, faults: Faults) -> str:
    """The text as given, but for control characters; terminal colours are kept."""
    text = clean(code, keep_ansi=True).text
    if not text.strip():
        faults.add("code", "Code is empty; paste at least a line.")
    elif len(text) > SNIPPET_LIMIT:
        faults.add("code", too_long("Code", len(text), SNIPPET_LIMIT))
    return text


def _later(snippet_id: int) -> None:
    colour_snippet.enqueue(snippet_id)
