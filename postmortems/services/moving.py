"""Moving a postmortem to other questions: no text is lost, whatever the new ones ask."""

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from hindsight.lib.problems import InvalidError
from postmortems.models import Postmortem, TemplateVersion
from postmortems.services.locking import locked, touch
from postmortems.shipped import prompt_of


def move_to(*, postmortem: Postmortem, version: TemplateVersion, by: User, now: datetime) -> Postmortem:
    """Ask what `version` asks. Texts of sections that it lacks stay, under the titles they had; nothing happens when it
    is the one already. Raises InvalidError for a draft of a template."""
    if not version.is_published:
        raise InvalidError({"version": "This version is not published yet."})
    with transaction.atomic():
        row = locked(postmortem)
        if row.template_id == version.pk:
            return row
        before = row.questions
        for section in row.sections.filter(title=""):
            section.title = prompt_of(before, section.key).title
            section.save(update_fields=["title"])
        row.template = version
        row.template_key, row.template_version = version.template.key, version.number
        row.template_why = f"Chosen by {by.shown_name}."
        audit.record(
            by=by,
            action="postmortem.questions",
            target=row.incident.label,
            now=now,
            before=f"{before.key} {before.version}",
            after=f"{row.template_key} {row.template_version}",
        )
        touch(row, now=now, fields=("template", "template_key", "template_version", "template_why"))
    return row
