"""Signing of financial statements, as the pages of statements and of disclosures offer it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from common.http import TenantRequest, attempt_or_warn, go
from funds import forms
from funds.enums import FinancialStatementState
from funds.selectors.access import may
from funds.selectors.financial_statements import StatementSheet
from funds.services.financial_statements import DUTIES, sign_financial_statement
from funds.views.shared import timeline_rows
from funds.workflows import STATEMENT_STEPS

STEP_NAMES: Mapping[str, str] = MappingProxyType(
    {"PREPARE": "编制", "CHECK": "复核", "APPROVE": "财务负责人签发", "SIGN": "主要领导签发"}
)
PHRASES = ("已与账簿核对，同意", "数字与账簿不符，退回重编", "附注说明不完整，请补充")
WAITING_FOR: Mapping[str, str] = MappingProxyType(
    {
        FinancialStatementState.CHECKING: "待复核：由稽核岗办理",
        FinancialStatementState.APPROVING: "待签发：由财务负责人办理",
        FinancialStatementState.SIGNING: "待签发：由主要领导办理",
    }
)


def decide(request: TenantRequest, sheet: StatementSheet, page: str) -> HttpResponse | None:
    """Sign what was decided and lead back to the page; None if the form was not filled in."""
    form = forms.DecisionForm(request.POST)
    if not form.is_valid():
        return None
    decision = Decision(form.cleaned_data["decision"])
    verdict = Verdict(
        decision, form.cleaned_data["opinion"], timezone.now(), form.cleaned_data["seen"]
    )
    is_approved = decision == Decision.APPROVE
    attempt_or_warn(
        request,
        lambda: sign_financial_statement(
            actor=request.actor, statement_id=sheet.id, verdict=verdict
        ),
        "已签署" if is_approved else "已退回，由会计重新编制",
    )
    return go(request, page, statement_id=sheet.id)


def signing_context(request: TenantRequest, sheet: StatementSheet) -> dict[str, Any]:
    """Return what the page needs to show who signed and to let the next person sign."""
    actions, blocked = _actions(request, sheet)
    refused = forms.DecisionForm(request.POST) if request.method == "POST" else None
    return {
        "steps": _steps(sheet),
        "entries": timeline_rows(sheet.timeline, STEP_NAMES),
        "actions": actions,
        "blocked": blocked,
        "phrases": PHRASES,
        "decision_form": refused or forms.DecisionForm(initial={"seen": sheet.content_sha256}),
        "form": refused,
    }


def _steps(sheet: StatementSheet) -> list[dict[str, str]]:
    done = {e.step for e in sheet.timeline if e.decision == Decision.APPROVE}
    refused = {e.step for e in sheet.timeline if e.decision != Decision.APPROVE}
    current = STATEMENT_STEPS.get(sheet.state, ("", ""))[0]
    rows = []
    for step, name in STEP_NAMES.items():
        state = "done" if step in done else "current" if step == current else "todo"
        rows.append({"label": name, "state": "refused" if step in refused else state, "note": ""})
    return rows


def _actions(request: TenantRequest, sheet: StatementSheet) -> tuple[list[dict[str, Any]], str]:
    if sheet.state not in STATEMENT_STEPS:
        return [], ""
    state = FinancialStatementState(sheet.state)
    if not may(request.actor, DUTIES[state]):
        return [], WAITING_FOR[state]
    name = f"{sheet.scope.text}{sheet.scope.form.label}"
    is_last = state == FinancialStatementState.SIGNING
    approve = {
        "value": Decision.APPROVE.value,
        "label": "复核通过" if state == FinancialStatementState.CHECKING else "签发",
        "tone": "primary",
        "shortcut": "a",
        "confirm_title": f"签署{name}",
        "confirm_text": "签发后报表定稿，不能再修改。" if is_last else "签署后转下一环节办理。",
        "confirm_button": "签署",
    }
    refuse = {
        "value": Decision.RETURN.value,
        "label": "退回",
        "tone": "outline-danger",
        "confirm_title": f"退回{name}",
        "confirm_text": "退回后由会计按账簿重新编制新版本。",
        "confirm_button": "退回",
    }
    return [approve, refuse], ""
