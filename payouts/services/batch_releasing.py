"""Checking a batch, having the bank count it, and releasing the money."""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.urls import reverse

from accounts.duties import Duty
from accounts.enums import Decision, NoticeKind
from accounts.models import Job
from accounts.permissions import require_duty
from accounts.services import audit, documents, jobs, notices, outbox, signatures
from common.actor import Actor, Person
from common.db import constraint_errors, run_sql
from common.documents import sha256_hex
from common.encryption import Purpose, decrypt, decrypt_many
from common.errors import DomainError
from common.periods import month_code
from common.tenancy import tenant_transaction
from common.textfiles import digest_below_first_line
from funds.models import BankAccount
from payouts.bank_files import FileHeading, Payment, write_batch_file
from payouts.enums import BatchState
from payouts.models import BankFile, BankMessage, PaymentBatch, PaymentInstruction
from payouts.selectors.balances import money_of_account
from payouts.services import allotted_funds, bank_gateway
from payouts.services.batch_preparing import leaf_ids, locked_root, matter_of

COUNTING = (Duty.BATCH_PREPARE, Duty.BATCH_CHECK, Duty.BATCH_RELEASE)  # who may ask the bank
READ_CHUNK = 2000  # instructions read at a time


class BatchNotWaiting(DomainError):
    code = "BATCH_NOT_WAITING"
    message = "批次已由他人办理，请刷新页面查看最新状态"


class BatchContentDiffers(DomainError):
    code = "BATCH_CONTENT_DIFFERS"
    message = "批次明细与编制人签署的内容不一致，不能继续，请撤回后重新编制并报告系统管理员"


class BankCountDiffers(DomainError):
    code = "BANK_COUNT_DIFFERS"
    message = "银行核对的笔数或金额与批次不一致，不能支付"


class BalanceTooSmall(DomainError):
    code = "BALANCE_TOO_SMALL"
    message = "支出户余额不足"


class DigitsDiffer(DomainError):
    code = "DIGITS_DIFFER"
    message = "输入的金额末几位与批次金额不一致，请核对金额后重新输入"


class SignaturesIncomplete(DomainError):
    code = "BATCH_SIGNATURES_INCOMPLETE"
    message = "批次须由编制、复核、出纳三个不同的人签署，现有签署不完整"


REFUSALS = allotted_funds.FUNDS_REFUSALS | {
    "batch_released_by_two": SignaturesIncomplete,
    "batch_totals_equal_its_instructions": BatchContentDiffers,
    "batch_children_add_up": BatchContentDiffers,
    "batch_released_only_as_the_bank_counted": BankCountDiffers,
}


@transaction.atomic
def check_batch(
    *, actor: Person, batch_id: int, at: datetime, seen_sha256: str = "", opinion: str = ""
) -> PaymentBatch:
    """Sign step CHECK and fix the exact bytes that will be sent, one file per leaf.

    Raises:
        BatchNotWaiting: not a draft; AlreadySigned: the actor prepared it;
        BatchContentDiffers: the instructions are not those that were signed.
    """
    root = locked_root(batch_id)
    require_duty(actor, Duty.BATCH_CHECK, over=root.organisation_id)
    if root.state != BatchState.DRAFT:
        raise BatchNotWaiting
    _require_unchanged(root)
    verdict = signatures.Verdict(Decision.APPROVE, opinion, at, seen_sha256)
    signatures.sign(actor=actor, matter=matter_of(root), step="CHECK", verdict=verdict)
    payer = decrypt(root.bank_account.number_cipher, pool_id=root.pool_id, purpose=Purpose.ACCOUNT)
    for leaf in PaymentBatch.objects.filter(pk__in=leaf_ids(root)).order_by("pk"):
        _store_file(actor, root, leaf, payer, at)
    _move(root, BatchState.CHECKED)
    _record(actor, root, "payouts.batch.checked", at, {"state": root.state})
    return root


