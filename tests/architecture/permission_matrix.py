"""Who may open which address: written by hand from the posts' rules, never computed from the code.

One entry per name of an address. A new address without an entry fails `test_permissions.py`.
`posts` are post codes of docs/rules/posts.md. For a page they are those who may read it; for an
act (POST) those whose post may perform it. A page that also takes a form says with `sends` who
may send it.
"""

from dataclasses import dataclass, field

EVERYONE = frozenset(
    (
        *("ACC", "REV1", "REV2", "APP", "PLAN", "OFFH", "DEPT", "LEAD", "HEAD"),
        *("FACC", "FCASH", "FCHK", "FHEAD", "BUDG", "SEAL", "BILL", "KEY"),
        *("RISK", "SUPV", "AUDX", "DATA", "PERM", "SYS", "SEC", "LOGA"),
    )
)
LEADERS = frozenset(("DEPT", "LEAD", "HEAD"))
REVIEWERS = frozenset(("REV1", "REV2", "APP"))
FINANCE = frozenset(("FACC", "FCHK", "FCASH", "FHEAD", "BUDG"))
SUPERVISORS = frozenset(("RISK", "SUPV", "AUDX"))

CASE_READERS = REVIEWERS | LEADERS | SUPERVISORS | {"ACC", "PLAN", "OFFH"}
SOURCE_READERS = CASE_READERS | {"DATA"}
PLAN_READERS = REVIEWERS | LEADERS | SUPERVISORS | FINANCE | {"PLAN", "OFFH"}
BATCH_READERS = PLAN_READERS
BOOKS_READERS = LEADERS | SUPERVISORS | FINANCE | {"SEAL", "BILL", "KEY"}
RECONCILIATION_READERS = LEADERS | SUPERVISORS | FINANCE | {"PLAN", "OFFH"}
BUDGET_READERS = LEADERS | SUPERVISORS | {"FACC", "FCHK", "FHEAD", "BUDG"}
PEOPLE_READERS = LEADERS | {"OFFH", "RISK", "SUPV", "PERM", "SYS", "SEC"}
PARAMETER_READERS = LEADERS | SUPERVISORS | {"REV2", "APP", "BUDG", "SYS"}


@dataclass(frozen=True)
class Access:
    """One address: who, by which method, and the kind of object whose id it takes, if any.

    `at_city_only`: the same post at a county office is refused, because the books are the city's.
    `arguments` are the parts of the address that are not ids. `sends`: who may send the form of
    a page that takes one.
    """

    posts: frozenset[str]
    method: str = "GET"
    of: str = ""
    at_city_only: bool = False
    arguments: dict[str, str] = field(default_factory=dict)
    sends: frozenset[str] = frozenset()

    @property
    def senders(self) -> frozenset[str]:
        """Return the posts that may POST here."""
        return self.posts if self.method == "POST" else self.sends


def page(posts, of="", sends=(), **more):
    """A page that only shows, or shows and takes its own form from the posts in `sends`."""
    return Access(frozenset(posts), "GET", of, sends=frozenset(sends), **more)


def desk(posts, of="", **more):
    """A page for those who fill in its form: who opens it may send it."""
    return page(posts, of, posts, **more)


def act(posts, of="", **more):
    """A button: POST only."""
    return Access(frozenset(posts), "POST", of, **more)


def books(posts, of="", method="GET", sends=()):
    """A page or act of the books, which are kept at the city."""
    return Access(frozenset(posts), method, of, at_city_only=True, sends=frozenset(sends))


# Open to people who are not signed in.
SIGNED_OUT = {"login", "healthz", "readyz"}
# Open to machines that bring their own token.
MACHINES = {"bank:push_return"}

COMMON = {
    "desk": page(EVERYONE),
    "logout": act(EVERYONE),
    "password_change": desk(EVERYONE),
    "help": page(EVERYONE),
    "help_task": page(EVERYONE, arguments={"slug": "intake"}),
    "help_post": page(EVERYONE, arguments={"code": "ACC"}),
    "help_post_print": page(EVERYONE, arguments={"code": "ACC"}),
}

