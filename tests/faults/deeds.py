"""The month's deeds, one service call each, in order: what a person asks for and who does it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from accounts.enums import Decision
from accounts.services.audit_checks import request_chain_check
from accounts.services.jobs import stop_job
from accounts.services.list_exports import request_export
from accounts.services.signatures import Verdict
from common.actor import Person
from common.lists import Narrowing, sign_export
from common.tenancy import tenant_transaction
from config import nightly
from config.demo import closing, investments, money, review
from config.demo.bank import configured_bank
from config.demo.income import tax_file
from config.demo.papers import demo_paper
from config.demo.sources import extract_files
from funds.enums import InvestmentState, ListState, PeriodState, PrintKind, VoucherState
from funds.models import (
    FinancialStatement,
    FundsPlanClosing,
    FundsUsePlan,
    Investment,
    Period,
    TaxIncomeList,
    Voucher,
)
from funds.selectors.books import unemployment_book
from funds.services import tax_lists
from funds.services.allotments import record_allotment
from funds.services.funds_plan_signing import BureauReply, record_reply, sign_funds_plan
from funds.services.investments import Purchase, buy_investment
from funds.services.periods import request_reopening
from funds.services.plan_closings import ClosingLetter
from funds.services.prints import PrintRequest, request_print
from funds.services.vouchers import sign_vouchers
from payouts.enums import BatchState, PlanState, ReturnVia, SourceKind
from payouts.models import DisbursementPlan, PaymentBatch
from payouts.selectors.cases import CASES
from payouts.services import batches, plans, sending
from payouts.services.applications import request_funds_for_plans
from payouts.services.funds_plan_closings import apply_for_plan_closing, decide_plan_closing
from payouts.services.returns import receive_return
from payouts.services.sources import receive_extract
from reconciliation.enums import AdjustmentState
from reconciliation.models import BalanceAdjustment, OfficeStatement
from reconciliation.services import exports
from reconciliation.services.ledger_bank import check_adjustment
from reconciliation.services.month_end import decide_month_reopening
from tests.faults.city import OFFICE, City

DROPPED = "extract.csv"


@dataclass(frozen=True, slots=True)
class Deed:
    """One act of one person with the background work it starts.

    `job`: the task that does the work asked for, if it is a job. `also`: places of background
    tasks that belong to this deed, besides those of its own. `is_repeatable`: asked for twice, it
    is rightly done twice. `aside_of`: a deed that is done instead of another, from the state before
    that one and what `prepare` makes of it. `crew`: changes of the processes.
    """

    name: str
    act: Callable[[City], object]
    job: str = ""
    also: tuple[str, ...] = ()
    is_repeatable: bool = False
    aside_of: str = ""
    prepare: Callable[[City], object] | None = None
    crew: Mapping[str, object] = field(default_factory=dict)


def _extract_of(city: City, kind: SourceKind) -> bytes:
    files = extract_files(city.city, city.recipients, city.seed, city.calendar, city.month)
    return files[kind]


def _receive(kind: SourceKind) -> Callable[[City], object]:
    def act(city: City) -> None:
        content = _extract_of(city, kind)
        with city.act("DATA") as actor:
            receive_extract(
                actor=actor,
                kind=kind,
                content=content,
                file_name=f"{kind.lower()}.csv",
                via=ReturnVia.UPLOAD,
                at=city.at(17, 9),
            )

    return act


def _plan(city: City) -> DisbursementPlan:
    with city.look():
        return DisbursementPlan.objects.exclude(state=PlanState.WITHDRAWN).get()


def _sign(post: str, office: str, day: int) -> Callable[[City], object]:
    def act(city: City) -> None:
        with city.act(post, office) as actor:
            plans.sign_plan(
                actor=actor,
                plan_id=_plan_id(),
                decision=Decision.APPROVE,
                opinion="同意",
                at=city.at(day, 15),
            )

    return act


def _receive_form(city: City) -> None:
    money.receive_forms(city, [_plan(city).pk], city.at(23, 9))


def _ask_funds(city: City) -> None:
    with city.act("FACC") as actor:
        request_funds_for_plans(actor=actor, plan_ids=[_plan_id()], at=city.at(23, 9))


def _plan_id() -> int:
    return DisbursementPlan.objects.exclude(state=PlanState.WITHDRAWN).get().pk


def _sign_funds(city: City) -> None:
    _sign_funds_by(city, "FHEAD")


def _sign_funds_by(city: City, post: str) -> None:
    with city.act(post) as actor:
        funds_plan = FundsUsePlan.objects.get()
        verdict = Verdict(Decision.APPROVE, "同意", city.at(23, 11))
        sign_funds_plan(actor=actor, plan_id=funds_plan.pk, verdict=verdict)


def _sign_funds_as_head(city: City) -> None:
    _sign_funds_by(city, "HEAD")


def _reply_by(post: str) -> Callable[[City], object]:
    def act(city: City) -> None:
        with city.act(post) as actor:
            funds_plan = FundsUsePlan.objects.get()
            reply = BureauReply(
                decision=Decision.APPROVE,
                opinion="",
                document_number=f"攀函〔2026〕{post}号",
                decided_date=city.day(23),
                amount=None,
                scan=demo_paper("reply", post),
            )
            record_reply(actor=actor, plan_id=funds_plan.pk, reply=reply, at=city.at(23, 13))

    return act


def _allot(city: City) -> None:
    with city.act("FACC") as actor:
        funds_plan = FundsUsePlan.objects.get()
        record_allotment(
            actor=actor,
            plan_id=funds_plan.pk,
            amount=funds_plan.total_amount,
            allotted_date=city.day(23),
            reference="BK01",
            at=city.at(23, 15),
        )


def _ask_to_end(city: City) -> None:
    """Apply to end the allotment instead: the bureau writes that nothing will come."""
    with city.act("FACC") as actor:
        scan = demo_paper("end of allotment", "1")
        letter = ClosingLetter("不再拨付", "攀财社函〔2026〕1号", city.day(23), scan)
        apply_for_plan_closing(
            actor=actor,
            plan_id=FundsUsePlan.objects.get().pk,
            letter=letter,
            at=city.at(23, 15),
        )


def _end(city: City) -> None:
    with city.act("FHEAD") as actor:
        closing = FundsPlanClosing.objects.get()
        verdict = Verdict(Decision.APPROVE, "同意", city.at(23, 16))
        decide_plan_closing(actor=actor, closing_id=closing.pk, verdict=verdict)


def _arrive(city: City) -> None:
    money.arrive_at_bank(city.bank, city.pool.pk, since=city.day(1))
    city.bank.set_day(city.day(26))


def _sign_waiting(city: City, post: str, state: VoucherState, hour: int) -> None:
    with city.act(post) as actor:
        waiting = Voucher.objects.filter(state=state).values_list("pk", flat=True)
        sign_vouchers(actor=actor, voucher_ids=list(waiting), state=state, at=city.at(27, hour))


def _check_vouchers(city: City) -> None:
    _sign_waiting(city, "FCHK", VoucherState.DRAFT, 9)
    _sign_waiting(city, "FCASH", VoucherState.CASHIER, 10)
    _sign_waiting(city, "FHEAD", VoucherState.APPROVAL, 11)


def _post_vouchers(city: City) -> None:
    _sign_waiting(city, "FACC2", VoucherState.BOOKING, 12)


# The steps a drafted voucher takes before its posting, each with the post that signs it.
SIGN_VOUCHERS: tuple[Callable[[City], object], ...] = (_check_vouchers,)


def batch() -> PaymentBatch:
    """Return the month's batch."""
    return PaymentBatch.objects.exclude(state=BatchState.WITHDRAWN).get(parent__isnull=True)


