"""Forms of the claim: opening, the five steps, the review, the lists."""

from datetime import date, datetime
from typing import Any, TypeVar

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from common import forms
from common.errors import DomainError
from common.identifiers import parse_account_number
from common.text import half_width
from payouts.enums import (
    AccountKind,
    Answer,
    CaseState,
    Channel,
    EntitlementState,
    Feedback,
    LeavingReason,
    ServiceMode,
    StepKind,
)
from payouts.forms.claim_fields import (
    AccountField,
    CountField,
    DayField,
    IdentityField,
    NameField,
    PhoneField,
    SearchSelect,
)
from payouts.selectors.cases import TABS, CaseFilter
from payouts.selectors.claimants import RecipientFilter
from payouts.selectors.intake_sheet import Question, RecordGround
from payouts.services.claimants import AccountEntry, PersonEntry
from payouts.services.intake import NewClaim, StepEntry
from payouts.services.intake_claim import ClaimRecord
from payouts.services.intake_feedback import FeedbackEntry

EMPTY = ("", "请选择")
AGENT_FIELDS = ("agent_name", "agent_identity_number", "agent_relation")
REFUSAL_BASES = (
    "《中华人民共和国社会保险法》第四十五条",
    "《失业保险条例》第十四条",
    "《中华人民共和国社会保险法》第五十一条",
)
NOTE_LENGTH = 200
Typed = TypeVar("Typed", bound=forms.Field)


def basis(field: Typed, text: str) -> Typed:
    """Give a field its legal basis, shown behind 依据."""
    field.basis = text  # type: ignore[attr-defined]
    return field


class NewClaimForm(forms.Form):
    """Who claims what, and how the claim came in."""

    item = forms.ChoiceField(label="业务项目")
    identity_number = basis(IdentityField(label="身份证号"), "GB 11643：18位，末位为校验位")
    name = NameField(label="姓名")
    channel = forms.ChoiceField(label="申请渠道", choices=Channel.choices)
    service_mode = forms.ChoiceField(label="办理方式", choices=ServiceMode.choices)
    applied_date = DayField(label="申请日期")
    is_special_group = forms.BooleanField(label="残疾人、老年人等特殊群体", required=False)
    agent_name = NameField(label="代办人姓名", required=False)
    agent_identity_number = IdentityField(label="代办人身份证号", required=False)
    agent_relation = forms.CharField(label="与本人关系", max_length=30, required=False)
    is_confirmed = forms.BooleanField(label="已核对，继续受理", required=False)

    def __init__(self, *args: Any, items: list[tuple[int, str]], today: date, **options: Any):
        super().__init__(*args, **options)
        self.fields["item"].choices = items  # type: ignore[attr-defined]
        for name in ("identity_number", "agent_identity_number"):
            self.fields[name].today = today  # type: ignore[attr-defined]
        self.fields["identity_number"].widget.attrs["data-focus"] = ""

    def clean(self) -> dict[str, Any]:
        """Ask for the agent when the person did not come himself."""
        data = super().clean() or {}
        if data.get("service_mode") not in {None, ServiceMode.IN_PERSON}:
            for name in AGENT_FIELDS:
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "代办时必须填写")
        return data

    def to_claim(self) -> NewClaim:
        """Return the service's command."""
        data = self.cleaned_data
        return NewClaim(
            item_id=int(data["item"]),
            person=PersonEntry(data["identity_number"], data["name"]),
            channel=Channel(data["channel"]),
            service_mode=ServiceMode(data["service_mode"]),
            applied_date=data["applied_date"],
            agent_name=data["agent_name"] or "",
            agent_identity_number=data["agent_identity_number"],
            agent_relation=data["agent_relation"],
            is_special_group=data["is_special_group"],
            is_confirmed=data["is_confirmed"],
        )

    def ask_confirmation(self, error: DomainError) -> None:
        """Show what has to be looked at beside the box that says it was."""
        self.add_error("is_confirmed", error.message)


