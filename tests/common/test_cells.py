"""Rows of a list are written as their columns say, and escaped."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from common.cells import TOO_LONG, write_heads, write_rows
from common.columns import Column, Head
from common.workbooks import Kind


@dataclass(frozen=True, slots=True)
class Row:
    value: object
    url: str = "/a/1/"
    note: str = "510402********1234"
    tone: str = "green"
    marks: tuple[tuple[str, str], ...] = ()
    left: int | None = 3


def cell(value, kind=Kind.TEXT, query="", left=3, **options):
    return written(Row(value, left=left), Column("value", "列", kind, **options), query)


def written(row, column, query=""):
    return write_rows([column], [row], query).strip().removeprefix("<tr>").removesuffix("</tr>")


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("王五", Kind.TEXT, "<td>王五</td>"),
        ("<b>&\"'", Kind.TEXT, "<td>&lt;b&gt;&amp;&quot;&#x27;</td>"),
        ("", Kind.TEXT, "<td>—</td>"),
        (None, Kind.TEXT, "<td>—</td>"),
        (True, Kind.TEXT, "<td>是</td>"),
        (date(2026, 11, 1), Kind.TEXT, "<td>2026年11月</td>"),
        (datetime(2026, 11, 20, 22, 5, tzinfo=UTC), Kind.TEXT, "<td>2026-11-21 06:05</td>"),
        (date(2026, 11, 21), Kind.DAY, '<td class="nowrap">2026-11-21</td>'),
        (None, Kind.DAY, '<td class="nowrap">—</td>'),
        (12345, Kind.COUNT, '<td class="money">12345</td>'),
        (None, Kind.COUNT, '<td class="money">—</td>'),
        (Decimal("-1234.50"), Kind.AMOUNT, '<td class="money">−¥1,234.50</td>'),
        (None, Kind.AMOUNT, '<td class="money">—</td>'),
    ],
)
def test_a_value_is_written_by_its_kind(value, kind, shown):
    assert cell(value, kind) == shown


def test_an_amount_may_stand_without_its_sign():
    assert (
        cell(Decimal("1234.50"), Kind.AMOUNT, has_sign=False) == '<td class="money">1,234.50</td>'
    )


def test_a_value_of_no_known_kind_is_refused():
    with pytest.raises(TypeError, match="list"):
        cell(["甲"])


def test_a_link_carries_what_rides_along():
    assert cell("甲", link="url") == '<td><a href="/a/1/">甲</a></td>'
    shown = cell("甲", query='?name="<"&tab=all', link="url", is_whole=True)
    assert shown == (
        '<td class="nowrap"><a href="/a/1/?name=&quot;&lt;&quot;&amp;tab=all">甲</a></td>'
    )


def test_a_row_without_address_is_not_linked():
    column = Column("value", "列", link="url")
    assert written(Row("甲", url=""), column, "?tab=all") == "<td>甲</td>"


def test_a_note_stands_smaller_behind_the_value_and_may_be_missing():
    muted = '<small class="muted">510402********1234</small>'
    assert noted(Row("甲")) == f"<td>甲 {muted}</td>"
    assert noted(Row("甲", note="")) == "<td>甲</td>"
    assert noted(Row("甲"), is_whole=True) == f'<td><span class="nowrap">甲</span> {muted}</td>'
    warned = noted(Row("甲"), is_warning=True)
    assert warned == '<td>甲 <small class="refused-text">510402********1234</small></td>'
    linked = noted(Row("甲"), note_link="url")
    assert linked == '<td>甲 <small><a href="/a/1/">510402********1234</a></small></td>'


def test_a_note_leaves_an_amount_on_the_right():
    column = Column("value", "列", Kind.AMOUNT, note="note")
    shown = '<td class="money">¥1.00 <small class="muted">2 笔</small></td>'
    assert written(Row(Decimal("1.00"), note="2 笔"), column) == shown


def noted(row, **options):
    return written(row, Column("value", "列", note="note", **options))


def test_states_and_deadlines_are_written_in_words_and_colour():
    assert cell("已核定", tone="tone") == '<td><span class="tag tag-green">已核定</span></td>'
    assert written(Row(30, tone=""), Column("value", "列", tone="tone")) == "<td>30</td>"
    late = cell(date(2026, 11, 1), Kind.DAY, left=-2, days_left="left")
    assert "超期 2 天" in late
    assert "deadline-late" in late
    assert "剩 3 个工作日" in cell(date(2026, 11, 1), Kind.DAY, days_left="left")


def test_marks_stand_as_tags_behind_the_value():
    column = Column("value", "列", tone="tone", marks="marks", note="note")
    large, split = ("大额", "indigo"), ("<拆>", "cyan")
    shown = written(Row("已回盘", marks=(large, split), note=""), column)
    assert shown == (
        '<td><span class="tag tag-green">已回盘</span> <span class="tag tag-indigo">大额</span>'
        ' <span class="tag tag-cyan">&lt;拆&gt;</span></td>'
    )
    assert written(Row("已回盘", note=""), column) == (
        '<td><span class="tag tag-green">已回盘</span></td>'
    )


@pytest.mark.parametrize(
    ("head", "query", "shown"),
    [
        (Head("who", "<人>", False, "", "", False), "", '<th scope="col">&lt;人&gt;</th>'),
        (
            Head("amount", "金额", True, "", "", True),
            "tab=all",
            f'<th scope="col" class="money" title="{TOO_LONG}">金额</th>',
        ),
        (
            Head("day", "日期", False, "-day", "ascending", False),
            "tab=all&name=%3C",
            (
                '<th scope="col" aria-sort="ascending"><a class="sort" id="sort-day"'
                ' href="?tab=all&amp;name=%3C&amp;sort=-day">日期'
                '<span class="sort-mark" aria-hidden="true">▲</span></a></th>'
            ),
        ),
        (
            Head("day", "日期", False, "day", "", False),
            "",
            (
                '<th scope="col"><a class="sort" id="sort-day" href="?sort=day">日期'
                '<span class="sort-mark" aria-hidden="true">↕</span></a></th>'
            ),
        ),
    ],
)
def test_a_head_is_a_link_where_its_column_can_be_sorted(head, query, shown):
    assert write_heads([head], query).strip() == shown
