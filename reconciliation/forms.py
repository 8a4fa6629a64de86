"""What the screens of reconciliation take in: months, filters, opinions, reasons."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from accounts.enums import Decision
from common import forms
from common.periods import add_months, month_of, month_text
from reconciliation.enums import DifferenceKind, DifferenceState, RunKind
from reconciliation.selectors.age_groups import AGES
from reconciliation.selectors.differences import DifferenceFilters

MONTHS_OFFERED = 24
MONTH = re.compile(r"((?:19|20)[0-9]{2})-?(0[1-9]|1[0-2])")


def read_month(text: str, *, today: date) -> date:
    """Return a month given as 2026-10 or 202610; the month before today's for anything else.

    Reconciliation looks back: the month that has ended is the one to deal with.
    """
    found = MONTH.fullmatch(text)
    if found is None:
        return add_months(month_of(today), -1)
    return date(int(found[1]), int(found[2]), 1)


def month_choices(today: date) -> list[tuple[str, str]]:
    """Return the months a screen offers, newest first."""
    this_month = month_of(today)
    months = [add_months(this_month, -n) for n in range(MONTHS_OFFERED)]
    return [(f"{month:%Y-%m}", month_text(month)) for month in months]


class MonthForm(forms.Form):
    """Which month to show."""

    month = forms.ChoiceField(label="月份")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"] = forms.ChoiceField(label="月份", choices=month_choices(today))


class BatchCheckFilterForm(MonthForm):
    """Which office's files of which month to show."""

    def __init__(
        self, *args: Any, today: date, offices: Sequence[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, today=today, **kwargs)
        self.fields["office"] = forms.ChoiceField(
            label="经办机构",
            required=False,
            choices=[("", "全部"), *((str(pk), name) for pk, name in offices)],
        )


class PeriodForm(forms.Form):
    """From which month to which, both inclusive."""

    from_month = forms.ChoiceField(label="起始月份")
    until_month = forms.ChoiceField(label="截止月份")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("from_month", "起始月份"), ("until_month", "截止月份")):
            self.fields[name] = forms.ChoiceField(label=label, choices=month_choices(today))


class DifferenceFilterForm(forms.Form):
    """Filters of the list of differences; all optional."""

    q = forms.CharField(label="差异对象", required=False, max_length=60)
    run = forms.ChoiceField(
        label="对账类别", required=False, choices=[("", "全部"), *RunKind.choices]
    )
    kind = forms.ChoiceField(
        label="差异类型", required=False, choices=[("", "全部"), *DifferenceKind.choices]
    )
    age = forms.ChoiceField(
        label="账龄",
        required=False,
        choices=[("", "全部"), *((code, words) for code, (words, _, _) in AGES.items())],
    )
    mine = forms.BooleanField(label="只看我负责的", required=False)
    state = forms.ChoiceField(
        required=False,
        choices=[("", "全部"), *DifferenceState.choices],
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"] = forms.ChoiceField(
            label="月份", required=False, choices=[("", "全部"), *month_choices(today)]
        )
        self.order_fields(["month", "run", "kind", "age", "q", "mine", "state"])

    def to_filters(self) -> DifferenceFilters:
        """Return what was asked for; fields that do not fit count as not asked."""
        self.is_valid()
        data = self.cleaned_data
        month = data.get("month") or ""
        return DifferenceFilters(
            month=date.fromisoformat(f"{month}-01") if month else None,
            kind=data.get("kind") or "",
            state=data.get("state") or "",
            run_kind=data.get("run") or "",
            search=data.get("q") or "",
            only_mine=bool(data.get("mine")),
            age=data.get("age") or "",
        )


class OpinionForm(forms.Form):
    """A decision with its opinion; `seen` is the content the screen showed."""

    opinion = forms.CharField(label="意见", required=False, max_length=500)
    seen = forms.SeenField(required=False)


class DecisionForm(OpinionForm):
    """An opinion with the decision whose button was pressed; without one nothing is decided."""

    decision = forms.ChoiceField(
        label="办理结果",
        choices=[(Decision.APPROVE.value, "同意"), (Decision.RETURN.value, "退回")],
        widget=forms.HiddenInput,
        error_messages={
            "required": "请点页面下方的按钮办理，没有收到办理结果",
            "invalid_choice": "没有收到办理结果：“%(value)s”不是有效的选项，请点页面下方的按钮",
        },
    )


class SupersedeForm(forms.Form):
    """Why a version is set aside."""

    reason = forms.CharField(label="原因", max_length=300, widget=forms.Textarea)


class ExportForm(forms.Form):
    """What an export is for."""

    purpose = forms.CharField(label="导出用途", max_length=200)


class ExplainForm(forms.Form):
    """Why the sides differ and what was done about it."""

    explanation = forms.CharField(
        label="差异原因和处理办法",
        max_length=500,
        widget=forms.Textarea,
        help_text="差在哪一笔、因何造成、怎样处理、何时消除；由第二人据此销号。",
    )


class ClosingForm(forms.Form):
    """What who asks for a month to be closed has to explain."""

    explanation = forms.CharField(
        label="结账说明",
        required=False,
        max_length=300,
        widget=forms.Textarea,
        help_text="有“待说明”的检查项目时必填：在途款项是哪一批次、何时收回。",
    )


class ReopeningForm(forms.Form):
    """Why a closed month is to be opened again."""

    reason = forms.CharField(
        label="反结账原因",
        max_length=300,
        widget=forms.Textarea,
        help_text="错在哪一笔、为什么不能在以后的月份更正。",
    )


class SheetForm(MonthForm):
    """Which bank account's sheet to draw up, for which month."""

    def __init__(
        self, *args: Any, today: date, accounts: Sequence[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, today=today, **kwargs)
        self.fields["account"] = forms.ChoiceField(
            label="银行账户", choices=[(str(pk), name) for pk, name in accounts]
        )
        self.order_fields(["account", "month"])


class RunForm(forms.Form):
    """Which reconciliation to run. The month is written 2026-10.

    R2, R3 and R4 compare a bank account: any of the three kinds, the account says which.
    """

    kind = forms.ChoiceField(choices=RunKind.choices)
    account = forms.IntegerField(required=False, min_value=1)
    organisation = forms.IntegerField(required=False, min_value=1)
    month = forms.RegexField(MONTH)
