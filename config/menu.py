"""The side menu and the quick actions: one table, shown as far as the current post reaches.

An entry appears when the post holds one of its duties (none: everybody) and its URL exists.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from accounts.duties import Duty
from accounts.selectors.worklist import Waiting

GRANT_DUTIES = (
    Duty.PEOPLE_READ,
    Duty.GRANT_APPLY,
    Duty.GRANT_REVIEW,
    Duty.GRANT_APPROVE,
    Duty.GRANT_REVOKE,
)
REISSUE_DUTIES = (Duty.BATCH_READ, Duty.REISSUE_APPLY, Duty.REISSUE_REVIEW, Duty.REISSUE_APPROVE)


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the table: a screen, the duties that open it, an icon's name."""

    label: str
    url_name: str
    duties: tuple[Duty, ...]
    icon: str


MENU: tuple[tuple[str, tuple[MenuItem, ...]], ...] = (
    (
        "",
        (
            MenuItem("工作台", "desk", (), "house"),
            MenuItem("消息", "accounts:notices", (), "bell"),
            MenuItem("我的作业", "accounts:jobs", (), "list-check"),
        ),
    ),
    (
        "待遇业务",
        (
            MenuItem("新建受理", "payouts:intake_new", (Duty.CASE_ACCEPT,), "person-plus"),
            MenuItem("待遇案件", "payouts:cases", (Duty.CASE_READ,), "card-list"),
            MenuItem("领取人员", "payouts:recipients", (Duty.CASE_READ,), "people"),
            MenuItem("外部数据", "payouts:sources", (Duty.SOURCE_READ,), "cloud-upload"),
            MenuItem("三源比对", "payouts:comparisons", (Duty.SOURCE_READ,), "arrow-left-right"),
        ),
    ),
    (
        "计划与支付",
        (
            MenuItem("发放计划", "payouts:plans", (Duty.PLAN_READ,), "calendar3"),
            MenuItem("逾期解锁", "payouts:unlocks", (Duty.PLAN_PREPARE, Duty.PLAN_UNLOCK), "key"),
            MenuItem("支付申请表", "payouts:applications", (Duty.PLAN_READ,), "file-earmark-text"),
            MenuItem(
                "用款申请", "payouts:funds_request_new", (Duty.FUNDS_PLAN_PREPARE,), "cash-coin"
            ),
            MenuItem("支付批次", "payouts:batches", (Duty.BATCH_READ,), "send"),
            MenuItem(
                "银行回盘", "payouts:returns", (Duty.BATCH_READ, Duty.RETURN_IMPORT), "download"
            ),
            MenuItem("退票重发", "payouts:reissues", REISSUE_DUTIES, "arrow-return-left"),
        ),
    ),
    (
        "基金账务",
        (
            MenuItem("记账凭证", "funds:vouchers", (Duty.BOOKS_READ,), "receipt"),
            MenuItem("总账", "funds:ledger", (Duty.BOOKS_READ,), "book"),
            MenuItem("日记账", "funds:day_book", (Duty.BOOKS_READ,), "journal-text"),
            MenuItem("试算平衡", "funds:trial_balance", (Duty.BOOKS_READ,), "calculator"),
            MenuItem("用款计划", "funds:funds_plans", (Duty.BOOKS_READ,), "wallet2"),
            MenuItem("征收收入明细", "funds:tax_lists", (Duty.BOOKS_READ,), "table"),
            MenuItem("银行账户", "funds:bank_accounts", (Duty.BOOKS_READ,), "bank"),
            MenuItem("银行对账单", "funds:bank_statements", (Duty.BOOKS_READ,), "card-list"),
            MenuItem("会计期间", "funds:periods", (Duty.BOOKS_READ,), "calendar3"),
        ),
    ),
    (
        "对账",
        (
            MenuItem(
                "月度对账", "reconciliation:month", (Duty.RECONCILIATION_READ,), "clipboard-check"
            ),
            MenuItem(
                "差异处理",
                "reconciliation:differences",
                (Duty.RECONCILIATION_READ,),
                "exclamation-triangle",
            ),
            MenuItem(
                "余额调节表", "reconciliation:adjustments", (Duty.RECONCILIATION_READ,), "sliders"
            ),
            MenuItem(
                "批次核对",
                "reconciliation:batch_checks",
                (Duty.RECONCILIATION_READ,),
                "check2-square",
            ),
        ),
    ),
    (
        "机构与监督",
        (
            MenuItem("岗位授权", "accounts:grants", GRANT_DUTIES, "person-badge"),
            MenuItem("人员", "accounts:people", (Duty.PEOPLE_READ,), "people"),
            MenuItem("机构", "accounts:organisations", (Duty.PEOPLE_READ,), "building"),
            MenuItem("岗位与不相容表", "accounts:posts", GRANT_DUTIES, "shield-check"),
            MenuItem("政策参数", "accounts:parameters", (Duty.PARAMETER_READ,), "sliders"),
            MenuItem("操作日志", "accounts:audit", (Duty.AUDIT_READ,), "clock-history"),
        ),
    ),
)

