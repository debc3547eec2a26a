"""Work on material that is too slow for a request. Each task may run twice, and does nothing for a row that is gone."""

import uuid
from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import TaskContext, task

from hindsight.jobs.queue import MOST_TRIES
from hindsight.jobs.schedule import periodic
from incidents.colouring import colour, stale
from incidents.models import Attachment, Snippet
from incidents.previews import ensure_preview
from incidents.readings import UNREAD, read, waiting
from incidents.services.ledger import keep_templates
from incidents.services.merge import gather_strays
from incidents.services.presence import sweep
from incidents.signing import renew_signatures

# Twenty screenshots at once must not keep the other jobs waiting.
READING_PRIORITY = -10
# Younger files have a job of their own.
OVERLOOKED_AFTER = timedelta(hours=2)
AT_ONCE = 500
COLOURED_AT_ONCE = 200


@task()
def colour_snippet(snippet_id: int) -> None:
    """Highlight a snippet with the full time limit."""
    snippet = Snippet.objects.filter(pk=snippet_id).first()
    if snippet is not None:
        colour(snippet)


@periodic(every=timedelta(minutes=5))
def colour_stale(*, now: datetime) -> None:
    """Colour snippets that came without colours or were coloured by an older highlighter: a few each time."""
    for pk in stale().order_by("-pk").values_list("pk", flat=True)[:COLOURED_AT_ONCE]:
        colour_snippet.enqueue(pk)


@task()
def prepare_preview(attachment_id: str) -> None:
    """Make the preview of a picture."""
    attachment = Attachment.objects.filter(pk=uuid.UUID(attachment_id)).first()
    if attachment is not None:
        ensure_preview(attachment)


@task(priority=READING_PRIORITY, takes_context=True)
def read_text(context: TaskContext, attachment_id: str) -> None:
    """Read the words in a file. A reader that is busy or crashed raises, and the queue tries again later."""
    attachment = Attachment.objects.filter(pk=uuid.UUID(attachment_id), text_edited_at=None).first()
    if attachment is not None and attachment.text_state in UNREAD:
        read(attachment, now=timezone.now(), is_last_try=context.attempt >= MOST_TRIES)


@periodic(every=timedelta(hours=1))
def read_overlooked(*, now: datetime) -> None:
    """Enqueue files that still wait: from an earlier release, or from before the reader was installed."""
    overlooked = waiting().filter(created_at__lt=now - OVERLOOKED_AFTER).order_by("-created_at")
    for pk in overlooked.values_list("pk", flat=True)[:AT_ONCE]:
        read_text.enqueue(str(pk))


@periodic(every=timedelta(minutes=5))
def gather_from_merged(*, now: datetime) -> None:
    """Move what reached a merged incident after all."""
    gather_strays(now=now)


@periodic(every=timedelta(minutes=10))
def keep_log_templates(*, now: datetime) -> None:
    """Make the templates of log notes anew that older rules made, or none: a batch each time."""
    keep_templates()


@periodic(every=timedelta(minutes=5))
def renew_old_signatures(*, now: datetime) -> None:
    """Make signatures of snippets and files anew that older rules made: a few seconds' worth each time."""
    renew_signatures()


@periodic(every=timedelta(hours=1))
def forget_who_was_here(*, now: datetime) -> None:
    """Take away who had a page open and went without a word."""
    sweep(now=now)