def _prepare_batch(city: City) -> None:
    with city.act("FACC") as actor:
        batches.prepare_batch(actor=actor, plan_ids=[_plan_id()], at=city.at(26, 9))


def _check_batch(city: City) -> None:
    with city.act("FCHK") as actor:
        batches.check_batch(actor=actor, batch_id=batch().pk, at=city.at(26, 10))


def _ask_bank(city: City) -> None:
    with city.act("FACC") as actor:
        batches.request_bank_check(actor=actor, batch_id=batch().pk, at=city.at(26, 11))


def release(city: City) -> None:
    """Let the cashier release the batch."""
    _release(city, city.person("FCASH"))


def release_by_the_other(city: City) -> None:
    """Let the second cashier release the batch."""
    _release(city, city.second_cashier)


def _release(city: City, cashier: Person) -> None:
    with tenant_transaction(cashier):
        waiting = batch()
        digits = batches.release_digits(waiting.total_amount)
        at = city.at(26, 14)
        batches.release_batch(actor=cashier, batch_id=waiting.pk, digits=digits, at=at)


def _import_taxes(city: City) -> None:
    day = city.day(24)
    with city.act("FACC") as actor:
        tax_lists.request_tax_list_import(
            actor=actor,
            book_id=unemployment_book().pk,
            content=tax_file(city.city, city.recipients, city.seed, city.month, day),
            file_name="tax.csv",
            at=city.at(24, 9),
        )


