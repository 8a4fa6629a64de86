"""The month's deeds, one service call each, in order: what a person asks for and who does it."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.enums import Decision
from accounts.services.audit_checks import request_chain_check
from accounts.services.signatures import Verdict
from config.demo import closing, money, review
from config.demo.income import tax_file
from funds.enums import ListState, VoucherState
from funds.models import FundsUsePlan, TaxIncomeList, Voucher
from funds.selectors.books import unemployment_book
from funds.services import funds_plans, tax_lists
from funds.services.vouchers import sign_vouchers
from payouts.enums import BatchState, PlanState, ReturnVia, SourceKind
from payouts.models import DisbursementPlan, PaymentBatch
from payouts.services import batches, plans
from payouts.services.applications import request_funds_for_plans
from payouts.services.sources import receive_extract
from reconciliation.enums import AdjustmentState
from reconciliation.models import BalanceAdjustment, OfficeStatement
from reconciliation.services import exports
from reconciliation.services.ledger_bank import check_adjustment
from tests.faults.city import OFFICE, City


@dataclass(frozen=True, slots=True)
class Deed:
    """One act of one person with the background work it starts.

    `also`: places of background tasks that belong to this deed, besides those of its own.
    `is_repeatable`: asked for twice, it is rightly done twice.
    """

    name: str
    act: Callable[[City], object]
    also: tuple[str, ...] = ()
    is_repeatable: bool = False


def _receive(kind: SourceKind) -> Callable[[City], object]:
    def act(city: City) -> None:
        content = review.FILES[kind](
            city.city, city.recipients, city.seed, city.calendar, city.month
        )
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
    with city.act("FHEAD") as actor:
        funds_plan = FundsUsePlan.objects.get()
        verdict = Verdict(Decision.APPROVE, "同意", city.at(23, 11))
        funds_plans.sign_funds_plan(actor=actor, plan_id=funds_plan.pk, verdict=verdict)


def _allot(city: City) -> None:
    with city.act("FACC") as actor:
        funds_plan = FundsUsePlan.objects.get()
        funds_plans.record_allotment(
            actor=actor,
            plan_id=funds_plan.pk,
            amount=funds_plan.total_amount,
            allotted_date=city.day(23),
            reference="BK01",
            at=city.at(23, 15),
        )


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
    with city.act("FCASH") as actor:
        waiting = batch()
        digits = batches.release_digits(waiting.total_amount)
        batches.release_batch(actor=actor, batch_id=waiting.pk, digits=digits, at=city.at(26, 14))


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
        sheet = BalanceAdjustment.objects.get(state=AdjustmentState.CHECKING)
        check_adjustment(actor=actor, adjustment_id=sheet.pk, at=city.calendar.now)


def _verify_trail(city: City) -> None:
    with city.act("LOGA") as actor:
        request_chain_check(actor=actor, at=city.calendar.now)


DEEDS: tuple[Deed, ...] = (
    Deed("import_enrolment", _receive(SourceKind.ENROLMENT)),
    Deed("import_medical", _receive(SourceKind.MEDICAL)),
    Deed("compare", lambda city: review.compare(city, city.month, OFFICE)),
    Deed("build_plan", lambda city: review.build(city, city.month, OFFICE)),
    Deed("submit_plan", lambda city: review.submit(city, _plan(city).pk, OFFICE)),
    Deed("sign_plan_office", _sign("OFFH", OFFICE, 21)),
    Deed("sign_plan_department", _sign("DEPT", "", 22)),
    Deed("sign_plan_leader", _sign("LEAD", "", 22)),
    Deed("receive_form", _receive_form),
    Deed("ask_for_funds", _ask_funds),
    Deed("sign_funds", _sign_funds),
    Deed("allot", _allot),
    Deed("check_vouchers", _check_vouchers),
    Deed("post_vouchers", _post_vouchers, also=("accounts.seal_audit_trail",)),
    Deed("money_arrives", _arrive),
    Deed("prepare_batch", _prepare_batch),
    Deed("write_batch_file", _check_batch),
    Deed("confirm_with_bank", _ask_bank),
    Deed(
        "pay",
        release,
        also=("payouts.send_batch", "payouts.resolve_batch", "payouts.poll_bank"),
    ),
    Deed("check_paid", _check_vouchers),
    Deed("post_paid", _post_vouchers),
    Deed("import_taxes", _import_taxes),
    Deed("transfer_taxes", _transfer_taxes),
    Deed("check_taxes", _check_vouchers),
    Deed("post_taxes", _post_vouchers),
    Deed(
        "reconcile_bank",
        lambda city: closing.reconcile_bank(city, city.month, is_checked=False),
        is_repeatable=True,
    ),
    Deed("check_adjustment", _check_adjustment),
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
    ),
    Deed("export_detail", _export, is_repeatable=True),
    Deed("verify_trail", _verify_trail),
    Deed("close_month", lambda city: closing.close_month(city, city.month)),
)
