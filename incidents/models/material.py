"""Raw material: snippets of code and logs, screenshots and other files."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from .choices import PreviewState, TextState
from .diagnosis import DiagnosisStep
from .incident import Incident
from .signed import SignedModel
from .timeline import TimelineEntry

# Characters. A snippet in a form also has to pass DATA_UPLOAD_MAX_MEMORY_SIZE.
SNIPPET_LIMIT = 5 * 1024 * 1024
CAPTION_LIMIT = 500
FILENAME_LIMIT = 200


class Snippet(SignedModel):
    """Code, a log, a config, a query or a shell session, kept exactly as it was given.

    `highlighted` caches the coloured HTML, one item a line; `highlight_note` says why there are no colours. The lines
    of a long one come on more pages than one.
    """

    SIGNED_FIELD = "code"

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="snippets")
    entry = models.ForeignKey(TimelineEntry, on_delete=models.SET_NULL, null=True, blank=True, related_name="snippets")
    step = models.ForeignKey(DiagnosisStep, on_delete=models.SET_NULL, null=True, blank=True, related_name="snippets")
    code = models.TextField()
    language = models.CharField(max_length=30, default="text")
    filename = models.CharField(max_length=FILENAME_LIMIT, blank=True, default="")
    caption = models.CharField(max_length=CAPTION_LIMIT, blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    highlighted = models.JSONField(null=True, editable=False)
    # The first of these lines: what the incident's page shows, without reading megabytes for it.
    folded = models.JSONField(null=True, editable=False)
    # The highlighter that made both; 0 is none.
    render_version = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    highlight_note = models.CharField(max_length=200, blank=True, default="", editable=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(code=""), name="snippet_has_code")]

    def __str__(self) -> str:
        return self.caption or self.filename or f"Snippet {self.pk}"

    @property
    def anchor(self) -> str:
        """Its place on the incident's page; a line adds -L12."""
        return f"snippet-{self.pk}"


class Attachment(SignedModel):
    """A file, stored byte for byte under a name of our own; only its preview is ever shown inside a page."""

    SIGNED_FIELD = "text"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="attachments")
    entry = models.ForeignKey(
        TimelineEntry, on_delete=models.SET_NULL, null=True, blank=True, related_name="attachments"
    )
    step = models.ForeignKey(
        DiagnosisStep, on_delete=models.SET_NULL, null=True, blank=True, related_name="attachments"
    )
    # Path below the media directory: aa/bb/<uuid>.
    path = models.CharField(max_length=100, unique=True)
    filename = models.CharField(max_length=FILENAME_LIMIT)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    caption = models.CharField(max_length=CAPTION_LIMIT, blank=True, default="")
    alt_text = models.CharField(max_length=CAPTION_LIMIT, blank=True, default="")
    # The words of a text file, of the text in an archive, or in a picture; what search reads.
    text = models.TextField(blank=True, default="")
    text_state = models.CharField(
        max_length=11, choices=TextState.choices, default=TextState.NONE, db_default=TextState.NONE
    )
    # Why nothing was read, or what was left out.
    text_note = models.CharField(max_length=200, blank=True, default="", db_default="")
    text_read_at = models.DateTimeField(null=True, blank=True, editable=False)
    # People correct what was read; from then on no reader touches it.
    text_edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    text_edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    preview_state = models.CharField(max_length=7, choices=PreviewState.choices, default=PreviewState.NONE)
    # Why there is no preview, or what was left out of it.
    preview_note = models.CharField(max_length=200, blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    # A copy with boxes and arrows knows the picture under them, and what was drawn, to go on with.
    drawn_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="drawings", editable=False
    )
    drawn_shapes = models.JSONField(null=True, blank=True, editable=False)
    # Counts what people changed in the words beside and in it.
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(preview_state__in=PreviewState.values), name="attachment_preview_known"),
            models.CheckConstraint(condition=Q(text_state__in=TextState.values), name="attachment_text_state_known"),
        ]

    def __str__(self) -> str:
        return self.filename

    def get_absolute_url(self) -> str:
        """The original file."""
        return reverse("attachment", args=[self.pk])

    @property
    def preview_url(self) -> str:
        """The re-encoded picture."""
        return reverse("attachment_preview", args=[self.pk])

    @property
    def anchor(self) -> str:
        """Its place on the incident's page."""
        return f"attachment-{self.pk}"

    @property
    def is_picture(self) -> bool:
        """Whether a preview is there or on its way."""
        return self.preview_state in {PreviewState.PENDING, PreviewState.READY}

    @property
    def is_text(self) -> bool:
        """Whether it has lines to point at, as far as its type says."""
        return self.content_type.startswith("text/") or self.content_type in {"application/json", "application/xml"}

    @property
    def may_hold_words(self) -> bool:
        """Whether it is a picture, shown or not: its words may be corrected, those of a log follow from the file."""
        return self.preview_state != PreviewState.NONE
