"""The counter behind INC-1, INC-2, …"""

from django.db import models

from hindsight.lib.rows import rows, table


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
        taken = cls._moved()
        if taken is None:
            cls.objects.get_or_create(pk=cls.SINGLE_ID)
            taken = cls._moved()
        assert taken is not None
        return taken

    @classmethod
    def _moved(cls) -> int | None:
        """The number after one more was given out; None before the first."""
        statement = f"UPDATE {table(cls)} SET last = last + 1 WHERE id = %s RETURNING last"  # noqa: S608 - our own names
        found = rows(statement, [cls.SINGLE_ID])
        return int(found[0][0]) if found else None
