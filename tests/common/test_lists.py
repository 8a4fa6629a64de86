"""Lists: sorted paging loses and repeats no row, whatever is equal or missing; bad cursors."""

import base64
import json
from datetime import UTC, date, datetime
from itertools import chain

import pytest
from django import forms
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Notice
from common.columns import Column
from common.keysets import COUNT_LIMIT, NEWEST_FIRST, Order, Window, page_by
from common.lists import Listing, Narrowing, Viewer, narrowing, open_list, read_export, sign_export
from common.workbooks import Kind
from funds.models import VoucherLine
from payouts.selectors.cases import CASES, find_cases
from tests.city import NOW

pytestmark = pytest.mark.django_db

ORDERS = (
    NEWEST_FIRST,
    Order(is_falling=False),
    Order("read_at", is_falling=False),
    Order("read_at", is_falling=True),
    Order("kind", is_falling=False),
    Order("kind", is_falling=True),
)
instants = st.none() | st.integers(0, 3).map(lambda n: datetime(2026, 11, 1 + n, tzinfo=UTC))
rows_of_keys = st.lists(st.tuples(instants, st.sampled_from(["TASK", "RISK"])), max_size=14)


def send(city, keys):
    """Write a message per pair of reading instant and kind, to one person."""
    recipient = city.actor("ACC").user_id
    Notice.objects.bulk_create(
        Notice(
            pool=city.pool, recipient_id=recipient, kind=kind, text="甲", url="/",
            key=f"k{number}", created_at=NOW, read_at=read_at,
        )
        for number, (read_at, kind) in enumerate(keys)
    )  # fmt: skip


def walk(rows, order, size):
    """Return the ids of all pages forward, and of all pages backward from the last."""
    page = page_by(rows, order=order, window=Window(), size=size)
    forward = [page]
    while page.next is not None:
        page = page_by(rows, order=order, window=Window(after=str(page.next)), size=size)
        forward.append(page)
    backward = [page]
    while page.previous is not None:
        page = page_by(rows, order=order, window=Window(before=str(page.previous)), size=size)
        backward.insert(0, page)
    return [[row.pk for row in each.rows] for pages in (forward, backward) for each in [*pages]], (
        len(forward),
        len(backward),
    )


def sorted_slowly(rows, order):
    """Sort in Python: missing values last in rising order, then by id; falling is the reverse."""
    found = sorted(rows, key=lambda row: row.pk)
    if order.path:
        values = {row.pk: getattr(row, order.path) for row in found}
        found.sort(key=lambda row: (values[row.pk] is None, values[row.pk] or 0, row.pk))
    return [row.pk for row in (reversed(found) if order.is_falling else found)]


