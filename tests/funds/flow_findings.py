"""Bank statements with movements that have no permitted edge, and ways to answer for them."""

from decimal import Decimal

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from common.encryption import Purpose, decrypt
from common.evidence import Evidence
from funds.models import BankAccount, FlowFinding
from funds.services import flow_findings
from funds.services.bank_statements import import_bank_statement
from tests.city import NOW

SCAN = Evidence("情况说明.pdf", "application/pdf", b"%PDF-1.7 why")
HEADER = "account,date,serial,debit,credit,balance,counterparty,counter account,summary"


def account_of(kind: str, book: str = "UNEMPLOYMENT") -> BankAccount:
    return BankAccount.objects.get(kind=kind, book__kind=book, is_active=True)


def number_of(city, kind: str, book: str = "UNEMPLOYMENT") -> str:
    """Return the full number of our account of a kind."""
    cipher = account_of(kind, book).number_cipher
    return decrypt(cipher, pool_id=city.pool.pk, purpose=Purpose.ACCOUNT)


def statement(number: str, *movements, opening="10000.00", days="2026-10-01,2026-10-31") -> bytes:
    """Return a statement file of (day, debit, credit, counterparty, counter account)."""
    balance, rows = Decimal(opening), []
    for place, (day, debit, credit, name, counter) in enumerate(movements, start=1):
        balance += Decimal(credit) - Decimal(debit)
        serial = f"{number[-4:]}{day}{place}"
        rows.append(f"{number},{day},{serial},{debit},{credit},{balance},{name},{counter},转账")
    head = f"#statement,{number},{days},{opening},{balance},{len(rows)}"
    return "\n".join([head, HEADER, *rows, ""]).encode()


def load(city, content: bytes, post: str = "FCASH"):
    """Import a statement, which must be taken; return the outcome."""
    outcome = import_bank_statement(
        actor=city.actor(post), content=content, file_name="对账单.csv", at=NOW
    )
    assert not outcome.is_refused, outcome.problems
    return outcome


def found(city, amount: str = "3000.00", day: str = "2026-10-20") -> FlowFinding:
    """Return the finding of money that went from 收入户 to 支出户."""
    paid = (day, amount, "0.00", "市就业服务管理局", number_of(city, "EXPENDITURE"))
    load(city, statement(number_of(city, "INCOME"), paid))
    return FlowFinding.objects.latest("id")


def found_later(city) -> list[FlowFinding]:
    """Return two findings of the next statement, after that of `found`."""
    spending = number_of(city, "EXPENDITURE")
    paid = [("2026-11-02", amount, "0.00", "本单位", spending) for amount in ("1.00", "2.00")]
    days = "2026-11-01,2026-11-02"
    load(city, statement(number_of(city, "INCOME"), *paid, opening="7000.00", days=days))
    return list(FlowFinding.objects.order_by("id"))[-2:]


def applied(city, finding: FlowFinding, reason: str = "出纳误将款项划入支出户") -> FlowFinding:
    """Return the finding with the accountant's application."""
    application = flow_findings.Application(reason, SCAN)
    return flow_findings.apply_for_approval(
        actor=city.actor("FACC"), finding_id=finding.pk, application=application, at=NOW
    )


def decided(city, finding: FlowFinding, post: str, decision=Decision.APPROVE, opinion="同意"):
    """Let a post sign the step that waits; return the finding."""
    verdict = Verdict(decision, opinion, NOW, finding.content_sha256)
    return flow_findings.decide_finding(
        actor=city.actor(post), finding_id=finding.pk, verdict=verdict
    )


def approved(city, finding: FlowFinding) -> FlowFinding:
    """Return the finding applied for, reviewed and approved."""
    return decided(city, decided(city, applied(city, finding), "FHEAD"), "HEAD")
