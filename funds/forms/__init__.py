"""Forms of funds: they parse and shape input; services decide."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from accounts.enums import Decision
from accounts.selectors.offices import Office
from common import forms
from common.errors import DomainError
from common.periods import month_code, month_text, parse_month
from funds.enums import BusinessEvent, SourceKind
from funds.posting_rules import BY_HAND
from funds.selectors.books import AccountChoice
from funds.services.drafting import DraftLine, VoucherDraft

ZERO = Decimal("0.00")
ENTRY_ROWS = 8  # empty rows of the entry grid; the page's script adds more
MAX_ROWS = 300
BEFORE_CLOSING = "before"  # ledgers without the period-end close of their months
CODE_FIRST = re.compile(r"([0-9]{4,12})\b")


class VoucherFilterForm(forms.Form):
    """Filters of the voucher list; the tab rides along."""

    state = forms.CharField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(label="摘要、凭证号或批次号", required=False, max_length=60)
    month = forms.ChoiceField(label="会计期间", required=False)
    event = forms.ChoiceField(
        label="业务事项", required=False, choices=[("", "全部"), *BusinessEvent.choices]
    )

    def __init__(self, *args: Any, months: Sequence[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = [("", "全部"), *month_choices(months)]  # type: ignore[attr-defined]


class LedgerFilterForm(forms.Form):
    """Months and dimensions of a ledger; the account rides along."""

    account = forms.CharField(required=False, widget=forms.HiddenInput)
    first = forms.ChoiceField(label="起始月份", required=False)
    last = forms.ChoiceField(label="截止月份", required=False)
    office = forms.ChoiceField(label="经办机构", required=False)
    item = forms.CharField(label="业务项目", required=False, max_length=3)
    closing = forms.ChoiceField(
        label="期末结转", required=False, choices=[("", "结转后"), (BEFORE_CLOSING, "结转前")]
    )

    def __init__(
        self, *args: Any, months: Sequence[date], offices: Sequence[Office], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "last"):
            self.fields[name].choices = month_choices(months)  # type: ignore[attr-defined]
        self.fields["office"].choices = office_choices(offices)  # type: ignore[attr-defined]


class GeneralLedgerFilterForm(forms.Form):
    """Which account, and up to which month of its year."""

    account = forms.ChoiceField(label="会计科目", required=False)
    last = forms.ChoiceField(label="截止月份", required=False)

    def __init__(
        self, *args: Any, months: Sequence[date], accounts: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = accounts  # type: ignore[attr-defined]
        self.fields["last"].choices = month_choices(months)  # type: ignore[attr-defined]


class DayBookFilterForm(forms.Form):
    """Which bank account and month of the day-book."""

    account = forms.ChoiceField(label="银行账户", required=False)
    month = forms.ChoiceField(label="月份", required=False)

    def __init__(
        self, *args: Any, months: Sequence[date], accounts: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = accounts  # type: ignore[attr-defined]
        self.fields["month"].choices = month_choices(months)  # type: ignore[attr-defined]


def month_choices(months: Sequence[date]) -> list[tuple[str, str]]:
    """Return months as choices: 202611, 2026年11月."""
    return [(month_code(month), month_text(month)) for month in months]


def office_choices(offices: Sequence[Office]) -> list[tuple[str, str]]:
    """Return offices as choices with an empty one first."""
    return [("", "全部"), *((str(office.id), office.short_name) for office in offices)]


def month_of_choice(text: str, fallback: date) -> date:
    """Return the month of an address's `202611`, or the fallback for anything else."""
    try:
        return parse_month(text)
    except DomainError:
        return fallback


