"""The payment application form: what it prints, what finance received, what may ask for funds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from accounts.duties import Duty
from accounts.enums import Decision, SubjectKind
from accounts.models import Signature
from accounts.permissions import require_any, require_visible
from common.actor import Person
from common.columns import Column
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.workbooks import Kind
from payouts.enums import ApplicationChannel, PlanState
from payouts.models import DisbursementPlan, DisbursementPlanLine, PaymentApplication
from payouts.selectors.plans import PlanLine, plan_line, plan_rows

LISTED_LINES = 500  # beyond it the form lists amount groups, and a workbook every line


@dataclass(frozen=True, slots=True)
class FormLine:
    """One person on the form. Amount in yuan."""

    number: int
    name: str
    identity_masked: str
    months: int
    amount: Decimal
    account_masked: str
    bank: str


@dataclass(frozen=True, slots=True)
class AmountGroup:
    """All payments of one amount, for long plans. Yuan."""

    amount: Decimal
    count: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class FormSigner:
    """One signature block: name and day of the real signature, empty where there is none."""

    label: str
    name: str = ""
    signed_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class FormContent:
    """Everything the application form says."""

    plan_number: str
    organisation: str
    item: str
    item_code: str
    month: date
    line_count: int
    total_amount: Decimal
    content_sha256: str
    lines: list[FormLine]
    groups: list[AmountGroup]
    signers: list[FormSigner]

    @property
    def is_long(self) -> bool:
        """Tell whether the form lists amount groups instead of persons."""
        return self.line_count > LISTED_LINES


@dataclass(frozen=True, slots=True)
class ReceivedForm:
    """The form as finance received it."""

    channel_label: str
    month: date
    item_code: str
    line_count: int
    total_amount: Decimal
    document_id: int | None
    received_by: str
    received_at: datetime


def form_content(plan_id: int) -> FormContent:
    """Return what the form of an approved plan says. For the job that prints it."""
    plan = DisbursementPlan.objects.select_related("organisation", "item").get(pk=plan_id)
    lines = (
        DisbursementPlanLine.objects.filter(plan_id=plan_id, is_live=True)
        .order_by("position")
        .values_list(
            "claimant__name",
            "claimant__identity_masked",
            "amount",
            "payee_account__number_masked",
            "payee_account__bank_name",
        )
    )
    return FormContent(
        plan_number=plan.number,
        organisation=plan.organisation.name,
        item=plan.item.name,
        item_code=plan.item.code,
        month=plan.month,
        line_count=plan.line_count,
        total_amount=plan.total_amount,
        content_sha256=plan.content_sha256,
        lines=[
            FormLine(number, name, identity, 1, amount, account, bank)
            for number, (name, identity, amount, account, bank) in enumerate(lines, start=1)
        ],
        groups=_groups(plan_id),
        signers=_signers(plan),
    )


def _groups(plan_id: int) -> list[AmountGroup]:
    rows = (
        DisbursementPlanLine.objects.filter(plan_id=plan_id, is_live=True)
        .values("amount")
        .annotate(count=Count("pk"), total=Sum("amount"))
        .order_by("-amount")
    )
    return [AmountGroup(row["amount"], row["count"], row["total"]) for row in rows]


def _signers(plan: DisbursementPlan) -> list[FormSigner]:
    """Return the blocks in the order of the paper form; finance checks it by hand (复核)."""
    signatures = {
        signature.step: signature
        for signature in Signature.objects.filter(
            subject_kind=SubjectKind.PLAN,
            subject_id=plan.pk,
            round=plan.round,
            decision=Decision.APPROVE,
        ).select_related("person")
    }

    def block(label: str, step: str, note: str = "") -> FormSigner:
        signature = signatures.get(step)
        if signature is None:
            return FormSigner(label, note=note)
        return FormSigner(label, signature.person.name, signature.signed_at)

    return [
        block("经办人", "PREPARE"),
        block("复核", "CHECK"),
        block("机构负责人", "OFFICE"),
        block("市职能部门", "DEPARTMENT"),
        block("分管领导", "LEADER"),
        block("主要领导", "PRINCIPAL", "" if plan.needs_principal else "未达大额标准"),
    ]


@dataclass(frozen=True, slots=True)
class PlanWithForm:
    """An approved plan beside the form received for it, if any."""

    plan: PlanLine
    received: ReceivedForm | None

    @property
    def received_count(self) -> int | None:
        """Return how many payments the form names."""
        return self.received.line_count if self.received else None

    @property
    def received_total(self) -> Decimal | None:
        """Return the yuan the form names."""
        return self.received.total_amount if self.received else None

    @property
    def received_at(self) -> datetime | None:
        """Return when the form came in."""
        return self.received.received_at if self.received else None


def find_forms(
    viewer: Viewer,
    *,
    is_received: bool = False,
    organisation_id: int | None = None,
    month: date | str | None = None,
) -> QuerySet[DisbursementPlan]:
    """Return approved plans that have their form, or those that still wait for one."""
    wanted = {"organisation_id": organisation_id, "month": month}
    return plan_rows().filter(
        state=PlanState.APPROVED,
        organisation_id__in=require_any(viewer.actor, Duty.PLAN_READ),
        paymentapplication__isnull=not is_received,
        **{name: value for name, value in wanted.items() if value},
    )


def show_forms(_viewer: Viewer, plans: Sequence[DisbursementPlan]) -> list[PlanWithForm]:
    """Return these plans, each beside its form."""
    forms = {
        form.plan_id: _received(form)
        for form in PaymentApplication.objects.filter(
            plan_id__in=[plan.pk for plan in plans]
        ).select_related("received_by")
    }
    return [PlanWithForm(plan_line(plan), forms.get(plan.pk)) for plan in plans]


FORMS = Listing(
    code="payouts.selectors.applications.FORMS",
    title="支付申请表",
    duty=Duty.PLAN_READ.value,
    columns=(
        Column("number", "发放计划", order="number", value="plan.number", width=26),
        Column("office", "经办机构", order="organisation__code", value="plan.organisation"),
        Column("month", "月份 / 项目", order="month", value="plan.month"),
        Column(
            "count",
            "计划人次",
            Kind.COUNT,
            order="line_count",
            value="plan.line_count",
            total="line_count",
        ),
        Column(
            "amount",
            "计划金额",
            Kind.AMOUNT,
            order="total_amount",
            value="plan.total_amount",
            total="total_amount",
        ),
        Column("form_count", "表内人次", Kind.COUNT, value="received_count"),
        Column("form_amount", "表内金额", Kind.AMOUNT, value="received_total"),
        Column("received", "接收", value="received_at", width=18),
        Column("handling", "办理", place="screen"),
    ),
    query=find_forms,
    show=show_forms,
)


def get_received_form(*, actor: Person, plan: PlanLine) -> ReceivedForm | None:
    """Return the form received for a plan, if any."""
    require_visible(actor, Duty.PLAN_READ, over=plan.organisation_id)
    form = PaymentApplication.objects.filter(plan_id=plan.id).select_related("received_by").first()
    return _received(form) if form else None


def _received(form: PaymentApplication) -> ReceivedForm:
    return ReceivedForm(
        channel_label=ApplicationChannel(form.channel).label,
        month=form.month,
        item_code=form.item_code,
        line_count=form.line_count,
        total_amount=form.total_amount,
        document_id=form.document_id,
        received_by=form.received_by.name,
        received_at=form.received_at,
    )


def list_fundable_plans(*, actor: Person) -> list[PlanLine]:
    """Return the approved plans with their form received, by month; the newest 500.

    Whether a plan is in a funds-use plan already is for `funds` to say.

    Raises:
        NotFound, DutyNotHeld: not for this post.
    """
    plans = plan_rows().filter(
        state=PlanState.APPROVED,
        organisation_id__in=require_any(actor, Duty.FUNDS_PLAN_PREPARE),
        paymentapplication__isnull=False,
    )
    return [plan_line(plan) for plan in plans.order_by("-month", "organisation__code", "-pk")[:500]]


def get_fundable_plan(*, actor: Person, plan_id: int) -> PlanLine:
    """Return one of `list_fundable_plans`; NotFound for any other."""
    found = (
        plan_rows()
        .filter(pk=plan_id, state=PlanState.APPROVED, paymentapplication__isnull=False)
        .first()
    )
    if found is None:
        raise NotFound
    require_visible(actor, Duty.FUNDS_PLAN_PREPARE, over=found.organisation_id)
    return plan_line(found)
