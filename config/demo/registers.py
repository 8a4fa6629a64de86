"""What the demo keeps under its registers: seals, bills and bank keys, and an account asked for."""

from datetime import date

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from common.evidence import Evidence
from config.demo.story import Story
from funds.enums import BankAccountKind, BookKind, CustodyKind, CustodyUseKind, KeyRole
from funds.models import Book, CustodyItem
from funds.selectors.books import expenditure_account, unemployment_book
from funds.services import bank_accounts, custody
from funds.services.bank_accounts import Opening
from funds.services.custody import Registration, Use

SCAN = Evidence("开户批文.pdf", "application/pdf", b"%PDF-1.4\n% demo\n")


def leave_registers(story: Story) -> None:
    """Keep a seal, a book of cheques and two keys; leave what is to be signed."""
    today = story.calendar.today
    with story.look():
        account_id = expenditure_account(unemployment_book().pk).pk
    seal = _kept(story, "SEAL", Registration(CustodyKind.SEAL, "财务专用章", "5104000001"))
    book = Registration(CustodyKind.BILL, "转账支票", "第3册", first_number=1001, last_number=1025)
    bills = _kept(story, "BILL", book)
    for post, number, role in (("KEY", "U-01", KeyRole.MAKER), ("KEY2", "U-02", KeyRole.CHECKER)):
        key = Registration(CustodyKind.KEY, "企业网银U盾", number, account_id, role)
        _kept(story, post, key)
    _use(story, "SEAL", seal, Use(CustodyUseKind.USE, today, "用款计划盖章", "会计", "用款计划"))
    _use(story, "BILL", bills, Use(CustodyUseKind.USE, today, "划拨工本费", "出纳", "", 1001, 1003))
    _use(story, "BILL", bills, Use(CustodyUseKind.VOID, today, "填写错误", "出纳", "", 1004, 1004))
    _leave_hand_overs(story, seal)
    _leave_requests(story, today)


def _kept(story: Story, post: str, registration: Registration) -> CustodyItem:
    """Return an item that its registrar keeps; the head of finance witnessed it."""
    at = story.calendar.at(story.calendar.today, 9)
    with story.act(post) as actor:
        item = custody.register_item(actor=actor, registration=registration, at=at)
    with story.act("FHEAD") as actor:
        transfer = item.transfers.get()
        verdict = Verdict(Decision.APPROVE, "清点无误", at, transfer.content_sha256)
        custody.sign_transfer(actor=actor, transfer_id=transfer.pk, verdict=verdict)
    return item


def _use(story: Story, post: str, item: CustodyItem, use: Use) -> None:
    with story.act(post) as actor:
        at = story.calendar.at(story.calendar.today, 10)
        custody.record_use(actor=actor, item_id=item.pk, use=use, at=at)


def _leave_hand_overs(story: Story, seal: CustodyItem) -> None:
    """Leave the seal to be taken by the second keeper, and another to be witnessed."""
    at = story.calendar.at(story.calendar.today, 11)
    with story.act("SEAL") as actor:
        taker_id = story.person("SEAL2").user_id
        custody.pass_on(actor=actor, item_id=seal.pk, taker_id=taker_id, reason="轮岗", at=at)
        stamp = Registration(CustodyKind.SEAL, "法定代表人名章", "5104000002")
        custody.register_item(actor=actor, registration=stamp, at=at)


def _leave_requests(story: Story, today: date) -> None:
    """Leave one account to be opened: the book of the skills action has no 收入户 yet."""
    with story.look():
        book_id = Book.objects.get(kind=BookKind.SKILL_ACTION).pk
    opening = Opening(
        book_id=book_id,
        kind=BankAccountKind.INCOME,
        bank_name="攀枝花市商业银行营业部",
        number="2302051040000009",
        opened_date=today,
        approval=f"财社账户〔{today.year}〕22号",
        scan=SCAN,
    )
    with story.act("FACC") as actor:
        at = story.calendar.at(today, 11)
        bank_accounts.request_opening(actor=actor, opening=opening, at=at)
