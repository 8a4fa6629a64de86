"""Money that went where the closed loop has no edge: one movement answered for, two still red."""

from datetime import datetime
from decimal import Decimal

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from common.actor import Job
from common.encryption import Purpose, decrypt
from common.evidence import Evidence
from common.periods import add_months
from config.demo.closing import StatementRefused
from config.demo.story import Story
from funds.models import BankAccount, FlowFinding
from funds.services.bank_statements import import_bank_statement
from funds.services.flow_findings import Application, apply_for_approval, decide_finding
from reconciliation.services.unnamed_movements import judge_every_account

SCAN = Evidence("情况说明.pdf", "application/pdf", b"%PDF-1.4\n% demo\n")
STRANGER = "6228480402564890018"
HEADER = "account,date,serial,debit,credit,balance,counterparty,counter account,summary"


def leave_findings(story: Story) -> None:
    """Import this month's statement of 收入户; let the first of its three findings be approved."""
    at = story.calendar.at(story.calendar.today, 9)
    content = _statement(story)
    with story.act("FCASH") as actor:
        outcome = import_bank_statement(
            actor=actor, content=content, file_name="statement-income.csv", at=at
        )
    if outcome.is_refused:
        raise StatementRefused("；".join(str(problem) for problem in outcome.problems))
    with story.act("FACC") as actor:
        first = FlowFinding.objects.earliest("pk")
        reason = "财政专户经办人误将拨款划入收入户，款项当日已划回"
        finding = apply_for_approval(
            actor=actor, finding_id=first.pk, application=Application(reason, SCAN), at=at
        )
    for post in ("FHEAD", "HEAD"):
        with story.act(post) as actor:
            verdict = Verdict(Decision.APPROVE, "情况属实，同意", at, finding.content_sha256)
            decide_finding(actor=actor, finding_id=finding.pk, verdict=verdict)
    _judge_as_the_night_would(story, at)


def _judge_as_the_night_would(story: Story, at: datetime) -> None:
    """Find what left for the outside without business, once its voucher had time to come."""
    with story.look():
        judge_every_account(
            actor=Job(story.pool.pk, "config.check_invariants"),
            today=add_months(story.calendar.month, 1),
            at=at,
        )


def _statement(story: Story) -> bytes:
    """Return the statement: 财政专户 and a stranger paid into 收入户, which sent both back."""
    first, last = story.calendar.month, story.calendar.day_of(story.calendar.month, 3)
    with story.look():
        own, fiscal = (_number(story, kind) for kind in ("INCOME", "FISCAL"))
    moved = (
        ("0.00", "3000.00", "市财政局", fiscal, "拨款"),
        ("0.00", "1200.00", "市财政局", fiscal, "拨款"),
        ("4200.00", "0.00", "市财政局", fiscal, "划回"),
        ("0.00", "320.00", "攀西建材商行", STRANGER, "汇入"),
        ("320.00", "0.00", "攀西建材商行", STRANGER, "退汇"),
    )
    rows, balance = [], Decimal("0.00")
    for place, (debit, credit, name, number, words) in enumerate(moved, start=1):
        balance += Decimal(credit) - Decimal(debit)
        serial = f"SR{last:%Y%m%d}{place:02d}"
        rows.append(f"{own},{last},{serial},{debit},{credit},{balance},{name},{number},{words}")
    head = f"#statement,{own},{first},{last},0.00,{balance},{len(rows)}"
    return "\n".join([head, HEADER, *rows, ""]).encode()


def _number(story: Story, kind: str) -> str:
    account = BankAccount.objects.get(kind=kind, book__kind="UNEMPLOYMENT", is_active=True)
    return decrypt(account.number_cipher, pool_id=story.pool.pk, purpose=Purpose.ACCOUNT)
