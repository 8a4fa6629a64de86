"""What the statement's screen shows around its figures: steps, timeline, decision bar."""

from typing import Any

from django.urls import reverse

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.permissions import reach_of
from accounts.selectors.signatures import TimelineEntry, has_signed
from common.actor import Person
from common.periods import month_text
from reconciliation.enums import StatementState
from reconciliation.selectors.statements import StatementPage

STEPS = (("PREPARE", "制表"), ("SIGN", "机构负责人签字"), ("CONFIRM", "财务确认"))
WAITING_AT = {
    StatementState.DRAFT: "PREPARE",
    StatementState.SIGNING: "SIGN",
    StatementState.SIGNED: "CONFIRM",
}
NOBODY = {
    StatementState.SIGNING: "待本机构负责人签字",
    StatementState.SIGNED: "待市级会计岗财务确认",
}
DECISION_TONES = {"APPROVE": "green", "RETURN": "amber", "REFUSE": "red"}
PHRASES = ("同意", "经核对，业务与财务一致，同意", "差异已查明并处理，同意")


def steps_of(page: StatementPage) -> list[dict[str, str]]:
    """Return the statement's way as `components/steps.html` shows it."""
    waiting = WAITING_AT.get(StatementState(page.state), "")
    steps = []
    for step, label in STEPS:
        entry = page.signed(step)
        state = "done" if entry else "current" if step == waiting else "todo"
        note = f"{entry.person} {entry.at:%m-%d}" if entry else ""
        steps.append({"label": label, "state": state, "note": note})
    if page.state == StatementState.SUPERSEDED and not page.signed("SIGN"):
        steps[1]["state"] = "refused"
    is_filed = page.state == StatementState.CONFIRMED
    steps.append({"label": "归档", "state": "done" if is_filed else "todo", "note": ""})
    return steps


def timeline_of(page: StatementPage) -> list[dict[str, Any]]:
    """Return who did what, and the steps still to come."""
    entries = [entry_of(entry) for entry in page.timeline]
    waiting = WAITING_AT.get(StatementState(page.state), "")
    coming = [label for step, label in STEPS if waiting and not page.signed(step)]
    return entries + [{"step": label, "at": None} for label in coming]


def entry_of(entry: TimelineEntry) -> dict[str, Any]:
    """Return a signature as `components/timeline.html` shows it."""
    return {
        "step": entry.step_label,
        "person": entry.person,
        "post": entry.post,
        "organisation": entry.organisation,
        "decision": entry.decision_label,
        "tone": DECISION_TONES[entry.decision],
        "opinion": entry.opinion,
        "at": entry.at,
        "is_void": entry.is_void,
        "void_reason": entry.void_reason,
    }


def decision_of(page: StatementPage, actor: Person) -> dict[str, Any] | None:
    """Return the decision bar: what this person may do now, or why he may not."""
    state = StatementState(page.state)
    if state not in NOBODY:
        return None
    duty = Duty.STATEMENT_SIGN if state == StatementState.SIGNING else Duty.STATEMENT_CONFIRM
    if page.organisation_id not in reach_of(actor, duty):
        return {"blocked": f"{NOBODY[state]}，您当前的岗位不办理此环节"}
    if has_signed(
        kind=SubjectKind.STATEMENT, subject_id=page.id, round_number=1, user_id=actor.user_id
    ):
        return {"blocked": "您已办理过本表的其他环节，须由他人办理"}
    if state == StatementState.SIGNED:
        return {
            "url": reverse("reconciliation:statement_confirm", args=[page.id]),
            "actions": [_confirm(page)],
            "phrases": PHRASES,
        }
    actions = [_send_back()]
    if page.open_count == 0:
        actions.insert(0, _sign(page))
    return {
        "url": reverse("reconciliation:statement_sign", args=[page.id]),
        "actions": actions,
        "phrases": PHRASES,
    }


def _figures(page: StatementPage) -> str:
    return (
        f"{page.office_short} {month_text(page.month)}\n"
        f"业务 {page.business_count} 人次，{page.business_amount:,.2f} 元\n"
        f"财务 {page.ledger_count} 笔，{page.ledger_amount:,.2f} 元\n差额 {page.gap:,.2f} 元"
    )


def _sign(page: StatementPage) -> dict[str, str]:
    return {
        "value": "APPROVE",
        "label": "签字",
        "tone": "primary",
        "shortcut": "s",
        "confirm_title": "签署对账明细表",
        "confirm_text": f"{_figures(page)}\n签字后锁定，更正须出新版本。",
        "confirm_button": "签字",
    }


def _send_back() -> dict[str, str]:
    return {"value": "RETURN", "label": "退回", "tone": "outline-danger"}


def _confirm(page: StatementPage) -> dict[str, str]:
    return {
        "value": "APPROVE",
        "label": "财务确认",
        "tone": "primary",
        "shortcut": "s",
        "confirm_title": "财务确认对账明细表",
        "confirm_text": f"{_figures(page)}\n确认后归档并生成打印件。",
        "confirm_button": "财务确认",
    }
