"""The register of receipts and payments that have no other document in the system."""

from django.db import models
from django.db.models import Q

from accounts.models import Organisation, PoolRow, User
from common.db import amount_above_zero, amount_not_negative, known_state
from common.money import AMOUNT_CAP
from funds.entry_shapes import BUYING, INVESTMENT_KINDS, REDEEMING, RULES, Origin
from funds.enums import BusinessEvent, EntryKind, EntryState, FlowPlace
from funds.models.books import Book
from funds.models.investments import Investment
from funds.models.vouchers import Voucher

CLEARING = sorted(kind for kind, rule in RULES.items() if rule.clears)
RETURNING = sorted(kind for kind, rule in RULES.items() if rule.origin != Origin.NONE)
EARNING = sorted(set(INVESTMENT_KINDS) - set(BUYING))
WRITE_OFFS = sorted(kind for kind, rule in RULES.items() if rule.is_write_off)


def _kinds_with_their_shapes() -> Q:
    fits = Q()
    for kind, rule in RULES.items():
        for shape in rule.shapes:
            places: list[str] = [*sorted(shape.places)] or [""]
            fits |= Q(kind=kind, event=shape.event, place__in=places)
    return fits


class FundsEntry(PoolRow):
    """One receipt, payment, transfer or clearing (收支登记单); its voucher is drafted from it.

    `account_code` is the account chosen or that of the original line; `clears` the entry whose
    open amount this one takes; `original` and `original_position` the voucher line that a return
    answers. Amounts in yuan.

    `investment` is the term deposit or bond it buys, earns from or takes back. Of what it earns,
    `expected_income` is what the agreed rate demands; where it differs by more than
    `interest_tolerance`, a second person explains why. `demand_rate` (percent a year) is the one
    that part of the expectation rests on.
    """

    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    number = models.CharField("编号", max_length=30)
    kind = models.CharField("业务种类", max_length=30, choices=EntryKind)
    event = models.CharField("业务事项", max_length=10, choices=BusinessEvent)
    entry_date = models.DateField("业务日期")
    place = models.CharField("账户", max_length=12, choices=FlowPlace, blank=True)
    amount = models.DecimalField("金额", max_digits=18, decimal_places=2)
    second_amount = models.DecimalField("第二项金额", max_digits=18, decimal_places=2, default=0)
    account_code = models.CharField("会计科目", max_length=12, blank=True)
    second_account_code = models.CharField("第二项科目", max_length=12, blank=True)
    counterparty = models.CharField("对方单位", max_length=100)
    reference = models.CharField("银行流水号或文号", max_length=60)
    note = models.CharField("说明", max_length=200, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name="经办机构", null=True
    )
    item_code = models.CharField("业务项目", max_length=3, blank=True)
    batch_number = models.CharField("支付批次", max_length=40, blank=True)
    clears = models.ForeignKey(
        "self", models.PROTECT, verbose_name="清理的登记单", null=True, related_name="clearings"
    )
    original = models.ForeignKey(
        Voucher, models.PROTECT, verbose_name="原凭证", null=True, related_name="+"
    )
    original_position = models.PositiveIntegerField("原凭证行号", null=True)
    approval_number = models.CharField("批准文号", max_length=60, blank=True)
    investment = models.ForeignKey(
        Investment,
        models.PROTECT,
        verbose_name="定期存款或国债",
        null=True,
        related_name="entries",
    )
    expected_income = models.DecimalField("应收利息", max_digits=18, decimal_places=2, null=True)
    interest_tolerance = models.DecimalField(
        "利息核对允差", max_digits=18, decimal_places=2, null=True
    )
    demand_rate = models.DecimalField("活期利率（%）", max_digits=7, decimal_places=4, null=True)
    state = models.CharField("状态", max_length=10, choices=EntryState)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64)
    prepared_by = models.ForeignKey(User, models.PROTECT, verbose_name="登记人", related_name="+")
    prepared_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "收支登记单"
        constraints = [
            models.UniqueConstraint(fields=["pool", "number"], name="entry_number_once"),
            models.UniqueConstraint(
                fields=[
                    "pool",
                    "book",
                    "kind",
                    "place",
                    "reference",
                    "account_code",
                    "organisation",
                    "item_code",
                ],
                condition=~Q(place="") & ~Q(state=EntryState.WITHDRAWN),
                nulls_distinct=False,
                name="entry_once_per_reference",
            ),
            amount_above_zero("entry_amount_above_zero"),
            amount_not_negative("entry_second_amount_not_negative", "second_amount"),
            models.CheckConstraint(
                condition=_kinds_with_their_shapes(), name="entry_kind_fits_event_and_place"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=CLEARING) ^ Q(clears__isnull=True),
                name="entry_clearing_names_what_it_clears",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=RETURNING)
                ^ (Q(original__isnull=True) & Q(original_position__isnull=True)),
                name="entry_return_names_its_original",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=WRITE_OFFS) | ~Q(approval_number=""),
                name="entry_write_off_has_approval_document",
            ),
            models.CheckConstraint(condition=~Q(reference=""), name="entry_has_reference"),
            models.CheckConstraint(
                condition=Q(kind__in=INVESTMENT_KINDS) ^ Q(investment__isnull=True),
                name="entry_of_an_investment_names_it",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=EARNING,
                    expected_income__gte=0,
                    expected_income__lte=AMOUNT_CAP,
                    interest_tolerance__gte=0,
                    interest_tolerance__lte=AMOUNT_CAP,
                )
                | ~Q(kind__in=EARNING)
                & Q(expected_income__isnull=True, interest_tolerance__isnull=True),
                name="entry_of_interest_says_what_was_expected",
            ),
            models.CheckConstraint(
                condition=Q(demand_rate__isnull=True)
                | Q(kind__in=EARNING, demand_rate__gte=0, demand_rate__lte=100),
                name="entry_demand_rate_is_a_percentage",
            ),
            models.UniqueConstraint(
                fields=["pool", "investment"],
                condition=Q(kind__in=BUYING) & ~Q(state=EntryState.WITHDRAWN),
                name="investment_bought_once",
            ),
            models.UniqueConstraint(
                fields=["pool", "investment"],
                condition=Q(kind__in=REDEEMING) & ~Q(state=EntryState.WITHDRAWN),
                name="investment_redeemed_once",
            ),
            known_state("entry_state_known", EntryState),
        ]
        indexes = [
            models.Index(fields=["pool", "book", "-id"], name="entry_newest_first"),
            models.Index(fields=["pool", "clears"], name="entry_by_what_it_clears"),
            models.Index(fields=["pool", "original"], name="entry_by_original"),
            models.Index(fields=["pool", "investment"], name="entry_by_investment"),
        ]
