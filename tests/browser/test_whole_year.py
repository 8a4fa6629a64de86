"""A year of a small city's books, closed by the finance posts through the screens.

January to November of 2025 are played by the services; December, the year's end and the year's
statements go through the screens, each act by the people whose it is. Figures by hand, in yuan:

    handed over on 1 January          1,000,000.00  财政专户
    each month to November               20,000.00  premiums paid directly   (11 x = 220,000.00)
                                         10,000.00  from the province        (11 x = 110,000.00)
                                          8,000.00  benefits                 (11 x =  88,000.00)
    December  tax list                  100,555.50  premiums 100,550.00, late fee 5.50
              interest                    1,234.56
"""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from accounts.models import Job
from common.encryption import Purpose, decrypt
from funds.enums import BankAccountKind, BusinessEvent
from funds.models import BankAccount, Period
from funds.selectors.books import unemployment_book
from funds.services.founding import open_periods
from funds.tasks import import_tax_list
from tests.city import found_city
from tests.funds.builders import close_until, credit, debit, posted
from tests.funds.handovers import opened

pytestmark = pytest.mark.browser

DECEMBER = date(2025, 12, 1)
TAX_LIST = """#tax,202512,4,100555.50
month,tax office,credit code,unit,office,kind,unit part,person part,treasury date
202512,东区税务局,91510402MA620000X2,攀西钢铁有限公司,510402,当期,60000.00,40000.00,2025-12-12
202512,东区税务局,91510403MA620000XG,金沙物流有限公司,510403,当期,300.00,200.00,2025-12-20
202512,东区税务局,91510403MA620000XG,金沙物流有限公司,510403,补缴,30.00,20.00,2025-12-20
202512,东区税务局,91510403MA620000XG,金沙物流有限公司,510403,滞纳金,5.50,0.00,2025-12-21
"""
STATEMENT = "account,date,serial,debit,credit,balance,counterparty,counter account,summary"
# What the year comes to.
PREMIUMS, INTEREST, FROM_PROVINCE, OTHER = "320550.00", "1234.56", "110000.00", "5.50"
BENEFITS = "88000.00"
FISCAL, EXPENDITURE, BALANCE = "1321790.06", "22000.00", "1343790.06"

CHECK = ("fchk510400", "稽核通过", "凭证已稽核")
CASHIER = ("fcash510400", "出纳签章", "出纳已签章")
HEAD = ("fhead510400", "会计主管签章", "会计主管已签章")
BOOKKEEPER = ("facc2510400", "过账", "凭证已过账")


@pytest.fixture
def city(transactional_db):
    """A founded city whose books stand at the end of November 2025."""
    city = found_city()
    with city.tenant():
        book = unemployment_book()
        open_periods(book=book, first_month=date(2025, 1, 1), months=12)
        opened(city, "1000000", day=date(2025, 1, 1))
        for month in range(1, 12):
            play(city, date(2025, month, 10))
        close_until(city, date(2025, 11, 1))
    return city


def play(city, day):
    """Book a month: premiums, money from the province, benefits."""
    event = BusinessEvent
    for lines, what in (
        ((debit("100301", "20000"), credit("400101", "20000")), event.PREMIUM_DIRECT),
        ((debit("1004", "10000"), credit("4401", "10000")), event.HIGHER_SUBSIDY),
        ((debit("500101", "8000"), credit("1004", "8000")), event.REISSUE),
    ):
        posted(city, *lines, day=day, event=what)


def test_the_finance_posts_close_their_year(city, sit_down):
    with city.tenant():
        period = Period.objects.get(book=unemployment_book(), month=DECEMBER).pk
        fiscal, expenditure = (account(kind) for kind in ("FISCAL", "EXPENDITURE"))
    board = f"/reconciliation/periods/{period}/"
    take_in_the_tax_list(city, sit_down)
    sign_vouchers(sit_down, "征收", (CHECK, HEAD, BOOKKEEPER))
    register_transfer_and_interest(sit_down)
    sign_vouchers(sit_down, "划转财政专户", (CHECK, CASHIER, HEAD, BOOKKEEPER))
    sign_vouchers(sit_down, "利息", (CHECK, CASHIER, HEAD, BOOKKEEPER))
    reconcile_both_accounts(sit_down, fiscal, expenditure)
    carry_forward(sit_down, board)
    sign_vouchers(sit_down, "结转", (CHECK, HEAD, BOOKKEEPER))
    prepare_statements(sit_down, "MONTH")
    close_open_and_close_again(sit_down, board)
    sheet = prepare_statements(sit_down, "YEAR")
    finalise(sit_down, sheet)
    read_the_workbook(sit_down, sheet)


def account(kind):
    """Return an account's number and how the sheet's form names it."""
    found = BankAccount.objects.get(
        book=unemployment_book(), kind=BankAccountKind[kind], is_active=True
    )
    number = decrypt(found.number_cipher, pool_id=found.pool_id, purpose=Purpose.ACCOUNT)
    return number, str(found.pk)


