"""What happens to a budget after its figures stand: handed in, letters, confirmations, an end."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from common.http import TenantRequest, attempt, attempt_or_warn, go
from funds.forms.budgets import BudgetLetterForm, LetterConfirmationForm
from funds.selectors.budgets import get_budget
from funds.services.budget_signing import confirm_letter, record_letter
from funds.services.budgets import hand_in_budget, take_up_again, withdraw_budget
from funds.views.budget_page import show_budget


@require_POST
def budget_hand_in(request: TenantRequest, budget_id: int) -> HttpResponse:
    """Sign a complete draft and send it to the principal head."""
    attempt_or_warn(
        request,
        lambda: hand_in_budget(actor=request.actor, budget_id=budget_id, at=timezone.now()),
        "预算草案已上报，等待主要领导签发",
    )
    return go(request, "funds:budget", budget_id=budget_id)


@require_POST
def budget_again(request: TenantRequest, budget_id: int) -> HttpResponse:
    """Make a returned budget a draft again."""
    attempt_or_warn(
        request,
        lambda: take_up_again(actor=request.actor, budget_id=budget_id, at=timezone.now()),
        "预算已恢复为草案，修改后重新上报",
    )
    return go(request, "funds:budget", budget_id=budget_id)


@require_POST
def budget_withdraw(request: TenantRequest, budget_id: int) -> HttpResponse:
    """Give up a draft or a returned budget."""
    attempt_or_warn(
        request,
        lambda: withdraw_budget(actor=request.actor, budget_id=budget_id, at=timezone.now()),
        "预算草案已撤回",
    )
    return go(request, "funds:budget", budget_id=budget_id)


@require_POST
def budget_letter(request: TenantRequest, budget_id: int) -> HttpResponse:
    """Record the letter a budget waits for."""
    form = BudgetLetterForm(request.POST, request.FILES)
    if form.is_valid() and attempt(
        form,
        lambda: record_letter(
            actor=request.actor, budget_id=budget_id, letter=form.to_letter(), at=timezone.now()
        ),
    ):
        messages.success(request, "批复已登记，等待另一人核对")
        return go(request, "funds:budget", budget_id=budget_id)
    found = get_budget(actor=request.actor, budget_id=budget_id)
    return show_budget(request, found, letter=form, status=422)


@require_POST
def budget_confirm(request: TenantRequest, budget_id: int) -> HttpResponse:
    """Say whether a recorded letter is what its paper says."""
    form = LetterConfirmationForm(request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: confirm_letter(
            actor=request.actor, budget_id=budget_id, at=timezone.now(), **form.values()
        ),
    ):
        messages.success(request, "批复已核对")
        return go(request, "funds:budget", budget_id=budget_id)
    found = get_budget(actor=request.actor, budget_id=budget_id)
    return show_budget(request, found, confirmation=form, status=422)
