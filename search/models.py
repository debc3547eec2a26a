"""What search keeps in the database: changes for the index to take in, what people say and save, PostgreSQL's index."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class OutboxEntry(models.Model):
    """One record that changed. Written in the change's own transaction; the indexing process takes it away."""

    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    parked_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["kind", "object_id"], name="search_outbox_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class SearchDocument(models.Model):
    """One document of the PostgreSQL engine, in one generation of its index.

    Its word vector, facts and rights are columns that only PostgreSQL has (see migration 0002).
    """

    generation = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    version = models.CharField(max_length=200, blank=True, default="")
    day = models.IntegerField(default=0)
    # Words in each of the four weights; BM25F needs them.
    length_a = models.PositiveIntegerField(default=0)
    length_b = models.PositiveIntegerField(default=0)
    length_c = models.PositiveIntegerField(default=0)
    length_d = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["generation", "kind", "object_id"], name="search_document_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class IndexedText(models.Model):
    """The text of one document as it was indexed (search/texts.py), packed. Rebuilt with the index; the truth is the
    record itself."""

    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    parts = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_text_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class Digest(models.Model):
    """What re-ranking reads of one document (search/digests.py): the words of its passages, and, with the semantic
    extra, their vectors. Rebuilt with the index; the truth is the record itself."""

    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    # Of the passages: vectors that were made from others are not read.
    text_hash = models.CharField(max_length=40)
    words = models.BinaryField()
    # What the record's fix is known to be worth: a value of the fact "verified", and which of cause and fix it tells.
    proof = models.CharField(max_length=20, blank=True, default="")
    has_cause = models.BooleanField(default=False)
    has_fix = models.BooleanField(default=False)
    # Days since 0001-01-01; 0 when it isn't known.
    day = models.IntegerField(default=0)
    # One a line, in small letters.
    services = models.TextField(blank=True, default="")
    # int8, one row of numbers a passage, and the name of the model that made them; empty until the worker gets to it.
    vectors = models.BinaryField(default=b"")
    model = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_digest_once")]
        indexes: ClassVar = [models.Index(fields=["model"], name="search_digest_model")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class IndexState(models.Model):
    """Which generation of the PostgreSQL index is in use, and whether a rebuild was asked for. One row at most."""

    generation = models.PositiveIntegerField(default=0)
    schema = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=500, blank=True, default="")
    progress = models.CharField(max_length=100, blank=True, default="")
    # How many documents the generation holds, and how many words its vocabulary had at least: what is lost shows.
    documents = models.PositiveIntegerField(default=0, db_default=0)
    vocabulary = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(pk=1), name="search_one_state")]

    def __str__(self) -> str:
        return f"generation {self.generation}"


class SearchFeedback(models.Model):
    """Whether a result helped somebody with a query. `terms` are its words, sorted: their order says nothing."""

    terms = models.CharField(max_length=500)
    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    helped = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "kind", "object_id", "terms"], name="search_feedback_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "object_id"], name="search_feedback_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} {'helped' if self.helped else 'did not help'}"


class SavedSearch(models.Model):
    """A query that somebody keeps, under a name of theirs."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=100)
    query = models.CharField(max_length=400)
    created_at = models.DateTimeField(default=timezone.now)
    # Since when its owner is told of new records; empty while they are not.
    tells_since = models.DateTimeField(null=True, blank=True)
    tells_by_mail = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "name"], name="search_saved_name_once")]

    def __str__(self) -> str:
        return self.name


class SavedFind(models.Model):
    """A new record that a saved search finds, whoever may see it: rights are looked up when it is told of."""

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="finds")
    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["search", "kind", "object_id"], name="search_find_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["found_at"], name="search_find_found_at")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class ThesaurusChange(models.Model):
    """How this installation differs from the shipped thesaurus: a group of its own, or a shipped one that it put away.

    Rows are made and deleted, never changed. `words` is the group as one line, with commas between.
    """

    words = models.CharField(max_length=600, unique=True)
    is_own = models.BooleanField()
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["words"]

    def __str__(self) -> str:
        return self.words
