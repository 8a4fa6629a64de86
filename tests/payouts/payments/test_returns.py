"""Return files: what differs from the batch in one place is quarantined whole."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import AuditEvent, Notice
from accounts.permissions import DutyNotHeld
from accounts.services.documents import XLSX
from common.encryption import Purpose, decrypt
from funds.enums import BusinessEvent
from funds.models import Voucher
from payouts.enums import BatchState, ReturnState, ReturnVia
from payouts.models import BankReturn, BankReturnLine, Entitlement, PaymentInstruction
from payouts.services import polling, sending
from payouts.services.returns import BatchNotAwaiting, ReturnNotYours, receive_return
from tests.payouts.build import approved_plan, fund_expenditure_account
from tests.payouts.payments.bank import TOKEN, released_batch, reread, settle
from tests.values import put_value

pytestmark = pytest.mark.django_db(transaction=True)

AMOUNTS = ["1864.00", "1864.00", "932.00"]


@pytest.fixture
def batch(city, bank):
    """A batch that was sent and paid, with its return still to come."""
    with city.tenant():
        fund_expenditure_account(city, "100000.00")
        plan = approved_plan(city, "510402", AMOUNTS)
    batch = released_batch(city, plan)
    sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    bank.paid(batch.number)
    return batch


def upload(city, content, actor=None):
    """Import a file as the office's planner, or another person."""
    with city.tenant():
        return receive_return(
            actor=actor or city.actor("PLAN", "510402"),
            content=content,
            file_name="回盘.txt",
            via=ReturnVia.UPLOAD,
            at=timezone.now(),
        )


def states(city):
    with city.tenant():
        return sorted(PaymentInstruction.objects.values_list("state", flat=True))


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        ("wrong_total", "成功金额与明细不一致"),
        ("wrong_count", "文件头笔数与批次不一致"),
        ("missing_line", "缺少该笔指令的回盘结果"),
        ("unknown_line", "本批次没有该笔指令"),
        ("repeated_line", "同一指令重复出现"),
        ("amount_off", "金额与发送时不一致"),
        ("wrong_batch", "没有这个支付批次"),
        ("truncated", "缺少文件尾T记录"),
    ],
)
def test_a_spoiled_return_is_quarantined_whole_and_the_right_one_applied_after(
    city, bank, batch, spoiled, reason
):
    bank.control(return_=spoiled)
    assert polling.poll_bank() == 0
    assert reread(city, batch).state == BatchState.SENT
    assert states(city) == ["SENT"] * 3
    with city.tenant():
        kept = BankReturn.objects.get()
        assert (kept.state, kept.batch_id) == (ReturnState.QUARANTINED, batch.pk)
        assert kept.report.media_type == XLSX
        assert reason in report_text(kept)
        assert not BankReturnLine.objects.exists()
        assert not Voucher.objects.filter(event=BusinessEvent.BENEFIT_PAID).exists()
        told = Notice.objects.filter(key=f"return:{kept.pk}")
        people = set(told.values_list("recipient__username", flat=True))
        assert people == {"plan510402", "facc510400", "facc2510400"}
    polling.poll_bank()
    with city.tenant():
        assert BankReturn.objects.count() == 1  # the same bytes again
    bank.behave()
    settle(bank, batch.number)
    assert reread(city, batch).state == BatchState.RETURNED
    assert states(city) == ["SUCCESS"] * 3


def report_text(kept):
    """Return all words of the quarantine report."""

    sheet = load_workbook(io.BytesIO(bytes(kept.report.content))).worksheets[0]
    return " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)


def test_the_same_file_twice_changes_nothing_and_says_so(city, bank, batch):
    content = bank.returned(batch.number)
    first = upload(city, content)
    with city.tenant():
        events = AuditEvent.objects.count()
    again = upload(city, content)
    assert (first.state, first.is_repeat) == (ReturnState.APPLIED, False)
    assert (again.id, again.is_repeat) == (first.id, True)
    with city.tenant():
        assert AuditEvent.objects.count() == events
        assert BankReturnLine.objects.count() == 3
        assert set(Entitlement.objects.values_list("months_paid", flat=True)) == {1}
        assert Voucher.objects.filter(event=BusinessEvent.BENEFIT_PAID).count() == 1


def test_the_bank_delivering_twice_settles_once(city, bank, batch):
    bank.control(return_="twice")
    assert polling.poll_bank() == 1
    assert polling.poll_bank() == 0
    with city.tenant():
        assert BankReturn.objects.count() == 1


def test_a_second_return_of_a_returned_batch_is_quarantined(city, bank, batch):
    content = bank.returned(batch.number)
    upload(city, content)
    other = content.replace(b"2026-", b"2025-", 1)
    assert upload(city, other).state == ReturnState.QUARANTINED
    with city.tenant():
        assert BankReturn.objects.filter(state=ReturnState.APPLIED).count() == 1


def test_another_offices_planner_cannot_import_it_and_the_accountant_can(city, bank, batch):
    content = bank.returned(batch.number)
    with pytest.raises(ReturnNotYours):
        upload(city, content, city.actor("PLAN", "510403"))
    with pytest.raises(DutyNotHeld):
        upload(city, content, city.actor("FCHK"))
    with city.tenant():
        assert not BankReturn.objects.exists()
    assert upload(city, content, city.actor("FACC")).state == ReturnState.APPLIED


