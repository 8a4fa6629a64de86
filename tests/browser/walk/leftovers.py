"""What a demo does not leave behind: claims between two steps, a late plan, a wrong file, a
difference. Each comes about through the services, as it would at work.
"""

from datetime import date, timedelta
from decimal import Decimal

from accounts.enums import Decision
from accounts.services.audit_checks import request_chain_check
from accounts.services.signatures import Verdict
from config.demo import money, reissues, window
from config.demo.bank import bank_for_history
from config.demo.charters import SECOND_ACCOUNTANT
from config.demo.claims import applicant_of
from config.demo.papers import demo_paper
from config.demo.sources import APPLICANTS
from config.disclosures.figures import recipient_cells
from funds.enums import BookKind, BusinessEvent, SourceKind, StatementForm, StatementSpan
from funds.models import Period
from funds.selectors.balances import account_balance
from funds.selectors.books import unemployment_book
from funds.selectors.funds_demand import expected_amount
from funds.selectors.statement_figures import StatementScope
from funds.services.financial_statements import StatementDraft, prepare_financial_statement
from funds.services.founding import open_periods
from funds.services.funds_plan_signing import sign_funds_plan
from funds.services.funds_plans import FundsNeed, request_funds
from funds.services.plan_closings import ClosingLetter
from funds.services.vouchers import (
    DraftLine,
    VoucherDraft,
    draft_voucher,
    sign_voucher,
)
from payouts.enums import ChangeReason, Channel, ReturnVia, ServiceMode, StepKind
from payouts.models import BankReturn, Entitlement
from payouts.services import intake, intake_claim
from payouts.services.bank_answers import Letter, record_answer
from payouts.services.batches import prepare_reissue_batch, release_batch, release_digits
from payouts.services.claimants import PersonEntry
from payouts.services.entitlement_changes import ChangeWish, apply_change
from payouts.services.funds_plan_closings import apply_for_plan_closing, decide_plan_closing
from payouts.services.returns import receive_return
from payouts.services.sending import send_batch
from payouts.services.unlocks import request_unlock
from reconciliation.services.business_ledger import run_business_ledger
from reconciliation.services.month_end import close_month_end, prepare_month_end

EAST, WEST, YANBIAN = "510402", "510403", "510422"
BEFORE_CHECK = (StepKind.ASK, StepKind.LOOK)
BEFORE_RECORD = (*BEFORE_CHECK, StepKind.CHECK)
ZERO, WRONG = Decimal("0.00"), Decimal("1864.00")


def leave_trouble(story):
    """Leave something on every page that would otherwise be empty."""
    at = story.calendar.now
    walk_ins = range(APPLICANTS - 3, APPLICANTS)
    for place, steps in zip(walk_ins, (BEFORE_CHECK, BEFORE_RECORD, StepKind), strict=True):
        _leave_claim(story, place, steps, at)
    _leave_late_plan(story, at)
    _leave_re_employed(story, at)
    _leave_wrong_return(story, at)
    for is_answered in (True, False):
        _leave_unknown(story, is_answered=is_answered)
    _leave_difference(story, at)
    _leave_disclosure(story, at)
    _leave_months(story, at)
    _leave_funds_plans(story, at)
    with story.act("LOGA") as actor:
        request_chain_check(actor=actor, at=at)  # no worker takes it


def _leave_months(story, at):
    """Close last month in one of the small books, and ask for it to be closed in the other."""
    month = story.calendar.history[-1]
    for kind in (BookKind.LANDLESS_FARMERS, BookKind.SKILL_ACTION):
        with story.act("FACC") as actor:
            period = Period.objects.get(book__kind=kind, month=month)
            prepare_month_end(actor=actor, period_id=period.pk, explanation="本月没有业务", at=at)
        if kind == BookKind.LANDLESS_FARMERS:
            with story.act("FHEAD") as actor:
                verdict = Verdict(Decision.APPROVE, "检查无误，同意结账", at)
                close_month_end(actor=actor, period_id=period.pk, verdict=verdict)


