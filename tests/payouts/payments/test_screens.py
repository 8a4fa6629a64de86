"""The pages of payments, opened and used as the posts that work with them."""

import io

import pypdfium2
import pytest
from django.urls import reverse

from common.encryption import Purpose, decrypt
from payouts.enums import BatchState
from payouts.models import BankReturn, PaymentBatch, PaymentInstruction
from payouts.selectors.payment_worklist import list_waiting_payment_work
from payouts.services import polling, sending
from payouts.services.batches import confirm_with_bank
from tests.city import NOW, TODAY
from tests.payouts.build import approved_plan, fund_expenditure_account
from tests.payouts.payments.bank import released_batch, reread, settle

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def plan(city):
    with city.tenant():
        fund_expenditure_account(city, "100000.00")
        return approved_plan(city, "510402", ["1864.00", "932.50"])


class Desk:
    """One person's browser."""

    def __init__(self, client, city, post, office="510400"):
        with city.tenant():
            user = city.user(post, office)
        client.force_login(user, backend=BACKEND)
        self.client = client

    def get(self, name, *args, **query):
        return self.client.get(reverse(f"payouts:{name}", args=args), query)

    def post(self, name, *args, **data):
        return self.client.post(reverse(f"payouts:{name}", args=args), data)


@pytest.fixture
def desk(client, city):
    return lambda post, office="510400": Desk(client, city, post, office)


def test_a_batch_goes_through_the_screens_from_plan_to_return(city, bank, plan, desk):
    accountant = desk("FACC")
    assert plan.number in accountant.get("batch_new").content.decode()
    assert accountant.post("batch_new", kind="REGULAR").status_code == 422
    assert accountant.post("batch_new", kind="REGULAR", ids=[plan.pk]).status_code == 302
    with city.tenant():
        batch = PaymentBatch.objects.get()
    page = accountant.get("batch", batch.pk).content.decode()
    assert "人民币贰仟柒佰玖拾陆元伍角整" in page
    assert "本批次待财务复核岗复核" in page
    checker = desk("FCHK")
    assert checker.post("batch_check", batch.pk, seen="0" * 64).status_code == 422
    assert checker.post("batch_check", batch.pk, seen=batch.content_sha256).status_code == 302
    assert checker.post("batch_confirm", batch.pk).status_code == 302
    assert "与银行核对批次" in checker.get("batch", batch.pk).content.decode()
    confirm_with_bank(actor=city.actor("FCHK"), batch_id=batch.pk, at=NOW)
    cashier = desk("FCASH")
    assert "100,000.00" in cashier.get("batch_release", batch.pk).content.decode()
    wrong = cashier.post("batch_release", batch.pk, digits="1.00", seen=batch.content_sha256)
    assert wrong.status_code == 422
    assert "不一致" in wrong.content.decode()
    right = cashier.post("batch_release", batch.pk, digits="2796.50", seen=batch.content_sha256)
    assert right.status_code == 302
    sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    settle(bank, batch.number)
    assert reread(city, batch).state == BatchState.RETURNED
    lines = desk("PLAN", "510402").get("batch_lines", batch.pk, state="SUCCESS")
    assert f"{batch.number}-2" in lines.content.decode()


def test_another_office_sees_neither_batch_nor_return(city, bank, plan, desk):
    accountant = desk("FACC")
    accountant.post("batch_new", kind="REGULAR", ids=[plan.pk])
    with city.tenant():
        batch = PaymentBatch.objects.get()
    stranger = desk("PLAN", "510403")
    for name in ("batch", "batch_lines", "batch_print", "batch_release"):
        assert stranger.get(name, batch.pk).status_code == 404, name
    for name in ("batch_check", "batch_confirm", "batch_withdraw"):
        assert stranger.post(name, batch.pk, reason="x").status_code == 404, name
    assert batch.number not in stranger.get("batches").content.decode()
    own = desk("PLAN", "510402")
    assert batch.number in own.get("batches").content.decode()
    assert own.get("batch_new").status_code == 403
    assert own.get("batch_release", batch.pk).status_code == 403


