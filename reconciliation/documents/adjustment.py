"""The printed balance adjustment sheet of a bank account (存款余额调节表)."""

from typing import Any

from django.utils import timezone

from common.periods import day_text, last_day
from reconciliation.enums import AdjustmentState, OutstandingSide
from reconciliation.selectors.adjustments import AdjustmentSheet


def print_context(sheet: AdjustmentSheet) -> dict[str, Any]:
    """Return what the form shows: the books on the left, the bank on the right.

    Source: 财会〔2017〕28号 (每月编制银行存款余额调节表).
    """
    return {
        "title_text": sheet.title,
        "organisation": sheet.office,
        "period": day_text(last_day(sheet.month)),
        "document_number": f"TJ-{sheet.month:%Y%m}-{sheet.id}",
        "content_sha256": sheet.content_sha256,
        "sheet": sheet,
        "left": {
            "name": "单位账面余额",
            "balance": sheet.ledger_balance,
            "adjusted": sheet.ledger_adjusted,
            "groups": [
                _group(sheet, OutstandingSide.BANK_RECEIVED, "加"),
                _group(sheet, OutstandingSide.BANK_PAID, "减"),
            ],
        },
        "right": {
            "name": "银行对账单余额",
            "balance": sheet.bank_balance,
            "adjusted": sheet.bank_adjusted,
            "groups": [
                _group(sheet, OutstandingSide.UNIT_RECEIVED, "加"),
                _group(sheet, OutstandingSide.UNIT_PAID, "减"),
            ],
        },
        "signers": _signers(sheet),
        "is_final": sheet.state == AdjustmentState.CHECKED,
    }


def _group(sheet: AdjustmentSheet, side: OutstandingSide, sign: str) -> dict[str, Any]:
    return {
        "label": f"{sign}：{side.label}",
        "items": sheet.of_side(side),
        "total": sheet.total_of(side),
    }


def _signers(sheet: AdjustmentSheet) -> list[dict[str, str]]:
    rows = []
    for step, label in (("PREPARE", "编制（出纳）"), ("CHECK", "复核")):
        entry = next((e for e in sheet.timeline if e.step == step and not e.is_void), None)
        rows.append(
            {
                "label": label,
                "name": entry.person if entry else "",
                "day": day_text(timezone.localdate(entry.at)) if entry else "",
            }
        )
    return rows
