"""Rows of books and statements, written by Python: a table has hundreds of figures with a link."""

from collections.abc import Callable, Mapping
from html import escape

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from common.addresses import address
from common.templatetags.fund import amount, changed_query
from funds.selectors.ledger import AccountRow, TrialBalance
from funds.selectors.statement_tables import Cell, TableLine

register = template.Library()


@register.simple_tag(takes_context=True)
def account_rows(
    context: Context, balance: TrialBalance, codes: Mapping[str, str], *, with_year: bool = False
) -> SafeString:
    """The accounts with opening, turnover and closing; each figure leads to its lines.

    `codes` are the months that figures lead to; `with_year` adds 本年累计.
    """

    def to_lines(**changes: object) -> Callable[[str], str]:
        """Return what gives the address of an account's lines in these months, on one side."""
        fixed = {"account": "-", **changes, "after": None, "before": None}
        parameters, page = changed_query(context, fixed), address("funds:ledger")

        def write(code: str) -> str:
            parameters["account"] = code  # keeps its place among the others
            return escape(f"{page}?{parameters.urlencode()}")

        return write

    year = {"first": codes["january"], "last": codes["last"]}
    columns = [
        (to_lines(first=codes["start"], last=codes["before"], side=None), "opening"),
        (to_lines(side="debit"), "debit"),
        (to_lines(side="credit"), "credit"),
        *(((to_lines(**year, side="debit"), "year_debit"),) if with_year else ()),
        *(((to_lines(**year, side="credit"), "year_credit"),) if with_year else ()),
        (to_lines(side=None), "closing"),
    ]
    by_month = escape(f"&last={codes['last']}")

    def write(row: AccountRow) -> str:
        page = f"{address('funds:general_ledger')}?account={escape(row.code)}{by_month}"
        figures = "".join(
            f'<td class="money"><a href="{link(row.code)}">{amount(getattr(row, name))}</a></td>'
            for link, name in columns
        )
        inset = "&emsp;" if row.level == 2 else ""
        return (
            f'<tr><td>{inset}<a href="{page}">{escape(f"{row.code} {row.name}")}</a></td>'
            f"<td>{escape(row.side_label)}</td>{figures}</tr>\n"
        )

    return SafeString("".join(map(write, balance.rows)))  # all that comes from outside is escaped


@register.simple_tag
def statement_cells(row: TableLine | None) -> SafeString:
    """Label and figures of one line of a statement; empty cells beside a longer side."""
    if row is None:
        return SafeString("<td></td><td></td><td></td>")
    figures = "".join(map(_figure, row.cells)) or "<td></td><td></td>"
    title, label = escape(row.filling), escape(row.line.label)
    return SafeString(
        f'<th scope="row" class="level-{row.line.level}" title="{title}">{label}</th>{figures}'
    )


def _figure(cell: Cell) -> str:
    text = amount(cell.amount)
    linked = f'<a href="{escape(cell.url)}">{text}</a>' if cell.url else text
    return f'<td class="money">{linked}</td>'