def test_withdrawing_asks_for_a_reason(city, plan, desk):
    accountant = desk("FACC")
    accountant.post("batch_new", kind="REGULAR", ids=[plan.pk])
    with city.tenant():
        batch = PaymentBatch.objects.get()
    assert accountant.post("batch_withdraw", batch.pk, reason="").status_code == 422
    assert accountant.post("batch_withdraw", batch.pk, reason="重做").status_code == 302
    assert reread(city, batch).state == BatchState.WITHDRAWN


def sent(city, bank, plan, desk):

    batch = released_batch(city, plan)
    sending.send_batch(pool_id=city.pool.pk, batch_id=batch.pk)
    return batch


def test_a_return_is_imported_by_its_office_and_a_failure_goes_to_re_issue(city, bank, plan, desk):

    with city.tenant():
        account = plan.lines.get(position=1).payee_account
        number = decrypt(account.number_cipher, pool_id=city.pool.pk, purpose=Purpose.ACCOUNT)
    bank.control(failing_accounts={number: "03"})
    batch = sent(city, bank, plan, desk)
    content = bank.returned(batch.number)
    planner = desk("PLAN", "510402")
    assert batch.number in planner.get("returns").content.decode()

    def upload(body):
        file = io.BytesIO(body)
        file.name = "回盘.txt"
        return planner.post("return_import", file=file)

    assert upload(b"").status_code == 422
    assert upload(content.replace(b"|00||", b"|07||", 1)).status_code == 302
    with city.tenant():
        strange = BankReturn.objects.get()
    page = planner.get("return", strange.pk).content.decode()
    assert "异常回盘" in page
    assert "差异报告" in page
    assert upload(content).status_code == 302
    with city.tenant():
        applied = BankReturn.objects.get(state="APPLIED")
        failed = PaymentInstruction.objects.get(state="FAILED")
    assert "账户销户或冻结" in planner.get("return", applied.pk).content.decode()
    assert "该文件此前已经接收过" in planner.client.get(upload(content).url).content.decode()
    assert desk("PLAN", "510403").get("return", applied.pk).status_code == 404
    planner = desk("PLAN", "510402")
    assert failed.end_to_end_id in planner.get("reissues").content.decode()
    assert planner.post("reissue_new", failed.pk, account="SAME").status_code == 422
    asked = planner.post("reissue_new", failed.pk, account="SAME", reason="银行已解冻")
    assert asked.status_code == 302
    address = asked.url
    reviewer = desk("REV2", "510402")
    assert "银行已解冻" in reviewer.client.get(address).content.decode()
    assert reviewer.client.post(address, {"decision": "REFUSE"}).status_code == 422
    assert reviewer.client.post(address, {"decision": "APPROVE"}).status_code == 302
    assert desk("APP", "510402").client.post(address, {"decision": "APPROVE"}).status_code == 302
    accountant = desk("FACC")
    assert failed.end_to_end_id in accountant.get("batch_new").content.decode()


def test_the_approval_form_prints_with_figures_and_signers(city, bank, plan, desk):
    batch = sent(city, bank, plan, desk)
    answer = desk("FHEAD").get("batch_print", batch.pk)
    assert answer["Content-Type"] == "application/pdf"
    document = pypdfium2.PdfDocument(answer.content)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    for words in ("失业保险基金支付审批表", batch.number, "2,796.50", "市本级FCASH"):
        assert words in text
    assert "人民币贰仟柒佰玖拾陆元伍角整" in text


def test_the_worklist_names_what_waits_for_each_post(city, bank, plan, desk):
    def waiting(post, office="510400"):
        with city.tenant():
            work = list_waiting_payment_work(actor=city.actor(post, office), today=TODAY)
        return {item.label: item.count for item in work}

    assert waiting("FACC") == {"待编制支付批次": 1}
    desk("FACC").post("batch_new", kind="REGULAR", ids=[plan.pk])
    assert waiting("FACC") == {}
    assert waiting("FCHK") == {"待复核支付批次": 1}
    assert waiting("PLAN", "510402") == {}
    assert polling.poll_bank() == 0
