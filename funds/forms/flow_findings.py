"""Forms of movements without a permitted edge."""

from common import forms
from funds.enums import FlowFindingState


class FindingFilterForm(forms.Form):
    """How far the approval has come."""

    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *FlowFindingState.choices]
    )


class SpecialBusinessForm(forms.Form):
    """Why the movement was made, and what shows it."""

    reason = forms.CharField(
        label="办理事由",
        max_length=200,
        help_text="写明款项来由、为什么没有按许可的流向办理、以后如何处理。",
    )
    scan = forms.EvidenceField(label="依据文件扫描件", required=True)
