"""The counter behind INC-1, INC-2, …"""

from django.db import models
from django.db.models import F


class NumberSequence(models.Model):
    """The last number given out; one row.

    Taking a number updates the row inside the transaction that uses it. The row's lock makes concurrent creations queue
    on PostgreSQL (SQLite has one writer anyway), and a transaction that fails gives its number back: no gaps.
    """

    SINGLE_ID = 1

    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="number_sequence_is_single")]

    def __str__(self) -> str:
        return str(self.last)

    @classmethod
    def take(cls) -> int:
        """The next number. Must be called inside a transaction."""
        if not cls.objects.filter(pk=cls.SINGLE_ID).update(last=F("last") + 1):
            cls.objects.get_or_create(pk=cls.SINGLE_ID)
            cls.objects.filter(pk=cls.SINGLE_ID).update(last=F("last") + 1)
        return cls.objects.get(pk=cls.SINGLE_ID).last
