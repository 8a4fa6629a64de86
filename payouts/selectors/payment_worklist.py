"""What waits for a person in payments: for the landing page."""

from datetime import date

from django.urls import reverse

from accounts.duties import Duty
from accounts.permissions import reach_of
from accounts.selectors.worklist import Waiting
from common.actor import Person
from payouts.enums import BatchState, ReissueState, ReturnState
from payouts.models import BankReturn, PaymentBatch, ReissueRequest
from payouts.selectors.bank_answers import unanswered_batches, waiting_answers
from payouts.selectors.payables import count_plans_to_pay
from payouts.selectors.reissues import count_reissues


def list_waiting_payment_work(*, actor: Person, today: date) -> list[Waiting]:
    """Return the kinds of payment work that wait for the current post; none counts as nothing."""
    work = [*_batches(actor), *_answers(actor), *_reissues(actor), *_returns(actor, today)]
    return [waiting for waiting in work if waiting.count]


def _batches(actor: Person) -> list[Waiting]:
    work = []
    if reach_of(actor, Duty.BATCH_PREPARE):
        url = reverse("payouts:batch_new")
        work.append(Waiting("待编制支付批次", url, count_plans_to_pay(actor=actor)))
    steps = (
        (Duty.BATCH_CHECK, BatchState.DRAFT, "待复核支付批次"),
        (Duty.BATCH_CHECK, BatchState.CHECKED, "待与银行核对"),
        (Duty.BATCH_RELEASE, BatchState.CONFIRMED, "待确认支付"),
        (Duty.BATCH_RELEASE, BatchState.UNKNOWN, "发送结果未明"),
    )
    for duty, state, label in steps:
        rows = PaymentBatch.objects.filter(state=state, organisation_id__in=reach_of(actor, duty))
        if state != BatchState.UNKNOWN:
            rows = rows.filter(parent__isnull=True)
        url = reverse("payouts:batches") + ("?tab=sent" if state == BatchState.UNKNOWN else "")
        work.append(Waiting(label, url, rows.count()))
    return work


def _answers(actor: Person) -> list[Waiting]:
    url = reverse("payouts:batches") + "?tab=sent"
    asked, waiting = unanswered_batches(actor), waiting_answers(actor)
    return [
        Waiting("结果未明待银行答复", url, asked.count()),
        Waiting("待核准银行书面答复", url, waiting.count()),
    ]


def _reissues(actor: Person) -> list[Waiting]:
    url = reverse("payouts:reissues")
    office = "plan_line__plan__organisation_id__in"
    work = []
    if reach_of(actor, Duty.REISSUE_APPLY):
        count = count_reissues(actor=actor)["failed"]
        work.append(Waiting("支付失败待申请重发", url, count))
    steps = (
        (Duty.REISSUE_REVIEW, ReissueState.REVIEW, "待复核退票重发", f"{url}?tab=waiting"),
        (Duty.REISSUE_APPROVE, ReissueState.APPROVAL, "待审批退票重发", f"{url}?tab=waiting"),
        (
            Duty.BATCH_PREPARE,
            ReissueState.APPROVED,
            "待编制重发批次",
            reverse("payouts:batch_new"),
        ),
    )
    for duty, state, label, place in steps:
        rows = ReissueRequest.objects.filter(**{"state": state, office: reach_of(actor, duty)})
        work.append(Waiting(label, place, rows.count()))
    return work


def _returns(actor: Person, today: date) -> list[Waiting]:
    reach = reach_of(actor, Duty.RETURN_IMPORT)
    sent = PaymentBatch.objects.filter(
        state=BatchState.SENT, is_leaf=True, organisation_id__in=reach
    )
    strange = BankReturn.objects.filter(
        state=ReturnState.QUARANTINED,
        document__organisation_id__in=reach,
        batch__state=BatchState.SENT,
    )
    return [
        Waiting(
            "待回盘批次",
            reverse("payouts:returns"),
            sent.count(),
            sent.filter(sent_at__date__lt=today).count(),
        ),
        Waiting("异常回盘", reverse("payouts:returns") + "?tab=quarantined", strange.count()),
    ]
