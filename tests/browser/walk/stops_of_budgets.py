"""The pages of budgets, as the budget post and those who sign see them."""

from funds.models import Budget
from tests.browser.walk.stop import Stop

DRAFT = (Budget, {"state": "DRAFT"})
IN_FORCE = (Budget, {"state": "APPROVED"})
BUDGETS = (
    Stop("budgets", "budg", "funds:budgets", "预算", says=("编制预算", "预算执行情况")),
    Stop("budget-new", "budg", "funds:budget_new", "编制预算", says=("建立草案",)),
    Stop("budget-draft", "budg", "funds:budget", "年度预算", DRAFT, says=("收支预算表", "上报")),
    Stop(
        "budget-premiums",
        "budg",
        "funds:budget_part",
        "社会保险费收入",
        DRAFT,
        more=("I01",),
        says=("参保缴费人数", "征缴率"),
    ),
    Stop(
        "budget-line",
        "budg",
        "funds:budget_part",
        "稳定岗位补贴支出",
        DRAFT,
        more=("O02",),
        says=("测算依据",),
    ),
    Stop(
        "budget-factor",
        "budg",
        "funds:budget_part",
        "平均工资增长",
        DRAFT,
        more=("WAGE_GROWTH",),
        says=("取值",),
    ),
    Stop(
        "budget-in-force",
        "head",
        "funds:budget",
        "年度预算",
        IN_FORCE,
        says=("外部批复", "各机构征缴目标"),
    ),
    Stop("budget-adjust", "budg", "funds:budget_adjust", "调整", IN_FORCE, says=("调整理由",)),
    Stop(
        "budget-comparison",
        "budg",
        "funds:budget_comparison",
        "三年比较",
        IN_FORCE,
        says=("比上年预计",),
    ),
    Stop(
        "budget-execution",
        "budg",
        "funds:budget_execution",
        "预算执行情况",
        says=("时间进度", "执行率"),
    ),
)
