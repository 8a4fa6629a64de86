"""Acts that read what is posted without a form of Django's: mere buttons and ticked rows."""

from common.lists import Narrowing, sign_export
from payouts.selectors.plans import PLANS as PLAN_LIST
from tests.bad_input.desk import OFFICE, Desk, always, seen

BUTTONS = (
    Desk("", "accounts:audit_verify", "RISK", always()),
    Desk("", "payouts:funds_request_again", "FACC", always(), of="returned-funds"),
    Desk("", "funds:budget_hand_in", "BUDG", always(), of="budget"),
    Desk("", "funds:budget_again", "BUDG", always(), of="returned-budget"),
    Desk("", "funds:budget_withdraw", "BUDG", always(), of="budget"),
    Desk("", "funds:funds_plan_withdraw", "FACC", always(), of="returned-funds"),
    Desk("", "accounts:end_session", "PLAN", always(), OFFICE, "session"),
    Desk(
        "",
        "accounts:list_export",
        "PLAN",
        lambda *_: {"token": sign_export(PLAN_LIST, Narrowing({"tab": "all"}), "")},
        OFFICE,
    ),
    Desk("", "accounts:notices", "PLAN", always(), OFFICE),
    Desk("", "accounts:session_clock", "PLAN", always(), OFFICE),
    Desk(
        "",
        "accounts:switch_post",
        "PLAN",
        lambda city, _: {"grant_id": city.actor("PLAN", OFFICE).grant_id},
        OFFICE,
    ),
    Desk("", "accounts:unlock", "PERM", always(), of="user"),
    Desk("", "logout", "PLAN", always(), OFFICE),
    Desk("", "analysis", "FACC", always(text="收支平稳")),
    Desk("", "disclosure_new", "FACC", always(text="平稳运行")),
    Desk("", "disclosure", "FCHK", seen("disclosure", decision="APPROVE"), of="disclosure"),
    Desk("", "funds:flow_finding_voucher", "FACC", always(), of="approved-finding"),
    Desk("", "funds:book_switch", "FACC", always(book="UNEMPLOYMENT", page="/funds/ledger/")),
    Desk("", "funds:handover", "OFFH", seen("handover", decision="APPROVE"), OFFICE, "handover"),
    Desk("", "funds:handover_submit", "FACC", always(), of="drafted-handover"),
    Desk(
        "",
        "funds:vouchers",
        "FCHK",
        lambda city, _: {"ids": [city.waiting["drafted-voucher"]]},
    ),
    Desk("", "payouts:batch_confirm", "FACC", always(), of="checked-batch"),
    Desk(
        "",
        "payouts:intake_draft",
        "ACC",
        always(phone="13800138000"),
        OFFICE,
        "draft",
        ("record",),
    ),
    Desk("", "payouts:intake_restart", "ACC", always(), OFFICE, "draft"),
    Desk("", "payouts:intake_resume", "ACC", always(), OFFICE, "returned"),
    Desk("", "payouts:plan_submit", "PLAN", seen("plan"), "510411", "drafted-plan"),
    Desk("", "reconciliation:month_end_carry", "FACC", always(), of="year-end"),
    Desk(
        "",
        "reconciliation:statement_prepare",
        "PLAN",
        always(),
        OFFICE,
        "office",
        ("202610",),
    ),
)