def test_a_return_before_the_sending_is_known_may_come_again(city, bank):
    with city.tenant():
        fund_expenditure_account(city, "100000.00")
        plan = approved_plan(city, "510402", AMOUNTS)
    bank.control(send="accept_then_drop")
    batch = released_batch(city, plan)
    sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    content = bank.returned(batch.number)
    with pytest.raises(BatchNotAwaiting):
        upload(city, content)
    sending.resolve_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    assert upload(city, content).state == ReturnState.APPLIED


def test_what_is_no_text_at_all_is_quarantined_without_a_batch(city, bank, batch):
    received = upload(city, b"\xff\xfe\x00\x01")
    assert received.state == ReturnState.QUARANTINED
    with city.tenant():
        assert BankReturn.objects.get().batch_id is None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"|00||", b"|07||", "状态码不明"),
        (b"|00||", b"|99|44|", "失败原因代码不明"),
        (b"|00||", b"|00|01|", "成功的明细不应有失败原因"),
        (b"|1864.00|", b"|1864.0|", "金额格式不正确"),
        (b"|6228", b"|6229", "账号与发送时不一致"),
        (b"D|2|", b"D|7|", "序号与发送时不一致"),
    ],
)
def test_single_fields_that_differ_are_named(city, bank, batch, old, new, reason):
    content = bank.returned(batch.number)
    assert old in content
    received = upload(city, content.replace(old, new, 1))
    assert received.state == ReturnState.QUARANTINED
    with city.tenant():
        assert reason in report_text(BankReturn.objects.get())
    assert states(city) == ["SENT"] * 3


def test_lines_left_out_at_first_come_after_the_bank_is_asked(city, bank):
    with city.tenant():
        fund_expenditure_account(city, "100000.00")
        plan = approved_plan(city, "510402", AMOUNTS)
        account = plan.lines.get(position=3).payee_account
        number = decrypt(account.number_cipher, pool_id=city.pool.pk, purpose=Purpose.ACCOUNT)
    bank.control(unknown_accounts=[number])
    batch = released_batch(city, plan)
    sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    settle(bank, batch.number)
    assert reread(city, batch).state == BatchState.SENT
    polling.poll_bank()
    assert reread(city, batch).state == BatchState.RETURNED
    assert states(city) == ["SUCCESS"] * 3


def test_gross_debiting_books_failures_as_in_transit(city, bank):
    with city.tenant():
        put_value(city.pool, "bank_debit_mode", "GROSS", date(2026, 1, 2))
        fund_expenditure_account(city, "100000.00")
        plan = approved_plan(city, "510402", AMOUNTS)
        account = plan.lines.get(position=1).payee_account
        number = decrypt(account.number_cipher, pool_id=city.pool.pk, purpose=Purpose.ACCOUNT)
    bank.control(failing_accounts={number: "01"})
    batch = released_batch(city, plan)
    sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    settle(bank, batch.number)
    with city.tenant():
        lines = Voucher.objects.get(event=BusinessEvent.BENEFIT_PAID_GROSS).lines
        figures = list(
            lines.order_by("position").values_list(
                "account__code", "debit", "credit", "entry_count"
            )
        )
    zero = Decimal("0.00")
    assert figures == [
        ("500101", Decimal("2796.00"), zero, 2),
        ("110101", Decimal("1864.00"), zero, 1),
        ("1004", zero, Decimal("4660.00"), 3),
    ]


def test_nothing_succeeded_drafts_no_voucher(city, bank):
    with city.tenant():
        fund_expenditure_account(city, "100000.00")
        plan = approved_plan(city, "510402", ["1864.00"])
        account = plan.lines.get().payee_account
        number = decrypt(account.number_cipher, pool_id=city.pool.pk, purpose=Purpose.ACCOUNT)
    bank.control(failing_accounts={number: "01"})
    batch = released_batch(city, plan)
    sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    settle(bank, batch.number)
    assert reread(city, batch).state == BatchState.RETURNED
    with city.tenant():
        assert not Voucher.objects.filter(event=BusinessEvent.BENEFIT_PAID).exists()
        assert set(Entitlement.objects.values_list("months_paid", flat=True)) == {0}


def test_the_bank_pushes_a_return_over_http(city, bank, batch, client):
    content = bank.returned(batch.number)
    url = "/api/v1/bank/returns/?pool=510400"

    def push(body, token=TOKEN, address=url):
        return client.post(
            address,
            data=body,
            content_type="text/plain; charset=utf-8",
            headers={"Authorization": f"Bearer {token}"},
        )

    assert push(content, token="wrong").status_code == 401
    assert push(content, address="/api/v1/bank/returns/?pool=999999").status_code == 404
    spoiled = push(content.replace(b"|00||", b"|07||", 1))
    assert (spoiled.status_code, spoiled.json()["code"]) == (422, "RETURN_QUARANTINED")
    assert spoiled["Content-Type"] == "application/problem+json"
    first, again = push(content), push(content)
    assert (first.status_code, first.json()) == (201, {"state": "APPLIED", "repeated": False})
    assert (again.status_code, again.json()) == (200, {"state": "APPLIED", "repeated": True})
    assert states(city) == ["SUCCESS"] * 3
