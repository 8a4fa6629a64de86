"""Opening a pool's books: chart of accounts, bank accounts, periods."""

from datetime import date

from accounts.enums import OrganisationLevel
from accounts.models import Organisation, Pool
from common.encryption import Purpose, encrypt, lookup_key
from common.identifiers import mask_account
from common.periods import add_months
from funds.enums import AccountOwner, BankAccountKind, BookKind, NormalSide
from funds.models import BankAccount, Book, LedgerAccount, Period

# 财会〔2017〕28号: code, name, normal side (D/C), is leaf, is enabled. Details below the
# regulation's first level are the project's own.
CHART = (
    ("1001", "库存现金", "D", True, False),
    ("1002", "收入户存款", "D", True, True),
    ("1003", "财政专户存款", "D", False, True),
    ("100301", "财政专户活期存款", "D", True, True),
    ("100302", "财政专户定期存款", "D", True, True),
    ("1004", "支出户存款", "D", True, True),
    ("1005", "国库存款", "D", True, True),
    ("1101", "暂付款", "D", False, True),
    ("110101", "代发在途", "D", True, True),
    ("110102", "预付款", "D", True, True),
    ("110103", "垫付款", "D", True, True),
    ("110199", "其他暂付款", "D", True, True),
    ("1201", "债券投资", "D", True, True),
    ("2001", "暂收款", "C", False, True),
    ("200101", "待遇退回待重发", "C", True, True),
    ("200102", "不明来款", "C", True, True),
    ("200199", "其他暂收款", "C", True, True),
    ("2101", "借入款项", "C", True, True),
    ("3001", "一般基金结余", "C", True, True),
    ("4001", "社会保险费收入", "C", False, True),
    ("400101", "当期保险费收入", "C", True, True),
    ("400102", "预缴保险费收入", "C", True, True),
    ("400103", "清欠保险费收入", "C", True, True),
    ("400104", "补缴保险费收入", "C", True, True),
    ("4101", "财政补贴收入", "C", True, True),
    ("4201", "利息收入", "C", False, True),
    ("420101", "存款利息收入", "C", True, True),
    ("420102", "债券利息收入", "C", True, True),
    ("4301", "转移收入", "C", True, True),
    ("4401", "上级补助收入", "C", True, True),
    ("4402", "下级上解收入", "C", True, True),
    ("4501", "其他收入", "C", False, True),
    ("450101", "滞纳金收入", "C", True, True),
    ("450102", "跨年度退回追回待遇", "C", True, True),
    ("450199", "其他收入", "C", True, True),
    ("5001", "社会保险待遇支出", "D", False, True),
    ("500101", "失业保险金支出", "D", True, True),
    ("500102", "基本医疗保险费支出", "D", True, True),
    ("500103", "丧葬补助金和抚恤金支出", "D", True, True),
    ("500104", "职业培训和职业介绍补贴支出", "D", True, True),
    ("500105", "其他费用支出", "D", True, True),
    ("5104", "稳定岗位补贴支出", "D", True, True),
    ("5105", "技能提升补贴支出", "D", True, True),
    ("5201", "转移支出", "D", True, True),
    ("5301", "上解上级支出", "D", True, True),
    ("5302", "补助下级支出", "D", True, False),  # no allotment to offices (P40)
    ("5401", "其他支出", "D", True, True),
)

# kind, owner, bank, number, ledger account. Invented numbers of settlement accounts.
ACCOUNTS = (
    (BankAccountKind.INCOME, AccountOwner.CITY_CENTRE, "中国工商银行", "23020", "1002"),
    (BankAccountKind.EXPENDITURE, AccountOwner.CITY_CENTRE, "中国农业银行", "22880", "1004"),
    (BankAccountKind.FISCAL, AccountOwner.FINANCE_BUREAU, "中国建设银行", "51050", "100301"),
)


def open_books(*, pool: Pool, first_month: date, months: int) -> Book:
    """Open the unemployment-insurance book with its chart, bank accounts and open periods.

    Call in the pool's founding transaction, after the offices exist.
    """
    book = Book.objects.create(
        pool=pool, kind=BookKind.UNEMPLOYMENT, name=BookKind.UNEMPLOYMENT.label
    )
    accounts = _create_chart(pool, book)
    centre = Organisation.objects.get(level=OrganisationLevel.CITY)
    for kind, owner, bank, stem, code in ACCOUNTS:
        number = f"{stem}{pool.code}0000{code[:4]}"
        BankAccount.objects.create(
            pool=pool,
            book=book,
            kind=kind,
            owner=owner,
            organisation=centre,
            bank_name=f"{bank}{pool.name}分行",
            number_cipher=encrypt(number, pool_id=pool.pk, purpose=Purpose.ACCOUNT),
            number_key=lookup_key(number, purpose=Purpose.ACCOUNT),
            number_masked=mask_account(number),
            ledger_account=accounts[code],
            opened_date=first_month,
            opening_approval=f"{pool.name}财政局开户批复",
        )
    open_periods(book=book, first_month=first_month, months=months)
    return book


def open_periods(*, book: Book, first_month: date, months: int) -> None:
    """Open `months` consecutive periods; those that exist stay as they are."""
    Period.objects.bulk_create(
        [
            Period(pool_id=book.pool_id, book=book, month=add_months(first_month, n))
            for n in range(months)
        ],
        ignore_conflicts=True,
    )


def _create_chart(pool: Pool, book: Book) -> dict[str, LedgerAccount]:
    """Write the chart, each level after the one it hangs on; return it by code."""
    accounts: dict[str, LedgerAccount] = {}
    for is_top in (True, False):
        level = LedgerAccount.objects.bulk_create(
            LedgerAccount(
                pool=pool,
                book=book,
                parent=None if is_top else accounts[code[:4]],
                code=code,
                name=name,
                normal_side=NormalSide.DEBIT if side == "D" else NormalSide.CREDIT,
                is_leaf=is_leaf,
                is_enabled=is_enabled,
            )
            for code, name, side, is_leaf, is_enabled in CHART
            if (len(code) == 4) == is_top
        )
        accounts |= {account.code: account for account in level}
    return accounts