ACCOUNTS = {
    "accounts:me": page(EVERYONE),
    "accounts:switch_post": act(EVERYONE),
    "accounts:session_clock": desk(EVERYONE),
    "accounts:end_session": act(EVERYONE, "session"),
    "accounts:notices": desk(EVERYONE),
    "accounts:notice": page(EVERYONE, "notice"),
    "accounts:jobs": page(EVERYONE),
    "accounts:job": page(EVERYONE, "job"),
    "accounts:job_stop": act(EVERYONE, "job"),
    "accounts:document": page(EVERYONE, "document"),
    "accounts:list_export": act(EVERYONE),
    "accounts:people": page(PEOPLE_READERS),
    "accounts:unlock": act({"PERM", "SEC"}, "user"),
    "accounts:organisations": page(PEOPLE_READERS),
    "accounts:parameters": page(PARAMETER_READERS),
    "parameter_changes": page(PARAMETER_READERS),
    "parameter_change_choose": page({"DEPT"}),
    "parameter_change_new": page({"DEPT"}, arguments={"code": "minimum_wage"}, sends={"DEPT"}),
    "parameter_change": page(PARAMETER_READERS, "parameter_change", sends={"LEAD"}),
    "onboarding_change_new": desk({"DEPT"}, "office"),
    "accounts:posts": page(PEOPLE_READERS),
    "accounts:grants": page(PEOPLE_READERS),
    "accounts:grant_new": desk({"OFFH", "DEPT"}),
    "accounts:grant": page(PEOPLE_READERS, "grant", sends={"RISK", "LEAD", "HEAD"}),
    "accounts:grant_revoke": act({"PERM", "SEC"}, "grant"),
    "accounts:audit": page({"RISK", "LOGA"}),
    "accounts:audit_verify": act({"RISK", "LOGA"}),
    "accounts:audit_event": page({"RISK", "LOGA"}, "event"),
}

CLAIMS = {
    "payouts:cases": page(CASE_READERS),
    "payouts:next_case": page(CASE_READERS),
    "payouts:bulk_review": page({"REV2"}),
    "payouts:bulk_sheet": desk({"REV2"}),
    "payouts:case": page(CASE_READERS, "case"),
    "payouts:review": act(REVIEWERS, "case"),
    "payouts:case_document": page(CASE_READERS, "case", arguments={"kind": "feedback"}),
    "payouts:reveal": act({"ACC", "REV1", "REV2"}, "case", arguments={"secret": "identity"}),
    "payouts:intake_new": desk({"ACC"}),
    "payouts:intake": page({"ACC"}, "case"),
    "payouts:intake_result": page({"ACC"}, "case"),
    "payouts:intake_resume": act({"ACC"}, "case"),
    "payouts:intake_restart": act({"ACC"}, "case"),
    "payouts:intake_withdraw": desk({"ACC"}, "case"),
    "payouts:intake_step": act({"ACC"}, "case", arguments={"step": "ask"}),
    "payouts:intake_draft": act({"ACC"}, "case", arguments={"step": "ask"}),
    "payouts:search": page(CASE_READERS),
    "payouts:person": page(CASE_READERS, "claimant"),
    "payouts:recipients": page(CASE_READERS),
    "payouts:changes": page(CASE_READERS),
    "payouts:change": page(CASE_READERS, "change", {"REV2", "APP"}),
    "payouts:change_new": desk({"PLAN"}, "entitlement"),
}

PLANS = {
    "payouts:sources": page(SOURCE_READERS),
    "payouts:source_upload": desk({"PLAN", "DATA"}),
    "payouts:source_template": page({"PLAN", "DATA"}, arguments={"kind": "ENROLMENT"}),
    "payouts:source": page(SOURCE_READERS, "extract"),
    "payouts:comparisons": page(SOURCE_READERS),
    "payouts:comparison_new": desk({"PLAN"}),
    "payouts:comparison": page(SOURCE_READERS, "comparison"),
    "payouts:comparison_clear": desk({"APP", "OFFH"}, "result"),
    "payouts:plans": page(PLAN_READERS),
    "payouts:plan_new": desk({"PLAN"}),
    "payouts:plan": page(PLAN_READERS, "plan"),
    "payouts:plan_lines": page(PLAN_READERS, "plan"),
    "payouts:plan_decide": act({"OFFH", "DEPT", "LEAD", "HEAD"}, "plan"),
    "payouts:plan_submit": act({"PLAN"}, "plan"),
    "payouts:plan_withdraw": act({"PLAN"}, "plan"),
    "payouts:unlocks": page({"PLAN", "DEPT", "LEAD"}),
    "payouts:unlock_new": desk({"PLAN"}),
    "payouts:unlock": page({"PLAN", "DEPT", "LEAD"}, "unlock", sends={"DEPT", "LEAD"}),
    "payouts:applications": page(PLAN_READERS),
    "payouts:application_receive": desk({"FACC"}, "plan"),
    "payouts:funds_request_new": desk({"FACC"}),
    "payouts:funds_request_again": books({"FACC"}, "funds_plan", "POST"),
}

