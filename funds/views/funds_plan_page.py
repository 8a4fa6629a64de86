"""The page of one funds-use plan, as its views show it."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from accounts.duties import Duty
from accounts.enums import Decision
from common.http import TenantRequest, render_page
from common.money import capital_amount
from common.periods import today_in_shanghai
from funds import forms
from funds.documents.funds_plans import reckoning
from funds.enums import FundsPlanState
from funds.forms.funds_plans import AllotmentForm, BureauReplyForm, PlanClosingForm
from funds.selectors.access import may
from funds.selectors.budgets import budget_in_force
from funds.selectors.funds_plans import FundsPlanSheet
from funds.selectors.plan_closings import PlanClosingRow
from funds.views.shared import PHRASES, timeline_rows
from funds.workflows import FUNDS_PLAN_LETTERS, FUNDS_PLAN_STEPS

STEP_NAMES = {
    "PREPARE": "编制上报",
    "APPROVE": "财务负责人签发",
    "PRINCIPAL": "主要领导签发",
}
CLOSING_STEPS = {"APPLY": "申请结束拨付", "DECIDE": "财务负责人审批结束拨付"}
BUREAUS = {"HR": "人社局审核", "FINANCE": "财政局审核"}
# Where each state stands on the way; a returned plan goes back to its beginning.
WAY = ("编制上报", *list(STEP_NAMES.values())[1:], *BUREAUS.values(), "财政拨付")
REACHED = {
    FundsPlanState.SIGNING: 1,
    FundsPlanState.HEAD: 2,
    FundsPlanState.HR: 3,
    FundsPlanState.FINANCE: 4,
    FundsPlanState.REQUESTED: 5,
    FundsPlanState.ALLOTTED: 6,
    FundsPlanState.CLOSED: 6,
    FundsPlanState.COVERED: 3,
}
ENDED = {FundsPlanState.RETURNED, FundsPlanState.WITHDRAWN}


def show_funds_plan(
    request: TenantRequest,
    found: FundsPlanSheet,
    *,
    status: int = 200,
    **shown: Any,
) -> HttpResponse:
    """Render a plan's page.

    `shown`: `actions` and `blocked` of the decision bar; `decision`, `reply`, `allotment` and
    `closing`, the refused form of one of the acts. A plan whose end is applied for waits for that
    decision, at `decide_url`, and for no other.
    """
    refused = next((shown[name] for name in FORMS if shown.get(name)), None)
    records, prepares = (
        may(request.actor, Duty.FUNDS_PLAN_RECORD),
        may(request.actor, Duty.FUNDS_PLAN_PREPARE),
    )
    ending, requested = found.ending, found.state == FundsPlanState.REQUESTED
    if ending:
        shown["actions"], shown["blocked"] = closing_actions(request, found, ending)
    context = {
        "plan": found,
        "reckoning": reckoning(found),
        "steps": way_of(found),
        "entries": _entries(found),
        "letters": [(BUREAUS.get(row.step, row.step), row) for row in found.letters],
        "actions": shown.get("actions", []),
        "blocked": shown.get("blocked", ""),
        "phrases": PHRASES[:1],
        "decide_url": reverse("plan_closing_decide", args=[ending.id]) if ending else "",
        "decision_form": _decision_form(found, shown.get("decision")),
        "form": refused,
        "reply_form": shown.get("reply") or _reply_form(found),
        "allotment_form": shown.get("allotment") or _allotment_form(found),
        "closing_form": shown.get("closing")
        or PlanClosingForm(initial={"letter_date": today_in_shanghai().isoformat()}),
        "may_apply_to_end": requested and prepares and not ending,
        "is_closed": found.state == FundsPlanState.CLOSED,
        "awaits_letter": BUREAUS.get(found.state, ""),
        "may_record": records,
        "is_requested": requested,
        "is_returned": found.state == FundsPlanState.RETURNED,
        "may_prepare": prepares,
        "unbudgeted_year": _unbudgeted_year(found),
    }
    return render_page(request, "funds/funds_plan.html", context=context, status=status)


FORMS = ("decision", "reply", "allotment", "closing")


def _entries(found: FundsPlanSheet) -> list[dict[str, Any]]:
    """Return the signatures on the plan and on the applications to end it, oldest first."""
    rows = timeline_rows(found.timeline, STEP_NAMES)
    for closing in found.closings:
        rows += timeline_rows(closing.timeline, CLOSING_STEPS)
    return sorted(rows, key=lambda row: row["at"])


def closing_actions(
    request: TenantRequest, found: FundsPlanSheet, ending: PlanClosingRow
) -> tuple[list[dict[str, Any]], str]:
    """Return the buttons of who decides on the end of the allotment, or why there are none."""
    if not may(request.actor, Duty.FUNDS_PLAN_SIGN):
        return [], "结束拨付待审批：由财务负责人办理"
    figures = (
        f"核准{ending.approved_amount:,.2f}元，已拨付{ending.allotted_amount:,.2f}元，"
        f"不再拨付{ending.ended_amount:,.2f}元（{capital_amount(ending.ended_amount)}），"
        f"依据{ending.document_number}。"
    )
    approve = {
        "value": Decision.APPROVE.value,
        "label": "批准结束拨付",
        "tone": "primary",
        "shortcut": "a",
        "confirm_title": f"批准结束拨付{found.number}",
        "confirm_text": f"{figures}批准后不能再登记拨付，"
        "可用余额与已拨付不能保障的发放计划转为缺口，可重新申请用款。请与来文核对。",
        "confirm_button": "批准结束拨付",
    }
    refuse = {
        "value": Decision.REFUSE.value,
        "label": "不予批准",
        "tone": "outline-danger",
        "confirm_title": f"不予批准结束拨付{found.number}",
        "confirm_text": f"{figures}不予批准后，用款计划继续待财政拨付。",
        "confirm_button": "不予批准",
    }
    return ([approve, refuse] if found.is_ending_as_it_stands else [refuse]), ""


def _unbudgeted_year(found: FundsPlanSheet) -> int | None:
    """Return the year of a plan to be signed that has no budget in force; None otherwise."""
    year = found.month.year
    if found.state not in FUNDS_PLAN_STEPS or budget_in_force(found.book_id, year) is not None:
        return None
    return year


def _seen(found: FundsPlanSheet) -> dict[str, str]:
    return {"seen": found.ending.content_sha256 if found.ending else found.content_sha256}


def _decision_form(found: FundsPlanSheet, refused: forms.DecisionForm | None) -> forms.DecisionForm:
    form = refused or forms.DecisionForm(initial=_seen(found))
    if found.ending:
        form.fields["opinion"].widget.attrs["placeholder"] = "不予批准时必填"
    return form


def _reply_form(found: FundsPlanSheet) -> BureauReplyForm | None:
    if found.state not in FUNDS_PLAN_LETTERS:
        return None
    initial = _seen(found) | {
        "decision": Decision.APPROVE.value,
        "decided_date": today_in_shanghai().isoformat(),
        "amount": f"{found.total:.2f}",
    }
    return BureauReplyForm(initial=initial, names_amount=found.state == FundsPlanState.FINANCE)


def _allotment_form(found: FundsPlanSheet) -> AllotmentForm:
    return AllotmentForm(
        initial={
            "amount": f"{found.left_to_allot:.2f}",
            "allotted_date": today_in_shanghai().isoformat(),
        }
    )


def way_of(found: FundsPlanSheet) -> list[dict[str, str]]:
    """Return the steps of the way and where the plan stands on it."""
    state = FundsPlanState(found.state)
    names = WAY if state != FundsPlanState.COVERED else WAY[: REACHED[state]]
    if state == FundsPlanState.CLOSED:
        names = (*WAY[:-1], "结束拨付")
    if state in ENDED:
        return [{"label": WAY[0], "state": "refused", "note": ""}] + [
            {"label": name, "state": "todo", "note": ""} for name in WAY[1:]
        ]
    reached = REACHED[state]
    return [
        {
            "label": name,
            "state": "done" if place < reached else "current" if place == reached else "todo",
            "note": "",
        }
        for place, name in enumerate(names)
    ]
