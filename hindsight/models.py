"""What background work remembers between runs: the workers alive, and when each periodic function last began."""

from typing import ClassVar

from django.db import models


class Worker(models.Model):
    """One worker process. `beat_at` is renewed every ten seconds; a row that has fallen silent is a dead worker."""

    name = models.CharField(max_length=64, unique=True)
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["-beat_at"]

    def __str__(self) -> str:
        return f"worker {self.pid} on {self.host}"


class PeriodicRun(models.Model):
    """When a periodic function last began, over all workers."""

    name = models.CharField(max_length=200, unique=True)
    began_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