class StepForm(forms.Form):
    """The points of one step, each 是, 否 or 不适用 with a note."""

    def __init__(self, *args: Any, step: StepKind, questions: list[Question], **options: Any):
        super().__init__(*args, **options)
        self.step = step
        self.questions = questions
        for question in questions:
            self.fields[f"q{question.id}"] = basis(
                forms.ChoiceField(
                    label=question.text,
                    choices=Answer.choices,
                    widget=forms.RadioSelect,
                    required=question.is_mandatory,
                    initial=question.answer,
                    error_messages={"required": "必答要点，请选择是、否或不适用"},
                ),
                question.basis,
            )
            self.fields[f"n{question.id}"] = forms.CharField(
                label=f"{question.text}：说明",
                required=False,
                max_length=NOTE_LENGTH,
                initial=question.note,
            )

    @property
    def points(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return each point's answer and note fields."""
        return [(self[f"q{q.id}"], self[f"n{q.id}"]) for q in self.questions]

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """Return the fields that are not points."""
        points = {f"{sign}{q.id}" for q in self.questions for sign in "qn"}
        return [field for field in self if field.name not in points]

    def to_entry(self) -> StepEntry:
        """Return the service's command."""
        data = self.cleaned_data
        answers = {
            str(q.id): {"answer": data[f"q{q.id}"], "note": data[f"n{q.id}"]}
            for q in self.questions
        }
        return StepEntry(self.step, answers)


class RecordForm(StepForm):
    """The claim itself. With `partial` pressed, whatever is missing stays open."""

    insured_organisation = forms.ChoiceField(label="参保地", widget=SearchSelect)
    paying_organisation = basis(
        forms.ChoiceField(label="发放地（申领人自主选择）", widget=SearchSelect),
        "参保地审批发放改为自主选择发放地",
    )
    leaving_reason = forms.ChoiceField(
        label="失业原因",
        widget=SearchSelect,
        choices=[EMPTY, *((v, f"{v} {text}") for v, text in LeavingReason.choices)],
    )
    unemployed_date = DayField(label="失业日期")
    registered_date = DayField(label="失业登记日期")
    carried_months = CountField(0, 24, label="结转未领月数")
    contributed_months = CountField(0, 600, label="累计缴费月数（凭证据）", required=False)
    evidence_note = forms.CharField(label="凭证说明", max_length=NOTE_LENGTH, required=False)
    phone = PhoneField(label="联系电话", required=False)
    account_kind = forms.ChoiceField(label="账户类别", choices=AccountKind.choices)
    account_number = AccountField(label="账号", required=False)
    holder_name = NameField(label="户名")
    bank_name = forms.CharField(label="开户银行", max_length=60, required=False)

    def __init__(self, *args: Any, ground: RecordGround, **options: Any):
        super().__init__(*args, **options)
        self.ground = ground
        self.is_partial = bool(self.data.get("partial"))
        places = [EMPTY, *ground.places]
        for name in ("insured_organisation", "paying_organisation"):
            self.fields[name].choices = places  # type: ignore[attr-defined]
            self.fields[name].widget.codes = ground.place_codes
        self._explain()
        if not ground.needs_months:
            del self.fields["contributed_months"]
        if self.is_partial:
            for field in self.fields.values():
                if not isinstance(field.widget, forms.RadioSelect):
                    field.required = False

    def _explain(self) -> None:
        """Say under each field what is known already."""
        fields, ground = self.fields, self.ground
        if ground.account_masked:
            fields["account_number"].help_text = f"已登记 {ground.account_masked}，不变更可留空"
        if ground.phone_masked:
            fields["phone"].help_text = f"已登记 {ground.phone_masked}，不变更可留空"
        fields["account_number"].widget.attrs["required"] = not ground.account_masked
        fields["bank_name"].help_text = "可由账号识别的不必填写"
        fields["carried_months"].help_text = f"本系统记载上次未领{ground.carried_months}个月"
        fields["carried_months"].unit = "个月"  # type: ignore[attr-defined]
        fields["contributed_months"].unit = "个月"  # type: ignore[attr-defined]
        fields["contributed_months"].help_text = "参保信息查无此人，凭证据填写并说明"
        fields["evidence_note"].help_text = "系统数据之外的缴费或结转月数，写明凭证名称和编号"

    def clean(self) -> dict[str, Any]:
        """Check the account by its kind, so that the error stands beside the number."""
        data = super().clean() or {}
        number, kind = data.get("account_number"), data.get("account_kind")
        if number and kind:
            try:
                data["account_number"] = parse_account_number(number, kind)
            except DomainError as error:
                self.add_error("account_number", error.message)
        elif number and "account_kind" not in self.errors:
            self.add_error("account_kind", "填写账号时须选择账户类别")
        elif not number and not self.ground.account_masked and not self.is_partial:
            self.add_error("account_number", "请填写收款账号")
        return data

    def to_record(self) -> ClaimRecord:
        """Return the service's command."""
        data = self.cleaned_data
        number = data.get("account_number")
        return ClaimRecord(
            insured_organisation_id=int(data["insured_organisation"] or 0) or None,
            paying_organisation_id=int(data["paying_organisation"] or 0) or None,
            leaving_reason=data["leaving_reason"],
            unemployed_date=data["unemployed_date"],
            registered_date=data["registered_date"],
            carried_months=data["carried_months"] or 0,
            contributed_months=data.get("contributed_months"),
            evidence_note=data["evidence_note"],
            phone=data["phone"] or "",
            account=AccountEntry(
                AccountKind(data["account_kind"]),
                number,
                data["holder_name"] or "",
                data["bank_name"],
            )
            if number
            else None,
            is_partial=self.is_partial,
        )


class FeedbackForm(StepForm):
    """How the fifth step ends. A claim without figures cannot end with a receipt."""

    kind = forms.ChoiceField(label="反馈结果", widget=forms.RadioSelect)
    text = forms.CharField(
        label="补正内容（每行一项）或不予受理的理由",
        widget=forms.Textarea,
        max_length=800,
        required=False,
    )
    legal_basis = forms.CharField(label="不予受理的依据", max_length=150, required=False)

    def __init__(self, *args: Any, may_accept: bool, **options: Any):
        super().__init__(*args, **options)
        kinds = [k for k in Feedback if may_accept or k != Feedback.RECEIPT]
        self.fields["kind"].choices = [(k.value, k.label) for k in kinds]  # type: ignore[attr-defined]
        self.fields["text"].widget.attrs["data-kinds"] = "SUPPLEMENT REFUSAL"
        self.fields["legal_basis"].widget.attrs.update({"list": "bases", "data-kinds": "REFUSAL"})
        self.bases = REFUSAL_BASES

    def clean(self) -> dict[str, Any]:
        """Ask for the words that the chosen letter prints."""
        data = super().clean() or {}
        kind = data.get("kind")
        if kind in {Feedback.SUPPLEMENT, Feedback.REFUSAL} and not data.get("text"):
            self.add_error("text", "请写明补正内容或不予受理的理由")
        if kind == Feedback.REFUSAL and not data.get("legal_basis"):
            self.add_error("legal_basis", "不予受理须写明依据")
        return data

    def to_feedback(self) -> FeedbackEntry:
        """Return the service's command."""
        data = self.cleaned_data
        kind = Feedback(data["kind"])
        if kind == Feedback.RECEIPT:
            return FeedbackEntry(kind)
        is_refusal = kind == Feedback.REFUSAL
        return FeedbackEntry(kind, data["text"], data["legal_basis"] if is_refusal else "")


class ReviewForm(forms.Form):
    """One reviewer's opinion. The pressed button posts `decision`."""

    seen_sha256 = forms.SeenField()
    seen_state = forms.ChoiceField(
        label="案件状态", widget=forms.HiddenInput, choices=CaseState.choices
    )
    opinion = forms.CharField(label="意见", max_length=240, required=False, initial="同意")
    supply = forms.CharField(label="退回时须补正的内容", max_length=240, required=False)

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["opinion"].widget.attrs.update({"list": "phrases", "autocomplete": "off"})
        self.fields["supply"].widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, Any]:
        """Ask for the reason and, when returning, for what must be supplied."""
        data = super().clean() or {}
        decision = self.data.get("decision", "")
        if decision not in Decision.values:
            raise forms.ValidationError("请选择通过、退回或不予批准")
        opinion = (data.get("opinion") or "").strip()
        if decision != Decision.APPROVE and opinion in {"", "同意"}:
            self.add_error("opinion", "退回或不予批准时必须写明原因")
        if decision == Decision.RETURN and not data.get("supply"):
            self.add_error("supply", "退回时必须写明须补正的内容")
        return data

    def to_verdict(self, signed_at: datetime) -> Verdict:
        """Return the service's command; what to supply becomes part of the opinion."""
        decision = Decision(self.data["decision"])
        opinion = self.cleaned_data["opinion"].strip()
        if decision == Decision.RETURN:
            opinion = f"{opinion}；须补正：{self.cleaned_data['supply']}"
        return Verdict(decision, opinion, signed_at, self.cleaned_data["seen_sha256"])


