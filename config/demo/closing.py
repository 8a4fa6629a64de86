"""The end of a demo month: bank statement, adjustment sheet, statements, closing."""

from datetime import date, datetime

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from common.periods import add_months, last_day
from config.demo.bank_statements import agreeing_statement
from config.demo.money import expenditure_number
from config.demo.story import Story
from funds.enums import BankAccountKind, StatementForm, StatementSpan
from funds.models import BankAccount, BankStatement, FinancialStatement, Period
from funds.selectors.books import unemployment_book
from funds.selectors.statement_figures import StatementScope, compute_figures
from funds.selectors.statement_notes import prefilled_notes
from funds.services.bank_statements import import_bank_statement
from funds.services.financial_statements import (
    StatementDraft,
    prepare_financial_statement,
    sign_financial_statement,
)
from reconciliation.models import OfficeStatement
from reconciliation.services.batch_returns import run_batch_return
from reconciliation.services.business_ledger import run_business_ledger
from reconciliation.services.ledger_bank import check_adjustment, run_ledger_bank
from reconciliation.services.month_end import close_month_end, prepare_month_end
from reconciliation.services.statements import (
    confirm_statement,
    prepare_statement,
    sign_statement,
)


class StatementRefused(Exception):
    """The bank's statement of the demo was refused."""


def reconcile_bank(story: Story, month: date, *, is_checked: bool = True) -> None:
    """Import the month's statements on the 2nd and draw up the adjustment sheet of each account."""
    with story.look():
        account = expenditure_number()
    content = story.bank.statement(account, month, last_day(month))
    _import(story, month, content)
    report_other_accounts(story, month)
    with story.act("FCASH") as actor:
        at = _after(story, month, 2, 10)
        sheets = [
            run_ledger_bank(actor=actor, month=month, at=at, account_id=account_id)
            for account_id in _reported_accounts(month)
        ]
    if is_checked:
        with story.act("FCHK") as actor:
            for sheet in sheets:
                check_adjustment(
                    actor=actor, adjustment_id=sheet.pk, at=_after(story, month, 2, 15)
                )
        story.finish_jobs(_after(story, month, 2, 16))


def _reported_accounts(month: date) -> list[int]:
    """Return the accounts of the fund whose bank has reported the whole month."""
    rows = BankStatement.objects.filter(
        bank_account__book=unemployment_book(),
        bank_account__is_active=True,
        from_date__lte=month,
        until_date__gte=last_day(month),
    )
    return list(rows.order_by("bank_account_id").values_list("bank_account_id", flat=True))


def _import(story: Story, month: date, content: bytes) -> None:
    """Import a bank's statement; a second time changes nothing."""
    with story.act("FCASH") as actor:
        outcome = import_bank_statement(
            actor=actor,
            content=content,
            file_name=f"statement-{month:%Y%m}.csv",
            at=_after(story, month, 2, 9),
        )
    if outcome.is_refused:
        raise StatementRefused("；".join(str(problem) for problem in outcome.problems))


def report_other_accounts(story: Story, month: date) -> None:
    """Import the month's statements of 收入户 and 财政专户, whose banks agree with the books."""
    with story.look():
        accounts = BankAccount.objects.filter(book=unemployment_book(), is_active=True)
        contents = [
            agreeing_statement(account, month)
            for account in accounts.exclude(kind=BankAccountKind.EXPENDITURE).order_by("pk")
        ]
    for content in filter(None, contents):
        _import(story, month, content)


def prepare_office_statement(story: Story, month: date, office: str) -> int:
    """Reconcile an office's month on the 3rd and draw up its statement; return its id."""
    at, office_id = _after(story, month, 3, 9), story.offices[office]
    with story.act("PLAN", office) as actor:
        run_batch_return(actor=actor, organisation_id=office_id, month=month, at=at)
        run_business_ledger(actor=actor, organisation_id=office_id, month=month, at=at)
        return prepare_statement(
            actor=actor, organisation_id=office_id, month=month, at=_after(story, month, 3, 10)
        ).pk


def sign_office_statement(story: Story, statement_id: int, office: str) -> None:
    """Let the office head sign a statement on the 4th."""
    with story.act("OFFH", office) as actor:
        month = OfficeStatement.objects.get(pk=statement_id).month
        verdict = Verdict(Decision.APPROVE, "核对无误", _after(story, month, 4, 9))
        sign_statement(actor=actor, statement_id=statement_id, verdict=verdict)


def confirm_office_statement(story: Story, statement_id: int) -> None:
    """Let finance confirm a signed statement on the 4th; its papers are then made."""
    with story.act("FACC") as actor:
        month = OfficeStatement.objects.get(pk=statement_id).month
        confirm_statement(actor=actor, statement_id=statement_id, at=_after(story, month, 4, 15))
    story.finish_jobs(_after(story, month, 4, 16))


def ask_to_close(story: Story, month: date) -> None:
    """Let the accountant ask for a month to be closed, on the 5th, when every check passes."""
    with story.act("FACC") as actor:
        period = Period.objects.get(book=unemployment_book(), month=month)
        at = _after(story, month, 5, 15)
        prepare_month_end(actor=actor, period_id=period.pk, explanation="", at=at)


def close_month(story: Story, month: date) -> None:
    """Let the head of finance close a month that was asked for, on the 5th."""
    with story.act("FHEAD") as actor:
        period = Period.objects.get(book=unemployment_book(), month=month)
        verdict = Verdict(Decision.APPROVE, "检查无误，同意结账", _after(story, month, 5, 16))
        close_month_end(actor=actor, period_id=period.pk, verdict=verdict)


def prepare_statements(story: Story, month: date) -> int:
    """Draw up a month's financial statements on the 5th, before it closes; return their id."""
    with story.act("FACC") as actor:
        book_id = unemployment_book().pk
        scope = StatementScope(book_id, StatementForm.ACCOUNTS, StatementSpan.MONTH, month)
        notes = prefilled_notes(scope, compute_figures(scope))
        draft = StatementDraft(scope, notes, {})
        at = _after(story, month, 5, 10)
        return prepare_financial_statement(actor=actor, draft=draft, at=at).pk


def sign_statements(story: Story, statement_id: int, *posts: str) -> None:
    """Let these posts sign financial statements, one after another, on the 7th."""
    for post in posts:
        with story.act(post) as actor:
            month = FinancialStatement.objects.get(pk=statement_id).month
            verdict = Verdict(Decision.APPROVE, "已与账簿核对", _after(story, month, 7, 10))
            sign_financial_statement(actor=actor, statement_id=statement_id, verdict=verdict)


def _after(story: Story, month: date, day: int, hour: int) -> datetime:
    """Return an instant of the month after, never later than now."""
    return story.calendar.at(story.calendar.day_of(add_months(month, 1), day), hour)
