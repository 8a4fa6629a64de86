"""Forms of funds-use plans: the bureaus' letters, what was allotted, and its end."""

from decimal import Decimal
from typing import Any

from accounts.enums import Decision
from common import forms
from funds.services.funds_plan_signing import BureauReply
from funds.services.plan_closings import ClosingLetter


class BureauReplyForm(forms.Form):
    """A bureau's letter. Only the finance bureau's names a sum."""

    seen = forms.SeenField(required=False)
    decision = forms.ChoiceField(
        label="批复结论",
        choices=[(Decision.APPROVE.value, "同意"), (Decision.RETURN.value, "退回")],
        widget=forms.RadioSelect,
    )
    amount = forms.AmountField(
        label="核准金额",
        required=False,
        help_text="财政部门核准的金额；少于申请金额的，在意见中写明原因。退回时不填。",
    )
    document_number = forms.CharField(label="批复文号", max_length=60)
    decided_date = forms.DayField(label="批复日期")
    opinion = forms.CharField(
        label="批复意见",
        required=False,
        max_length=300,
        help_text="退回或部分核准时必填，照批复文件填写。",
    )
    scan = forms.EvidenceField(label="批复文件扫描件", required=True)

    def __init__(self, *args: Any, names_amount: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not names_amount:
            del self.fields["amount"]

    def to_reply(self) -> BureauReply:
        """Return the letter."""
        data = self.cleaned_data
        amount: Decimal | None = data.get("amount") or None
        return BureauReply(
            decision=Decision(data["decision"]),
            opinion=data["opinion"],
            document_number=data["document_number"],
            decided_date=data["decided_date"],
            amount=amount,
            scan=data["scan"],
            seen_sha256=data["seen"],
        )


class AllotmentForm(forms.Form):
    """One sum the finance bureau allotted."""

    amount = forms.AmountField(
        label="拨付金额", help_text="按财政拨款凭证填写，分次拨付的逐笔登记，合计不得超过核准金额。"
    )
    allotted_date = forms.DayField(label="拨付日期", help_text="款项到达支出户的日期。")
    reference = forms.CharField(
        label="拨款凭证号", max_length=60, help_text="财政部门拨款凭证上的编号。"
    )


class PlanClosingForm(forms.Form):
    """Why a plan's allotment ends, and the finance bureau's letter that says so."""

    reason = forms.CharField(
        label="结束拨付的原因",
        max_length=300,
        help_text="写明财政局为何不再拨付余款，照来文填写。",
    )
    document_number = forms.CharField(label="财政来文文号", max_length=60)
    letter_date = forms.DayField(
        label="来文日期", help_text="来文落款日期，不早于财政局批复，不晚于今天。"
    )
    scan = forms.EvidenceField(label="来文扫描件", required=True)

    def to_letter(self) -> ClosingLetter:
        """Return the letter."""
        return ClosingLetter(**self.cleaned_data)
