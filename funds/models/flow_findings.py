"""Movements at the bank for which the closed loop has no edge (资金流向异常)."""

from django.db import models
from django.db.models import Q

from accounts.models import PoolRow, User
from common.db import amount_above_zero, known_state
from funds.enums import FlowFindingKind, FlowFindingState, FlowPlace
from funds.models.books import BankAccount, Book
from funds.models.income import BankStatementLine
from funds.models.vouchers import Voucher


class FlowFinding(PoolRow):
    """One line of a bank statement whose movement no event permits; a red finding.

    Found while the statement is imported or, where it came from outside or left for it, when the
    account is reconciled and no voucher names it (UNNAMED). It asks for a special-business
    approval (特殊业务审批): the accountant says why, the head of finance reviews, the head of the
    centre approves; the row's newest round is that approval, and only once approved the movement
    is booked, by one voucher of event SPECIAL. An unnamed one is explained instead once a posted
    `voucher` of a permitted edge accounts for it. `counter_account` is ours on the other side,
    null for the treasury and the outside. `owner` brought the statement or reconciled it, later
    asked for the approval.
    """

    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    statement_line = models.OneToOneField(
        BankStatementLine, models.PROTECT, verbose_name="银行流水", related_name="flow_finding"
    )
    bank_account = models.ForeignKey(
        BankAccount, models.PROTECT, verbose_name="银行账户", related_name="+"
    )
    counter_account = models.ForeignKey(
        BankAccount, models.PROTECT, verbose_name="对方账户", null=True, related_name="+"
    )
    kind = models.CharField("异常类别", max_length=12, choices=FlowFindingKind)
    from_place = models.CharField("付款方", max_length=12, choices=FlowPlace)
    to_place = models.CharField("收款方", max_length=12, choices=FlowPlace)
    amount = models.DecimalField("金额", max_digits=18, decimal_places=2)
    value_date = models.DateField("发生日期")
    found_at = models.DateTimeField("发现时间")
    owner = models.ForeignKey(
        User, models.PROTECT, verbose_name="责任人", null=True, related_name="+"
    )
    state = models.CharField(
        "状态", max_length=10, choices=FlowFindingState, default=FlowFindingState.OPEN
    )
    round = models.PositiveSmallIntegerField("轮次", default=0)
    reason = models.CharField("办理事由", max_length=200, blank=True)
    content_sha256 = models.CharField("内容摘要", max_length=64, blank=True)
    voucher = models.ForeignKey(
        Voucher, models.PROTECT, verbose_name="业务凭证", null=True, related_name="+"
    )

    class Meta:
        verbose_name = "资金流向异常"
        constraints = [
            amount_above_zero("flow_finding_amount_above_zero"),
            models.CheckConstraint(
                condition=Q(state=FlowFindingState.EXPLAINED)
                | (
                    Q(state=FlowFindingState.OPEN)
                    ^ (Q(round__gte=1) & ~Q(reason="") & ~Q(content_sha256=""))
                ),
                name="flow_finding_asked_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=FlowFindingState.EXPLAINED, voucher__isnull=False)
                | (~Q(state=FlowFindingState.EXPLAINED) & Q(voucher__isnull=True)),
                name="flow_finding_explained_by_voucher",
            ),
            known_state("flow_finding_kind_known", FlowFindingKind, "kind"),
            known_state("flow_finding_state_known", FlowFindingState),
        ]
        indexes = [models.Index(fields=["pool", "book", "-id"], name="flow_finding_newest_first")]