def _transfer_taxes(city: City) -> None:
    with city.act("FACC") as actor:
        tax_lists.record_treasury_transfer(
            actor=actor,
            list_id=TaxIncomeList.objects.get(state=ListState.IMPORTED).pk,
            transferred_date=city.day(25),
            reference="GK01",
            at=city.at(25, 10),
        )


def statement() -> OfficeStatement:
    """Return the office's statement in force."""
    return OfficeStatement.objects.get(state__in=["DRAFT", "SIGNING", "SIGNED", "CONFIRMED"])


def _statement_id(city: City) -> int:
    with city.look():
        return statement().pk


def _export(city: City) -> None:
    with city.act("RISK", OFFICE) as actor:
        exports.request_statement_detail(
            actor=actor, statement_id=statement().pk, purpose="稽核抽查", at=city.calendar.now
        )


def _check_adjustment(city: City) -> None:
    with city.act("FCHK") as actor:
        sheets = BalanceAdjustment.objects.filter(state=AdjustmentState.CHECKING)
        for sheet in sheets.order_by("pk"):
            check_adjustment(actor=actor, adjustment_id=sheet.pk, at=city.calendar.now)


def _verify_trail(city: City) -> None:
    with city.act("LOGA") as actor:
        request_chain_check(actor=actor, at=city.calendar.now)


def _export_list(city: City) -> None:
    """Ask for a list that takes several steps, in the window's order of the screen."""
    token = sign_export(CASES, Narrowing({"tab": "all"}, [], is_filtered=False), "")
    with city.act("RISK", city.city.code) as actor:
        request_export(actor=actor, token=token, at=timezone.now())


def _drop_file(city: City) -> None:
    """Let another system drop a newer extract into the watched folder, as copying programs do."""
    kind = SourceKind.ENROLMENT
    content = _extract_of(city, kind)
    head, _, rows = content.partition(b"\n")
    kind_of_file, _, *rest = head.decode().split(",")
    later = ",".join([kind_of_file, f"{city.calendar.today}", *rest]).encode()
    folder = Path(settings.INBOX_DIR) / city.city.code / "enrolment"
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / ".half"
    half.write_bytes(later + b"\n" + rows)
    half.rename(folder / DROPPED)


def _check_night(city: City) -> None:
    nightly.request_check(pool_id=city.pool.pk, at=timezone.now())


def _send(city: City) -> None:
    """Release and send the batch; its return stays with the bank, because nobody asks."""
    release(city)
    with city.look():
        leaf = PaymentBatch.objects.get(state=BatchState.RELEASED)
    sending.send_batch(pool_id=city.pool.pk, batch_id=leaf.pk)


