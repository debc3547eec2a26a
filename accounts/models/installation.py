"""The installation itself: one row."""

from django.db import models


class Installation(models.Model):
    """Name and set-up state of this installation; always the row with id 1."""

    SINGLE_ID = 1

    name = models.CharField(max_length=80, default="Hindsight")
    set_up_at = models.DateTimeField(null=True, blank=True)
    # SHA-256 of the one-time set-up link's secret; "" when no link is valid.
    setup_digest = models.CharField(max_length=64, blank=True, default="")
    has_demo_data = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="installation_is_single")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Installation":
        """The row, or an unsaved one with the defaults before set-up."""
        return cls.objects.filter(pk=cls.SINGLE_ID).first() or cls(pk=cls.SINGLE_ID)
