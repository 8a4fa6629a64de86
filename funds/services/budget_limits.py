"""How a budget limits what is signed for payment; the database computes and refuses it (J16)."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from common.db import constraint_errors
from common.errors import DomainError
from funds.budget_lines import LINE_OF


class BudgetNotApproved(DomainError):
    code = "BUDGET_NOT_APPROVED"
    message = "本年预算尚未批准，第一季度以后不能签发用款计划，请先完成预算审批"


class AboveBudget(DomainError):
    code = "ABOVE_BUDGET"
    message = "用款计划将使预算项目超支，请先调整预算"


class AboveLastYear(DomainError):
    code = "ABOVE_LAST_YEAR"
    message = "本年预算批准前，支出不得超过上年同期执行数"


REFUSALS: dict[str, type[DomainError]] = {
    "funds_plan_needs_a_budget": BudgetNotApproved,
    "funds_plan_within_budget": AboveBudget,
    "funds_plan_within_last_year": AboveLastYear,
}


@contextmanager
def budget_refusals() -> Iterator[None]:
    """Turn the database's refusal into its domain error, with the line and its figures."""
    try:
        with constraint_errors(REFUSALS):
            yield
    except (AboveBudget, AboveLastYear) as error:
        raise type(error)(_words(type(error), error.__cause__)) from error


def _words(kind: type[DomainError], refusal: BaseException | None) -> str:
    diag = getattr(getattr(refusal, "__cause__", None), "diag", None)
    detail = str(getattr(diag, "message_detail", ""))
    code, *figures = detail.split("|")
    bound, posted, promised, asked = (Decimal(figure) for figure in figures)
    above = posted + promised + asked - bound
    limit, remedy = (
        ("全年预算", "请先由预算岗调整预算，批准后再签发")
        if kind is AboveBudget
        else ("上年同期执行数", "请待本年预算批准后再签发")
    )
    return (
        f"“{LINE_OF[code].label}”超出{above:,.2f}元：{limit}{bound:,.2f}元，已支出{posted:,.2f}元，"
        f"已核准未支付{promised:,.2f}元，本计划{asked:,.2f}元。{remedy}"
    )
