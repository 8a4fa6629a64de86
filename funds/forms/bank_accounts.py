"""Forms of the register of bank accounts."""

from typing import Any

from common import forms
from common.identifiers import AccountKind, parse_account_number
from funds.enums import BankAccountKind


class AccountOpeningForm(forms.Form):
    """A bank account to open, with the approval of the finance bureau."""

    kind = forms.ChoiceField(
        label="账户性质",
        choices=[("", "请选择"), *BankAccountKind.choices],
        help_text="财政专户的开户主体为市财政局，收入户、支出户为市就业中心。",
    )
    bank_name = forms.CharField(label="开户银行", max_length=60, help_text="写到分支行。")
    number = forms.ParsedField(
        lambda text: parse_account_number(text, AccountKind.SETTLEMENT),
        label="账号",
        help_text="登记后只显示尾号。",
    )
    opened_date = forms.DayField(label="开户日期")
    approval = forms.CharField(
        label="开户批文文号", max_length=100, help_text="财政部门同意开户的批文。"
    )
    scan = forms.EvidenceField(label="开户批文扫描件", required=True)


class AccountClosingForm(forms.Form):
    """The closing of a bank account."""

    closed_date = forms.DayField(label="销户日期", help_text="银行办结销户的日期。")
    approval = forms.CharField(label="销户批文文号", max_length=100)
    scan = forms.EvidenceField(label="销户批文扫描件", required=True)


class AccountReviewForm(forms.Form):
    """What the bank confirmed of an account in the year under review."""

    balance_date = forms.DayField(label="余额确认日期", help_text="银行确认书上的余额日期。")
    bank_balance = forms.AmountField(label="银行确认余额", allow_zero=True)
    is_needed = forms.TypedChoiceField(
        label="核查结论",
        choices=[("yes", "继续使用"), ("no", "应予销户")],
        coerce=lambda text: text == "yes",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="说明",
        required=False,
        max_length=200,
        help_text="余额与账面不符，或账户不再需要时必填。",
    )
    scan = forms.EvidenceField(label="银行确认书扫描件", required=True)


class ReviewFilterForm(forms.Form):
    """Which year's review is shown."""

    year = forms.ChoiceField(label="年度", required=False)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(year), f"{year}年") for year in years]
        self.fields["year"].choices = choices  # type: ignore[attr-defined]