def _leave_funds_plans(story, at):
    """Ask for the west district's money four times: one plan waits for a letter, one was returned;
    one is to end and one has ended without the bureau's money.
    """
    for number, decision in ((1, Decision.APPROVE), (2, Decision.RETURN)):
        plan = _ask_for_west(story, number, at)
        returned = decision == Decision.RETURN
        for post in ("FHEAD",) if returned else ("FHEAD", "HEAD"):
            with story.act(post) as actor:
                opinion = "备付月数与参数不符，请核对后重报" if returned else ""
                verdict = Verdict(decision, opinion, at, plan.content_sha256)
                sign_funds_plan(actor=actor, plan_id=plan.pk, verdict=verdict)
    friday = story.calendar.today - timedelta(days=3)
    for number in (3, 4):
        plan = _ask_for_west(story, number, story.calendar.at(friday, 9))
        money.approve_funds_plan(story, plan.pk, friday)
        with story.act("FACC") as actor:
            scan = demo_paper("end of allotment", plan.number)
            letter = ClosingLetter(
                "年度预算调减，本计划不再拨付", f"攀财社函〔2026〕{30 + number}号", friday, scan
            )
            ending = apply_for_plan_closing(actor=actor, plan_id=plan.pk, letter=letter, at=at)
        if number == 4:
            with story.act("FHEAD") as actor:
                verdict = Verdict(Decision.APPROVE, "与来文核对一致", at, ending.content_sha256)
                decide_plan_closing(actor=actor, closing_id=ending.pk, verdict=verdict)


def _ask_for_west(story, number, at):
    """Ask for three months' pay of the west district as if 支出户 had nothing left for it."""
    month = story.calendar.month
    with story.act("FACC") as actor:
        book = unemployment_book().pk
        left = account_balance(book_id=book, account_code="1004", until=None)
        source = f"{WEST}{month:%Y%m}B01待款{number}"
        need = FundsNeed(story.offices[WEST], "B01", 10**9 + number, source, 3, 3 * WRONG)
        return request_funds(
            actor=actor,
            book_id=book,
            month=month,
            needs=[need],
            promised=left + expected_amount(book_id=book),
            at=at,
        )


def _leave_disclosure(story, at):
    """Draw up the disclosure of the quarter before the history, to be checked."""
    with story.act("FACC") as actor:
        book, month = unemployment_book(), date(2026, 9, 1)
        open_periods(book=book, first_month=month, months=1)
        scope = StatementScope(book.pk, StatementForm.DISCLOSURE, StatementSpan.QUARTER, month)
        cells = recipient_cells(actor=actor, book=book, scope=scope)
        draft = StatementDraft(scope, ["基金运行平稳，待遇按时足额发放。"], cells)
        prepare_financial_statement(actor=actor, draft=draft, at=at)


def _leave_claim(story, place, steps, at):
    """Take in one more applicant of the east district and stop before the next step."""
    office = next(office for office in story.city.offices if office.code == EAST)
    claim = applicant_of(story.city, office, place, story.recipients, story.seed, story.calendar)
    today = claim.applied_date
    with story.act("ACC", EAST) as actor:
        person = PersonEntry(claim.person.identity, claim.person.name)
        new = intake.NewClaim(story.item_id, person, Channel.WINDOW, ServiceMode.IN_PERSON, today)
        case = {
            "actor": actor,
            "case_id": intake.open_case(actor=actor, claim=new, today=today, at=at).pk,
            "today": today,
            "at": at,
        }
        for step in (step for step in steps if step in BEFORE_RECORD):
            intake.record_step(entry=window._answered(step), **case)
        if steps is StepKind:
            record = window._record(story, EAST, claim)
            entry = window._answered(StepKind.RECORD)
            intake_claim.record_claim(record=record, entry=entry, **case)


