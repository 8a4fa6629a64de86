"""The register's pages and desk lines, and how much of the demand balance could be placed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from funds.entry_shapes import BUYING, REDEEMING
from funds.enums import BusinessEvent
from funds.models import FundsEntry, Investment
from funds.selectors import investments
from funds.selectors.balances import account_balance
from funds.selectors.books import unemployment_book
from funds.selectors.deposit_proposals import deposit_proposal, propose_amount
from funds.selectors.entries import with_status
from funds.selectors.investment_worklist import list_waiting_investments
from funds.selectors.worklist import list_waiting_work
from funds.services.entries import live_voucher
from tests.city import TODAY
from tests.funds.builders import credit, debit, post, posted
from tests.funds.investing import BOND, bought, decided, proposed, redeemed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(time_machine, founded):
    time_machine.move_to("2026-11-02T09:00:00+08:00", tick=True)
    return founded


@pytest.fixture
def browse(city, client):
    """Return a function that signs a post's holder in and gives the client."""

    def sign_in(post_code: str, office: str = "510400"):
        with city.tenant():
            user = city.user(post_code, office)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def scan():
    return SimpleUploadedFile("批复.pdf", b"%PDF-1.7 approved", "application/pdf")


def typed(**changes) -> dict:
    """Return the fields of a deposit of five million for a year, as the accountant types them."""
    fields = {
        "kind": "DEPOSIT",
        "institution": "建设银行攀枝花分行",
        "principal": "5,000,000",
        "rate": "1.95",
        "interest_mode": "AT_END",
        "date_from": "2026-11-02",
        "term_months": "12",
        "approval_number": "攀财社函〔2026〕7号",
    }
    return fields | {"scan": scan()} | changes


def at(name: str, one=None) -> str:
    return reverse(f"funds:{name}", args=[one.pk] if one else [])


def send(client, name, one, **fields) -> str:
    return client.post(at(name, one), fields, follow=True).content.decode()


def test_a_deposit_goes_from_its_form_to_its_end(city, browse):
    page = browse("FACC").post(at("investment_new"), typed(), follow=True).content.decode()
    assert "等待财务负责人核准" in page
    with city.tenant():
        one = Investment.objects.get()
    assert (one.principal, one.rate, one.date_to) == (5_000_000, Decimal("1.95"), date(2027, 11, 2))
    approval = {"decision": "APPROVE", "opinion": "同意", "seen": one.content_sha256}
    assert "已核准" in send(browse("FHEAD"), "investment_decide", one, **approval)
    page = send(browse("FACC"), "investment_buy", one, certificate_number="0001", reference="CR1")
    assert "并生成凭证等待稽核" in page
    with city.tenant():
        post(city, live_voucher(FundsEntry.objects.get().pk))
    page = browse("AUDX").get(at("investment", one)).content.decode()
    assert "持有中" in page
    assert "5,000,000.00" in page
    assert "登记收回" not in page  # reading posts are shown no form


def test_a_difference_is_shown_red_and_explained_by_the_head_of_finance(city, browse):
    with city.tenant():
        one = bought(city)
    page = send(
        browse("FACC"), "investment_redeem", one,
        received_date="2026-11-02", amount="10107000.00", reference="SH1",
    )  # fmt: skip
    assert "等待财务负责人说明" in page
    assert "超过允差" in page
    assert "−¥500.00" in page or "¥−500.00" in page
    with city.tenant():
        entry = FundsEntry.objects.get(kind="DEPOSIT_MATURED")
        waiting = {line.label for line in funds_work(city, "FHEAD")}
    assert "待说明的利息差异" in waiting
    head = browse("FHEAD")
    page = head.get(at("entry", entry)).content.decode()
    assert "应收利息107,500.00元" in page
    approval = {"decision": "APPROVE", "opinion": "", "seen": entry.content_sha256}
    assert "须写明差异原因" in send(head, "entry_decide", entry, **approval)
    approval["opinion"] = "银行按实际天数计息"
    assert "并生成凭证" in send(head, "entry_decide", entry, **approval)
    accountant = browse("FACC")
    assert accountant.get(at("entry_correct", entry)).status_code == 404


