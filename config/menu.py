"""The side menu and the quick actions: one table, shown as far as the current post reaches.

An entry appears when the post holds one of its duties (none: everybody) and its URL exists.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

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
REVIEW_DUTIES = (Duty.CASE_FIRST_REVIEW, Duty.CASE_RE_REVIEW, Duty.CASE_APPROVE)
REISSUE_DUTIES = (Duty.BATCH_READ, Duty.REISSUE_APPLY, Duty.REISSUE_REVIEW, Duty.REISSUE_APPROVE)


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the table: a screen, the duties that open it, an icon's name.

    `at_centre`: the screen is of the city's books, so one of the duties must reach the centre.
    """

    label: str
    url_name: str
    duties: tuple[Duty, ...]
    icon: str
    at_centre: bool = False


def _books(label: str, url_name: str, icon: str) -> MenuItem:
    return MenuItem(label, url_name, (Duty.BOOKS_READ,), icon, at_centre=True)


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
            MenuItem(
                "停发恢复",
                "payouts:changes",
                (Duty.ENTITLEMENT_APPLY, Duty.ENTITLEMENT_DECIDE),
                "sliders",
            ),
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
            _books("记账凭证", "funds:vouchers", "receipt"),
            _books("收支登记", "funds:entries", "cash-coin"),
            _books("往来款账龄", "funds:current_accounts", "list-check"),
            _books("总账", "funds:ledger", "book"),
            _books("日记账", "funds:day_book", "journal-text"),
            _books("试算平衡", "funds:trial_balance", "calculator"),
            _books("打印账簿", "funds:prints", "printer"),
            MenuItem("预算", "funds:budgets", (Duty.BUDGET_READ,), "calculator", at_centre=True),
            _books("用款计划", "funds:funds_plans", "wallet2"),
            _books("征收收入明细", "funds:tax_lists", "table"),
            _books("银行账户", "funds:bank_accounts", "bank"),
            _books("银行对账单", "funds:bank_statements", "card-list"),
            _books("定期存款和国债", "funds:investments", "wallet2"),
            _books("资金流向异常", "funds:flow_findings", "exclamation-triangle"),
            _books("保管登记", "funds:custody", "key"),
            _books("会计期间", "funds:periods", "calendar3"),
            _books("财务报表", "funds:financial_statements", "file-earmark-text"),
            _books("缺口分担", "funds:gap_sheets", "calculator"),
            _books("储备金", "funds:reserves", "wallet2"),
            _books("支付能力", "capacity", "graph-up"),
            _books("基金运行分析", "analysis", "calculator"),
            _books("基金信息披露", "disclosures", "people"),
            MenuItem(
                "基金移交", "funds:handovers", (Duty.RECONCILIATION_READ,), "arrow-left-right"
            ),
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
                "余额调节表",
                "reconciliation:adjustments",
                (Duty.RECONCILIATION_READ,),
                "sliders",
                at_centre=True,
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
            MenuItem("参数变更", "parameter_changes", (Duty.PARAMETER_READ,), "pencil-square"),
            MenuItem("操作日志", "accounts:audit", (Duty.AUDIT_READ,), "clock-history"),
        ),
    ),
)

QUICK_ACTIONS = (
    MenuItem("新建受理", "payouts:intake_new", (Duty.CASE_ACCEPT,), "person-plus"),
    MenuItem("办理下一件", "payouts:next_case", REVIEW_DUTIES, "check2-square"),
    MenuItem("批量复核", "payouts:bulk_review", (Duty.CASE_RE_REVIEW,), "list-check"),
    MenuItem("导入外部数据", "payouts:sources", (Duty.SOURCE_IMPORT,), "cloud-upload"),
    MenuItem("三源比对", "payouts:comparisons", (Duty.COMPARISON_RUN,), "arrow-left-right"),
    MenuItem("编制发放计划", "payouts:plans", (Duty.PLAN_PREPARE,), "calendar3"),
    MenuItem("申请用款", "payouts:funds_request_new", (Duty.FUNDS_PLAN_PREPARE,), "cash-coin"),
    MenuItem("编制支付批次", "payouts:batches", (Duty.BATCH_PREPARE,), "send"),
    MenuItem("导入回盘", "payouts:returns", (Duty.RETURN_IMPORT,), "download"),
    MenuItem("登记收支", "funds:entry_new", (Duty.ENTRY_PREPARE,), "cash-coin"),
    MenuItem("导入征收收入明细", "funds:tax_lists", (Duty.TAX_LIST_IMPORT,), "table"),
    MenuItem("导入银行对账单", "funds:bank_statements", (Duty.BANK_STATEMENT_IMPORT,), "bank"),
    MenuItem("申请存款或国债", "funds:investment_new", (Duty.INVESTMENT_PREPARE,), "wallet2"),
    MenuItem("测算缺口分担", "funds:gap_sheet_new", (Duty.RESERVE_PREPARE,), "calculator"),
    MenuItem("登记储备金", "funds:reserve_new", (Duty.RESERVE_PREPARE,), "wallet2"),
    MenuItem("登记保管物品", "funds:custody_new", (Duty.CUSTODY_KEEP,), "key"),
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
    *,
    duties: Mapping[str, Collection[int]],
    centre_id: int | None,
    path: str,
    counts: Mapping[str, int],
) -> list[MenuGroup]:
    """Return the groups this post sees; the entry that leads furthest to `path` is current.

    `counts` is how much waits at an address, as `count_by_address` returns it.
    """
    allowed = [(group, items_for(items, duties, centre_id)) for group, items in MENU]
    urls = [url for _, items in allowed for _, url in items]
    current = max(
        (url for url in urls if path == url or (url != "/" and path.startswith(url))),
        key=len,
        default="",
    )
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


def count_by_address(waiting: Iterable[Waiting]) -> dict[str, int]:
    """Return how much waits at each address, its parameters left out."""
    counts: dict[str, int] = {}
    for line in waiting:
        place = line.url.partition("?")[0]
        counts[place] = counts.get(place, 0) + line.count
    return counts


def items_for(
    items: Iterable[MenuItem],
    duties: Mapping[str, Collection[int]],
    centre_id: int | None = None,
) -> list[tuple[MenuItem, str]]:
    """Return the entries the duties open, with their addresses."""
    return [
        (item, url)
        for item in items
        if (url := _address(item.url_name)) and _is_open(item, duties, centre_id)
    ]


def _is_open(item: MenuItem, duties: Mapping[str, Collection[int]], centre_id: int | None) -> bool:
    reaches = [duties[duty.value] for duty in item.duties if duty.value in duties]
    if item.at_centre:
        return any(centre_id in reach for reach in reaches)
    return bool(reaches) or not item.duties


@cache
def _address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