PAYMENTS = {
    "payouts:batches": page(BATCH_READERS),
    "payouts:batch_new": desk({"FACC"}),
    "payouts:batch": page(BATCH_READERS, "batch"),
    "payouts:batch_lines": page(BATCH_READERS, "batch"),
    "payouts:batch_check": act({"FCHK"}, "batch"),
    "payouts:batch_confirm": act({"FACC", "FCHK", "FCASH"}, "batch"),
    "payouts:batch_release": desk({"FCASH"}, "batch"),
    "payouts:batch_withdraw": act({"FACC", "FCHK", "FCASH"}, "batch"),
    "payouts:batch_print": page(BATCH_READERS, "batch"),
    "payouts:bank_answer_new": desk({"FACC"}, "batch"),
    "payouts:bank_answer": page(BATCH_READERS, "bank_answer", sends={"FHEAD"}),
    "payouts:returns": page(BATCH_READERS),
    "payouts:return_import": desk({"PLAN", "FACC"}),
    "payouts:return": page(BATCH_READERS, "return"),
    "payouts:reissues": page(BATCH_READERS),
    "payouts:reissue_new": desk({"PLAN"}, "instruction"),
    "payouts:reissue": page(BATCH_READERS, "reissue", sends={"REV2", "APP"}),
}