def _upload_return(city: City) -> None:
    """Fetch the bank's return by hand and upload it."""
    with city.look():
        number = batch().number
    content = return_of(number)
    with city.act("PLAN", OFFICE) as actor:
        receive_return(
            actor=actor,
            content=content,
            file_name=f"{number}.txt",
            via=ReturnVia.UPLOAD,
            at=timezone.now(),
        )


def return_of(number: str) -> bytes:
    """Return the bank's return file of a batch, as soon as there is one."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        answer = configured_bank()._call("GET", f"/files/{number}/return")
        if answer.status_code == 200:
            return answer.content
        time.sleep(0.05)
    raise TimeoutError("the bank gives no return")


def _print_books(city: City) -> None:
    """Ask for the month's vouchers on paper."""
    with city.act("FACC") as actor:
        book_id = unemployment_book().pk
        wanted = PrintRequest(PrintKind.VOUCHERS, book_id, city.month, city.month)
        request_print(actor=actor, wanted=wanted, at=timezone.now())


def _propose_deposit(city: City) -> None:
    """Apply for a deposit of the month, once; asked again, there is one already."""
    with city.look():
        if Investment.objects.exists():
            raise Investment.DoesNotExist
    investments.propose(city, investments.YEAR, city.day(23))


def _approve_deposit(city: City) -> None:
    with city.look():
        waiting = Investment.objects.get(state=InvestmentState.PROPOSED)
    investments.approve(city, waiting)


def _buy_deposit(city: City) -> None:
    with city.act("FACC") as actor:
        approved = Investment.objects.get(state=InvestmentState.APPROVED)
        purchase = Purchase("CD01", "CR01")
        buy_investment(
            actor=actor, investment_id=approved.pk, purchase=purchase, at=city.at(23, 16)
        )


def _sign_month_statements(city: City) -> None:
    with city.look():
        statement_id = FinancialStatement.objects.get().pk
    closing.sign_statements(city, statement_id, "FCHK")


def _ask_to_reopen(city: City) -> None:
    with city.act("FHEAD") as actor:
        period_id = closed_period(city).pk
        request_reopening(actor=actor, period_id=period_id, reason="补记利息", at=city.calendar.now)


def _reopen(city: City) -> None:
    with city.act("HEAD") as actor:
        verdict = Verdict(Decision.APPROVE, "同意反结账", city.calendar.now)
        decide_month_reopening(actor=actor, period_id=closed_period(city).pk, verdict=verdict)


def closed_period(city: City) -> Period:
    """Return the month that is played, if it is closed."""
    return Period.objects.get(book=unemployment_book(), month=city.month, state=PeriodState.CLOSED)


def _build_and_stop(city: City) -> None:
    """Ask for the plan, and at once that it be not built after all."""
    with city.act("PLAN", OFFICE) as actor:
        plan = plans.build_plan(
            actor=actor,
            organisation_id=city.office_id,
            item_id=city.item_id,
            month=city.month,
            at=timezone.now(),
        )
        stop_job(actor=actor, job_id=plan.job_id, at=timezone.now())


EXTRACT, EXPORT = "payouts.tasks.import_extract", "accounts.tasks.export_list"

