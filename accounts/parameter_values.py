"""Policy values as people type them: what each parameter takes, read into its stored shape.

A table is typed as the screens show it (`accounts.selectors.parameter_texts`), one line each.
Pure functions, no database, no clock. Shapes as in payouts/parameters.py.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Any

from accounts.selectors.parameter_texts import DEADLINES, LEVELS, WORDS, parameter_text
from common.errors import DomainError
from common.money import parse_typed_amount
from common.text import half_width

ITEM_CODE = re.compile(r"B\d{2}")
UNIT = re.compile(r"[0-9A-Z]{4,20}")
STEP = re.compile(r"满(\d{1,2})年(?:不足(\d{1,2})年|以上):(\d{1,2})个月")
BEYOND = re.compile(r"满(\d{1,2})年:(\d{1,2})个月,以后每满1年加1个月")
PER_YEAR = re.compile(r"缴费每满1年:(\d{1,2})个月")
HALVES = re.compile(r"前(\d)年每满1年:1个月")
HALVES_END = "以后每满半年加1个月"
SHARE = re.compile(r"当地最低工资标准的([1-9]\d?)%")
STAGE = re.compile(r"第(\d{1,2})至(\d{1,2})个月:([\d.]+)元")
TIER = re.compile(r"缴费满(\d{1,2})年(?:不足(\d{1,2})年|以上):([\d.]+)元")
LATER = re.compile(r"以后:([\d.]+)元")
DEADLINE = re.compile(r"(受理|审核|计划|支付|回盘)每月(\d{1,2})日前")
LEVEL = re.compile(r"不足(\d{1,2}(?:\.\d)?)个月(红色|橙色|黄色)")
DEVIATION = re.compile(r"超过±(\d{1,2})个百分点(橙色|黄色)")
RATIO = re.compile(r"([1-9]?\d):([1-9]?\d)")
DECIMAL = re.compile(r"\d{1,4}(\.\d{1,2})?")
MONTHS = 24


class ValueUnreadable(DomainError):
    code = "PARAMETER_VALUE_UNREADABLE"
    message = "取值不符合该参数的格式，请按说明填写"


class ParameterUnknown(DomainError):
    code = "PARAMETER_UNKNOWN"
    message = "没有这个政策参数"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a parameter takes: how typed text is read, what to type, and whether in lines.

    `choices` are the only values, where there are few. `of_districts`: a district may have its
    own value. `of_items`: a business item may have its own, under the code `<code>.<item>`.
    """

    read: Callable[[str], Any]
    hint: str
    choices: tuple[tuple[str, str], ...] = ()
    in_lines: bool = False
    of_districts: bool = False
    of_items: bool = False


def shape_of(code: str) -> Shape:
    """Return the shape of a parameter's value.

    Raises:
        ParameterUnknown: no such parameter, or it takes no item of its own.
    """
    base, _, item = code.partition(".")
    shape = SHAPES.get(base)
    if shape is None or (item and not (shape.of_items and ITEM_CODE.fullmatch(item))):
        raise ParameterUnknown
    if base == "review_depth" and not item:
        raise ParameterUnknown
    return shape


def read_value(code: str, typed: str) -> Any:
    """Return the stored form of a typed value.

    Raises:
        ValueUnreadable: says what does not fit; ParameterUnknown.
    """
    return shape_of(code).read(typed.strip())


def typed_value(code: str, value: Any) -> str:
    """Return a stored value as one types it: what `read_value` gives back."""
    if code.partition(".")[0] in WORDS or not isinstance(value, dict):
        return "、".join(map(str, value)) if isinstance(value, list) else str(value)
    return parameter_text(code, value).replace("；", "\n")


def _lines(typed: str) -> list[str]:
    plain = half_width(typed.replace("；", "\n").replace(";", "\n"))
    return [line for line in (re.sub(r"\s", "", one) for one in plain.splitlines()) if line]


def _whole(least: int, most: int, typed: str) -> int:
    plain = half_width(typed)
    if not (plain.isascii() and plain.isdigit()) or not least <= int(plain[:9]) <= most:
        raise ValueUnreadable(f"请填{least}至{most}之间的整数")
    return int(plain)


def _decimal(least: str, most: str, typed: str) -> str:
    plain = half_width(typed)
    if not DECIMAL.fullmatch(plain) or not Decimal(least) <= Decimal(plain) <= Decimal(most):
        raise ValueUnreadable(f"请填{least}至{most}之间的数，最多两位小数")
    return plain


def _amount(typed: str) -> str:
    return f"{parse_typed_amount(typed):.2f}"