def _require_unchanged(root: PaymentBatch) -> None:
    [(count, total, digest)] = run_sql("payouts", "digest_batch", {"batch_id": root.pk})
    if (count, total, digest) != (root.line_count, root.total_amount, root.content_sha256):
        raise BatchContentDiffers


def _store_file(
    actor: Person, root: PaymentBatch, leaf: PaymentBatch, payer: str, at: datetime
) -> None:
    heading = FileHeading(
        number=leaf.number,
        book=root.book.kind,
        office=root.organisation.code,
        item=root.item.code,
        month=root.month,
        payer_account=payer,
        created_at=at,
    )
    content = write_batch_file(heading, _payments(leaf, root.item.name))
    document = documents.store_document(
        actor=actor,
        document=documents.NewDocument(
            organisation_id=root.organisation_id,
            duty=Duty.BATCH_RELEASE,
            title=f"报盘文件 {leaf.number}",
            file_name=f"{leaf.number}.txt",
            media_type=documents.TEXT,
            content=content,
        ),
        at=at,
    )
    BankFile.objects.create(
        pool_id=leaf.pool_id,
        batch=leaf,
        document=document,
        sha256=document.sha256,
        line_count=leaf.line_count,
        total_amount=leaf.total_amount,
        created_at=at,
    )


def _payments(leaf: PaymentBatch, item_name: str) -> Iterator[Payment]:
    """Yield a leaf's payments in order, identities and accounts opened a chunk at a time."""
    rows = (
        PaymentInstruction.objects.filter(batch=leaf)
        .order_by("position")
        .values_list(
            "end_to_end_id",
            "payee_name",
            "payee_account__claimant__identity_cipher",
            "payee_account__number_cipher",
            "payee_account__bank_number",
            "amount",
            "plan_line__benefit_month",
        )
    )
    start = 0
    chunk = list(rows[:READ_CHUNK])
    while chunk:
        identities = decrypt_many(
            (row[2] for row in chunk), pool_id=leaf.pool_id, purpose=Purpose.IDENTITY
        )
        accounts = decrypt_many(
            (row[3] for row in chunk), pool_id=leaf.pool_id, purpose=Purpose.ACCOUNT
        )
        for row, identity, account in zip(chunk, identities, accounts, strict=True):
            purpose = f"{item_name}{month_code(row[6])}"
            yield Payment(row[0], row[1], identity, account, row[4], row[5], purpose)
        start += READ_CHUNK
        chunk = list(rows.filter(position__gt=start)[:READ_CHUNK])


@transaction.atomic
def request_bank_check(*, actor: Person, batch_id: int, at: datetime) -> Job:
    """Ask for the bank's count of a checked batch; a job makes the calls (P46).

    Raises:
        BatchNotWaiting: not checked, or confirmed already; JobExists: being asked already.
    """
    root = locked_root(batch_id)
    require_duty(actor, *COUNTING, over=root.organisation_id)
    if root.state != BatchState.CHECKED:
        raise BatchNotWaiting
    request = jobs.JobRequest(
        task="payouts.tasks.confirm_batch",
        key=root.number,
        title=f"与银行核对批次{root.number}",
        organisation_id=root.organisation_id,
        arguments={"batch_id": root.pk, "user_id": actor.user_id},
        is_stoppable=True,
    )
    return jobs.request_job(actor=actor, request=request, at=at)


