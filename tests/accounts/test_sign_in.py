"""Coming in: lock-out, idle time-out, passwords, sessions, and the post one acts under."""

import time
from datetime import date, timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import GrantState
from accounts.middleware import SEEN_KEY
from accounts.models import AuditEvent, PostGrant, SignedInSession, User
from accounts.services import grants
from tests.city import NOW, PASSWORD, another_city

pytestmark = pytest.mark.django_db(transaction=True)
LOGIN, ME, DESK = "/login/", "/accounts/me/", "/"


def sign_in(username="facc510400", password=PASSWORD, **headers):
    """A browser after its log-in, and the answer to it."""
    client = Client(headers=headers)
    answer = client.post(LOGIN, {"username": username, "password": password})
    return client, answer


def second_post(city, username, post):
    """Give a person a further post in force, with its three signatures."""
    from tests.accounts.test_grants import ask, walk  # noqa: PLC0415

    with city.tenant():
        user = User.objects.get(username=username)
        return walk(
            city,
            ask(city, post=post, office="510400", user_id=user.pk, applicant=city.actor("DEPT"),
                valid_from=date(2026, 1, 1)),
            "510400",
        )  # fmt: skip


class TestLogIn:
    def test_a_log_in_is_recorded_with_address_and_device(self, city):
        client, answer = sign_in(user_agent="Firefox 140")
        assert (answer.status_code, answer.url) == (302, DESK)
        with city.tenant():
            session = SignedInSession.objects.get()
            assert (session.user.username, session.address, session.device) == (
                "facc510400", "127.0.0.1", "Firefox 140",
            )  # fmt: skip
            assert AuditEvent.objects.get().verb == "accounts.session.started"
        assert "市本级 · 会计岗" in client.get(DESK).content.decode()

    def test_a_wrong_password_says_so_without_saying_which_part(self, city):
        client, answer = sign_in(password="wrong")
        assert answer.status_code == 422
        assert "工号或密码不正确" in answer.content.decode()
        assert client.get(DESK).url == "/login/?next=/"
        _, unknown = sign_in("nobody", "wrong")
        assert "工号或密码不正确" in unknown.content.decode()

    def test_five_failures_lock_the_account_at_this_address_even_for_the_right_password(self, city):
        for _ in range(4):
            assert sign_in(password="wrong")[1].status_code == 422
        for password in ("wrong", PASSWORD):
            answer = sign_in(password=password)[1]
            assert answer.status_code == 429
            text = answer.content.decode()
            assert "15 分钟后重试" in text
            assert "安全管理员解锁" in text
        assert sign_in("fchk510400")[1].status_code == 302, "a colleague is not locked out"

    def test_the_lock_does_not_reach_another_address(self, city):
        for _ in range(5):
            sign_in(password="wrong")
        elsewhere = Client(REMOTE_ADDR="10.1.1.1")
        answer = elsewhere.post(LOGIN, {"username": "facc510400", "password": PASSWORD})
        assert answer.status_code == 302

    def test_the_security_administrator_lifts_a_lock(self, city):
        for _ in range(5):
            sign_in(password="wrong")
        keeper, _ = sign_in("sec510400")
        assert "登录锁定" in keeper.get("/accounts/people/?q=facc").content.decode()
        with city.tenant():
            locked = city.user("FACC").pk
        leader, _ = sign_in("lead510400")
        assert leader.post(f"/accounts/people/{locked}/unlock/").status_code == 403
        assert sign_in()[1].status_code == 429, "a leader has no such duty"
        keeper.post(f"/accounts/people/{locked}/unlock/")
        assert sign_in()[1].status_code == 302

    def test_people_of_two_cities_come_into_their_own(self, city):
        other = another_city()
        client, _ = sign_in("lsacc513401")
        assert "西昌市 · 受理岗" in client.get(DESK).content.decode()
        with other.tenant():
            assert SignedInSession.objects.count() == 1
        with city.tenant():
            assert SignedInSession.objects.count() == 0


class TestIdleTimeOut:
    def test_after_half_an_hour_without_a_click_one_must_come_in_again(self, city):
        client, _ = sign_in()
        leave_alone(client, minutes=31)
        answer = client.get(ME)
        assert answer.url == "/login/?reason=idle&next=%2Faccounts%2Fme%2F"
        assert "较长时间没有操作" in client.get(answer.url).content.decode()
        with city.tenant():
            assert SignedInSession.objects.get().ended_at is not None
            assert AuditEvent.objects.latest("id").after == {"reason": "长时间未操作"}

    def test_polling_does_not_keep_a_session_alive(self, city):
        client, _ = sign_in()
        leave_alone(client, minutes=29)
        before = client.session[SEEN_KEY]
        client.get(ME, headers={"Polling": "1"})
        assert client.session[SEEN_KEY] == before
        client.get(ME)
        assert client.session[SEEN_KEY] > before

    def test_a_page_may_ask_how_long_it_has_and_go_on_without_losing_input(self, city):
        client, _ = sign_in()
        leave_alone(client, minutes=29)
        clock = reverse("accounts:session_clock")
        asked = client.get(clock, headers={"Polling": "1"}).json()
        assert 50 <= asked["seconds_left"] <= 60, "asking is not doing"
        assert client.post(clock).json()["seconds_left"] > 29 * 60
        leave_alone(client, minutes=31)
        assert client.get(clock, headers={"Polling": "1"}).status_code == 302

    def test_a_fragment_request_is_sent_to_the_whole_log_in_page(self, city):
        client, _ = sign_in()
        leave_alone(client, minutes=31)
        answer = client.get(ME, headers={"HX-Request": "true"})
        assert answer.headers["HX-Redirect"].startswith("/login/?reason=idle")


