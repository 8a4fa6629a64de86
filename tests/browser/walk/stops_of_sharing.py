"""The pages of gap sharing and of the reserve, as the budget post and the head see them."""

from funds.models import GapSheet, ReserveEntry
from tests.browser.walk.stop import Stop

SHARING = (
    Stop("gap-sheets", "budg", "funds:gap_sheets", "缺口分担", says=("已批准", "测算缺口")),
    Stop(
        "gap-sheet-new",
        "budg",
        "funds:gap_sheet_new",
        "缺口测算",
        says=("计算过程", "弥补次序", "保存并送批"),
    ),
    Stop(
        "gap-sheet",
        "head",
        "funds:gap_sheet",
        "缺口分担表",
        (GapSheet, {"state": "SIGNED"}),
        says=("计算过程", "测算依据", "打印"),
    ),
    Stop("reserves", "budg", "funds:reserves", "储备金备查账", says=("结转上交", "计提", "待批准")),
    Stop("reserve-new", "budg", "funds:reserve_new", "登记储备金", says=("现有余额",)),
    Stop(
        "reserve-refused",
        "budg",
        "funds:reserve_new",
        "登记储备金",
        press="登记并送批",
        says=("需要更正",),
    ),
    Stop(
        "reserve-to-approve",
        "head",
        "funds:reserve",
        "储备金调增",
        (ReserveEntry, {"state": "WAITING"}),
        says=("批准登账",),
    ),
    Stop(
        "reserve-entered",
        "budg",
        "funds:reserve",
        "储备金结转上交",
        (ReserveEntry, {"kind": "CARRIED_UP"}),
        says=("全额上交", "登记冲销"),
    ),
)