def confirm_with_bank(
    *,
    actor: Actor,
    batch_id: int,
    at: datetime,
    user_id: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> PaymentBatch:
    """Have the bank count every file of a checked batch; confirm it only when all are equal.

    Call outside any transaction: this opens its own, and none while the bank is asked. A person
    needs a duty over the batch; a job works for `user_id`, whose duty was checked on request. A job
    that is taken up again after it confirmed the batch, and died, finds its work done.

    Raises:
        BatchNotWaiting: not checked, or confirmed already; BankCountDiffers, BankRefused,
        BankUnreachable: it stays unconfirmed and may be asked again.
    """
    person = actor.user_id if isinstance(actor, Person) else user_id
    if not isinstance(actor, Person) and (confirmed := _confirmed_before(actor, batch_id)):
        return confirmed
    leaves = _leaves_to_count(actor, batch_id)
    for place, leaf_id in enumerate(leaves, start=1):
        _count_leaf(actor, leaf_id, at, person)
        if on_progress:
            on_progress(place, len(leaves))
    with tenant_transaction(actor):
        return _confirm(actor, batch_id, at)


def _confirmed_before(actor: Actor, batch_id: int) -> PaymentBatch | None:
    """Return the batch if the bank's count stands, however far it has gone since; else None."""
    without_count = (BatchState.DRAFT, BatchState.CHECKED, BatchState.WITHDRAWN)
    with tenant_transaction(actor):
        return PaymentBatch.objects.filter(pk=batch_id).exclude(state__in=without_count).first()


def _leaves_to_count(actor: Actor, batch_id: int) -> list[int]:
    with tenant_transaction(actor):
        root = locked_root(batch_id)
        if isinstance(actor, Person):
            require_duty(actor, *COUNTING, over=root.organisation_id)
        if root.state != BatchState.CHECKED:
            raise BatchNotWaiting
        return leaf_ids(root)


def _count_leaf(actor: Actor, leaf_id: int, at: datetime, user_id: int | None) -> None:
    """Ask the bank to count one file and write down its answer, whatever it is."""
    with tenant_transaction(actor):
        file = BankFile.objects.select_related("batch", "document").get(batch_id=leaf_id)
        content = bytes(file.document.content)
    count, outcome, refusal = None, "", None
    try:
        count = bank_gateway.check_file(content)
        outcome = f"银行核对{count.line_count}笔，{count.total_amount:,.2f}元"
    except DomainError as error:
        refusal, outcome = error, error.message
    with tenant_transaction(actor):
        log_message(file.batch, "POST /files/check", outcome, at, user_id)
        if count is not None:
            PaymentBatch.objects.filter(pk=leaf_id, state=BatchState.CHECKED).update(
                bank_count=count.line_count, bank_total=count.total_amount, bank_checked_at=at
            )
    if refusal is not None:
        raise refusal
    if count and count.number != file.batch.number:
        raise BankCountDiffers(f"银行核对的是批次{count.number}，不是{file.batch.number}")


def _confirm(actor: Actor, batch_id: int, at: datetime) -> PaymentBatch:
    root = locked_root(batch_id)
    if root.state != BatchState.CHECKED:
        raise BatchNotWaiting
    counted = PaymentBatch.objects.filter(pk__in=leaf_ids(root)).values_list(
        "number", "line_count", "total_amount", "bank_count", "bank_total"
    )
    for number, line_count, total, bank_count, bank_total in counted:
        if (line_count, total) != (bank_count, bank_total):
            raise BankCountDiffers(
                f"批次{number}为{line_count}笔{total:,.2f}元，"
                f"银行核对为{bank_count}笔{bank_total:,.2f}元，不能支付，请撤回后重新编制"
            )
    root.bank_count, root.bank_total = root.line_count, root.total_amount
    root.bank_checked_at = at
    root.save(update_fields=["bank_count", "bank_total", "bank_checked_at"])
    _move(root, BatchState.CONFIRMED)
    after = {"state": root.state, "bank_count": root.bank_count, "bank_total": root.bank_total}
    _record(actor, root, "payouts.batch.confirmed", at, after)
    _tell_cashiers(root, at)
    return root


def _tell_cashiers(root: PaymentBatch, at: datetime) -> None:
    message = notices.Message(
        NoticeKind.TASK,
        f"支付批次{root.number}已与银行核对一致，待确认支付：{root.total_amount:,.2f}元",
        reverse("payouts:batch", args=[root.pk]),
        f"batch-release:{root.number}",
    )
    notices.notify_duty(
        pool_id=root.pool_id,
        duty=Duty.BATCH_RELEASE,
        over=root.organisation_id,
        message=message,
        at=at,
    )


def release_digits(total: Decimal) -> str:
    """Return what the cashier types to release: the amount's last six digits with its cents.

    5,261,900.00 gives 1900.00; a shorter amount is typed whole.
    """
    whole, _, cents = f"{total:.2f}".partition(".")
    return f"{whole[-4:]}.{cents}"


@transaction.atomic
def release_batch(
    *, actor: Person, batch_id: int, digits: str, at: datetime, seen_sha256: str = ""
) -> PaymentBatch:
    """Sign step RELEASE under the account's lock, and have every file sent.

    Raises:
        BatchNotWaiting: not confirmed with the bank; DigitsDiffer: the typed digits;
        BalanceTooSmall: names balance, what is on its way, and the total;
        BatchContentDiffers: the instructions are not those that were signed.
    """
    root = locked_root(batch_id)
    require_duty(actor, Duty.BATCH_RELEASE, over=root.organisation_id)
    if root.state != BatchState.CONFIRMED:
        raise BatchNotWaiting
    if digits.strip().replace(",", "") != release_digits(root.total_amount):
        raise DigitsDiffer
    _require_unchanged(root)
    _require_files(root)
    BankAccount.objects.select_for_update(of=("self",), no_key=True).get(pk=root.bank_account_id)
    _require_balance(root, at)
    verdict = signatures.Verdict(Decision.APPROVE, "", at, seen_sha256)
    signatures.sign(actor=actor, matter=matter_of(root), step="RELEASE", verdict=verdict)
    leaves = leaf_ids(root)
    with constraint_errors(REFUSALS):
        PaymentBatch.objects.filter(pk__in={root.pk, *leaves}).update(
            state=BatchState.RELEASED, released_at=at
        )
    root.refresh_from_db(fields=["state", "released_at"])
    for leaf_id in leaves:
        outbox.enqueue(
            pool_id=root.pool_id, task="payouts.tasks.send_batch", at=at, batch_id=leaf_id
        )
    after = {"state": root.state, "total_amount": root.total_amount, "files": len(leaves)}
    _record(actor, root, "payouts.batch.released", at, after)
    return root


def _require_files(root: PaymentBatch) -> None:
    """Refuse unless every leaf's stored bytes are those whose digest was kept."""
    files = BankFile.objects.filter(batch_id__in=leaf_ids(root)).select_related("document")
    for file in files.iterator(chunk_size=1):
        content = bytes(file.document.content)
        header = content.partition(b"\n")[0].decode().split("|")
        if sha256_hex(content) != file.sha256 or header[-1] != digest_below_first_line(content):
            raise BatchContentDiffers


def _require_balance(root: PaymentBatch, at: datetime) -> None:
    money = money_of_account(root.bank_account, at=at)
    if money.available < root.total_amount:
        raise BalanceTooSmall(
            f"支出户账面余额{money.balance:,.2f}元，已确认支付尚未记账{money.committed:,.2f}元，"
            f"可用{money.available:,.2f}元，小于本批次{root.total_amount:,.2f}元，"
            "请先申请用款拨付并过账"
        )


def _move(root: PaymentBatch, state: BatchState) -> None:
    root.children.update(state=state)
    root.state = state
    root.save(update_fields=["state"])


def log_message(
    batch: PaymentBatch, call: str, outcome: str, at: datetime, user_id: int | None = None
) -> None:
    """Write one line of the conversation with the bank."""
    BankMessage.objects.create(
        pool_id=batch.pool_id,
        batch=batch,
        at=at,
        call=call,
        outcome=outcome[:200],
        person_id=user_id,
    )


def _record(
    actor: Actor, root: PaymentBatch, verb: str, at: datetime, after: dict[str, object]
) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject=root,
        at=at,
        label=root.number,
        organisation_id=root.organisation_id,
        after=after,
    )
