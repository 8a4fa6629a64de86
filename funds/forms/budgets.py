"""Forms of a budget: its parts one by one, letters, their confirmation, adjustment, filters."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.enums import Decision
from common import forms
from common.errors import DomainError
from common.text import half_width
from funds.budget_enums import BudgetCause
from funds.budget_lines import Inputs
from funds.forms import month_choices
from funds.services.budget_signing import BudgetLetter
from funds.services.budgets import LineEntry

_PERCENT = re.compile(r"(?:100(?:\.0{1,4})?|(?:0|[1-9][0-9]?)(?:\.[0-9]{1,4})?)")
HUNDRED = Decimal(100)


def parse_percent(text: str) -> Decimal:
    """Return a share typed in percent, from 0 to 100 with up to four places, as a fraction.

    Raises:
        DomainError: anything else.
    """
    plain = half_width(text).strip()
    if _PERCENT.fullmatch(plain) is None:
        raise DomainError("百分比为0至100之间的数，最多四位小数，不写百分号")
    return Decimal(plain) / HUNDRED


class _LineForm(forms.Form):
    """What every line has beside its inputs."""

    estimate = forms.AmountField(
        label="上年预计执行数", allow_zero=True, help_text="上年度全年预计数，初值为账面已执行数。"
    )
    explanation = forms.CharField(label="测算依据", max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["explanation"].wide = True  # type: ignore[attr-defined]

    def to_entry(self) -> LineEntry:
        """Return what was entered; beside what every line has, fields are named as inputs are."""
        entered = dict(self.cleaned_data)
        estimate, explanation = entered.pop("estimate"), entered.pop("explanation")
        inputs = Inputs(**{name: Decimal(value) for name, value in entered.items()})
        return LineEntry(inputs, estimate, explanation)


class PremiumLineForm(_LineForm):
    """Premiums: insured × monthly base × 12 × rate × collection rate."""

    quantity = forms.IntegerField(label="参保缴费人数", help_text="全年平均缴费人数。")
    unit_amount = forms.AmountField(label="月均缴费基数", allow_zero=True)
    rate = forms.ParsedField(parse_percent, label="费率（%）", help_text="单位和个人合计，例如1。")
    collection_rate = forms.ParsedField(
        parse_percent, label="征缴率（%）", help_text="预计征缴到账的比例，例如98。"
    )
    field_order = ("quantity", "unit_amount", "rate", "collection_rate")


class BenefitLineForm(_LineForm):
    """A benefit: person-months × monthly standard."""

    quantity = forms.IntegerField(label="享受待遇人月", help_text="全年各月享受人数之和。")
    unit_amount = forms.AmountField(label="月人均标准", allow_zero=True)
    field_order = ("quantity", "unit_amount")


class EnteredLineForm(_LineForm):
    """A line whose amount is entered with its explanation."""

    amount = forms.AmountField(label="预算数", allow_zero=True)
    field_order = ("amount",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["explanation"].help_text = "预算数不为零时必填。"


class FactorForm(forms.Form):
    """One of the six factors."""

    value = forms.CharField(label="取值", max_length=60, help_text="例如：平均工资增长5%。")
    explanation = forms.CharField(
        label="说明", max_length=300, help_text="取值的来源，对收入、支出的影响。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["explanation"].wide = True  # type: ignore[attr-defined]


class SumForm(forms.Form):
    """One amount: the opening balance, or what one office is to collect."""

    amount = forms.AmountField(label="金额", allow_zero=True)


class BudgetYearForm(forms.Form):
    """Which year is budgeted."""

    year = forms.ChoiceField(label="预算年度")

    def __init__(self, *args: Any, years: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(str(year), f"{year}年度") for year in years]  # type: ignore[attr-defined]


class AdjustmentForm(forms.Form):
    """Why a budget in force is adjusted."""

    cause = forms.ChoiceField(
        label="调整原因",
        choices=[choice for choice in BudgetCause.choices if choice[0] != BudgetCause.NONE],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="调整理由", max_length=500, help_text="写明新增支出或减少收入的特殊因素。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].wide = True  # type: ignore[attr-defined]


class BudgetLetterForm(forms.Form):
    """A body's letter on a budget."""

    seen = forms.SeenField(required=False)
    decision = forms.ChoiceField(
        label="批复结论",
        choices=[(Decision.APPROVE.value, "同意"), (Decision.RETURN.value, "退回")],
        widget=forms.RadioSelect,
    )
    document_number = forms.CharField(label="批复文号", max_length=60)
    decided_date = forms.DayField(label="批复日期", help_text="不早于上一环节的批复日期。")
    opinion = forms.CharField(
        label="批复意见", required=False, max_length=300, help_text="退回时必填，照批复文件填写。"
    )
    scan = forms.EvidenceField(label="批复文件扫描件", required=True)

    def to_letter(self) -> BudgetLetter:
        """Return the letter."""
        data = self.cleaned_data
        return BudgetLetter(
            decision=Decision(data["decision"]),
            opinion=data["opinion"],
            document_number=data["document_number"],
            decided_date=data["decided_date"],
            scan=data["scan"],
            seen_sha256=data["seen"],
        )


class LetterConfirmationForm(forms.Form):
    """Whether a recorded letter is what its paper says."""

    result = forms.ChoiceField(
        label="核对结果",
        choices=[("RIGHT", "与批复文件一致"), ("WRONG", "与批复文件不符，退回重报")],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="不符之处", required=False, max_length=300, help_text="不符时必填。"
    )

    def values(self) -> dict[str, Any]:
        """Return what `confirm_letter` takes."""
        data = self.cleaned_data
        return {"is_right": data["result"] == "RIGHT", "reason": data["reason"]}


class ExecutionFilterForm(forms.Form):
    """Up to which month, or to the end of its quarter."""

    month = forms.ChoiceField(label="月份", required=False)
    span = forms.ChoiceField(
        label="期别", required=False, choices=[("", "月报"), ("QUARTER", "季报")]
    )

    def __init__(self, *args: Any, months: Sequence[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = month_choices(months)  # type: ignore[attr-defined]
