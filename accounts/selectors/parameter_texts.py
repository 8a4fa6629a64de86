"""Policy values in words: what a parameter is called and what its value says.

Shapes as in the apps that read them (payouts/parameters.py); an unknown shape is shown as it is.
"""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from accounts.enums import Onboarding

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "duration": "领取期限",
        "minimum_wage": "最低工资标准（元/月）",
        "benefit_standard": "失业保险金标准",
        "start_basis": "待遇起算",
        "start_month_offset": "起算月至首发月间隔（月）",
        "minimum_living": "城市居民最低生活保障标准（元/月）",
        "prison": "收监执行的处理",
        "decision_days": "核定时限（工作日）",
        "source_days": "外部数据有效期（天）",
        "large_line": "单笔大额起点（元）",
        "large_plan": "计划总额大额起点（元）",
        "large_case": "三级审核月金额起点（元）",
        "review_depth": "审核级次",
        "deadlines": "业务时间节点",
        "reconciliation_days": "对账签署时限（工作日）",
        "bank_file_lines": "银行单文件笔数上限",
        "bank_file_amount": "银行单文件金额上限（元）",
        "return_hours": "回盘时限（小时）",
        "medical_payer_units": "市中心医保扣缴单位编号",
        "bank_debit_mode": "支出户扣款方式",
        "capacity_levels": "支付能力预警线（月）",
        "policy_gate_months": "稳岗和技能提升补贴所需上年备付（月）",
        "gap_ratio_if_covered": "缺口分担比例，滚存结余足以弥补（统筹区:各地）",
        "gap_ratio_if_not": "缺口分担比例，滚存结余不足（统筹区:各地）",
        "demand_rate": "活期存款年利率（%）",
        "interest_tolerance": "利息核对允差（元）",
        "maturity_days": "定期存款和国债到期提醒（天）",
        "demand_months": "财政专户活期预留（月）",
        "budget_required_from_year": "必须有已批准预算的起始年度",
        "budget_deviation": "预算执行偏离预警线（百分点）",
        "reserve_months": "支出户备付月数",
        "reserve_average_months": "备付月均支付的计算月数",
        "onboarding": "上线状态",
    }
)
DEADLINES = {"ACCEPT": "受理", "REVIEW": "审核", "PLAN": "计划", "PAY": "支付", "RETURN": "回盘"}
LEVELS = {"RED": "红色", "ORANGE": "橙色", "YELLOW": "黄色"}
BY_LEVEL = {"capacity_levels": "不足{}个月", "budget_deviation": "超过±{}个百分点"}
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "start_basis": {
            "REGISTRATION": "自失业登记当月起",
            "APPLICATION": "自失业登记和申请较晚的月份起",
        },
        "prison": {"STOP": "停发", "SUSPEND": "暂停，月数保留"},
        "review_depth": {"2": "二级审核（初审、复核）", "3": "三级审核（初审、复核、审批）"},
        "onboarding": dict(Onboarding.choices),
        "bank_debit_mode": {
            "SUCCESS": "银行只扣成功款项",
            "GROSS": "银行按总额扣款，失败款项退回",
        },
    }
)


def parameter_label(code: str) -> str:
    """Return what a parameter is called; of one item's own value, with the item's code."""
    base, _, item = code.partition(".")
    label = LABELS.get(base, base)
    return f"{label}（{item}）" if item else label


def parameter_text(code: str, value: Any) -> str:
    """Return a value as a person reads it."""
    base = code.partition(".")[0]
    if base in WORDS:
        return WORDS[base].get(str(value), str(value))
    if base == "deadlines":
        return "；".join(
            f"{label}每月{value[key]}日前" for key, label in DEADLINES.items() if key in value
        )
    if base in BY_LEVEL:
        words = BY_LEVEL[base]
        return "；".join(
            f"{words.format(value[key])}{label}" for key, label in LEVELS.items() if key in value
        )
    if isinstance(value, list):
        return "、".join(str(item) for item in value)
    if isinstance(value, dict):
        tell = KINDS.get(str(value.get("kind")))
        return tell(value) if tell else json.dumps(value, ensure_ascii=False)
    return str(value)


def _steps(value: Mapping[str, Any]) -> str:
    return "；".join(
        f"满{first}年{f'不足{end}年' if end else '以上'}：{months}个月"
        for first, end, months in value["steps"]
    )


def _steps_then_yearly(value: Mapping[str, Any]) -> str:
    base = f"满{value['base_years']}年：{value['base_months']}个月，以后每满1年加1个月"
    return f"{_steps(value)}；{base}"


def _per_year(value: Mapping[str, Any]) -> str:
    return f"缴费每满1年：{value['months_per_year']}个月"


def _years_then_halves(value: Mapping[str, Any]) -> str:
    return f"前{value['full_years']}年每满1年：1个月；以后每满半年加1个月"


def _wage_share(value: Mapping[str, Any]) -> str:
    return f"当地最低工资标准的{value['percent']}%"


def _stages(value: Mapping[str, Any]) -> str:
    return "；".join(
        f"第{first}至{last}个月：{amount}元" for first, last, amount in value["stages"]
    )


def _tiers(value: Mapping[str, Any]) -> str:
    tiers = "；".join(
        f"缴费满{first}年{f'不足{end}年' if end else '以上'}：{amount}元"
        for first, end, amount in value["tiers"]
    )
    return f"{tiers}；以后：{value['later']}元" if "later" in value else tiers


KINDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = MappingProxyType(
    {
        "STEPS": _steps,
        "STEPS_THEN_YEARLY": _steps_then_yearly,
        "PER_YEAR": _per_year,
        "YEARS_THEN_HALVES": _years_then_halves,
        "MINIMUM_WAGE_SHARE": _wage_share,
        "STAGES": _stages,
        "TIERS": _tiers,
    }
)