def test_a_refused_form_keeps_what_was_typed(browse):
    answer = browse("FACC").post(at("investment_new"), typed(rate="abc", issue="一期"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "不写百分号" in page
    assert "abc" in page
    answer = browse("FACC").post(at("investment_new"), typed(issue="一期"))
    assert (answer.status_code, "定期存款不填期次" in answer.content.decode()) == (422, True)


def test_a_post_that_only_reads_is_offered_nothing(city, browse):
    with city.tenant():
        one = decided(city, proposed(city))
    page = browse("RISK").get(at("investments")).content.decode()
    assert "由会计岗申请" in page
    assert (
        at("investment_buy", one) not in browse("RISK").get(at("investment", one)).content.decode()
    )
    assert browse("RISK").get(at("investment_new")).status_code == 403
    assert browse("RISK").post(at("investment_buy", one)).status_code in (403, 422)
    with city.tenant():
        assert Investment.objects.get().state == "APPROVED"


def test_the_list_is_narrowed_to_what_is_due(city, browse):
    with city.tenant():
        near = bought(city)
        far = bought(city, BOND, certificate="2")
    page = browse("FACC").get(at("investments"), {"state": "due"}).content.decode()
    assert near.number in page
    assert far.number not in page
    found = (
        browse("FACC").get(at("investments"), {"kind": "BOND", "text": "记账式"}).content.decode()
    )
    assert far.number in found
    assert near.number not in found


def funds_work(city, post_code):
    return list_waiting_work(actor=city.actor(post_code), today=TODAY)


def lines(city, post_code, today=TODAY) -> dict[str, tuple[int, int]]:
    found = list_waiting_investments(actor=city.actor(post_code), today=today)
    return {line.label: (line.count, line.overdue_count) for line in found}


def test_each_post_sees_what_waits_for_it(city):
    with city.tenant():
        proposed(city)
        decided(city, proposed(city))
        bought(city)  # until 2 November, today
        assert lines(city, "FHEAD") == {"待核准定期存款和国债": (1, 0)}
        due = "30日内到期的定期存款和国债"
        assert lines(city, "FACC") == {"待存入或认购": (1, 0), due: (1, 0)}
        assert lines(city, "FACC", TODAY + timedelta(days=1))[due] == (1, 1)
        assert lines(city, "FACC", TODAY - timedelta(days=30))[due] == (1, 0)
        assert due not in lines(city, "FACC", TODAY - timedelta(days=31))
        assert lines(city, "AUDX") == {}


@pytest.mark.parametrize(
    ("balance", "committed", "average", "months", "amount"),
    [
        # 1,000,000 less two months of 100,000.00: 800,000.
        ("1000000", "0", "100000", "2", "800000"),
        # 809,999.99 over: down to 800,000; a cent more is 810,000.
        ("1009999.99", "0", "100000", "2", "800000"),
        ("1010000.00", "0", "100000", "2", "810000"),
        # what is asked for already counts
        ("1000000", "300000", "100000", "2", "500000"),
        # half a month more kept: 1,000,000 - 250,000
        ("1000000", "0", "100000", "2.5", "750000"),
        ("209999.99", "0", "100000", "2", "0"),
        ("-5", "0", "100000", "2", "0"),
        ("1000000", "0", "0", "2", "0"),
    ],
)
def test_what_is_over_the_months_kept_is_proposed_in_whole_ten_thousands(
    balance, committed, average, months, amount
):
    found = propose_amount(*map(Decimal, (balance, committed, average, months)))
    assert found == Decimal(amount)


def test_the_proposal_rests_on_the_last_full_months_and_stands_on_page_and_desk(city, browse):
    with city.tenant():
        # 660,000.00 come in; of the ten months from January to October only September spent:
        # 50,000.00, on average 5,000.00, so 10,000.00 stay and with 38,500.00 of November's
        # expenditure ignored 650,000.00 are over; 200,000.00 of it are asked for already.
        fiscal = BusinessEvent.FISCAL_SUBSIDY
        posted(city, debit("100301", "660000"), credit("4101", "660000"), event=fiscal,
               day=date(2026, 9, 1))  # fmt: skip
        premium = BusinessEvent.MEDICAL_PREMIUM
        for day, amount in ((date(2026, 9, 2), "50000"), (date(2026, 11, 2), "38500")):
            posted(city, debit("500102", amount), credit("1004", amount), event=premium, day=day)
        proposed(city, principal=Decimal(200_000))
        found = deposit_proposal(
            actor=city.actor("FACC"), book_id=unemployment_book().pk, today=TODAY
        )
        assert (found.averaged, found.average, found.kept) == (10, 5_000, 10_000)
        assert (found.balance, found.committed) == (660_000, 200_000)
        assert found.amount == 450_000
        assert lines(city, "FACC")["活期余额可转存定期"] == (1, 0)
    page = browse("FACC").get(at("investments")).content.decode()
    assert "450,000.00" in page
    assert "200,000.00" in page


def held_against_the_ledger(book_id, kind, code):
    """Compute one line of compare_register_with_ledger.sql from one row after the other."""
    held = Investment.objects.filter(book_id=book_id, kind=kind, state="HELD")
    entries = FundsEntry.objects.filter(book_id=book_id, investment__kind=kind)
    entries = entries.filter(kind__in=[*BUYING, *REDEEMING]).exclude(state="WITHDRAWN")
    signs = {**dict.fromkeys(BUYING, 1), **dict.fromkeys(REDEEMING, -1)}
    unposted = (row for row in with_status(entries) if row.status != "POSTED")
    return (
        sum(one.principal + one.fees for one in held),
        -sum(signs[row.kind] * row.amount for row in unposted),
        account_balance(book_id=book_id, account_code=code, until=None),
    )


def check_ledger(*, actor, book_id):
    """Hold the register against the ledger in both ways."""
    checks = investments.check_ledger(actor=actor, book_id=book_id)
    assert [(one.registered, one.pending, one.balance) for one in checks] == [
        held_against_the_ledger(book_id, kind, code) for kind, code in investments.ACCOUNTS.items()
    ]
    return checks


def test_the_register_is_held_against_the_ledger(city):
    with city.tenant():
        one = bought(city)
        bought(city, BOND, certificate="2", is_posted=False)
        deposit, bond = check_ledger(actor=city.actor("FACC"), book_id=unemployment_book().pk)
        assert (deposit.registered, deposit.pending, deposit.balance) == (10_000_000, 0, 10_000_000)
        # bought, but its voucher is not posted yet
        assert (bond.registered, bond.pending, bond.balance) == (1_000_200, -1_000_200, 0)
        assert (deposit.difference, bond.difference) == (0, 0)
        redeemed(city, one, "10107500.00")
        deposit, _ = check_ledger(actor=city.actor("FACC"), book_id=unemployment_book().pk)
        assert (deposit.registered, deposit.pending, deposit.balance) == (0, 10_000_000, 10_000_000)
        assert deposit.difference == 0
