"""The first page and the error pages."""

import pytest
from django.test import Client

from config import home
from config.errors import failure
from tests.city import found_city

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client_of():
    city = found_city()

    def sign_in(post, office="510400"):
        with city.tenant():
            user = city.user(post, office)
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def test_a_desk_without_work_says_what_that_means(client_of):
    page = client_of("LOGA").get("/").content.decode()
    assert "当前岗位没有待办" in page
    assert "没有未读消息" in page
    assert "查阅操作日志" in page, "a quick action of this post"
    assert "新建受理" not in page


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
