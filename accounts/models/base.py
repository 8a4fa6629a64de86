"""What every tenant row has."""

from django.db import models


class PoolRow(models.Model):
    """A row of one pool. Row-level security and composite keys come with the app's migration."""

    pool = models.ForeignKey(
        "accounts.Pool", models.PROTECT, verbose_name="统筹区", related_name="+"
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
