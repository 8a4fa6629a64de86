"""Stored codes of gap sheets and of the reserve, with the words screens show."""

from django.db import models


class GapSheetState(models.TextChoices):
    """Where a gap-sharing sheet stands; a later one that is signed voids the one before."""

    WAITING = "WAITING", "待批准"
    SIGNED = "SIGNED", "已批准"
    RETURNED = "RETURNED", "已退回"
    VOIDED = "VOIDED", "已作废"


class ReserveKind(models.TextChoices):
    """What moves the memo account of the reserve fund (J10)."""

    ALLOCATION = "ALLOCATION", "计提"
    CARRIED_UP = "CARRIED_UP", "结转上交"
    DRAW = "DRAW", "动用"
    RAISED = "RAISED", "调增"
    LOWERED = "LOWERED", "调减"
    REVERSAL = "REVERSAL", "冲销"


class ReserveState(models.TextChoices):
    WAITING = "WAITING", "待批准"
    APPROVED = "APPROVED", "已登账"
    RETURNED = "RETURNED", "已退回"
