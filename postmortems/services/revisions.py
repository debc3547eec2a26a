"""Going back to an earlier text, which makes a new one."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from hindsight.lib.problems import InvalidError
from postmortems.models import Postmortem, Section
from postmortems.services.locking import locked
from postmortems.services.sections import Conflict, SectionsStaleError, save_sections
from postmortems.shipped import prompt_of


def restore(
    *, postmortem: Postmortem, by: User, now: datetime, section: str, version: int, base: int | None
) -> list[Section]:
    """Save the text of an earlier version as the newest, `base` being the version that was seen as the newest.

    What stood there until now stays a revision. Returns nothing where the texts are the same. Raises InvalidError for
    an unknown version, SectionsStaleError when somebody saved meanwhile.
    """
    with transaction.atomic():
        row = locked(postmortem)
        kept = row.sections.filter(key=section).first()
        revision = kept.revisions.filter(version=version).first() if kept else None
        if kept is None or revision is None:
            raise InvalidError({"version": f"There is no version {version} of this section."})
        if base is not None and base != kept.version:
            prompt = prompt_of(row.questions, section, kept.title)
            raise SectionsStaleError(row, [Conflict(prompt, revision.body, base, kept)])
        return save_sections(postmortem=row, by=by, now=now, sections={section: (revision.body, None)})
