"""Vouchers from draft to posting: the way in for screens, tasks and the apps above.

Drafting stands in `drafting`, signing and posting in `posting`, what follows an error in
`corrections`.
"""

from funds.services.corrections import (
    AlreadyCorrected,
    Correction,
    EarlierYear,
    NotPosted,
    NotVoided,
    ReversalNeeded,
    ReversalNotReversible,
    correct_voucher,
    redraft_voucher,
    reverse_voucher,
)
from funds.services.drafting import (
    AccountUnusable,
    AlreadyReversed,
    AttachmentMissing,
    DraftLine,
    LinesInvalid,
    OpeningStays,
    PeriodClosed,
    PeriodMissing,
    ReasonMissing,
    SourceAlreadyBooked,
    VoucherDraft,
    VoucherUnbalanced,
    content_of_voucher,
    draft_voucher,
)
from funds.services.posting import (
    BulkOutcome,
    SignaturesIncomplete,
    VoucherNotWaiting,
    sign_voucher,
    sign_vouchers,
    void_voucher,
)
from funds.services.voucher_rules import FlowForbidden, RuleViolated, SourceRequired

__all__ = [
    "AccountUnusable",
    "AlreadyCorrected",
    "AlreadyReversed",
    "AttachmentMissing",
    "BulkOutcome",
    "Correction",
    "DraftLine",
    "EarlierYear",
    "FlowForbidden",
    "LinesInvalid",
    "NotPosted",
    "NotVoided",
    "OpeningStays",
    "PeriodClosed",
    "PeriodMissing",
    "ReasonMissing",
    "ReversalNeeded",
    "ReversalNotReversible",
    "RuleViolated",
    "SignaturesIncomplete",
    "SourceAlreadyBooked",
    "SourceRequired",
    "VoucherDraft",
    "VoucherNotWaiting",
    "VoucherUnbalanced",
    "content_of_voucher",
    "correct_voucher",
    "draft_voucher",
    "redraft_voucher",
    "reverse_voucher",
    "sign_voucher",
    "sign_vouchers",
    "void_voucher",
]
