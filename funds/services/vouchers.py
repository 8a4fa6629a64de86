"""Vouchers from draft to posting: the way in for screens, tasks and the apps above.

Drafting and reversing stand in `drafting`, checking, voiding and posting in `posting`.
"""

from funds.services.drafting import (
    AccountUnusable,
    AlreadyReversed,
    AttachmentMissing,
    DraftLine,
    LinesInvalid,
    NotPosted,
    NotVoided,
    PeriodClosed,
    PeriodMissing,
    ReasonMissing,
    ReversalNotReversible,
    SourceAlreadyBooked,
    VoucherDraft,
    VoucherUnbalanced,
    draft_voucher,
    redraft_voucher,
    reverse_voucher,
)
from funds.services.posting import (
    BulkOutcome,
    SignaturesIncomplete,
    VoucherNotWaiting,
    check_voucher,
    check_vouchers,
    post_voucher,
    post_vouchers,
    void_voucher,
)

__all__ = [
    "AccountUnusable",
    "AlreadyReversed",
    "AttachmentMissing",
    "BulkOutcome",
    "DraftLine",
    "LinesInvalid",
    "NotPosted",
    "NotVoided",
    "PeriodClosed",
    "PeriodMissing",
    "ReasonMissing",
    "ReversalNotReversible",
    "SignaturesIncomplete",
    "SourceAlreadyBooked",
    "VoucherDraft",
    "VoucherNotWaiting",
    "VoucherUnbalanced",
    "check_voucher",
    "check_vouchers",
    "draft_voucher",
    "post_voucher",
    "post_vouchers",
    "redraft_voucher",
    "reverse_voucher",
    "void_voucher",
]
