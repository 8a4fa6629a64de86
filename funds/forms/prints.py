"""What of the books to print."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from common import forms
from common.periods import parse_month
from funds.enums import PrintKind
from funds.forms import month_choices

PDF, XLSX = "PDF", "XLSX"
NEEDS_ACCOUNT = (PrintKind.DETAIL, PrintKind.DAY_BOOK)


class PrintForm(forms.Form):
    """Vouchers or a ledger of some months, as PDF or workbook."""

    what = forms.ChoiceField(label="打印内容", choices=PrintKind.choices)
    first = forms.ChoiceField(label="起始月份")
    last = forms.ChoiceField(label="截止月份")
    account = forms.ChoiceField(
        label="会计科目", required=False, help_text="明细账和日记账必选；总账不选即全部一级科目。"
    )
    first_number = forms.IntegerField(
        label="起始凭证号", required=False, min_value=1, max_value=999_999
    )
    last_number = forms.IntegerField(
        label="截止凭证号", required=False, min_value=1, max_value=999_999,
        help_text="只用于凭证，不填即全部。",
    )  # fmt: skip
    file_type = forms.ChoiceField(
        label="文件格式", choices=[(PDF, "PDF（A4，可打印）"), (XLSX, "Excel 工作簿")]
    )

    def __init__(
        self, *args: Any, months: Sequence[date], accounts: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "last"):
            self.fields[name].choices = month_choices(months)  # type: ignore[attr-defined]
        self.fields["account"].choices = [("", "—"), *accounts]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse months in the wrong order, a ledger without account, vouchers as workbook."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("first", "last"):
            if data.get(name):
                data[name] = parse_month(data[name])
        if data.get("first") and data.get("last") and data["first"] > data["last"]:
            self.add_error("last", "截止月份不能早于起始月份")
        numbers = data.get("first_number"), data.get("last_number")
        if all(numbers) and numbers[0] > numbers[1]:  # type: ignore[operator]
            self.add_error("last_number", "截止凭证号不能小于起始凭证号")
        what = data.get("what")
        if what in NEEDS_ACCOUNT and not data.get("account") and "account" not in self.errors:
            self.add_error("account", "请选择会计科目")
        if what == PrintKind.VOUCHERS and data.get("file_type") == XLSX:
            self.add_error("file_type", "记账凭证只能打印为PDF")
        return data