DEEDS: tuple[Deed, ...] = (
    Deed("import_enrolment", _receive(SourceKind.ENROLMENT), EXTRACT),
    Deed("import_medical", _receive(SourceKind.MEDICAL), EXTRACT),
    Deed(
        "compare",
        lambda city: review.compare(city, city.month, OFFICE),
        "payouts.tasks.compare_sources",
    ),
    Deed(
        "build_plan",
        lambda city: review.build(city, city.month, OFFICE),
        "payouts.tasks.build_plan",
    ),
    Deed("submit_plan", lambda city: review.submit(city, _plan(city).pk, OFFICE)),
    Deed("sign_plan_office", _sign("OFFH", OFFICE, 21)),
    Deed("sign_plan_department", _sign("DEPT", "", 22)),
    Deed("sign_plan_leader", _sign("LEAD", "", 22), "payouts.tasks.make_application_form"),
    Deed("receive_form", _receive_form),
    Deed("ask_for_funds", _ask_funds),
    Deed("sign_funds", _sign_funds),
    Deed("sign_funds_as_head", _sign_funds_as_head),
    Deed("reply_of_hr_bureau", _reply_by("FCHK")),
    Deed("reply_of_finance_bureau", _reply_by("FACC2")),
    Deed("allot", _allot),
    Deed("propose_deposit", _propose_deposit),
    Deed("approve_deposit", _approve_deposit),
    Deed("buy_deposit", _buy_deposit),
    Deed("check_vouchers", _check_vouchers),
    Deed("post_vouchers", _post_vouchers, also=("accounts.seal_audit_trail",)),
    Deed("money_arrives", _arrive),
    Deed("prepare_batch", _prepare_batch),
    Deed("write_batch_file", _check_batch),
    Deed("confirm_with_bank", _ask_bank, "payouts.tasks.confirm_batch"),
    Deed(
        "pay",
        release,
        also=("payouts.send_batch", "payouts.resolve_batch", "payouts.poll_bank"),
    ),
    Deed("check_paid", _check_vouchers),
    Deed("post_paid", _post_vouchers),
    Deed("import_taxes", _import_taxes, "funds.tasks.import_tax_list"),
    Deed("transfer_taxes", _transfer_taxes),
    Deed("check_taxes", _check_vouchers),
    Deed("post_taxes", _post_vouchers),
    Deed(
        "reconcile_bank",
        lambda city: closing.reconcile_bank(city, city.month, is_checked=False),
        is_repeatable=True,
    ),
    Deed("check_adjustment", _check_adjustment, "reconciliation.tasks.make_adjustment_print"),
    Deed(
        "office_statement",
        lambda city: closing.prepare_office_statement(city, city.month, OFFICE),
        is_repeatable=True,
    ),
    Deed(
        "sign_statement",
        lambda city: closing.sign_office_statement(city, _statement_id(city), OFFICE),
    ),
    Deed(
        "confirm_statement",
        lambda city: closing.confirm_office_statement(city, _statement_id(city)),
        "reconciliation.tasks.make_statement_documents",
    ),
    Deed(
        "export_detail",
        _export,
        "reconciliation.tasks.export_statement_detail",
        is_repeatable=True,
    ),
    Deed("export_list", _export_list, EXPORT, is_repeatable=True),
    Deed("print_books", _print_books, "funds.tasks.make_print", is_repeatable=True),
    Deed("verify_trail", _verify_trail, "accounts.tasks.verify_audit_trail"),
    Deed("drop_file", _drop_file, EXTRACT, also=("payouts.tasks.collect_inbox",)),
    Deed("check_night", _check_night, "config.tasks.check_invariants"),
    Deed("state_month", lambda city: closing.prepare_statements(city, city.month)),
    Deed("sign_month_statements", _sign_month_statements),
    Deed("ask_to_close", lambda city: closing.ask_to_close(city, city.month)),
    Deed("close_month", lambda city: closing.close_month(city, city.month)),
    Deed("ask_to_reopen", _ask_to_reopen),
    Deed("reopen_month", _reopen),
    Deed(
        "stop_building",
        _build_and_stop,
        "payouts.tasks.build_plan",
        is_repeatable=True,
        aside_of="build_plan",
        prepare=lambda _city: None,
    ),
    Deed("ask_to_end", _ask_to_end, aside_of="allot", prepare=lambda _city: None),
    Deed("end_allotment", _end, aside_of="allot", prepare=_ask_to_end),
    Deed("upload_return", _upload_return, aside_of="pay", prepare=_send, crew={"polls": False}),
)
BY_NAME = {deed.name: deed for deed in DEEDS}