@given(keys=rows_of_keys, order=st.sampled_from(ORDERS), size=st.integers(1, 5))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_row_stands_on_exactly_one_page_in_either_direction(city, keys, order, size):
    with transaction.atomic():
        send(city, keys)
        rows = Notice.objects.all()
        pages, (forward, backward) = walk(rows, order, size)
        expected = sorted_slowly(rows, order)
        assert forward == backward == max(1, -(-len(keys) // size))
        assert list(chain(*pages[:forward])) == expected
        assert list(chain(*pages[forward:])) == expected
        transaction.set_rollback(True)


def test_a_row_that_moves_meanwhile_loses_and_repeats_no_other(city):
    send(city, [(None, "TASK")] * 6)
    rows, order = Notice.objects.all(), Order("read_at", is_falling=False)
    first = page_by(rows, order=order, window=Window(), size=3)
    Notice.objects.filter(pk=first.rows[-1].pk).update(read_at=NOW)
    second = page_by(rows, order=order, window=Window(after=first.next), size=3)
    everything = [row.pk for row in [*first.rows, *second.rows]]
    assert len(set(everything)) == 6


def cursor(*content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "", "甲", "x" * 300, "=", "MQ", cursor(), cursor("a"), cursor("TASK", 0),
        cursor("TASK", -1), cursor("TASK", 2**63), cursor("TASK", "1"), cursor("TASK", True),
        cursor(1, 1), cursor("\0", 1), cursor("\ud800", 1), cursor(["TASK"], 1),
    ],
)  # fmt: skip
def test_a_cursor_that_says_nothing_opens_the_first_page(city, text):
    send(city, [(None, "TASK")] * 3)
    for window in (Window(after=text), Window(before=text)):
        page = page_by(Notice.objects.all(), order=Order("kind"), window=window, size=2)
        assert (len(page.rows), page.previous) == (2, None)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1E+999999", "9" * 300, "drei"])
def test_an_absurd_amount_in_a_cursor_never_reaches_the_database(city, text):
    order = Order("debit", is_falling=False)
    page = page_by(VoucherLine.objects.all(), order=order, window=Window(after=cursor(text, 1)))
    assert page.rows == []


def find_all(_viewer, **_filters):
    return Notice.objects.all()


def show_all(_viewer, rows):
    return rows


LIST = Listing(
    code="tests.common.test_lists.LIST",
    title="消息",
    duty="duty_case_read",
    columns=(
        Column("kind", "类别", order="kind"),
        Column("id", "编号", Kind.COUNT, order="id", is_indexed=True, total="id"),
        Column("read_at", "已读", order="read_at", place="file"),
        Column("text", "内容"),
    ),
    query=find_all,
    show=show_all,
)


def opened(city, narrow=Narrowing(), **window):  # noqa: B008
    viewer = Viewer(city.actor("ACC"), NOW)
    return open_list(LIST, viewer, window=Window(**window), narrow=narrow, size=2)


def test_a_page_joins_nothing_before_it_is_known_which_rows_stand_on_it(city):
    """Else a planner misled by the joined tables' policies joins every row of the city."""
    send(city, [(None, "TASK"), (None, "RISK"), (NOW, "TASK")])
    rows = Notice.objects.select_related("recipient__organisation")
    with CaptureQueriesContext(connection) as queries:
        page_by(rows, order=Order(), window=Window(), size=2)
    limited, shown = (query["sql"] for query in queries)
    assert "LIMIT 3" in limited
    assert "JOIN" not in limited
    assert "JOIN" in shown


def test_a_page_costs_three_queries_and_one_for_its_sums(city):
    send(city, [(None, "TASK"), (None, "RISK"), (NOW, "TASK")])
    ids = sorted(Notice.objects.values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as queries:
        page = opened(city, sort="id")
    assert len(queries) == 4
    assert [row.pk for row in page.rows] == ids[:2]
    label, total, _ = page.totals
    assert (label.span, total.page, total.all) == (1, sum(ids[:2]), sum(ids))
    assert page.page.count_text == "共 3 条"


def test_heads_ask_for_the_other_direction_and_numbers_for_the_largest_first(city):
    heads = {head.key: head for head in opened(city, sort="kind").heads}
    assert (heads["kind"].sort, heads["kind"].direction) == ("-kind", "ascending")
    assert (heads["id"].sort, heads["id"].direction) == ("-id", "")
    assert heads["text"].sort == ""
    assert "read_at" not in heads


@pytest.mark.parametrize("sort", ["recipient__password", "-text", "id; DROP TABLE", "--id"])
def test_only_declared_columns_sort(city, sort):
    send(city, [(None, "TASK")] * 3)
    page = opened(city, sort=sort)
    assert [row.pk for row in page.rows] == sorted((r.pk for r in find_all(None)), reverse=True)[:2]
    assert page.sort == ""


def test_a_list_beyond_the_limit_sorts_only_where_an_index_answers(city, monkeypatch):
    monkeypatch.setattr("common.lists.COUNT_LIMIT", 2)
    monkeypatch.setattr("common.keysets.COUNT_LIMIT", 2)
    send(city, [(None, "TASK"), (None, "RISK"), (None, "TASK")])
    page = opened(city, sort="kind")
    assert (page.sort, page.has_all_totals, page.page.count_text) == ("", False, "共 2 条以上")
    assert [head.is_too_long for head in page.heads] == [True, False, False]
    assert opened(city, sort="id").sort == "id"


def test_the_limit_stands_where_the_address_says_more_than():
    assert COUNT_LIMIT == 10_000


def test_cells_of_a_workbook_are_words_numbers_and_days(city):
    send(city, [(NOW, "TASK")])
    viewer = Viewer(city.actor("ACC"), NOW)
    (cells,) = LIST.export_rows(viewer, list(find_all(viewer)))
    assert cells == ["TASK", Notice.objects.get().pk, "2026-11-02 09:00", "甲"]


class Filters(forms.Form):
    name = forms.CharField(label="姓名", required=False)
    identity = forms.CharField(label="身份证号", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("A", "待办"), ("B", "办结")])


def test_conditions_are_said_in_words_with_identity_numbers_masked():
    typed = {"name": "张三", "identity": "510402199001011234", "state": "A"}
    narrow = narrowing(Filters(typed), {"since": date(2026, 11, 1)}, 分类="全部")
    assert narrow.conditions == "分类：全部；姓名：张三；身份证号：510402********1234；状态：待办"
    assert (narrow.filters, narrow.is_filtered) == ({"since": "2026-11-01"}, True)
    refused = narrowing(Filters({"state": "C"}), {})
    assert (refused.conditions, refused.is_filtered) == ("", False)


def test_the_export_button_cannot_be_forged():
    narrow = Narrowing({"month": "2026-11-01"}, [("月份", "2026年11月")])
    token = sign_export(LIST, narrow, "-id")
    request = read_export(token)
    assert (request.filters, request.conditions) == ({"month": "2026-11-01"}, "月份：2026年11月")
    for forged in ("", token[:-2] + "xx", "eyJhIjoxfQ:1:2", "\0"):
        assert read_export(forged) is None


def test_totals_of_nothing_are_nought(city):
    _, total, _ = opened(city).totals
    assert (total.page, total.all) == (0, 0)


def test_a_deep_page_of_cases_is_one_range_of_an_index(city):
    page = page_by(
        find_cases(Viewer(city.actor("LEAD"), NOW), tab="all"),
        order=CASES.order_of("applied"),
        window=Window(after=cursor("2026-10-01", 5)),
    )
    assert page.rows == []
    with connection.cursor() as database, CaptureQueriesContext(connection) as queries:
        database.execute("SET LOCAL enable_seqscan = off")
        database.execute("SET LOCAL enable_bitmapscan = off")
        database.execute("SET LOCAL enable_sort = off")  # as at a size where sorting costs most
        page_by(
            find_cases(Viewer(city.actor("LEAD"), NOW), tab="all"),
            order=CASES.order_of("applied"),
            window=Window(after=cursor("2026-10-01", 5)),
        )
        statement = queries.captured_queries[-1]["sql"]
        database.execute(f"EXPLAIN {statement}")
        plan = "\n".join(line for (line,) in database.fetchall())
    assert "case_by_applied" in plan
    assert "Index Cond: ((pool_id" in plan
    assert "ROW(applied_date, " in plan
    assert "Sort Key" not in plan