def leave_alone(client, minutes):
    session = client.session
    session[SEEN_KEY] = int(time.time()) - minutes * 60
    session.save()


class TestPassword:
    def test_a_new_password_follows_the_rules_and_ends_other_log_ins(self, city):
        other, _ = sign_in()
        client, _ = sign_in()
        for new, reason in (
            ("1234567890", "数字"),
            ("short-1", "10"),
            (PASSWORD, "不能与原密码相同"),
        ):
            answer = change_password(client, new)
            assert answer.status_code == 422
            assert reason in answer.content.decode()
        assert change_password(client, "New-horse-battery-7").status_code == 302
        assert client.get(ME).status_code == 200, "this session goes on"
        assert other.get(ME).status_code == 302, "the other one has ended"
        with city.tenant():
            assert SignedInSession.objects.filter(ended_at__isnull=True).count() == 1
            assert AuditEvent.objects.filter(verb="accounts.password.changed").count() == 1
        assert sign_in(password="New-horse-battery-7")[1].status_code == 302

    def test_a_first_password_must_be_changed_before_anything_else(self, city):
        with city.tenant():
            User.objects.filter(username="facc510400").update(must_change_password=True)
        client, _ = sign_in()
        assert client.get(DESK).url == "/password/"
        assert "须先修改密码" in client.get("/password/").content.decode()
        change_password(client, "New-horse-battery-7")
        assert client.get(DESK).status_code == 200


def change_password(client, new):
    return client.post(
        "/password/",
        {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
    )


class TestSessions:
    def test_i_see_my_log_ins_and_end_one_from_another(self, city):
        stolen, _ = sign_in()
        client, _ = sign_in()
        with city.tenant():
            first = SignedInSession.objects.earliest("id")
        assert client.get(ME).content.decode().count("使用中") == 2
        assert client.post(reverse("accounts:end_session", args=[first.pk])).status_code == 302
        assert stolen.get(ME).url.startswith("/login/")
        assert client.get(ME).content.decode().count("使用中") == 1

    def test_nobody_ends_a_colleagues_log_in(self, city):
        sign_in("fchk510400")
        client, _ = sign_in()
        with city.tenant():
            other = SignedInSession.objects.earliest("id")
        client.post(reverse("accounts:end_session", args=[other.pk]))
        with city.tenant():
            other.refresh_from_db()
            assert other.ended_at is None

    def test_signing_out_ends_the_session(self, city):
        client, _ = sign_in()
        assert client.post("/logout/").url == LOGIN
        assert not Session.objects.exists()
        with city.tenant():
            assert SignedInSession.objects.get().ended_at is not None


class TestPosts:
    def test_one_switches_between_ones_own_posts_in_force(self, city):
        second = second_post(city, "facc510400", "SEAL")
        client, _ = sign_in()
        assert "市本级 · 会计岗" in client.get(DESK).content.decode()
        client.post(reverse("accounts:switch_post"), {"grant_id": second.pk})
        assert "市本级 · 印章管理岗" in client.get(DESK).content.decode()
        with city.tenant():
            event = AuditEvent.objects.latest("id")
            assert (event.verb, event.post) == ("accounts.post.switched", "FACC")

    def test_somebody_elses_post_cannot_be_chosen(self, city):
        client, _ = sign_in()
        for grant_id in (city.actor("HEAD").grant_id, 0, "x"):
            client.post(reverse("accounts:switch_post"), {"grant_id": grant_id})
            assert "市本级 · 会计岗" in client.get(DESK).content.decode()

    def test_a_revoked_grant_stops_the_next_click_of_an_open_session(self, city):
        client, _ = sign_in("risk510400")
        assert client.get("/accounts/audit/").status_code == 200
        revoke(city, "RISK")
        assert client.get("/accounts/audit/").url == "/login/?next=/accounts/audit/"
        client, _ = sign_in("risk510400")
        assert client.get("/accounts/audit/").status_code == 403
        assert "没有有效的岗位授权" in client.get(DESK).content.decode()

    def test_a_grant_revoked_while_a_session_is_not_recorded_still_opens_nothing(self, city):
        client = Client()
        with city.tenant():
            user = city.user("RISK")
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get("/accounts/audit/").status_code == 200
        revoke(city, "RISK")
        assert client.get("/accounts/audit/").status_code == 403

    def test_a_session_under_another_post_goes_on(self, city):
        second = second_post(city, "facc510400", "SEAL")
        client, _ = sign_in()
        with city.tenant():
            grants.revoke_grant(
                actor=city.actor("PERM"), grant_id=second.pk, reason="调离", at=timezone.now()
            )
        assert client.get(DESK).status_code == 200

    def test_a_grant_that_starts_tomorrow_opens_nothing_today(self, city):
        with city.tenant():
            day = timezone.localdate() + timedelta(days=1)
            user = User.objects.create(
                pool=city.pool, organisation=city.offices["510400"], username="new", name="新人",
                password=make_password(PASSWORD), is_established=True,
            )  # fmt: skip
            from tests.accounts.test_grants import ask, walk  # noqa: PLC0415

            grant = walk(
                city,
                ask(city, post="FACC", office="510400", user_id=user.pk,
                    applicant=city.actor("DEPT"), valid_from=day),
                "510400",
            )  # fmt: skip
            assert PostGrant.objects.get(pk=grant.pk).state == GrantState.EFFECTIVE
        client, _ = sign_in("new")
        assert "没有有效的岗位授权" in client.get(DESK).content.decode()


def revoke(city, post):
    with city.tenant():
        grants.revoke_grant(
            actor=city.actor("PERM"), grant_id=city.actor(post).grant_id, reason="调离", at=NOW
        )
