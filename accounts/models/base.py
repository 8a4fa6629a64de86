"""What every tenant row has."""

from django.db import models


class PoolRow(models.Model):
    """A row of one pool. Row-level security and composite keys come with the app's migration."""

    # No index of its own: each table has unique keys and indexes that begin with the pool.
    pool = models.ForeignKey(
        "accounts.Pool", models.PROTECT, verbose_name="统筹区", related_name="+", db_index=False
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class BulkRow(PoolRow):
    """A row of a table that grows by whole files and months: what it refers to is checked once
    per statement by a trigger, not row by row by foreign keys (docs/adr/0009)."""

    pool = models.ForeignKey(
        "accounts.Pool",
        models.PROTECT,
        verbose_name="统筹区",
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    class Meta:
        abstract = True