QUICK_ACTIONS = (
    MenuItem("新建受理", "payouts:intake_new", (Duty.CASE_ACCEPT,), "person-plus"),
    MenuItem("导入外部数据", "payouts:sources", (Duty.SOURCE_IMPORT,), "cloud-upload"),
    MenuItem("三源比对", "payouts:comparisons", (Duty.COMPARISON_RUN,), "arrow-left-right"),
    MenuItem("编制发放计划", "payouts:plans", (Duty.PLAN_PREPARE,), "calendar3"),
    MenuItem("申请用款", "payouts:funds_request_new", (Duty.FUNDS_PLAN_PREPARE,), "cash-coin"),
    MenuItem("编制支付批次", "payouts:batches", (Duty.BATCH_PREPARE,), "send"),
    MenuItem("导入回盘", "payouts:returns", (Duty.RETURN_IMPORT,), "download"),
    MenuItem("导入征收收入明细", "funds:tax_lists", (Duty.TAX_LIST_IMPORT,), "table"),
    MenuItem("导入银行对账单", "funds:bank_statements", (Duty.BANK_STATEMENT_IMPORT,), "bank"),
    MenuItem("月度对账", "reconciliation:month", (Duty.STATEMENT_PREPARE,), "clipboard-check"),
    MenuItem("申请岗位授权", "accounts:grant_new", (Duty.GRANT_APPLY,), "person-badge"),
    MenuItem("查阅操作日志", "accounts:audit", (Duty.AUDIT_READ,), "clock-history"),
)


@dataclass(frozen=True, slots=True)
class MenuLink:
    """An entry as the page shows it."""

    label: str
    url: str
    icon: str
    is_current: bool
    count: int


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """Entries under one heading; the first group has none."""

    label: str
    items: list[MenuLink]


def build_menu(
    *, duties: Collection[str], path: str, waiting: Iterable[Waiting]
) -> list[MenuGroup]:
    """Return the groups this post sees; the entry that leads furthest to `path` is current."""
    allowed = [(group, items_for(items, duties)) for group, items in MENU]
    urls = [url for _, items in allowed for _, url in items]
    current = max(
        (url for url in urls if path == url or (url != "/" and path.startswith(url))),
        key=len,
        default="",
    )
    counts: dict[str, int] = {}
    for line in waiting:
        place = line.url.partition("?")[0]
        counts[place] = counts.get(place, 0) + line.count
    return [
        MenuGroup(
            label,
            [
                MenuLink(item.label, url, item.icon, url == current, counts.get(url, 0))
                for item, url in items
            ],
        )
        for label, items in allowed
        if items
    ]


def items_for(items: Iterable[MenuItem], duties: Collection[str]) -> list[tuple[MenuItem, str]]:
    """Return the entries the duties open, with their addresses."""
    held = set(duties)
    found = []
    for item in items:
        url = _address(item.url_name)
        if url and (not item.duties or held & {duty.value for duty in item.duties}):
            found.append((item, url))
    return found


def _address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
