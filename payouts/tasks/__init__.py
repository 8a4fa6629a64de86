"""Celery entry points of payouts, one module per area."""

from payouts.tasks import payments, plans

__all__ = ["payments", "plans"]
