"""The installation itself: one row."""

from datetime import datetime

from django.db import models

from hindsight.lib.kept import Kept


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
        return _CURRENT.first(cls.SINGLE_ID) or cls(pk=cls.SINGLE_ID)

    @classmethod
    def locked(cls) -> "Installation":
        """The row, made if needed and locked to the end of the transaction.

        Whatever must not happen twice at once (set-up, losing the last administrator) takes it first.
        """
        cls.objects.get_or_create(pk=cls.SINGLE_ID)
        return cls.objects.select_for_update().get(pk=cls.SINGLE_ID)

    @classmethod
    def close_setup(cls, *, now: datetime) -> None:
        """Note that there is an account: the set-up link stops working. The time of the first set-up stays."""
        row = cls.locked()
        row.set_up_at = row.set_up_at or now
        row.setup_digest = ""
        row.save(update_fields=["set_up_at", "setup_digest"])


_CURRENT = Kept(lambda pk: Installation.objects.filter(pk=pk))
