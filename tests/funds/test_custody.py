"""Seals, bills and bank keys: in the right hands, handed over signed, every number told."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Decision
from accounts.models import PostGrant
from accounts.permissions import DutyNotHeld
from accounts.services.grants import revoke_grant
from accounts.services.signatures import Verdict
from common.actor import Person
from funds.enums import CustodyUseKind
from funds.models import CustodyItem, CustodyTransfer, CustodyUse
from funds.selectors.books import expenditure_account, unemployment_book
from funds.selectors.custody import get_custody_item, list_takers
from funds.selectors.custody_work import list_waiting_custody
from funds.services import custody
from funds.services.custody import Use
from tests.city import NOW, TODAY
from tests.funds.keeping import kept, registered, signed, witness
from tests.refusals import refused_by

BOOK = {"first_number": 1001, "last_number": 1050}


@pytest.fixture
def account(city):
    return expenditure_account(unemployment_book().pk).pk


def use(city, item, kind="USE", first=None, last=None, post="", day=TODAY):
    entry = Use(CustodyUseKind(kind), day, "拨付盖章", "李会计", "记字5号", first, last)
    actor = city.actor(post or item.kind)
    return custody.record_use(actor=actor, item_id=item.pk, use=entry, at=NOW)


def pass_on(city, item, giver, taker):
    return custody.pass_on(
        actor=city.actor(giver), item_id=item.pk, taker_id=city.actor(taker).user_id,
        reason="轮岗", at=NOW,
    )  # fmt: skip


def give_back(city, item):
    actor = city.actor(item.kind)
    return custody.give_back(actor=actor, item_id=item.pk, reason="停用", at=NOW)


def sql(statement, *parameters):
    def act():
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)

    return act


@pytest.mark.django_db
class TestRegister:
    def test_an_item_is_kept_once_the_witness_has_signed(self, city):
        item = registered(city, "SEAL")
        assert (item.state, item.keeper_id) == ("REGISTERED", None)
        witness(city, item.transfers.get())
        item.refresh_from_db()
        assert (item.state, item.keeper_id) == ("KEPT", city.actor("SEAL").user_id)

    def test_a_refused_registration_is_not_kept_and_its_number_is_free(self, city):
        item = registered(city, "SEAL")
        witness(city, item.transfers.get(), Decision.RETURN, "编号不符")
        item.refresh_from_db()
        assert item.state == "REFUSED"
        assert registered(city, "SEAL").state == "REGISTERED"
        with pytest.raises(custody.NumberKnown):
            registered(city, "SEAL")

    @pytest.mark.parametrize("post", ["FACC", "FHEAD", "BILL", "RISK"])
    def test_each_kind_is_registered_by_its_own_post(self, city, post):
        with pytest.raises(DutyNotHeld):
            registered(city, "SEAL", post=post)

    def test_the_two_keys_of_an_account_lie_with_two_people(self, city, account):
        kept(city, "KEY", "U1", bank_account_id=account, key_role="MAKER")
        second = registered(city, "KEY", "U2", bank_account_id=account, key_role="CHECKER")
        with pytest.raises(custody.BothKeysWithOne):
            witness(city, second.transfers.get())
        with pytest.raises(custody.KeyKnown):
            registered(city, "KEY", "U3", "KEY2", bank_account_id=account, key_role="MAKER")
        witness(city, second.transfers.get(), Decision.RETURN, "应由另一人保管")
        other = kept(city, "KEY", "U2", "KEY2", bank_account_id=account, key_role="CHECKER")
        assert other.keeper_id == city.actor("KEY2").user_id
        transfer = signed(city, "KEY", pass_on(city, other, "KEY2", "KEY"))
        with pytest.raises(custody.BothKeysWithOne):
            witness(city, transfer)


@pytest.mark.django_db
class TestHandOver:
    def test_giver_taker_and_witness_sign_and_the_keeper_changes(self, city):
        seal = kept(city, "SEAL")
        transfer = pass_on(city, seal, "SEAL", "SEAL2")
        assert transfer.state == "TAKING"
        assert signed(city, "SEAL2", transfer).state == "WITNESSING"
        seal.refresh_from_db()
        assert seal.keeper_id == city.actor("SEAL").user_id
        witness(city, transfer)
        seal.refresh_from_db()
        assert seal.keeper_id == city.actor("SEAL2").user_id

    def test_only_the_named_taker_takes(self, city):
        transfer = pass_on(city, kept(city, "SEAL"), "SEAL", "SEAL2")
        for post in ("SEAL", "KEY", "FHEAD"):
            with pytest.raises(DutyNotHeld):
                signed(city, post, transfer)

    def test_a_refused_hand_over_leaves_the_item_with_its_keeper(self, city):
        seal = kept(city, "SEAL")
        transfer = pass_on(city, seal, "SEAL", "SEAL2")
        signed(city, "SEAL2", transfer, Decision.RETURN, "印章磨损")
        seal.refresh_from_db()
        assert (seal.state, seal.keeper_id) == ("KEPT", city.actor("SEAL").user_id)
        with pytest.raises(custody.TransferNotWaiting):
            witness(city, transfer)

    def test_one_hand_over_at_a_time_and_only_by_the_keeper(self, city):
        seal = kept(city, "SEAL")
        with pytest.raises(custody.NotTheKeeper):
            pass_on(city, seal, "SEAL2", "SEAL")
        with pytest.raises(custody.KeeperWithoutPost):
            pass_on(city, seal, "SEAL", "FACC")
        pass_on(city, seal, "SEAL", "SEAL2")
        with pytest.raises(custody.TransferOpen):
            give_back(city, seal)

    def test_nobody_is_offered_whose_post_has_ended(self, city):
        clerk, first, last = city.actor("DATA"), date(2026, 1, 1), date(2026, 10, 31)
        PostGrant.objects.create(
            pool=city.pool, user_id=clerk.user_id, post_id="SEAL",
            organisation_id=clerk.organisation_id, valid_from=first, valid_until=last,
            reason="顶岗", state="EFFECTIVE", is_founding=True, applied_by_id=clerk.user_id,
            applied_at=NOW,
        )  # fmt: skip
        own = city.actor("SEAL").user_id

        def offered(day):
            return clerk.user_id in {pk for pk, _ in list_takers(kind="SEAL", today=day, but=own)}

        assert (offered(first), offered(last), offered(TODAY)) == (True, True, False)

    def test_who_may_take_over_holds_the_same_post(self, city):
        names = list_takers(kind="SEAL", today=TODAY, but=city.actor("SEAL").user_id)
        assert [number for number, _ in names] == [city.actor("SEAL2").user_id]

    def test_what_waits_is_shown_to_taker_and_witness(self, city):
        transfer = pass_on(city, kept(city, "SEAL"), "SEAL", "SEAL2")

        def waiting(post):
            lines = list_waiting_custody(actor=city.actor(post), today=TODAY)
            return [(line.label, line.count) for line in lines]

        assert waiting("SEAL2") == [("待接收的保管物品", 1)]
        assert waiting("SEAL") == waiting("FHEAD") == []
        signed(city, "SEAL2", transfer)
        assert waiting("FHEAD") == [("待监交的保管交接", 1)]

    def test_a_seal_given_back_is_out_of_use(self, city):
        seal = kept(city, "SEAL")
        witness(city, give_back(city, seal))
        seal.refresh_from_db()
        assert (seal.state, seal.keeper_id) == ("RETIRED", None)
        with pytest.raises(custody.NotTheKeeper):
            use(city, seal)


@pytest.mark.django_db
class TestBills:
    """A book of 50: 1001 to 1050."""

    @pytest.fixture
    def book(self, city):
        return kept(city, "BILL", **BOOK)

    def test_issued_is_used_voided_returned_and_left(self, city, book):
        """50 = 10 (1001-1010) + 1 (1015) + 5 (1046-1050) + 34 left."""
        use(city, book, "USE", 1001, 1010)
        use(city, book, "VOID", 1015, 1015)
        use(city, book, "RETURN", 1046, 1050)
        tally = get_custody_item(actor=city.actor("RISK"), item_id=book.pk).tally
        assert (tally.issued, tally.used, tally.voided, tally.returned, tally.left) == (
            50, 10, 1, 5, 34,
        )  # fmt: skip
        assert tally.left_ranges == "1011—1014、1016—1045"

    @pytest.mark.parametrize(("first", "last"), [(1005, 1005), (1001, 1001), (1010, 1020)])
    def test_a_number_has_one_fate(self, city, book, first, last):
        use(city, book, "USE", 1001, 1010)
        with pytest.raises(custody.BillNumberTaken):
            use(city, book, "VOID", first, last)

    @pytest.mark.parametrize(
        ("first", "last"), [(1000, 1001), (1050, 1051), (1003, 1002), (None, None), (1001, None)]
    )
    def test_numbers_are_of_the_book(self, city, book, first, last):
        with pytest.raises(custody.BillNumberOutside):
            use(city, book, "USE", first, last)

    def test_a_book_goes_back_only_whole(self, city, book):
        use(city, book, "USE", 1001, 1049)
        transfer = give_back(city, book)
        with pytest.raises(custody.BillsLeft):
            witness(city, transfer)
        use(city, book, "RETURN", 1050, 1050)
        witness(city, transfer)
        book.refresh_from_db()
        assert book.state == "RETIRED"

    def test_the_log_is_written_by_the_keeper_today_or_before(self, city, book):
        with pytest.raises(DutyNotHeld):
            use(city, book, "USE", 1001, 1001, post="SEAL")
        with pytest.raises(custody.TransferDayInvalid):
            use(city, book, "USE", 1001, 1001, day=date(2026, 11, 3))

    def test_a_seal_has_no_numbers_and_nothing_to_void(self, city):
        seal = kept(city, "SEAL")
        assert use(city, seal).kind == "USE"
        with pytest.raises(custody.NumbersNotAsked):
            use(city, seal, "USE", 1, 1)
        with pytest.raises(custody.NumbersNotAsked):
            use(city, seal, "VOID")


@pytest.mark.django_db
class TestWhatTheDatabaseRefuses:
    def give(self, item, user_id):
        return sql("UPDATE funds_custodyitem SET keeper_id = %s WHERE id = %s", user_id, item.pk)

    def test_an_item_changes_hands_only_by_a_finished_transfer(self, city):
        seal = kept(city, "SEAL")
        other = city.actor("SEAL2").user_id
        assert refused_by(self.give(seal, other)) == "custody_changes_hands_by_transfer"
        pass_on(city, seal, "SEAL", "SEAL2")
        assert refused_by(self.give(seal, other)) == "custody_changes_hands_by_transfer"
        act = sql("UPDATE funds_custodytransfer SET state = 'WITNESSING' WHERE state = 'TAKING'")
        act()
        act = sql("UPDATE funds_custodytransfer SET state = 'DONE' WHERE state = 'WITNESSING'")
        assert refused_by(act) == "custody_transfer_signed"

    def test_a_seal_and_a_bill_book_never_lie_with_one_person(self, city):
        """Whose post changed from bills to seals hands the bills over first."""
        kept(city, "BILL", **BOOK)
        transfer = pass_on_to(city, kept(city, "SEAL"), keeper := moved_to_the_seal(city))
        verdict = Verdict(Decision.APPROVE, "", NOW, transfer.content_sha256)
        custody.sign_transfer(actor=keeper, transfer_id=transfer.pk, verdict=verdict)
        with pytest.raises(custody.SealAndBillWithOne):
            witness(city, transfer)

    def test_nobody_keeps_what_is_not_of_his_post(self, city):
        transfer = pass_on_to(city, seal := kept(city, "SEAL"), keeper := moved_to_the_seal(city))
        verdict = Verdict(Decision.APPROVE, "", NOW, transfer.content_sha256)
        custody.sign_transfer(actor=keeper, transfer_id=transfer.pk, verdict=verdict)
        end_post(city, keeper.grant_id)
        with pytest.raises(custody.KeeperWithoutPost):
            witness(city, transfer)
        seal.refresh_from_db()
        assert seal.keeper_id == city.actor("SEAL").user_id

    @pytest.mark.parametrize("change", ["name = 'x'", "number = 'x'", "last_number = 2000"])
    def test_what_is_registered_never_changes(self, city, change):
        book = kept(city, "BILL", **BOOK)
        act = sql(f"UPDATE funds_custodyitem SET {change} WHERE id = %s", book.pk)
        assert refused_by(act) == "custody_item_never_changes"

    def test_a_log_is_never_rewritten(self, city):
        use(city, kept(city, "SEAL"))
        with pytest.raises(DatabaseError), transaction.atomic():
            CustodyUse.objects.update(purpose="x")

    def test_nothing_starts_in_somebodys_hands(self, city):
        item = registered(city, "SEAL")
        item.pk, item.number, item.state = None, "A-2", "KEPT"
        item.keeper_id = city.actor("SEAL").user_id
        assert refused_by(item.save) == "custody_starts_registered"
        assert CustodyItem.objects.count() == 1

    def test_who_does_not_keep_it_does_not_give_it(self, city):
        seal = kept(city, "SEAL")
        transfer = seal.transfers.get()
        transfer.pk, transfer.kind, transfer.state = None, "RETIRE", "WITNESSING"
        transfer.giver_id, transfer.taker_id = city.actor("SEAL2").user_id, None
        assert refused_by(transfer.save) == "custody_given_by_its_keeper"


def end_post(city, grant_id: int) -> None:
    revoke_grant(actor=city.actor("PERM"), grant_id=grant_id, reason="轮岗", at=NOW)


def moved_to_the_seal(city) -> Person:
    """Return the keeper of the bills, whose post has ended, under that of the seal."""
    bills, today = city.actor("BILL"), timezone.localdate()
    end_post(city, bills.grant_id)
    grant = PostGrant.objects.create(
        pool=city.pool, user_id=bills.user_id, post_id="SEAL",
        organisation_id=bills.organisation_id, valid_from=today, reason="轮岗",
        state="EFFECTIVE", is_founding=True, applied_by_id=bills.user_id, applied_at=NOW,
    )  # fmt: skip
    return Person(city.pool.pk, bills.organisation_id, bills.user_id, grant.pk, "SEAL")


def pass_on_to(city, item, taker: Person) -> CustodyTransfer:
    return custody.pass_on(
        actor=city.actor(item.kind), item_id=item.pk, taker_id=taker.user_id, reason="轮岗", at=NOW
    )


@pytest.mark.django_db(transaction=True)
class TestPages:
    @pytest.fixture
    def city(self, time_machine, founded):
        time_machine.move_to("2026-11-02T09:00:00+08:00", tick=True)
        return founded

    @pytest.fixture
    def browse(self, city, client):
        def sign_in(post: str):
            with city.tenant():
                user = city.user(post)
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            return client

        return sign_in

    def decide(self, client, transfer, **fields):
        url = reverse("funds:custody_transfer", args=[transfer.pk])
        data = {"decision": "APPROVE", "seen": transfer.content_sha256, **fields}
        return client.post(url, data, follow=True).content.decode()

    def test_registered_used_handed_over_on_the_screens(self, city, browse):
        fields = {"name": "财务专用章", "number": "5104000001"}
        page = browse("SEAL").post(reverse("funds:custody_new"), fields, follow=True)
        assert "等待监交人签字" in page.content.decode()
        assert "账套：" not in page.content.decode()
        with city.tenant():
            seal = CustodyItem.objects.get()
            first = seal.transfers.get()
            taker = city.actor("SEAL2").user_id
        assert "待监交：由财务负责人签字" in self.decide(browse("SEAL"), first, decision="")
        assert "已签字" in self.decide(browse("FHEAD"), first)
        log = {"use_date": "2026-11-02", "purpose": "拨款盖章", "asked_by": "李会计"}
        url = reverse("funds:custody_use", args=[seal.pk])
        assert "拨款盖章" in browse("SEAL").post(url, log, follow=True).content.decode()
        assert browse("SEAL").post(url, {**log, "purpose": ""}).status_code == 422
        over = {"taker": taker, "reason": "轮岗"}
        url = reverse("funds:custody_pass", args=[seal.pk])
        assert "等待接收人签字" in browse("SEAL").post(url, over, follow=True).content.decode()
        with city.tenant():
            second = seal.transfers.latest("pk")
        assert "已签字" in self.decide(browse("SEAL2"), second)
        assert "已签字" in self.decide(browse("FHEAD"), second)
        page = browse("RISK").get(reverse("funds:custody_item", args=[seal.pk]))
        assert "登记使用</h2>" not in page.content.decode()
        with city.tenant():
            seal.refresh_from_db()
            assert seal.keeper_id == taker

    def test_bills_are_entered_by_number_and_tie(self, city, browse):
        book = {"name": "转账支票", "number": "2026-01", "first_number": "1001"}
        url = reverse("funds:custody_new")
        assert browse("BILL").post(url, {**book, "last_number": "900"}).status_code == 422
        browse("BILL").post(url, {**book, "last_number": "1050"})
        with city.tenant():
            item = CustodyItem.objects.get()
            witness(city, item.transfers.get())
        entry = {
            "use_date": "2026-11-02", "purpose": "付款", "asked_by": "出纳", "kind": "USE",
            "first_number": "1001", "last_number": "1004",
        }  # fmt: skip
        page = browse("BILL").post(reverse("funds:custody_use", args=[item.pk]), entry, follow=True)
        text = page.content.decode()
        assert "领用 50 ＝ 使用 4 ＋ 作废 0 ＋ 缴回 0 ＋ 结存 46" in text
        assert "结存号码：1005—1050" in text

    def test_a_key_names_its_account_and_role(self, city, browse):
        page = browse("KEY").get(reverse("funds:custody_new")).content.decode()
        assert "失业保险基金 支出户" in page
        assert browse("FACC").get(reverse("funds:custody_new")).status_code == 403
