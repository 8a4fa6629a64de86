"""The register's pages, through HTTP."""

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from funds.entry_rules import EntryInvalid
from funds.entry_shapes import INVESTMENT_KINDS
from funds.enums import EntryKind, EntryState
from funds.models import FundsEntry
from funds.selectors.worklist import list_waiting_work
from funds.services import entries, vouchers
from tests.city import NOW, TODAY
from tests.funds.entry_builders import K, booked, paid, register

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(time_machine, founded):
    time_machine.move_to("2026-11-02T09:00:00+08:00", tick=True)
    return founded


@pytest.fixture
def browse(city, client):
    """Return a function that signs a post's holder in and gives the client."""

    def sign_in(post: str, office: str = "510400"):
        with city.tenant():
            user = city.user(post, office)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def typed(**changes) -> dict:
    """Return the fields of an entry of interest."""
    fields = {
        "place": "EXPENDITURE",
        "entry_date": "2026-11-02",
        "amount": "123.45",
        "counterparty": "农业银行",
        "reference": "L0001",
    }
    return fields | changes


def address(kind: EntryKind) -> str:
    return reverse("funds:entry_new_of", args=[kind.value])


@pytest.mark.parametrize("kind", sorted(set(EntryKind) - set(INVESTMENT_KINDS)))
def test_every_kind_has_its_own_form(browse, kind):
    page = browse("FACC").get(address(kind))
    assert page.status_code == 200
    assert kind.label in page.content.decode()


@pytest.mark.parametrize("kind", INVESTMENT_KINDS)
def test_a_deposit_or_bond_is_not_registered_beside_its_own_page(city, browse, kind):
    assert browse("FACC").get(address(kind)).status_code == 404
    with city.tenant(), pytest.raises(EntryInvalid, match="登记簿"):
        register(city, kind)


def test_choosing_a_kind_leads_to_its_form(browse):
    page = browse("FACC").get(reverse("funds:entry_new"), {"kind": "TRANSFER_IN"})
    assert page.headers["Location"] == address(K.TRANSFER_IN)
    assert browse("FACC").get(reverse("funds:entry_new_of", args=["NONE"])).status_code == 404


def test_interest_is_registered_and_its_voucher_drafted(city, browse):
    answer = browse("FACC").post(address(K.BANK_INTEREST), typed(), follow=True)
    assert "并生成凭证等待稽核" in answer.content.decode()
    with city.tenant():
        entry = FundsEntry.objects.get()
        assert entries.live_voucher(entry.pk).summary == "账户存款利息 农业银行"
    listed = browse("AUDX").get(reverse("funds:entries"), {"group": "RECEIPT", "text": "L0001"})
    assert entry.number in listed.content.decode()
    other_tab = browse("AUDX").get(reverse("funds:entries"), {"group": "PAYMENT"})
    assert entry.number not in other_tab.content.decode()


def test_a_refusal_stands_in_the_form_with_what_was_typed(city, browse):
    browse("FACC").post(address(K.BANK_INTEREST), typed())
    again = browse("FACC").post(address(K.BANK_INTEREST), typed(amount="9.00"))
    assert again.status_code == 422
    page = again.content.decode()
    assert "已经登记过同一种类的收支" in page
    assert "9.00" in page


def test_an_original_is_found_by_batch_and_chosen(city, browse):
    with city.tenant():
        voucher = paid(city, "1864.00")
    page = browse("FACC").get(address(K.RECOVERY), {"find": "ZF001"}).content.decode()
    assert f"{voucher.pk}-1" in page
    assert "1,864.00元" in page
    answer = browse("FACC").post(
        address(K.RECOVERY), typed(original=f"{voucher.pk}-1", amount="1864.00"), follow=True
    )
    page = answer.content.decode()
    assert "E13" in page
    assert "东区" in page


def test_a_write_off_goes_to_the_head_of_finance_and_comes_back(city, browse):
    with city.tenant():
        advance = booked(city, K.ADVANCE_PAID)
    scan = SimpleUploadedFile("批复.pdf", b"%PDF-1.7 x", "application/pdf")
    browse("FACC").post(
        address(K.ADVANCE_WRITTEN_OFF),
        typed(clears=advance.pk, amount="1000.00", approval_number="财社函1号", evidence=scan),
    )
    with city.tenant():
        entry = FundsEntry.objects.get(state=EntryState.SIGNING)
        waiting = {
            w.label: w.count for w in list_waiting_work(actor=city.actor("FHEAD"), today=TODAY)
        }
        assert waiting["待核准核销"] == 1
    decide = reverse("funds:entry_decide", args=[entry.pk])
    browse("FHEAD").post(decide, {"decision": "RETURN", "opinion": "文号不符"})
    page = browse("FACC").get(reverse("funds:entry", args=[entry.pk])).content.decode()
    assert "文号不符" in page
    assert "批复.pdf" in page
    correct = reverse("funds:entry_correct", args=[entry.pk])
    assert "财社函1号" in browse("FACC").get(correct).content.decode()
    browse("FACC").post(
        correct, typed(clears=advance.pk, amount="1000.00", approval_number="财社函2号")
    )
    answer = browse("FHEAD").post(decide, {"decision": "APPROVE"}, follow=True)
    assert "已核准" in answer.content.decode()
    page = browse("FACC").get(reverse("funds:entry", args=[advance.pk])).content.decode()
    assert entry.number in page  # the advance shows what clears it
    assert "未清金额 ¥0.00" in page


def test_an_entry_is_withdrawn_after_its_voucher_is_voided(city, browse):
    with city.tenant():
        entry = register(city, K.BANK_INTEREST)
        vouchers.void_voucher(
            actor=city.actor("FACC"), voucher_id=entries.live_voucher(entry.pk).pk,
            reason="重复", at=NOW,
        )  # fmt: skip
    page = browse("FACC").get(reverse("funds:entry", args=[entry.pk])).content.decode()
    assert "凭证已作废，待更正" in page
    answer = browse("FACC").post(
        reverse("funds:entry_withdraw", args=[entry.pk]), {"reason": "重复登记"}, follow=True
    )
    assert "登记单已撤回" in answer.content.decode()


def test_an_entry_prints_with_its_amount_in_words(city, browse):
    with city.tenant():
        entry = booked(city, K.FISCAL_SUBSIDY, "1234.50")
    answer = browse("AUDX").get(reverse("funds:entry_print", args=[entry.pk]))
    text = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_bounded()
    assert "财政补贴收入" in text
    assert "壹仟贰佰叁拾肆元伍角" in text
