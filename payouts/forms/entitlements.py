"""Input of applications to stop, suspend or resume an entitlement: shape only."""

from typing import Any

from common import forms
from payouts.enums import ChangeReason, ChangeState
from payouts.services.entitlement_changes import ChangeWish


class ChangeForm(forms.Form):
    """Why an entitlement ends, rests or goes on, since when, and what was found out."""

    reason = forms.ChoiceField(label="原因")
    happened_on = forms.DayField(
        label="情形发生日期", help_text="例如再就业起始日、服刑开始日，不晚于今天。"
    )
    note = forms.CharField(
        label="情况说明",
        max_length=300,
        widget=forms.Textarea,
        help_text="从哪里得知、怎样核实，例如参保信息、法院文书。",
    )
    evidence = forms.EvidenceField(label="佐证材料")

    def __init__(self, *args: Any, reasons: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]

    def to_wish(self) -> ChangeWish:
        """Return what was applied for."""
        cleaned = self.cleaned_data
        reason = ChangeReason(cleaned["reason"])
        return ChangeWish(reason, cleaned["happened_on"], cleaned["note"])


class ChangeFilterForm(forms.Form):
    """Filter of the list of applications."""

    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部状态"), *ChangeState.choices]
    )
    name = forms.CharField(label="姓名（从首字起）", required=False, max_length=50)
