"""Going back to an earlier text, which makes a new one."""

from datetime import datetime

from accounts.models import User
from hindsight.lib.problems import InvalidError
from postmortems.models import Postmortem, Section
from postmortems.services.sections import save_sections


def restore(
    *, postmortem: Postmortem, by: User, now: datetime, section: str, version: int, base: int | None
) -> list[Section]:
    """Save the text of an earlier version as the newest, `base` being the version that was seen as the newest.

    What stood there until now stays a revision. Returns nothing where the texts are the same. Raises InvalidError for
    an unknown version, SectionsStaleError when somebody saved meanwhile.
    """
    kept = postmortem.sections.filter(key=section).first()
    revision = kept.revisions.filter(version=version).first() if kept else None
    if revision is None:
        raise InvalidError({"version": f"There is no version {version} of this section."})
    return save_sections(postmortem=postmortem, by=by, now=now, sections={section: (revision.body, base)})
