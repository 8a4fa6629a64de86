"""Forms of the register of term deposits and treasury bonds."""

import re
from decimal import Decimal
from typing import Any

from common import forms
from common.errors import DomainError
from common.text import half_width
from funds.enums import InterestMode, InvestmentKind, InvestmentState
from funds.selectors.investments import DUE

_RATE = re.compile(r"(?:0|[1-9][0-9]?)(?:\.[0-9]{1,4})?")
LONGEST = 600  # months


def parse_rate(text: str) -> Decimal:
    """Return a yearly rate in percent, below a hundred, with up to four places.

    Raises:
        DomainError: anything else.
    """
    plain = half_width(text).strip()
    if _RATE.fullmatch(plain) is None:
        raise DomainError("年利率为0至99.9999之间的数，最多四位小数，不写百分号")
    return Decimal(plain)


class InvestmentFilterForm(forms.Form):
    """What narrows the register."""

    kind = forms.ChoiceField(
        label="种类", required=False, choices=[("", "全部"), *InvestmentKind.choices]
    )
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), (DUE, "即将到期"), *InvestmentState.choices],
    )
    text = forms.CharField(label="编号、机构、期次或存单号", required=False, max_length=60)


class ProposalForm(forms.Form):
    """A deposit or bond to ask for, with its approval document."""

    kind = forms.ChoiceField(label="种类", choices=[("", "请选择"), *InvestmentKind.choices])
    institution = forms.CharField(
        label="存款银行或承销机构", max_length=60, help_text="写到分支行。"
    )
    issue = forms.CharField(
        label="国债期次", required=False, max_length=60, help_text="定期存款不填。"
    )
    principal = forms.AmountField(label="本金")
    fees = forms.AmountField(
        label="手续费", required=False, allow_zero=True, help_text="认购国债的手续费，计入成本。"
    )
    rate = forms.ParsedField(
        parse_rate,
        label="约定年利率（%）",
        help_text="按规定执行的优惠利率，最多四位小数，例如2.15。",
    )
    interest_mode = forms.ChoiceField(
        label="付息方式", choices=InterestMode.choices, help_text="定期存款到期一次付息。"
    )
    date_from = forms.DayField(
        label="起息日", help_text="须与银行办理的日期相同，不同的须重新申请。"
    )
    term_months = forms.IntegerField(
        label="期限（月）", min_value=1, max_value=LONGEST, help_text="到期日按起息日加期限计算。"
    )
    is_taken_over = forms.BooleanField(
        label="移交接收",
        required=False,
        help_text="由移交书期初余额转来，核准后即为持有，不再生成存入凭证。",
    )
    certificate_number = forms.CharField(
        label="存单或凭证号", required=False, max_length=60, help_text="只在移交接收时填写。"
    )
    approval_number = forms.CharField(label="批准文号", max_length=60)
    note = forms.CharField(label="说明", required=False, max_length=200)
    scan = forms.EvidenceField(label="批准文件扫描件", required=True)

    def clean_fees(self) -> Decimal:
        """Return no fees as zero."""
        return self.cleaned_data["fees"] or Decimal("0.00")


class PurchaseForm(forms.Form):
    """What the bank handed out when the deposit was placed or the bond bought."""

    certificate_number = forms.CharField(label="存单或凭证号", max_length=60)
    reference = forms.CharField(label="银行流水号", max_length=60)
    slip = forms.EvidenceField(label="存单或回单扫描件")


class InvestmentReceiptForm(forms.Form):
    """Money that came back or was earned."""

    received_date = forms.DayField(label="到账日期")
    amount = forms.AmountField(label="到账金额")
    reference = forms.CharField(label="银行流水号", max_length=60)
    slip = forms.EvidenceField(label="利息清单或回单扫描件")

    def __init__(self, *args: Any, is_coupon: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["amount"]
        field.label = "利息" if is_coupon else "本息合计"
        field.help_text = "与约定利率应收的利息自动核对，差异超过允差的须由财务负责人说明。"


class DropForm(forms.Form):
    """Why an approved purchase is given up."""

    reason = forms.CharField(label="撤销原因", max_length=200)
