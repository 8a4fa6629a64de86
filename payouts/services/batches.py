"""Payment batches, from approved plans to release: the way in for screens, tasks and upper apps.

Preparing and withdrawing stand in `batch_preparing`, checking, bank count and release in
`batch_releasing`; sending in `sending`, what the bank answers in `returns`.
"""

from payouts.services.batch_preparing import (
    BatchNotWithdrawable,
    NothingToPay,
    PlansDiffer,
    PlanUnfit,
    WithdrawalReasonMissing,
    prepare_batch,
    prepare_reissue_batch,
    withdraw_batch,
)
from payouts.services.batch_releasing import (
    BalanceTooSmall,
    BankCountDiffers,
    BatchContentDiffers,
    BatchNotWaiting,
    DigitsDiffer,
    check_batch,
    confirm_with_bank,
    release_batch,
    release_digits,
    request_bank_check,
)

__all__ = [
    "BalanceTooSmall",
    "BankCountDiffers",
    "BatchContentDiffers",
    "BatchNotWaiting",
    "BatchNotWithdrawable",
    "DigitsDiffer",
    "NothingToPay",
    "PlanUnfit",
    "PlansDiffer",
    "WithdrawalReasonMissing",
    "check_batch",
    "confirm_with_bank",
    "prepare_batch",
    "prepare_reissue_batch",
    "release_batch",
    "release_digits",
    "request_bank_check",
    "withdraw_batch",
]
