"""The first page and the error pages."""

import re
from datetime import date
from html import unescape

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config import home
from config.errors import failure
from reconciliation.services.business_ledger import run_business_ledger
from tests.city import CITY_POSTS, NOW, OFFICE_POSTS, found_city
from tests.reconciliation.build import approved_plan, pay

pytestmark = pytest.mark.django_db(transaction=True)
# Of the desk of the accountant, who has most kinds of work: one statement for each kind, from
# vouchers and entries to deposits, open items and movements without an edge.
MOST_STATEMENTS = 66


@pytest.fixture
def client_of():
    city = found_city()

    def sign_in(post, office="510400"):
        with city.tenant():
            user = city.user(post, office)
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    sign_in.city = city
    return sign_in


def test_a_desk_without_work_says_what_that_means(client_of):
    page = client_of("LOGA").get("/").content.decode()
    assert "当前岗位没有待办" in page
    assert "没有未读消息" in page
    assert "查阅操作日志" in page, "a quick action of this post"
    assert "新建受理" not in page


POSTS = (
    *((post, "510402") for post in OFFICE_POSTS),
    *((post, "510400") for post in CITY_POSTS),
)


def test_every_posts_desk_asks_as_often_for_much_as_for_little(client_of):
    city = client_of.city
    clients = {post: client_of(post, office) for post, office in POSTS}

    def count(post):
        cache.clear()  # the frame's figures are kept for some seconds
        with CaptureQueriesContext(connection) as asked:
            answer = clients[post].get("/")
        assert answer.status_code == 200
        assert "昨夜运行" in answer.content.decode()
        return sum(reads_rows(query["sql"]) for query in asked.captured_queries)

    with city.tenant():
        plant_work(city, "510402")
    count("ACC")  # the first page after a change of offices or items reads them
    few = {post: count(post) for post in clients}
    with city.tenant():
        for office in city.offices:
            plant_work(city, office, item="B02")
            plant_work(city, office, item="B08")
    count("ACC")
    assert {post: count(post) for post in clients} == few
    assert max(few.values()) <= MOST_STATEMENTS, few


@pytest.mark.parametrize("post", ["ACC", "APP", "PLAN", "FACC", "LEAD", "SYS", "LOGA"])
def test_every_number_and_every_segment_opens_its_list(client_of, post):
    city, office = client_of.city, "510402" if post in OFFICE_POSTS else "510400"
    with city.tenant():
        plant_work(city, "510402")
        run_business_ledger(
            actor=city.actor("PLAN", "510402"),
            organisation_id=city.offices["510402"].pk,
            month=date(2026, 10, 1),
            at=NOW,
        )
    client = client_of(post, office)
    with time_machine.travel(NOW, tick=False):
        main = client.get("/").content.decode().split("<main")[1].split("</main>")[0]
        links = sorted({unescape(link) for link in re.findall(r'href="(/[^"#]+)"', main)})
        assert len(links) > 3
        refused = [link for link in links if client.get(link, follow=True).status_code != 200]
    assert refused == []
    assert "<style" not in main
    assert "style=" not in main
    assert "<script" not in main


@pytest.mark.parametrize(("post", "office"), POSTS, ids=[post for post, _ in POSTS])
def test_every_posts_desk_has_figures_or_a_table_and_a_picture(client_of, post, office):
    with client_of.city.tenant():
        plant_work(client_of.city, "510402")
    with time_machine.travel(NOW, tick=False):
        main = client_of(post, office).get("/").content.decode().split("<main")[1]
    assert '<figure class="card chart"' in main


def test_a_picture_carries_its_figures_as_a_table(client_of):
    city = client_of.city
    with city.tenant():
        pay(city, "510402", ["1864.00"])
    with time_machine.travel(NOW, tick=False):
        main = client_of("LEAD").get("/").content.decode().split("<main")[1]
    drawing, table = main.split('class="chart-columns"')[1].split("</svg>", 1)
    assert "<title>2026-10 东区 ¥1,864.00</title>" in drawing
    assert 'aria-hidden="true"' in drawing.split(">")[0]
    assert table.split("</table>")[0].count("<td") == 6, "a cell for each month"
    assert "¥1,864.00" in table
    assert "2026年6月至2026年11月按银行日期支付成功¥1,864.00，共1个机构。" in main


def reads_rows(sql):
    """Tell a statement of the page from the session's and the transaction's own."""
    return sql.startswith(("SELECT", "WITH", "--")) and "django_session" not in sql


def plant_work(city, office, item="B01"):
    """Plant a failed payment, a batch without its return, and an approved plan."""
    pay(city, office, ["1.00", "2.00"], fails=[0], item=item)
    pay(city, office, ["3.00"], item=item, answered=False)
    approved_plan(city, office, ["4.00"], item)


def test_overdue_work_is_told_in_red_and_in_words(client_of, monkeypatch):
    from accounts.selectors.worklist import Waiting  # noqa: PLC0415

    monkeypatch.setattr(
        home, "WORKLISTS", (lambda **_: [Waiting("待复核", "/x/", 7, 2), Waiting("空", "/y/", 0)],)
    )
    page = client_of("REV2").get("/").content.decode()
    assert "kpi-red" in page
    assert "其中超期 2 件" in page
    assert "空" not in page.split("<main")[1].split("未读消息")[0]


def test_what_waits_is_asked_for_once_per_page(client_of, monkeypatch):
    asked = []
    monkeypatch.setattr(home, "WORKLISTS", (lambda **_: asked.append(1) or [],))
    client_of("REV2").get("/")
    assert asked == [1]


def test_a_page_that_is_not_there_says_so_in_the_systems_words(client_of):
    answer = client_of("REV2").get("/no/such/page/")
    assert answer.status_code == 404
    assert "请求编号" in answer.content.decode()


def test_signed_out_one_is_asked_to_come_in():
    assert Client().get("/").url == "/login/?next=/"
    assert Client().get("/accounts/me/").url == "/login/?next=/accounts/me/"


def test_a_failure_gives_a_number_to_quote(rf):
    answer = failure(rf.get("/"))
    assert answer.status_code == 500
    assert "请求编号" in answer.content.decode()
