"""Bodies and answers for changes, links, roles and merges. Fields are only ever added within v1."""

from datetime import datetime

from ninja import Schema

from hindsight.lib.api import Body, Moment


class ChangeIn(Body):
    """Something that went to production; the title alone is enough. The same `external_id` is the same change."""

    title: str
    kind: str = "deploy"
    at: Moment | None = None
    service: str = ""
    version: str = ""
    author: str = ""
    url: str = ""
    external_id: str | None = None


class ChangeOut(Schema):
    """Something that went to production. `incident` is the one on whose page it was noted, if it was."""

    id: int
    at: datetime
    kind: str
    title: str
    service: str | None
    version: str
    author: str
    url: str
    external_id: str | None
    incident: str | None
    noted_at: datetime


class ChangeList(Schema):
    """A page of changes."""

    count: int
    next: str | None
    results: list[ChangeOut]


class JudgedChangeOut(Schema):
    """A change as one incident sees it; `verdict` is suspect, cleared, culprit, or "" for none."""

    change: ChangeOut
    verdict: str
    why: str


class IncidentChanges(Schema):
    """What changed in the 24 hours before an incident, and what it judged or noted itself."""

    start: datetime
    end: datetime
    is_more: bool
    results: list[JudgedChangeOut]


class VerdictIn(Body):
    """suspect, cleared (with `why`), culprit, or "" to take it back. With `seen`, another one meanwhile gets 409."""

    verdict: str
    why: str = ""
    seen: str | None = None


class LinkIn(Body):
    """This incident is a `duplicate` of, has the `same_cause` as, or is `related` to the target."""

    kind: str
    target: str


class LinkOut(Schema):
    """A link as this incident sees it: `words` say it, `is_duplicate` that it repeats `target`."""

    id: int
    kind: str
    words: str
    is_duplicate: bool
    target: str
    title: str
    root_cause: str
    fix: str
    verified: str
    verified_note: str = ""


class MergeIn(Body):
    """The incident that takes everything."""

    into: str


class RoleIn(Body):
    """Who has a role from now on; nobody for null. `lead` is the incident's lead."""

    role: str
    person: str | None = None


class RoleOut(Schema):
    """One person in one role; `until` is null while they have it."""

    role: str
    person: str
    since: datetime
    until: datetime | None
