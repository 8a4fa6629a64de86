"""Forms of a handover: its head, and one small form per part."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.selectors.offices import Office
from common import forms
from funds.enums import ArchiveKind, ClaimKind
from funds.selectors.books import AccountChoice
from funds.services.handovers import ArchiveEntry, AuditConclusion, BankConfirmation, Claim

ZERO = Decimal("0.00")
BANK_CODES = ("1002", "1003", "1004")
CLAIM_CODES = ("1101", "2001", "2101")
NUMBER = r"[0-9A-Za-z-]{9,30}"
YEAR = r"(19|20)[0-9]{2}"
FOUR_DIGITS = {"invalid": "年度为四位数字，例如2018"}


class HandoverForm(forms.Form):
    """Which former office hands over, and as of which day."""

    office = forms.ChoiceField(label="移交机构")
    cutoff_date = forms.DayField(
        label="移交基准日", help_text="余额截止到这一天；期初凭证的日期是次日。"
    )

    def __init__(self, *args: Any, offices: Sequence[Office], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(office.id), office.short_name) for office in offices]
        self.fields["office"].choices = choices  # type: ignore[attr-defined]

    def values(self) -> tuple[int, date]:
        """Return the office's id and the cut-off date."""
        return int(self.cleaned_data["office"]), self.cleaned_data["cutoff_date"]


def _offer(form: forms.Form, accounts: Sequence[AccountChoice], codes: tuple[str, ...]) -> None:
    """Offer the accounts that begin with one of `codes`."""
    choices = [(a.code, f"{a.code} {a.full_name}") for a in accounts if a.code.startswith(codes)]
    form.fields["account"].choices = choices  # type: ignore[attr-defined]


class BalanceForm(forms.Form):
    """The balance of one account, on one side."""

    account = forms.ChoiceField(label="会计科目")
    side = forms.ChoiceField(label="余额方向", choices=[("debit", "借"), ("credit", "贷")])
    amount = forms.AmountField(label="余额")

    def __init__(self, *args: Any, accounts: Sequence[AccountChoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, accounts, ("1", "2", "3"))

    def values(self) -> dict[str, Any]:
        """Return what `add_balance` takes."""
        is_debit, amount = self.cleaned_data["side"] == "debit", self.cleaned_data["amount"]
        return {
            "account_code": self.cleaned_data["account"],
            "debit": amount if is_debit else ZERO,
            "credit": ZERO if is_debit else amount,
        }


class BankForm(forms.Form):
    """A former bank account and the bank's confirmation."""

    account = forms.ChoiceField(label="对应科目")
    bank_name = forms.CharField(label="开户银行", max_length=60)
    number = forms.RegexField(
        NUMBER,
        label="银行账号",
        help_text="登记后只显示首尾各四位。",
        error_messages={"invalid": "账号为9至30位数字或字母"},
    )
    balance = forms.AmountField(label="银行确认余额")
    letter = forms.EvidenceField(
        label="银行询证函回函",
        required=True,
        error_messages={"required": "请选择文件", "empty": "文件是空的"},
    )

    def __init__(self, *args: Any, accounts: Sequence[AccountChoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, accounts, BANK_CODES)

    def values(self) -> dict[str, Any]:
        """Return what `add_bank` takes."""
        data = self.cleaned_data
        confirmation = BankConfirmation(
            account_code=data["account"],
            bank_name=data["bank_name"],
            number=data["number"],
            balance=data["balance"],
            letter=data["letter"],
        )
        return {"confirmation": confirmation}


class ClaimForm(forms.Form):
    """A receivable or a payable."""

    kind = forms.ChoiceField(label="类别", choices=ClaimKind.choices)
    account = forms.ChoiceField(label="会计科目")
    counterparty = forms.CharField(label="对方单位或个人", max_length=100)
    amount = forms.AmountField(label="金额")
    reference = forms.CharField(
        label="依据文件", max_length=100, help_text="合同、批复或凭证的名称和编号。"
    )

    def __init__(self, *args: Any, accounts: Sequence[AccountChoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, accounts, CLAIM_CODES)

    def values(self) -> dict[str, Any]:
        """Return what `add_claim` takes."""
        data = self.cleaned_data
        claim = Claim(
            kind=ClaimKind(data["kind"]),
            account_code=data["account"],
            counterparty=data["counterparty"],
            amount=data["amount"],
            reference=data["reference"],
        )
        return {"claim": claim}


class ArchiveForm(forms.Form):
    """Archives of one kind and some years."""

    kind = forms.ChoiceField(label="档案类别", choices=ArchiveKind.choices)
    first_year = forms.RegexField(YEAR, label="起始年度", error_messages=FOUR_DIGITS)
    last_year = forms.RegexField(YEAR, label="截止年度", error_messages=FOUR_DIGITS)
    volume_count = forms.IntegerField(label="卷数", min_value=1, max_value=99999)
    note = forms.CharField(label="备注", required=False, max_length=100)

    def values(self) -> dict[str, Any]:
        """Return what `add_archive` takes."""
        data = self.cleaned_data
        entry = ArchiveEntry(
            kind=ArchiveKind(data["kind"]),
            first_year=int(data["first_year"]),
            last_year=int(data["last_year"]),
            volume_count=data["volume_count"],
            note=data["note"],
        )
        return {"entry": entry}


class AuditForm(forms.Form):
    """What the audit of the former fund concluded (J09)."""

    body = forms.CharField(label="审计机构", max_length=100)
    reference = forms.CharField(label="审计报告文号", max_length=60)
    amount = forms.AmountField(label="清算确认的基金结余")
    conclusion = forms.CharField(
        label="清算审计结论", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    report = forms.EvidenceField(label="审计报告")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["conclusion"].wide = True  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return what `record_audit` takes."""
        data = self.cleaned_data
        conclusion = AuditConclusion(
            body=data["body"],
            reference=data["reference"],
            amount=data["amount"],
            conclusion=data["conclusion"],
            report=data["report"],
        )
        return {"conclusion": conclusion}


class RemovalForm(forms.Form):
    """The line to take out; a button's value."""

    row = forms.IntegerField(label="行", min_value=1, widget=forms.HiddenInput)
