"""Pages of the bank's letters about batches whose outcome is unknown."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.permissions import require_any
from accounts.services.signatures import Verdict
from common.http import TenantRequest, attempt, go, obtain, render_page
from payouts.forms.payments import BankAnswerForm, DecisionForm
from payouts.forms.plans import posted
from payouts.selectors.bank_answers import AnswerPage, get_answer, get_answered_batch
from payouts.services.bank_answers import decide_answer, record_answer


@require_http_methods(["GET", "POST"])
def bank_answer_new(request: TenantRequest, batch_id: int) -> HttpResponse:
    """Record the bank's letter about one batch."""
    require_any(request.actor, Duty.SPECIAL_APPLY)
    batch = get_answered_batch(actor=request.actor, batch_id=batch_id)
    form = BankAnswerForm(*posted(request))
    if request.method == "POST" and form.is_valid():
        made = obtain(
            form,
            lambda: record_answer(
                actor=request.actor,
                batch_id=batch_id,
                letter=form.to_letter(),
                at=timezone.now(),
            ),
        )
        if made is not None:
            messages.success(request, "银行书面答复已登记，等待财务负责人核准")
            return go(request, "payouts:bank_answer", answer_id=made.pk)
    context, status = {"batch": batch, "form": form}, 422 if form.errors else 200
    page = "payouts/payments/bank_answer_new.html"
    return render_page(request, page, context=context, status=status)


@require_http_methods(["GET", "POST"])
def bank_answer(request: TenantRequest, answer_id: int) -> HttpResponse:
    """Show one letter; POST decides it."""
    page = get_answer(actor=request.actor, answer_id=answer_id)
    form = DecisionForm(request.POST or None, initial={"seen": page.content_sha256})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        verdict = Verdict(
            decision=Decision(data["decision"]),
            opinion=data["opinion"],
            signed_at=timezone.now(),
            seen_sha256=data["seen"],
        )
        actor = request.actor
        if attempt(form, lambda: decide_answer(actor=actor, answer_id=answer_id, verdict=verdict)):
            messages.success(request, "已办理")
            return go(request, "payouts:bank_answer", answer_id=answer_id)
    context, status = _context(page, form), 422 if form.errors else 200
    return render_page(request, "payouts/payments/bank_answer.html", context=context, status=status)


def _context(page: AnswerPage, form: DecisionForm) -> dict[str, Any]:
    answer = page.answer
    then = "批次转为待回盘" if answer.was_taken else "批次按银行拒收处理，其中的计划可以重新支付"
    approve = {
        "value": Decision.APPROVE.value,
        "label": "核准",
        "tone": "primary",
        "shortcut": "a",
        "confirm_title": "核准银行书面答复",
        "confirm_text": f"批次{answer.batch_number}，{answer.line_count}笔"
        f"{answer.total_amount:,.2f}元：{answer.words}。核准后{then}。请与答复原件核对。",
        "confirm_button": "核准",
    }
    refuse = {
        "value": Decision.REFUSE.value,
        "label": "不予核准",
        "tone": "outline-danger",
        "shortcut": "r",
    }
    return {
        "page": page,
        "form": form,
        "actions": [approve, refuse] if page.may_decide else [],
        "blocked": page.blocked,
        "phrases": ["与答复原件核对一致，同意", "答复不明确，请银行重新答复"],
    }