class VoucherHeadForm(forms.Form):
    """Head of a voucher entered by hand."""

    voucher_date = forms.DayField(label="凭证日期")
    event = forms.ChoiceField(
        label="业务事项",
        choices=[("", "请选择"), *((event.value, event.label) for event in BY_HAND)],
        help_text="决定借方和贷方可用的科目以及资金流向；有来源单据的事项由系统自动生成凭证。",
    )
    attachment_count = forms.IntegerField(label="附件张数", min_value=0, max_value=9999)
    summary = forms.CharField(label="摘要", max_length=200, strip=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event"].widget.attrs["data-search"] = ""
        self.fields["summary"].wide = True  # type: ignore[attr-defined]
        self.fields["attachment_count"].unit = "张"  # type: ignore[attr-defined]
        self.fields[
            "attachment_count"
        ].basis = "《会计基础工作规范》：除结账和更正错误外，记账凭证必须附有原始凭证。"  # type: ignore[attr-defined]


class CorrectionForm(forms.Form):
    """Head of the voucher that says a posted one right; event and summary follow from it."""

    voucher_date = forms.DayField(label="订正凭证日期", help_text="须在未结账的月份。")
    attachment_count = forms.IntegerField(label="附件张数", min_value=0, max_value=9999)
    reason = forms.CharField(
        label="订正原因",
        max_length=200,
        help_text="写明原凭证错在哪里；记入订正凭证的办理记录，稽核和过账时可见。",
    )


class VoucherFileForm(forms.Form):
    """A scan of a source document to keep with a voucher."""

    file = forms.EvidenceField(
        label="原始凭证", required=True, error_messages={"required": "请选择文件"}
    )


class VoucherLineForm(forms.Form):
    """One row of the entry grid; an empty row is left out."""

    summary = forms.CharField(label="摘要", required=False, max_length=200)
    account = forms.CharField(label="会计科目", required=False, max_length=80)
    office = forms.ChoiceField(label="经办机构", required=False)
    item_code = forms.RegexField(
        r"[A-Z][0-9]{2}",
        label="业务项目",
        required=False,
        error_messages={"invalid": "业务项目为一个字母加两位数字，例如B01"},
    )
    debit = forms.AmountField(label="借方金额", required=False)
    credit = forms.AmountField(label="贷方金额", required=False)

    def __init__(
        self,
        *args: Any,
        accounts: Sequence[AccountChoice],
        offices: Sequence[Office],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._accounts = accounts
        choices = [("", "—"), *office_choices(offices)[1:]]
        self.fields["office"].choices = choices  # type: ignore[attr-defined]
        for name, attributes in GRID_ATTRIBUTES.items():
            self.fields[name].widget.attrs.update(attributes)

    def clean_account(self) -> str:
        """Return the account's code, given by code or by a name that fits only one account."""
        text = str(self.cleaned_data["account"]).strip()
        if not text:
            return ""
        found = CODE_FIRST.match(text)
        if found:
            fitting = [a for a in self._accounts if a.code == found[1]]
        else:
            fitting = [a for a in self._accounts if text in {a.name, a.full_name}] or [
                a for a in self._accounts if text in a.full_name
            ]
        if len(fitting) != 1:
            reason = "有多个科目符合，请选择其中一个" if fitting else "没有这个末级科目"
            raise forms.ValidationError(reason)
        return fitting[0].code

    def clean(self) -> dict[str, Any]:
        """Refuse a row with an account but no amount, or with two amounts."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        debit, credit, account = data.get("debit"), data.get("credit"), data.get("account")
        if debit and credit:
            self.add_error("credit", "借方和贷方只能填写一个")
        if account and not debit and not credit and not self.errors:
            self.add_error("debit", "请填写借方或贷方金额")
        if (debit or credit) and not account and "account" not in self.errors:
            self.add_error("account", "请填写会计科目")
        return data

    def to_line(self) -> DraftLine | None:
        """Return the row as a line to draft, or None for an empty row."""
        data = self.cleaned_data
        if not data.get("account"):
            return None
        office = data["office"]
        return DraftLine(
            account_code=data["account"],
            debit=data["debit"] or ZERO,
            credit=data["credit"] or ZERO,
            summary=data["summary"],
            organisation_id=int(office) if office else None,
            item_code=data["item_code"],
        )


GRID_ATTRIBUTES: dict[str, dict[str, str]] = {
    "account": {"list": "accounts", "autocomplete": "off", "aria-label": "会计科目", "size": "28"},
    "summary": {"aria-label": "摘要"},
    "office": {"aria-label": "经办机构"},
    "item_code": {"aria-label": "业务项目", "maxlength": "3", "size": "3"},
    "debit": {"aria-label": "借方金额", "data-side": "debit", "class": "text-end"},
    "credit": {"aria-label": "贷方金额", "data-side": "credit", "class": "text-end"},
}

LineFormSet = forms.formset_factory(
    VoucherLineForm, extra=ENTRY_ROWS, max_num=MAX_ROWS, absolute_max=MAX_ROWS
)


def to_draft(
    *, book_id: int, head: VoucherHeadForm, lines: "forms.BaseFormSet[VoucherLineForm]"
) -> VoucherDraft:
    """Return what a person entered as a draft; forms and rows are valid."""
    data = head.cleaned_data
    return VoucherDraft(
        book_id=book_id,
        voucher_date=data["voucher_date"],
        event=BusinessEvent(data["event"]),
        summary=data["summary"],
        source_kind=SourceKind.NONE,
        source_id=None,
        attachment_count=data["attachment_count"],
        lines=to_lines(lines),
    )


def to_lines(lines: "forms.BaseFormSet[VoucherLineForm]") -> list[DraftLine]:
    """Return the filled rows of a valid grid as lines to draft."""
    return [line for form in lines.forms if (line := form.to_line()) is not None]


class DecisionForm(forms.Form):
    """Opinion and decision on a voucher or a funds-use plan; the content the page showed."""

    seen = forms.SeenField(required=False)
    decision = forms.ChoiceField(
        label="办理结果", choices=Decision.choices, widget=forms.HiddenInput
    )
    opinion = forms.CharField(
        label="意见",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"list": "phrases", "placeholder": "退回或作废时必填"}),
    )


class ReversalForm(forms.Form):
    """Date and reason of a reversal."""

    voucher_date = forms.DayField(
        label="冲销凭证日期", help_text="须在未结账的月份；原凭证所在月份不变。"
    )
    reason = forms.CharField(
        label="冲销原因",
        max_length=200,
        help_text="写明原凭证错在哪里；记入冲销凭证的办理记录，稽核和过账时可见。",
    )


class RedraftForm(forms.Form):
    """Date and attachments of a voided voucher that is drafted once more."""

    voucher_date = forms.DayField(label="凭证日期")
    attachment_count = forms.IntegerField(label="附件张数", min_value=0, max_value=9999)


class TransferForm(forms.Form):
    """The treasury's transfer to the fiscal special account."""

    transferred_date = forms.DayField(label="划转日期", help_text="款项到达财政专户的日期。")
    reference = forms.CharField(
        label="划转凭证号", max_length=60, help_text="国库划转凭证上的编号。"
    )


class UploadForm(forms.Form):
    """One file from outside."""

    file = forms.FileField(
        label="文件",
        max_length=150,
        help_text="CSV（UTF-8 或 GB18030）或 .xlsx，不超过 64MB。",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        error_messages={"required": "请选择文件", "empty": "文件是空的"},
    )

    def content(self) -> tuple[bytes, str]:
        """Return the file's bytes and name."""
        file: UploadedFile = self.cleaned_data["file"]
        return file.read(), file.name or "file"


class StatementUploadForm(UploadForm):
    """A bank's statement, as a table or as an ISO 20022 message."""

    file = forms.FileField(
        label="文件",
        max_length=150,
        help_text="CSV（UTF-8 或 GB18030）、.xlsx，或 ISO 20022 camt.053 的 XML（不超过 16MB）。",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx,.xml"}),
        error_messages={"required": "请选择文件", "empty": "文件是空的"},
    )
