"""Comments on a postmortem: on a section, or on some words of it, with their answers."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from accounts.models import User
from hindsight.lib.rendered import RenderedModel
from incidents.models import Incident

from .postmortem import Postmortem

# Characters.
COMMENT_LIMIT = 20_000
QUOTE_LIMIT = 500
# Of one postmortem; more is a discussion for another place.
COMMENTS_LIMIT = 1_000


class CommentQuerySet(models.QuerySet["Comment"]):
    """Reads over many comments."""

    def visible_to(self, user: User | AnonymousUser) -> "CommentQuerySet":
        """Those of the incidents that `user` may see."""
        return self.filter(postmortem__incident__in=Incident.objects.visible_to(user))

    def threads(self) -> "CommentQuerySet":
        """Those that begin a thread."""
        return self.filter(parent__isnull=True)

    def open(self) -> "CommentQuerySet":
        """Threads that nobody resolved yet."""
        return self.threads().filter(resolved_at__isnull=True)


class Comment(RenderedModel):
    """One comment. Without `parent` it begins a thread, which stands at a section ("" is the whole postmortem).

    `quote` are the words that it is about, as readers saw them, and `offset` the place in the section's plain text
    where they stood; both stay as they were when the text changes (see `postmortems.anchors`).
    """

    MARKDOWN_FIELDS = ("body",)

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies")
    section_key = models.CharField(max_length=40, blank=True, default="")
    quote = models.CharField(max_length=QUOTE_LIMIT, blank=True, default="")
    offset = models.PositiveIntegerField(null=True, blank=True)
    body = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager["Comment"]] = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(body=""), name="comment_has_body"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | Q(resolved_at__isnull=True, quote="", offset__isnull=True),
                name="comment_reply_has_no_place",
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk} of {self.postmortem_id}"

    @property
    def anchor(self) -> str:
        """Its place on the page of the review."""
        return f"comment-{self.pk}"

    @property
    def is_resolved(self) -> bool:
        """Whether nothing is left to do about its thread."""
        return self.resolved_at is not None
