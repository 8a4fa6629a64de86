"""What a claimant takes home: receipt, supplement list, refusals, determination notice."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from common.documents import render_pdf
from payouts.enums import AccountKind, ServiceMode
from payouts.models import BenefitCase
from payouts.workflows.cases import ACT_AT, PATHS


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything the five letters print of a case. Amounts are yuan; numbers are masked."""

    document_number: str
    organisation: str
    paying_organisation: str
    item: str
    name: str
    identity_masked: str
    agent: str
    applied_date: date
    due_date: date
    next_act: str
    printed_at: datetime
    content_sha256: str = ""
    months: int | None = None
    monthly_amount: Decimal | None = None
    first_month: date | None = None
    account: str = ""
    computation: list[dict[str, str]] = field(default_factory=list)
    text: str = ""
    basis: str = ""

    @staticmethod
    def of(case: BenefitCase, at: datetime) -> "Letter":
        """Return what letters say of a case at this moment."""
        account = case.payee_account
        paying = case.paying_organisation
        return Letter(
            document_number=case.number,
            organisation=case.organisation.name,
            paying_organisation=paying.name if paying else "",
            item=case.item.name,
            name=case.claimant.name,
            identity_masked=case.claimant.identity_masked,
            agent=_agent(case),
            applied_date=case.applied_date,
            due_date=case.due_date,
            next_act=ACT_AT[PATHS[case.review_depth][0]],
            printed_at=at,
            content_sha256=case.content_sha256,
            months=case.months_granted,
            monthly_amount=case.monthly_amount,
            first_month=case.first_month,
            account=_account(account.bank_name, account.kind, account.number_masked)
            if account
            else "",
            computation=case.computation,
        )

    @property
    def items(self) -> list[str]:
        """Return the text's lines, as a numbered list prints them."""
        return [line.strip() for line in self.text.splitlines() if line.strip()]


def print_receipt(letter: Letter) -> bytes:
    """Return the 受理回执 as PDF: number, deadline, who handles it next."""
    return render_pdf("payouts/claims/print/receipt.html", _context(letter))


def print_supplement(letter: Letter) -> bytes:
    """Return the 一次性告知书 as PDF: all that is missing, once."""
    return render_pdf("payouts/claims/print/supplement.html", _context(letter))


def print_refusal(letter: Letter) -> bytes:
    """Return the 不予受理告知书 as PDF: reason and legal basis."""
    return render_pdf("payouts/claims/print/refusal.html", _context(letter))


def print_denial(letter: Letter) -> bytes:
    """Return the 不予批准决定书 as PDF, after review."""
    return render_pdf("payouts/claims/print/denial.html", _context(letter))


def print_determination(letter: Letter) -> bytes:
    """Return the 核定通知书 as PDF: months, amount in figures and capitals, first month."""
    return render_pdf("payouts/claims/print/determination.html", _context(letter))


def _context(letter: Letter) -> dict[str, object]:
    return {
        "letter": letter,
        "document_number": letter.document_number,
        "printed_at": letter.printed_at,
        "content_sha256": letter.content_sha256,
    }


def _agent(case: BenefitCase) -> str:
    if case.service_mode == ServiceMode.IN_PERSON:
        return ""
    mode = ServiceMode(case.service_mode).label
    return f"{case.agent_name}（{case.agent_relation}，{mode}）"


def _account(bank: str, kind: str, number: str) -> str:
    return f"{bank} {number}（{AccountKind(kind).label}）"