def _leave_late_plan(story, at):
    with story.act("PLAN", YANBIAN) as actor:
        request_unlock(
            actor=actor,
            organisation_id=story.offices[YANBIAN],
            item_id=story.item_id,
            month=story.calendar.history[-1],
            reason="上月对账明细表尚待负责人签字，核对完成后才能编制补发计划",
            at=at,
        )


def _leave_re_employed(story, at):
    """Let somebody of the east district whom no open plan carries have found work."""
    east = story.offices[EAST]
    with story.act("PLAN", EAST) as actor:
        drawing = Entitlement.objects.filter(organisation_id=east, state="PAYING")
        apply_change(
            actor=actor,
            entitlement_id=drawing.order_by("-id").first().pk,
            wish=ChangeWish(
                ChangeReason.RE_EMPLOYED,
                story.calendar.today,
                "全国社保参保信息显示本月已由新单位参保，电话核实属实",
            ),
            evidence=None,
            at=at,
        )


def _leave_wrong_return(story, at):
    """Bring in a file that lacks its last line."""
    with story.look():
        right = BankReturn.objects.order_by("pk").first().document
        content = bytes(right.content)
    lines = content.splitlines(keepends=True)
    with story.act("FACC") as actor:
        receive_return(
            actor=actor,
            content=b"".join(lines[:-1]),
            file_name=right.file_name,
            via=ReturnVia.UPLOAD,
            at=at,
        )


def _leave_unknown(story, *, is_answered):
    """Send a failed payment again while the bank is away; record what it wrote about one."""
    day = story.calendar.today
    at = story.calendar.at(day, 9)
    instruction_id, office = reissues.failures_of(story, story.calendar.history[-1])[-1]
    reissue_id = reissues.apply(story, instruction_id, office, at)
    reissues.review(story, reissue_id, office, at)
    reissues.approve(story, reissue_id, office, at)
    with story.act("FACC") as actor:
        batch = prepare_reissue_batch(actor=actor, reissue_ids=[reissue_id], at=at)
    with bank_for_history():
        money.confirm(story, batch.pk, day)
    with story.act("FCASH") as actor:
        digits = release_digits(batch.total_amount)
        release_batch(actor=actor, batch_id=batch.pk, digits=digits, at=at)
    send_batch(pool_id=story.pool.pk, batch_id=batch.pk, clock=lambda: at)
    if not is_answered:
        return
    with story.act("FACC") as actor:
        record_answer(
            actor=actor,
            batch_id=batch.pk,
            letter=Letter(
                was_taken=False,
                receipt="",
                reference="农银攀函〔2026〕7号",
                answered_on=day,
                note="与对公柜台核对当日流水，银行没有收到该批次的文件。",
                scan=demo_paper("bank-answer", office),
            ),
            at=at,
        )


def _leave_difference(story, at):
    """Book a payment of the west district that its office knows nothing of."""
    west = story.offices[WEST]
    lines = [
        DraftLine("500101", WRONG, ZERO, "待遇支付", west, "B01", "", 1),
        DraftLine("1004", ZERO, WRONG, "待遇支付"),
    ]
    with story.act("FACC") as actor:
        draft = VoucherDraft(
            book_id=unemployment_book().pk,
            voucher_date=story.calendar.today,
            event=BusinessEvent.REISSUE,
            summary="调整分录",
            source_kind=SourceKind.NONE,
            source_id=None,
            attachment_count=1,
            lines=lines,
        )
        voucher = draft_voucher(actor=actor, draft=draft, at=at)
    for post in ("FCHK", "FCASH", "FHEAD", SECOND_ACCOUNTANT):
        with story.act(post) as actor:
            sign_voucher(actor=actor, voucher_id=voucher.pk, at=at)
    with story.act("PLAN", WEST) as actor:
        run_business_ledger(actor=actor, organisation_id=west, month=story.calendar.month, at=at)