FUNDS = {
    "funds:book_switch": books(BOOKS_READERS, "", "POST"),
    "funds:vouchers": books(BOOKS_READERS, sends={"FACC", "FCHK", "FCASH", "FHEAD"}),
    "funds:voucher_new": books({"FACC"}, sends={"FACC"}),
    "funds:voucher": books(BOOKS_READERS, "voucher"),
    "funds:voucher_decide": books({"FACC", "FCHK", "FCASH", "FHEAD"}, "voucher", "POST"),
    "funds:voucher_correct": books({"FACC"}, "voucher", sends={"FACC"}),
    "funds:voucher_attach": books({"FACC"}, "voucher", "POST"),
    "funds:voucher_reverse": books({"FACC"}, "voucher", "POST"),
    "funds:voucher_redraft": books({"FACC"}, "voucher", "POST"),
    "funds:voucher_print": books(BOOKS_READERS, "voucher"),
    "funds:entries": books(BOOKS_READERS),
    "funds:entry_new": books({"FACC"}),
    "funds:entry_new_of": Access(
        frozenset({"FACC"}),
        at_city_only=True,
        arguments={"kind": "BANK_INTEREST"},
        sends=frozenset({"FACC"}),
    ),
    "funds:entry": books(BOOKS_READERS, "entry"),
    "funds:entry_correct": books({"FACC"}, "entry", sends={"FACC"}),
    "funds:entry_decide": books({"FHEAD"}, "entry", "POST"),
    "funds:entry_withdraw": books({"FACC"}, "entry", "POST"),
    "funds:entry_print": books(BOOKS_READERS, "entry"),
    "funds:flow_findings": books(BOOKS_READERS),
    "funds:flow_finding": books(BOOKS_READERS, "flow_finding"),
    "funds:flow_finding_apply": books({"FACC"}, "flow_finding", "POST"),
    "funds:flow_finding_decide": books({"FHEAD", "HEAD"}, "flow_finding", "POST"),
    "funds:flow_finding_voucher": books({"FACC"}, "flow_finding", "POST"),
    "funds:current_accounts": books(BOOKS_READERS),
    "funds:current_accounts_print": books(BOOKS_READERS),
    "funds:ledger": books(BOOKS_READERS),
    "funds:general_ledger": books(BOOKS_READERS),
    "funds:prints": books(BOOKS_READERS, sends=BOOKS_READERS),
    "funds:day_book": books(BOOKS_READERS),
    "funds:trial_balance": books(BOOKS_READERS),
    "funds:tax_lists": books(BOOKS_READERS, sends={"FACC"}),
    "funds:tax_list_template": books({"FACC"}),
    "funds:tax_list": books(BOOKS_READERS, "tax_list", sends={"FACC"}),
    "funds:budgets": books(BUDGET_READERS),
    "funds:budget_new": books({"BUDG"}, sends={"BUDG"}),
    "funds:budget": books(BUDGET_READERS, "budget", sends={"HEAD"}),
    "funds:budget_part": Access(
        frozenset({"BUDG"}),
        of="budget",
        at_city_only=True,
        arguments={"code": "O02"},
        sends=frozenset({"BUDG"}),
    ),
    "funds:budget_adjust": books({"BUDG"}, "budget", sends={"BUDG"}),
    "funds:budget_hand_in": books({"BUDG"}, "budget", "POST"),
    "funds:budget_again": books({"BUDG"}, "budget", "POST"),
    "funds:budget_withdraw": books({"BUDG"}, "budget", "POST"),
    "funds:budget_letter": books({"BUDG"}, "budget", "POST"),
    "funds:budget_confirm": books({"FCHK", "FHEAD"}, "budget", "POST"),
    "funds:budget_comparison": books(BUDGET_READERS, "budget"),
    "funds:budget_print": books(BUDGET_READERS, "budget"),
    "funds:budget_workbook": books(BUDGET_READERS, "budget"),
    "funds:budget_execution": books(BUDGET_READERS),
    "funds:budget_execution_print": books(BUDGET_READERS),
    "funds:budget_execution_workbook": books(BUDGET_READERS),
    "funds:funds_plans": books(BOOKS_READERS),
    "funds:funds_plan": books(BOOKS_READERS, "funds_plan", sends={"FHEAD", "HEAD"}),
    "funds:funds_plan_reply": books({"FACC", "FCHK"}, "funds_plan", "POST"),
    "funds:funds_plan_allot": books({"FACC"}, "funds_plan", "POST"),
    "funds:funds_plan_withdraw": books({"FACC"}, "funds_plan", "POST"),
    "funds:funds_plan_print": books(BOOKS_READERS, "funds_plan"),
    "funds:funds_plan_workbook": books(BOOKS_READERS, "funds_plan"),
    "funds:allotment": books(BOOKS_READERS, "allotment"),
    "funds:bank_accounts": books(BOOKS_READERS),
    "funds:bank_account_new": books({"FACC"}, sends={"FACC"}),
    "funds:bank_account": books(BOOKS_READERS, "bank_account"),
    "funds:bank_account_decide": books({"FHEAD"}, "bank_account", "POST"),
    "funds:bank_account_close": books({"FACC"}, "bank_account", "POST"),
    "funds:bank_review": books({"FACC"}, "bank_account", sends={"FACC"}),
    "funds:bank_reviews": books(BOOKS_READERS),
    "funds:bank_reviews_print": books(BOOKS_READERS),
    "funds:investments": books(BOOKS_READERS),
    "funds:investment_new": books({"FACC"}, sends={"FACC"}),
    "funds:investment": books(BOOKS_READERS, "investment"),
    "funds:investment_decide": books({"FHEAD"}, "investment", "POST"),
    "funds:investment_buy": books({"FACC"}, "investment", "POST"),
    "funds:investment_earn": books({"FACC"}, "investment", "POST"),
    "funds:investment_redeem": books({"FACC"}, "investment", "POST"),
    "funds:investment_drop": books({"FACC"}, "investment", "POST"),
    "funds:custody": books(BOOKS_READERS),
    "funds:custody_new": books({"SEAL", "BILL", "KEY"}, sends={"SEAL", "BILL", "KEY"}),
    "funds:custody_item": books(BOOKS_READERS, "custody"),
    "funds:custody_use": books({"SEAL", "BILL"}, "custody", "POST"),
    "funds:custody_pass": books({"SEAL"}, "custody", "POST"),
    "funds:custody_give_back": books({"SEAL"}, "custody", "POST"),
    "funds:custody_transfer": books(BOOKS_READERS, "custody_transfer", sends={"FHEAD"}),
    "funds:bank_statement_template": books({"FCASH"}),
    "funds:bank_statements": books(BOOKS_READERS, sends={"FCASH"}),
    "funds:bank_statement": books(BOOKS_READERS, "bank_statement"),
    "funds:gap_sheets": books(BOOKS_READERS),
    "funds:gap_sheet_new": books(BOOKS_READERS, sends={"BUDG"}),
    "funds:gap_sheet": books(BOOKS_READERS, "gap_sheet"),
    "funds:gap_sheet_decide": books({"HEAD"}, "gap_sheet", "POST"),
    "funds:gap_sheet_print": books(BOOKS_READERS, "gap_sheet"),
    "funds:gap_sheet_workbook": books(BOOKS_READERS, "gap_sheet"),
    "funds:reserves": books(BOOKS_READERS),
    "funds:reserves_print": books(BOOKS_READERS),
    "funds:reserve_new": books({"BUDG"}, sends={"BUDG"}),
    "funds:reserve": books(BOOKS_READERS, "reserve"),
    "funds:reserve_decide": books({"HEAD"}, "reserve", "POST"),
    "funds:reserve_reverse": books({"BUDG"}, "reserve", "POST"),
    "plan_closing": books({"FACC"}, "funds_plan", "POST"),
    "plan_closing_decide": books({"FHEAD"}, "plan_closing", "POST"),
    "disclosures": books(BOOKS_READERS),
    "disclosure_new": books(BOOKS_READERS, sends={"FACC"}),
    "disclosure": books(BOOKS_READERS, "disclosure", sends={"FCHK", "FHEAD", "HEAD"}),
    "disclosure_print": books(BOOKS_READERS, "disclosure"),
    "capacity": books(BOOKS_READERS),
    "analysis": books(BOOKS_READERS, sends={"FACC"}),
    "analysis_print": books(BOOKS_READERS),
    "analysis_workbook": books(BOOKS_READERS),
    "funds:financial_statements": books(BOOKS_READERS),
    "funds:financial_statement_new": books(BOOKS_READERS, sends={"FACC"}),
    "funds:financial_statement": books(
        BOOKS_READERS, "financial_statement", sends={"FCHK", "FHEAD", "HEAD"}
    ),
    "funds:financial_statement_print": books(BOOKS_READERS, "financial_statement"),
    "funds:financial_statement_workbook": books(BOOKS_READERS, "financial_statement"),
    "funds:handovers": page(RECONCILIATION_READERS, sends={"FACC"}),
    "funds:handover": page(RECONCILIATION_READERS, "handover", sends={"OFFH", "FHEAD", "SUPV"}),
    "funds:handover_part": act({"FACC"}, "handover", arguments={"part": "balance"}),
    "funds:handover_remove": act({"FACC"}, "handover", arguments={"part": "balance"}),
    "funds:handover_submit": act({"FACC"}, "handover"),
    "funds:handover_print": page(RECONCILIATION_READERS, "handover"),
    "funds:periods": books(BOOKS_READERS),
}