def attach(desk, name, text):
    desk.page.set_input_files(
        "main [type=file]", {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    )


def take_in_the_tax_list(city, sit_down):
    """The file is checked and booked by a job; the job is run here in the worker's place."""
    with sit_down("facc510400") as desk:
        desk.open("/funds/tax-lists/")
        attach(desk, "tax.csv", TAX_LIST)
        desk.page.locator("main").get_by_text("上传并校验").click()
        desk.page.wait_for_timeout(500)
        with city.tenant():
            job = Job.objects.get(kind="funds.tasks.import_tax_list")
        import_tax_list(pool_id=city.pool.pk, job_id=job.pk)
        desk.open("/funds/tax-lists/")
        desk.see("¥100,555.50")
        desk.picture("year-tax-list")


def register_transfer_and_interest(sit_down):
    with sit_down("facc510400") as desk:
        desk.open("/funds/tax-lists/")
        desk.page.locator("main tbody a").first.click()
        desk.fill(transferred_date="2025-12-22", reference="国库划2025-12")
        desk.press("登记划转", "已登记划转")
        desk.open("/funds/entries/new/BANK_INTEREST/")
        desk.choose(place="FISCAL")
        desk.fill(
            entry_date="2025-12-21",
            amount="1,234.56",
            counterparty="中国建设银行",
            reference="JX20251221",
        )
        desk.press("登记并生成凭证", "1,234.56")
        desk.picture("year-entry")


def sign_vouchers(sit_down, summary, chain):
    """Take the newest voucher of this summary through the people who sign it."""
    for username, button, words in chain:
        with sit_down(username) as desk:
            desk.open("/funds/vouchers/")
            row = desk.page.locator("main tbody tr").filter(has_text=summary).first
            row.locator("a").first.click()
            desk.see("分录")
            desk.press(button, words)


def reconcile_both_accounts(sit_down, fiscal, expenditure):
    """R4 and R2: the banks report December, the sheets tie, another person checks them."""
    number = fiscal[0]
    reports = (
        (
            f"#statement,{number},2025-12-01,2025-12-31,1220000.00,{FISCAL},2",
            f"{number},2025-12-21,J1,0.00,1234.56,1221234.56,,,结息 JX20251221",
            f"{number},2025-12-22,G1,0.00,100555.50,{FISCAL},国库,,划转",
        ),
        (f"#statement,{expenditure[0]},2025-12-01,2025-12-31,22000.00,{EXPENDITURE},0",),
    )
    with sit_down("fcash510400") as desk:
        for head, *rows in reports:
            desk.open("/funds/bank-statements/")
            attach(desk, f"{head[11:30]}.csv", "\n".join([head, STATEMENT, *rows, ""]))
            desk.press("上传并校验", "对账单已导入")
        for _, account_id in (fiscal, expenditure):
            desk.open("/reconciliation/bank/?month=2025-12")
            desk.choose(account=account_id, month="2025-12")
            desk.press("自动匹配并编制", "已完成")
        desk.picture("year-sheets")
    with sit_down("fchk510400") as desk:
        for place in range(2):
            desk.open("/reconciliation/bank/")
            desk.page.locator("main tbody a").nth(place).click()
            desk.see("调节后余额相等")
            desk.press("复核通过", "已复核")
        desk.picture("year-sheet-checked")


def carry_forward(sit_down, board):
    with sit_down("facc510400") as desk:
        desk.open(board)
        desk.press("填制年末结转凭证", "已填制年末结转凭证")


def prepare_statements(sit_down, span):
    with sit_down("facc510400") as desk:
        desk.open(f"/funds/statements/new/?month=202512&span={span}")
        desk.see("1,343,790.06")
        desk.press("编制并送复核", "待复核")
        desk.picture(f"year-statement-{span.lower()}")
        return desk.page.url


def close_open_and_close_again(sit_down, board):
    """Closed by two, opened again by the head of finance and the principal head, closed again."""
    ask = ("facc510400", "申请结账", "待财务负责人结账", {})
    close = ("fhead510400", "结账", "已结账", {})
    reopen = ("fhead510400", "申请反结账", "已申请反结账", {"reason": "补附一张利息回单"})
    allow = ("head510400", "批准反结账", "已反结账", {})
    for username, button, words, said in (ask, close, reopen, allow, ask, close):
        with sit_down(username) as desk:
            desk.open(board)
            if username == "facc510400":
                desk.picture("year-board")
            if said:
                desk.fill(**said)
            desk.press(button, words)


def finalise(sit_down, sheet):
    for username, button in (
        ("fchk510400", "复核通过"),
        ("fhead510400", "签发"),
        ("head510400", "签发"),
    ):
        with sit_down(username) as desk:
            desk.open(sheet)
            desk.press(button, "已签署")
            desk.picture("year-final")


def read_the_workbook(sit_down, sheet):
    """The year's xlsx says what was written out above."""
    with sit_down("fhead510400") as desk:
        desk.open(sheet)
        with desk.page.expect_download() as download:
            desk.page.locator("main a").filter(has_text="电子表格").first.click()
        content = download.value.path().read_bytes()
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    figures = figures_of(workbook)
    for label, amount in (
        ("社会保险费收入", PREMIUMS),
        ("利息收入", INTEREST),
        ("上级补助收入", FROM_PROVINCE),
        ("其他收入", OTHER),
        ("失业保险金支出", BENEFITS),
        ("财政专户存款", FISCAL),
        ("支出户存款", EXPENDITURE),
        ("一般基金结余", BALANCE),
    ):
        assert Decimal(amount) in figures[label], label
    texts = [str(cell.value) for page in workbook for row in page.iter_rows() for cell in row]
    assert any(text.startswith("=") for text in texts)


def figures_of(workbook):
    """Return {words of a cell: amounts to the right of it in its row}."""
    found = {}
    for page in workbook:
        for row in page.iter_rows(values_only=True):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    amounts = [
                        Decimal(str(value)).quantize(Decimal("0.01"))
                        for value in row[place + 1 :]
                        if isinstance(value, int | float)
                    ]
                    label = cell.strip().split("）")[-1].split("、")[-1].strip()
                    found.setdefault(label, []).extend(amounts)
    return found
