"""How long and how much: pure arithmetic of benefit rules, explained line by line.

No database and no clock. Rules are the dated values described in `payouts.parameters`; months
are whole, amounts are yuan with two decimals.

Source: 《社会保险法》第四十五、四十六、四十七、五十条; 《失业保险条例》第十四至十八条.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from common.errors import DomainError
from common.money import round_yuan
from common.periods import add_months, full_years, month_of, month_text
from payouts.enums import LeavingReason

MONTHS_CAP = 24
MINIMUM_CONTRIBUTED = 12  # months
# Full years from, and the most months the law allows for them.
NATIONAL_CAPS = ((10, 24), (5, 18), (1, 12))
LAW_CONDITIONS = "《社会保险法》第四十五条"
LAW_DURATION = "《社会保险法》第四十六条"
REGISTRATION = "REGISTRATION"  # the benefit counts from the month of registration


class NotEligible(DomainError):
    """The person has no claim; `message` is the reason a refusal letter gives."""

    code = "NOT_ELIGIBLE"
    message = "不符合领取失业保险金的条件"

    def __init__(self, message: str | None = None, basis: str = LAW_CONDITIONS) -> None:
        super().__init__(message)
        self.basis = basis


class RuleInvalid(DomainError):
    """A policy parameter cannot be computed with, or breaks a national limit."""

    code = "RULE_INVALID"
    message = "政策参数不正确，请由市级核对后再办理"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a computation: what, how, the result, and what it rests on."""

    label: str
    arithmetic: str
    value: str
    source: str

    def as_dict(self) -> dict[str, str]:
        """Return the line as it is stored with a case."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Duration:
    """The months a person may draw, 1 to 24, and how they came about."""

    months: int
    lines: tuple[Line, ...]


def require_eligible_reason(reason: str) -> Line:
    """Return the line that states why work ended.

    Raises:
        NotEligible: the person's own will (90), or no known reason (R04).
    """
    if reason not in LeavingReason.values:
        raise NotEligible("未认定失业原因，不能核定待遇")
    label = str(LeavingReason(reason).label)
    if reason == LeavingReason.OWN_WILL:
        raise NotEligible(
            f"失业原因为“{label}”，不属于非因本人意愿中断就业",
            "《社会保险法》第四十五条第二项",
        )
    return Line("失业原因", f"{reason} {label}", "非因本人意愿中断就业", LAW_CONDITIONS)


def months_granted(
    contributed_months: int, carried_months: int, rule: Mapping[str, Any], source: str = ""
) -> Duration:
    """Return the months of benefit a person may draw.

    Months by the pool's table for the full years contributed, plus unused months of the last
    unemployment, at most 24. Fewer than 12 contributed months grant nothing new; unused
    months alone may still be drawn.

    Args:
        contributed_months: months contributed since the last benefit, ≥ 0.
        carried_months: unused months of the last unemployment, 0 to 24.
        rule: value of the `duration` parameter. `source`: what it rests on.

    Raises:
        NotEligible: fewer than 12 contributed months and nothing carried.
        RuleInvalid: the table breaks the national limits or has a gap.
    """
    if contributed_months < 0 or not 0 <= carried_months <= MONTHS_CAP:
        raise ValueError("months contributed are not negative, months carried are 0 to 24")
    check_duration_rule(rule)
    if contributed_months < MINIMUM_CONTRIBUTED and not carried_months:
        raise NotEligible(
            f"累计缴费{contributed_months}个月，不满1年（12个月），且没有结转未领月数",
            "《社会保险法》第四十五条第一项",
        )
    years = full_years(contributed_months)
    base = months_by_table(contributed_months, rule)
    total = min(base + carried_months, MONTHS_CAP)
    lines = [_years_line(contributed_months), _table_line(years, base, rule, source)]
    if carried_months:
        lines.append(
            Line("结转未领月数", "上次失业应领未领", f"{carried_months}个月", LAW_DURATION)
        )
    over = "，超过24个月按24个月" if base + carried_months > MONTHS_CAP else ""
    lines.append(Line("核定月数", f"{base} + {carried_months}{over}", f"{total}个月", LAW_DURATION))
    return Duration(total, tuple(lines))


def months_by_table(contributed_months: int, rule: Mapping[str, Any]) -> int:
    """Return the months the table gives for a contribution time, 0 to 24, without carrying."""
    if contributed_months < MINIMUM_CONTRIBUTED:
        return 0
    return min(_table_months(contributed_months, rule), MONTHS_CAP)


def check_duration_rule(rule: Mapping[str, Any]) -> None:
    """Refuse a table that gives more than the law for any contribution time.

    Raises:
        RuleInvalid: names the contribution time at which the table breaks the limit.
    """
    for months in range(MINIMUM_CONTRIBUTED, 120, 6):
        granted, cap = _table_months(months, rule), national_cap(full_years(months))
        if not 0 <= granted <= cap:
            raise RuleInvalid(
                f"领取期限参数不正确：缴费{months}个月得{granted}个月，国家规定最长{cap}个月"
            )


def national_cap(years: int) -> int:
    """Return the most months the law allows for full years contributed: 0, 12, 18 or 24."""
    return next((cap for start, cap in NATIONAL_CAPS if years >= start), 0)


def monthly_standard(
    rule: Mapping[str, Any],
    minimum_wage: Decimal | None,
    contributed_months: int,
    month_number: int,
    floor: Decimal | None = None,
) -> Decimal:
    """Return the benefit of one month in yuan, rounded half up to cents.

    Args:
        rule: value of the `benefit_standard` parameter in force in that month.
        minimum_wage: yuan a month at the paying place; only a share of it needs one.
        contributed_months: as recorded with the entitlement.
        month_number: which month of the entitlement, from 1.
        floor: the urban minimum-living allowance (低保) there, where the pool knows one.

    Raises:
        RuleInvalid: the rule does not cover the month or the contribution time, or would
            reach the minimum wage or stay below the minimum-living allowance.

    Source: 《失业保险条例》第十八条 (below the minimum wage); 《社会保险法》第四十七条 (not below
    the minimum-living allowance).
    """
    amount = _standard(rule, minimum_wage, contributed_months, month_number)
    if amount <= 0 or (minimum_wage is not None and amount >= minimum_wage):
        raise RuleInvalid(f"月发放标准{amount}元不正确：应大于0并低于当地最低工资标准")
    if floor is not None and amount < floor:
        raise RuleInvalid(f"月发放标准{amount}元不正确：不得低于城市居民最低生活保障标准{floor}元")
    return amount


def standard_line(
    rule: Mapping[str, Any], minimum_wage: Decimal | None, amount: Decimal, source: str
) -> Line:
    """Return the line that explains the amount of the first month."""
    match rule["kind"]:
        case "MINIMUM_WAGE_SHARE":
            arithmetic = f"{minimum_wage:,.2f} × {rule['percent']}%"
        case "STAGES":
            arithmetic = "按领取月份分段的固定标准，第1个月"
        case _:
            arithmetic = "按缴费年限分档的固定标准"
    return Line("月发放标准", arithmetic, f"¥{amount:,.2f}", source)


def first_month(
    applied_date: date, registered_date: date, offset: int, basis: str = REGISTRATION
) -> date:
    """Return the first month paid, as its first day.

    The benefit counts from the registration of unemployment. A pool may let it count from the
    later of registration and application instead (`basis`); `offset` months are added.

    Source: 《社会保险法》第五十条.
    """
    start = registered_date if basis == REGISTRATION else max(applied_date, registered_date)
    return add_months(month_of(start), offset)


def first_month_line(
    days: tuple[date, date], offset: int, basis: str, sources: tuple[str, str]
) -> Line:
    """Return the line that explains the first month; `days` are of application, registration."""
    applied_date, registered_date = days
    first = first_month(applied_date, registered_date, offset, basis)
    start = "自登记当月起" if basis == REGISTRATION else "自登记和申请较晚的月份起"
    text = f"登记{registered_date}、申请{applied_date}，{start} + {offset}个月"
    return Line("首次发放月份", text, month_text(first), "；".join(sources))


def _years_line(contributed_months: int) -> Line:
    years, rest = divmod(contributed_months, 12)
    return Line(
        "累计缴费时间",
        f"{contributed_months}个月 ÷ 12 = {years}年余{rest}个月",
        f"满{years}年" if years else "不满1年",
        "全国社保参保信息",
    )


def _table_line(years: int, base: int, rule: Mapping[str, Any], source: str) -> Line:
    words = {
        "STEPS": "按缴费年限分段",
        "STEPS_THEN_YEARLY": "按缴费年限分段，之后每满1年加1个月",
        "PER_YEAR": "每满1年计发固定月数",
        "YEARS_THEN_HALVES": "前若干年每满1年1个月，之后每满半年加1个月",
    }
    arithmetic = f"{words[rule['kind']]}，满{years}年 → {base}个月"
    cap = f"国家规定最长{national_cap(years)}个月" if years else "不满1年不新增"
    return Line("领取期限", f"{arithmetic}（{cap}）", f"{base}个月", source or LAW_DURATION)


def _table_months(contributed_months: int, rule: Mapping[str, Any]) -> int:
    """Return what the table says, not yet limited to 24."""
    years = full_years(contributed_months)
    try:
        match rule["kind"]:
            case "STEPS":
                return _step(rule["steps"], years)
            case "STEPS_THEN_YEARLY":
                beyond = years - int(rule["base_years"])
                base = int(rule["base_months"])
                return base + beyond if beyond >= 0 else _step(rule["steps"], years)
            case "PER_YEAR":
                return years * int(rule["months_per_year"])
            case "YEARS_THEN_HALVES":
                full = int(rule["full_years"])
                return min(years, full) + max(contributed_months - full * 12, 0) // 6
    except (KeyError, TypeError, ValueError) as error:
        raise RuleInvalid("领取期限参数缺项或格式不正确") from error
    raise RuleInvalid(f"领取期限参数类别“{rule['kind']}”不认识")


def _step(steps: list[list[Any]], years: int) -> int:
    for start, end, months in steps:
        if start <= years and (end is None or years < end):
            return int(months)
    raise RuleInvalid(f"领取期限参数未覆盖缴费满{years}年的情形")


def _standard(
    rule: Mapping[str, Any],
    minimum_wage: Decimal | None,
    contributed_months: int,
    month_number: int,
) -> Decimal:
    if month_number < 1 or contributed_months < 0:
        raise ValueError("months are counted from 1, contributions are not negative")
    try:
        match rule["kind"]:
            case "MINIMUM_WAGE_SHARE":
                if minimum_wage is None:
                    raise RuleInvalid("缺少发放地最低工资标准，不能计算月发放标准")
                return round_yuan(minimum_wage * Decimal(str(rule["percent"])) / 100)
            case "STAGES":
                return _stage(rule["stages"], month_number)
            case "TIERS":
                if month_number > 12:
                    return round_yuan(Decimal(str(rule["later"])))
                return _tier(rule["tiers"], full_years(contributed_months))
    except (KeyError, TypeError, ArithmeticError) as error:
        raise RuleInvalid("月发放标准参数缺项或格式不正确") from error
    raise RuleInvalid(f"月发放标准参数类别“{rule['kind']}”不认识")


def _stage(stages: list[list[Any]], month_number: int) -> Decimal:
    for start, end, amount in stages:
        if start <= month_number <= end:
            return round_yuan(Decimal(str(amount)))
    raise RuleInvalid(f"月发放标准参数未覆盖第{month_number}个月")


def _tier(tiers: list[list[Any]], years: int) -> Decimal:
    for start, end, amount in tiers:
        if start <= years and (end is None or years < end):
            return round_yuan(Decimal(str(amount)))
    raise RuleInvalid(f"月发放标准参数未覆盖缴费满{years}年的情形")
