"""Where files come in: the address, the post that brings them, and a good file of each kind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from accounts.models import Job
from common.encryption import Purpose, decrypt
from funds.models import BankStatementLine, TaxIncomeLine
from funds.selectors.books import expenditure_account, unemployment_book
from funds.tasks import import_tax_list
from payouts.models import BankReturnLine, SourceExtractRow
from payouts.tasks.plans import import_extract
from tests.bad_input.ground import Ground
from tests.funds.camt import camt_file
from tests.payouts.claims.story import person_number
from tests.payouts.plans import ground
from tests.reconciliation import build

TAX_LINES = (
    "202609,东区税务局,91510402MA620000X2,攀西钢铁有限公司,510402,当期,60000.00,40000.00,2026-09-12",
    "202609,东区税务局,91510403MA620000XG,金沙物流有限公司,510403,当期,300.00,200.00,2026-09-20",
    "202609,东区税务局,91510403MA620000XG,金沙物流有限公司,510403,补缴,30.00,20.00,2026-09-20",
    "202609,东区税务局,91510403MA620000XG,金沙物流有限公司,510403,滞纳金,5.50,0.00,2026-09-21",
)
TAX_HEADER = "month,tax office,credit code,unit,office,kind,unit part,person part,treasury date"
STATEMENT_HEADER = "account,date,serial,debit,credit,balance,counterparty,counter account,summary"


@dataclass(frozen=True)
class Window:
    """One way in for files of a kind. `applied` is the table only a good file fills."""

    file: str
    address: str
    post: str
    good: Callable[[Ground], bytes]
    applied: type
    office: str = "510400"
    task: Callable | None = None
    typed: dict[str, str] = field(default_factory=dict)


def _people() -> list[ground.Known]:
    names = ("王小兰", "张伟", "李娜")
    return [ground.Known(person_number(800 + n), name) for n, name in enumerate(names)]


def _tax(_: Ground) -> bytes:
    return "\n".join(["#tax,202609,4,100555.50", TAX_HEADER, *TAX_LINES, ""]).encode()


def _statement(city: Ground) -> bytes:
    account = expenditure_account(unemployment_book().pk)
    number = decrypt(account.number_cipher, pool_id=city.pool.pk, purpose=Purpose.ACCOUNT)
    lines = [
        f"#statement,{number},2026-11-01,2026-11-02,7136.00,7536.00,2",
        STATEMENT_HEADER,
        f"{number},2026-11-01,S101,0.00,500.00,7636.00,市财政局,51050510400000010030,拨付",
        f"{number},2026-11-02,S102,100.00,0.00,7536.00,代发专户,,支付",
        "",
    ]
    return "\n".join(lines).encode()


def _camt(city: Ground) -> bytes:
    """Return the same statement as an ISO 20022 message."""
    account = expenditure_account(unemployment_book().pk)
    number = decrypt(account.number_cipher, pool_id=city.pool.pk, purpose=Purpose.ACCOUNT)
    rows = (
        ("2026-11-01", "S101", 0, 50_000, "市财政局", "51050510400000010030", "拨付"),
        ("2026-11-02", "S102", 10_000, 0, "代发专户", "", "支付"),
    )
    return camt_file(number, rows, days=("2026-11-01", "2026-11-02"), opening=713_600)


def _return(city: Ground) -> bytes:
    """Return the bank's answer to the batch that waits for one."""
    batch = city.sent_batch
    rows = []
    for instruction in batch.instructions.select_related("payee_account").order_by("position"):
        cipher = instruction.payee_account.number_cipher
        account = decrypt(cipher, pool_id=city.pool.pk, purpose=Purpose.ACCOUNT)
        rows.append(
            f"D|{instruction.position}|{instruction.end_to_end_id}|{account}|{instruction.amount}"
            f"|00||NY{instruction.pk}|2026-10-20T09:00:00+08:00"
        )
    total = batch.total_amount
    head = f"H|{batch.number}|2026-10-20|{len(rows)}|{len(rows)}|{total}|0|{Decimal('0.00')}"
    return "\n".join([head, *rows, f"T|{len(rows)}|{total}", ""]).encode()


WINDOWS = (
    Window(
        "enrolment",
        "payouts:source_upload",
        "DATA",
        lambda _: ground.enrolment_file(_people(), day="2026-11-02"),
        SourceExtractRow,
        task=import_extract,
        typed={"kind": "ENROLMENT"},
    ),
    Window(
        "medical",
        "payouts:source_upload",
        "DATA",
        lambda _: ground.medical_file(_people(), day="2026-11-02"),
        SourceExtractRow,
        task=import_extract,
        typed={"kind": "MEDICAL"},
    ),
    Window("tax", "funds:tax_lists", "FACC", _tax, TaxIncomeLine, task=import_tax_list),
    Window("statement", "funds:bank_statements", "FCASH", _statement, BankStatementLine),
    Window("camt", "funds:bank_statements", "FCASH", _camt, BankStatementLine),
    Window("return", "payouts:return_import", "PLAN", _return, BankReturnLine, office="510402"),
)


def send_batch(city: Ground) -> None:
    """Send a batch of two payments that the bank has not answered yet."""
    city.sent_batch = build.pay(city, "510402", ["1864.00", "1760.00"], answered=False)


def finish(window: Window, city: Ground) -> None:
    """Let the job run that the upload asked for."""
    if window.task:
        job = Job.objects.latest("pk")
        window.task(pool_id=city.pool.pk, job_id=job.pk)
