"""Input of sources, comparisons, plans, unlocks and application forms: shape only."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from accounts.enums import Decision
from common import forms
from common.errors import DomainError
from common.periods import add_months, month_code, month_of, month_text, parse_month
from payouts.enums import (
    ApplicationChannel,
    ComparisonState,
    MismatchReason,
    SourceKind,
    UnlockState,
)
from payouts.selectors.plans import Choice
from payouts.services.applications import FormFigures

MONTHS_BACK = 12


def posted(request: HttpRequest) -> tuple[Any, Any]:
    """Return what a form is bound to: the request's data and files, or nothing for a GET.

    An empty POST binds too, so that it is refused instead of showing a fresh form.
    """
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def month_choices(today: date, *, months: int = MONTHS_BACK) -> list[tuple[str, str]]:
    """Return this month and the ones before it, newest first, as choices of a select field."""
    newest = month_of(today)
    return [
        (month_code(month), month_text(month))
        for month in (add_months(newest, -back) for back in range(months))
    ]


def chosen_month(code: str | None) -> date | None:
    """Return the month of a choice, or None."""
    try:
        return parse_month(code or "")
    except DomainError:
        return None


def _pairs(choices: Iterable[Choice], *, empty: str = "") -> list[tuple[Any, str]]:
    first: list[tuple[Any, str]] = [("", empty)] if empty else []
    return first + [(choice.id, choice.label) for choice in choices]


class SourceUploadForm(forms.Form):
    """A source's file. 422 keeps the kind; a browser cannot keep the file."""

    kind = forms.ChoiceField(label="数据来源", choices=SourceKind.choices)
    file = forms.FileField(
        label="文件",
        help_text="CSV 或 Excel（.xlsx），第一行为声明，第二行为列名。",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
    )


class SourceFilterForm(forms.Form):
    """Filters of the list of extracts."""

    kind = forms.ChoiceField(
        label="来源", required=False, choices=[("", "全部来源"), *SourceKind.choices]
    )


class OfficeMonthForm(forms.Form):
    """Which office, item and month: for a comparison, a plan, an unlock."""

    organisation = forms.TypedChoiceField(label="经办机构", coerce=int)
    item = forms.TypedChoiceField(label="业务项目", coerce=int)
    month = forms.ChoiceField(label="待遇月份")

    def __init__(
        self, *args: Any, offices: list[Choice], items: list[Choice], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = _pairs(offices)  # type: ignore[attr-defined]
        self.fields["item"].choices = _pairs(items)  # type: ignore[attr-defined]
        self.fields["month"].choices = month_choices(today)  # type: ignore[attr-defined]

    def to_arguments(self) -> dict[str, Any]:
        """Return what the services call organisation_id, item_id and month."""
        return {
            "organisation_id": self.cleaned_data["organisation"],
            "item_id": self.cleaned_data["item"],
            "month": parse_month(self.cleaned_data["month"]),
        }


class UnlockForm(OfficeMonthForm):
    """Asking to hand in a late plan."""

    reason = forms.CharField(
        label="逾期原因",
        max_length=300,
        widget=forms.Textarea,
        help_text="为何没有在截止日前提交、影响多少人；市级据此决定是否解锁。",
    )


class PlanFilterForm(forms.Form):
    """Filters of the lists of plans and comparisons; the tab travels along."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    organisation = forms.TypedChoiceField(
        label="经办机构", required=False, coerce=int, empty_value=None
    )
    month = forms.ChoiceField(label="待遇月份", required=False)

    def __init__(self, *args: Any, offices: list[Choice], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = _pairs(offices, empty="全部机构")  # type: ignore[attr-defined]
        months = [("", "全部月份"), *month_choices(today, months=24)]
        self.fields["month"].choices = months  # type: ignore[attr-defined]

    def to_filters(self) -> dict[str, Any]:
        """Return the filters that could be understood."""
        cleaned = self.cleaned_data if self.is_valid() else {}
        return {
            "organisation_id": cleaned.get("organisation"),
            "month": chosen_month(cleaned.get("month")),
        }


class ResultFilterForm(forms.Form):
    """Filters of a comparison's people."""

    state = forms.ChoiceField(
        label="结果", required=False, choices=[("", "有差异的"), *ComparisonState.choices]
    )
    reason = forms.ChoiceField(
        label="原因", required=False, choices=[("", "全部原因"), *MismatchReason.choices]
    )
    name = forms.CharField(label="姓名（从首字起）", required=False, max_length=50)


class ClearingForm(forms.Form):
    """Why a mismatch may be cleared."""

    text = forms.CharField(
        label="核实说明",
        max_length=500,
        widget=forms.Textarea,
        help_text="写明向谁、用什么材料核实，结论是什么；稽核抽查时以此为准。",
    )
    evidence = forms.EvidenceField(label="佐证材料", required=True)


class DecisionForm(forms.Form):
    """A signer's decision; the pressed button posts `decision`."""

    decision = forms.ChoiceField(
        label="办理结果", choices=Decision.choices, widget=forms.HiddenInput
    )
    opinion = forms.CharField(
        label="意见",
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"list": "phrases", "autocomplete": "off"}),
    )
    seen = forms.SeenField(required=False)

    def show_content(self, sha256: str) -> None:
        """Carry the digest of what the page shows now, also when the form comes back."""
        self.initial["seen"] = sha256
        if self.is_bound:
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data["seen"] = sha256  # type: ignore[index]


class WithdrawForm(forms.Form):
    """Why a plan is withdrawn."""

    reason = forms.CharField(
        label="作废原因", max_length=200, help_text="作废后本月可以重新编制，原编号不再使用。"
    )


class UnlockFilterForm(PlanFilterForm):
    """Filters of the list of late unlocks."""

    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部状态"), *UnlockState.choices]
    )

    def to_filters(self) -> dict[str, Any]:
        """Return the filters that could be understood."""
        cleaned = self.cleaned_data if self.is_valid() else {}
        return {**super().to_filters(), "state": cleaned.get("state", "")}


class LineFilterForm(forms.Form):
    """Filter of a plan's lines."""

    name = forms.CharField(label="姓名（从首字起）", required=False, max_length=50)


class ApplicationForm(forms.Form):
    """The figures of the form as finance reads them; none is filled in from the plan."""

    channel = forms.ChoiceField(label="送达方式", choices=ApplicationChannel.choices)
    month = forms.MonthField(label="待遇月份", help_text="六位数字，例如 202611。")
    item_code = forms.RegexField(
        r"[A-Za-z][0-9]{2}",
        label="业务项目代码",
        help_text="例如 B01。",
        error_messages={"invalid": "业务项目为一个字母加两位数字，例如B01"},
    )
    line_count = forms.IntegerField(label="人次", min_value=1, max_value=9_999_999)
    total_amount = forms.AmountField(label="金额")
    scan = forms.EvidenceField(label="申请表扫描件")

    def to_figures(self) -> FormFigures:
        """Return the typed figures."""
        cleaned = self.cleaned_data
        total: Decimal = cleaned["total_amount"]
        code = cleaned["item_code"].strip().upper()
        return FormFigures(cleaned["month"], code, cleaned["line_count"], total)


class FundsRequestForm(forms.Form):
    """The ticked plans."""

    ids = forms.TypedMultipleChoiceField(label="发放计划", coerce=int, required=False)

    def __init__(self, *args: Any, plan_ids: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ids"].choices = [(pk, str(pk)) for pk in plan_ids]  # type: ignore[attr-defined]
