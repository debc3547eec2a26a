"""Shapes of what the diagnosis rests on: evidence, places in the tree, what to check first, known lines."""

import uuid
from datetime import datetime

from ninja import Schema

from hindsight.lib.api import Body, Moment


class EvidenceIn(Body):
    """One source that a step rests on, named by exactly one of `snippet`, `attachment`, `entry` and `url`.

    `first_line` and `last_line` count in the snippet from 1; one alone means that line. With `is_metric` the address is
    that of a metric or a dashboard. `from_at` and `until_at` are the time that it shows, `meaning` is what it means.
    """

    snippet: int | None = None
    attachment: uuid.UUID | None = None
    entry: int | None = None
    url: str = ""
    is_metric: bool = False
    first_line: int | None = None
    last_line: int | None = None
    from_at: Moment | None = None
    until_at: Moment | None = None
    meaning: str = ""
    label: str = ""


class EvidenceOut(Schema):
    """A source that a step rests on. When it was deleted, only `label` names it, and its id is null."""

    id: int
    url: str
    step: int
    kind: str
    label: str
    snippet: int | None
    attachment: uuid.UUID | None
    entry: int | None
    link: str
    first_line: int | None
    last_line: int | None
    from_at: datetime | None
    until_at: datetime | None
    meaning: str
    author: str | None
    created_at: datetime
    version: int


class MoveIn(Body):
    """Where a step is to lie: under `parent` (null: under none), before the step `before`, else last."""

    parent: int | None = None
    before: int | None = None


class FirstCheckIn(Body):
    """What to look at first the next time: words, or a step."""

    text: str = ""
    step: int | None = None


class FirstCheckOut(Schema):
    """A line of the short list of what to look at first the next time; a step without a text says its hypothesis."""

    id: int
    url: str
    text: str
    step: int | None
    author: str | None
    created_at: datetime


class KnownIn(Body):
    """Lines to look up in the ledger: a log, a trace, a paste."""

    STORES = False

    text: str


class KnownOut(Schema):
    """A line that was judged before: where it stands in the text (from 1), and how and where it was judged."""

    line: int
    text: str
    verdict: str
    note: str
    emitted_by: str
    number: str
    url: str
