"""Forms of gap sheets and of the reserve's memo account."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from accounts.selectors.offices import Office
from common import forms
from funds.forms import month_choices, office_choices
from funds.selectors.reserves import DrawableSheet
from funds.services.reserves import NewReserve
from funds.sharing_enums import GapSheetState, ReserveKind, ReserveState

REGISTERED = tuple(kind for kind in ReserveKind if kind != ReserveKind.REVERSAL)


class GapFilterForm(forms.Form):
    """How far a sheet has come."""

    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *GapSheetState.choices]
    )


class GapMonthFilterForm(forms.Form):
    """To which month the gap is reckoned."""

    month = forms.ChoiceField(label="截止月份", required=False)

    def __init__(self, *args: Any, months: Sequence[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = month_choices(months)  # type: ignore[attr-defined]


class ReserveFilterForm(forms.Form):
    """What narrows the account."""

    kind = forms.ChoiceField(
        label="类别", required=False, choices=[("", "全部"), *ReserveKind.choices]
    )
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *ReserveState.choices]
    )


class ReserveForm(forms.Form):
    """A movement of the reserve, with its document."""

    kind = forms.ChoiceField(
        label="类别",
        choices=[("", "请选择"), *((kind.value, kind.label) for kind in REGISTERED)],
        help_text="已登账的有错误，在该笔登记的页面冲销。",
    )
    entry_date = forms.DayField(label="日期")
    amount = forms.AmountField(label="金额")
    document_number = forms.CharField(label="依据文号", max_length=60)
    reason = forms.CharField(label="事由", max_length=200)
    gap_sheet = forms.ChoiceField(
        label="缺口分担表", required=False, help_text="动用时选择；动用合计不超过统筹区分担的金额。"
    )
    office = forms.ChoiceField(label="上交机构", required=False, help_text="只在结转上交时选择。")
    handed_over = forms.AmountField(
        label="上交机构储备金余额",
        required=False,
        help_text="移交清单所列余额，须与金额相同：各地不再保留储备金。",
    )
    scan = forms.EvidenceField(label="依据文件扫描件", required=True)

    def __init__(
        self,
        *args: Any,
        offices: Sequence[Office],
        sheets: Sequence[DrawableSheet],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        drawable = [(str(s.id), f"{s.title} 尚可动用{s.left:,.2f}元") for s in sheets]
        self.fields["gap_sheet"].choices = [("", "不动用"), *drawable]  # type: ignore[attr-defined]
        self.fields["office"].choices = [("", "无"), *office_choices(offices)[1:]]  # type: ignore[attr-defined]

    def new_reserve(self) -> NewReserve:
        """Return what is to be registered."""
        data = self.cleaned_data
        return NewReserve(
            kind=ReserveKind(data["kind"]),
            entry_date=data["entry_date"],
            amount=data["amount"],
            reason=data["reason"],
            document_number=data["document_number"],
            organisation_id=int(data["office"]) if data["office"] else None,
            handed_over=data["handed_over"],
            gap_sheet_id=int(data["gap_sheet"]) if data["gap_sheet"] else None,
        )


class ReserveReversalForm(forms.Form):
    """Why an entry is taken back, and the document that says so."""

    reason = forms.CharField(label="冲销事由", max_length=200)
    document_number = forms.CharField(label="依据文号", max_length=60)
    scan = forms.EvidenceField(label="依据文件扫描件", required=True)