class ReasonForm(forms.Form):
    """Why something is done: a withdrawal, a look at a full number."""

    reason = forms.CharField(label="原因", max_length=100)


class CaseFilterForm(forms.Form):
    """The filters of a list of cases; they live in the address."""

    tab = forms.ChoiceField(choices=list(TABS.items()), widget=forms.HiddenInput, required=False)
    number = forms.CharField(label="业务编号", max_length=40, required=False)
    name = forms.CharField(label="姓名", max_length=50, required=False)
    identity = forms.CharField(label="身份证号或后四位", max_length=18, required=False)
    state = forms.ChoiceField(label="状态", required=False)
    organisation = forms.ChoiceField(label="经办机构", required=False)
    item = forms.ChoiceField(label="业务项目", required=False)
    since = forms.DayField(label="申请日期起", required=False)
    until = forms.DayField(label="申请日期止", required=False)

    def __init__(
        self,
        *args: Any,
        offices: list[tuple[int, str]],
        items: list[tuple[int, str]],
        **options: Any,
    ):
        super().__init__(*args, **options)
        everything = [("", "全部")]
        self.fields["state"].choices = [*everything, *CaseState.choices]  # type: ignore[attr-defined]
        self.fields["organisation"].choices = [*everything, *offices]  # type: ignore[attr-defined]
        self.fields["item"].choices = [*everything, *items]  # type: ignore[attr-defined]

    def to_filter(self) -> CaseFilter:
        """Return what the list is narrowed to; a refused filter narrows nothing."""
        data = self.cleaned_data if self.is_valid() or self.is_bound else {}
        return CaseFilter(
            tab=data.get("tab") or "waiting",
            state=data.get("state") or "",
            organisation_id=int(data.get("organisation") or 0) or None,
            item_id=int(data.get("item") or 0) or None,
            number=half_width(data.get("number") or ""),
            name=data.get("name") or "",
            identity=half_width(data.get("identity") or ""),
            since=data.get("since"),
            until=data.get("until"),
        )


class RecipientFilterForm(forms.Form):
    """The filters of the list of recipients; they live in the address."""

    name = forms.CharField(label="姓名", max_length=50, required=False)
    identity = forms.CharField(label="身份证号或后四位", max_length=18, required=False)
    state = forms.ChoiceField(
        label="状态", choices=[("", "全部"), *EntitlementState.choices], required=False
    )
    organisation = forms.ChoiceField(label="发放地", required=False)

    def __init__(self, *args: Any, offices: list[tuple[int, str]], **options: Any):
        super().__init__(*args, **options)
        self.fields["organisation"].choices = [("", "全部"), *offices]  # type: ignore[attr-defined]

    def to_filter(self) -> RecipientFilter:
        """Return what the list is narrowed to; a refused filter narrows nothing."""
        data = self.cleaned_data if self.is_valid() or self.is_bound else {}
        return RecipientFilter(
            organisation_id=int(data.get("organisation") or 0) or None,
            state=data.get("state") or "",
            name=data.get("name") or "",
            identity=half_width(data.get("identity") or ""),
        )