MONTH = {"month_code": "202610"}
RECONCILIATION = {
    "reconciliation:month": page(RECONCILIATION_READERS),
    "reconciliation:run": act({"PLAN", "FACC", "FCASH"}),
    "reconciliation:summary": page(RECONCILIATION_READERS),
    "reconciliation:statement_prepare": page(
        RECONCILIATION_READERS, "office", sends={"PLAN"}, arguments=MONTH
    ),
    "reconciliation:statement": page(RECONCILIATION_READERS, "statement"),
    "reconciliation:statement_sign": act({"OFFH"}, "statement"),
    "reconciliation:statement_confirm": act({"FACC"}, "statement"),
    "reconciliation:statement_supersede": act({"PLAN"}, "statement"),
    "reconciliation:statement_export": act(SUPERVISORS, "statement"),
    "reconciliation:statement_print": page(RECONCILIATION_READERS, "statement"),
    "reconciliation:differences": page(RECONCILIATION_READERS),
    "reconciliation:difference": page(RECONCILIATION_READERS, "difference"),
    "reconciliation:difference_explain": act({"PLAN", "FACC", "FCASH"}, "difference"),
    "reconciliation:difference_close": act({"OFFH", "FCHK", "FHEAD"}, "difference"),
    "reconciliation:adjustments": books(RECONCILIATION_READERS),
    "reconciliation:adjustment": books(RECONCILIATION_READERS, "adjustment"),
    "reconciliation:adjustment_check": books({"FCHK"}, "adjustment", "POST"),
    "reconciliation:adjustment_print": books(RECONCILIATION_READERS, "adjustment"),
    "reconciliation:month_end": books(BOOKS_READERS, "period", sends={"FACC"}),
    "reconciliation:month_end_close": books({"FHEAD"}, "period", "POST"),
    "reconciliation:month_end_carry": books({"FACC"}, "period", "POST"),
    "reconciliation:month_end_reopen": books({"FHEAD"}, "period", "POST"),
    "reconciliation:month_end_allow": books({"HEAD"}, "period", "POST"),
    "reconciliation:batch_checks": page(RECONCILIATION_READERS),
}

MATRIX: dict[str, Access] = {
    **COMMON,
    **ACCOUNTS,
    **CLAIMS,
    **PLANS,
    **PAYMENTS,
    **FUNDS,
    **RECONCILIATION,
}