def _choice(code: str, typed: str) -> Any:
    if typed not in WORDS[code]:
        raise ValueUnreadable("请从列表中选择")
    return int(typed) if typed.isdigit() else typed


def _units(typed: str) -> list[str]:
    units = [unit for unit in re.split(r"[、,，\s]+", half_width(typed)) if unit]
    if not units or not all(UNIT.fullmatch(unit) for unit in units):
        raise ValueUnreadable("请填4至20位数字或大写字母的单位编号，多个用顿号分开")
    return units


def _in_order(steps: list[tuple[int, int | None]], first: int, last: int | None) -> None:
    """Refuse steps that leave a gap, overlap, or do not reach from `first` to `last`."""
    starts = [start for start, _ in steps]
    ends = [end for _, end in steps]
    if not steps or starts != [first, *ends[:-1]] or ends[-1] != last:
        raise ValueUnreadable("各档须从小到大首尾相接，不缺档、不重叠")
    if any(end is not None and end <= start for start, end in steps):
        raise ValueUnreadable("各档须从小到大首尾相接，不缺档、不重叠")


def _years(found: re.Match[str]) -> tuple[int, int | None]:
    return int(found[1]), int(found[2]) if found[2] else None


def _duration(typed: str) -> dict[str, Any]:
    lines = _lines(typed)
    text = "\n".join(lines)
    if per_year := PER_YEAR.fullmatch(text):
        return {"kind": "PER_YEAR", "months_per_year": int(per_year[1])}
    if len(lines) == 2 and lines[1] == HALVES_END and (halves := HALVES.fullmatch(lines[0])):
        return {"kind": "YEARS_THEN_HALVES", "full_years": int(halves[1])}
    beyond = BEYOND.fullmatch(lines[-1]) if lines else None
    found = [STEP.fullmatch(line) for line in (lines[:-1] if beyond else lines)]
    spans = [_years(one) for one in found if one]
    if len(spans) < len(found):
        raise ValueUnreadable(
            "请每行填一档，例如“满1年不足2年：3个月”，最后一档“满10年以上：24个月”"
        )
    _in_order(spans, 1, int(beyond[1]) if beyond else None)
    steps = [[*_years(one), int(one[3])] for one in found if one]
    if beyond is None:
        return {"kind": "STEPS", "steps": steps}
    rest = {"base_years": int(beyond[1]), "base_months": int(beyond[2])}
    return {"kind": "STEPS_THEN_YEARLY", "steps": steps, **rest}


def _standard(typed: str) -> dict[str, Any]:
    lines = _lines(typed)
    text = "\n".join(lines)
    if share := SHARE.fullmatch(text):
        return {"kind": "MINIMUM_WAGE_SHARE", "percent": share[1]}
    stages = [STAGE.fullmatch(line) for line in lines]
    if lines and all(stages):
        _in_order([(int(one[1]), int(one[2]) + 1) for one in stages if one], 1, MONTHS + 1)
        rows = [[int(one[1]), int(one[2]), _amount(one[3])] for one in stages if one]
        return {"kind": "STAGES", "stages": rows}
    later = LATER.fullmatch(lines[-1]) if lines else None
    tiers = [TIER.fullmatch(line) for line in (lines[:-1] if later else lines)]
    if not tiers or not all(tiers):
        raise ValueUnreadable(
            "请填“当地最低工资标准的80%”，或每行一档：“第1至12个月：2340.00元”、"
            "“缴费满1年不足5年：1500.00元”"
        )
    _in_order([_years(one) for one in tiers if one], 1, None)
    paid = [[*_years(one), _amount(one[3])] for one in tiers if one]
    return {"kind": "TIERS", "tiers": paid, **({"later": _amount(later[1])} if later else {})}


def _deadlines(typed: str) -> dict[str, int]:
    found = [DEADLINE.fullmatch(line) for line in _lines(typed)]
    stages = {label: code for code, label in DEADLINES.items()}
    days = {stages[one[1]]: int(one[2]) for one in found if one}
    if len(found) != len(DEADLINES) or set(days) != set(DEADLINES):
        raise ValueUnreadable("请填五行：受理、审核、计划、支付、回盘各在“每月几日前”")
    ordered = [days[stage] for stage in DEADLINES]
    if ordered != sorted(ordered) or not 1 <= ordered[0] <= ordered[-1] <= 31:
        raise ValueUnreadable("各时间节点须在1日至31日之间，后一环节不早于前一环节")
    return {stage: days[stage] for stage in DEADLINES}


def _levels(typed: str) -> dict[str, str]:
    found = [LEVEL.fullmatch(line) for line in _lines(typed)]
    names = {label: code for code, label in LEVELS.items()}
    months = {names[one[2]]: one[1] for one in found if one}
    if len(found) != len(LEVELS) or set(months) != set(LEVELS):
        raise ValueUnreadable("请填三行，例如“不足3个月红色”“不足6个月橙色”“不足12个月黄色”")
    bounds = [Decimal(months[level]) for level in LEVELS]
    if not 0 < bounds[0] < bounds[1] < bounds[2]:
        raise ValueUnreadable("月数须红色最少、黄色最多")
    return {level: months[level] for level in LEVELS}


def _deviations(typed: str) -> dict[str, str]:
    found = [DEVIATION.fullmatch(line) for line in _lines(typed)]
    names = {label: code for code, label in LEVELS.items()}
    points = {names[one[2]]: one[1] for one in found if one}
    if len(found) != len(points) or set(points) != {"YELLOW", "ORANGE"}:
        raise ValueUnreadable("请填两行，例如“超过±10个百分点黄色”“超过±20个百分点橙色”")
    if not 0 < int(points["YELLOW"]) < int(points["ORANGE"]):
        raise ValueUnreadable("百分点须黄色较少、橙色较多")
    return {level: points[level] for level in ("YELLOW", "ORANGE")}


def _ratio(typed: str) -> str:
    found = RATIO.fullmatch(re.sub(r"\s", "", half_width(typed)))
    if not found or int(found[1]) + int(found[2]) == 0:
        raise ValueUnreadable("请填统筹区与各地的比例，例如“8:2”")
    return f"{int(found[1])}:{int(found[2])}"


def _number(least: int, most: int, unit: str) -> Shape:
    return Shape(partial(_whole, least, most), f"{least}至{most}的整数（{unit}）")


def _fraction(least: str, most: str, unit: str) -> Shape:
    return Shape(partial(_decimal, least, most), f"{least}至{most}（{unit}），最多两位小数")


def _money(*, of_districts: bool = False) -> Shape:
    return Shape(_amount, "金额（元）", of_districts=of_districts)


def _one_of(code: str, *, of_items: bool = False) -> Shape:
    choices = tuple(WORDS[code].items())
    return Shape(partial(_choice, code), "从列表中选择", choices, of_items=of_items)


SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "duration": Shape(_duration, "每行一档，写法与现行值相同", in_lines=True),
        "minimum_wage": _money(of_districts=True),
        "benefit_standard": Shape(
            _standard, "写法与现行值相同，分档的每行一档", in_lines=True, of_districts=True
        ),
        "start_basis": _one_of("start_basis"),
        "start_month_offset": _number(0, 3, "月"),
        "minimum_living": _money(of_districts=True),
        "prison": _one_of("prison"),
        "decision_days": _number(1, 60, "工作日"),
        "source_days": _number(1, 366, "天"),
        "large_line": _money(),
        "large_plan": _money(),
        "large_case": _money(),
        "review_depth": _one_of("review_depth", of_items=True),
        "deadlines": Shape(_deadlines, "五行，写法与现行值相同", in_lines=True, of_items=True),
        "reconciliation_days": _number(1, 20, "工作日"),
        "bank_file_lines": _number(1, 100000, "笔"),
        "bank_file_amount": _money(),
        "return_hours": _number(1, 240, "小时"),
        "medical_payer_units": Shape(_units, "单位编号，多个用顿号分开"),
        "bank_debit_mode": _one_of("bank_debit_mode"),
        "capacity_levels": Shape(_levels, "三行，写法与现行值相同", in_lines=True),
        "policy_gate_months": _fraction("0", "60", "月"),
        "budget_required_from_year": _number(2000, 2100, "年"),
        "budget_deviation": Shape(_deviations, "两行，写法与现行值相同", in_lines=True),
        "gap_ratio_if_covered": Shape(_ratio, "统筹区与各地之比，例如8:2"),
        "gap_ratio_if_not": Shape(_ratio, "统筹区与各地之比，例如6:4"),
        "demand_rate": _fraction("0", "10", "%"),
        "interest_tolerance": Shape(partial(_decimal, "0", "1000"), "0至1000（元）"),
        "maturity_days": _number(1, 180, "天"),
        "demand_months": _fraction("0", "24", "月"),
        "reserve_months": _fraction("1", "2", "月"),
        "reserve_average_months": _number(1, 12, "月"),
    }
)
