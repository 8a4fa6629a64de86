"""What the supervisor asks: alive, and ready or what is missing."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from accounts.services import outbox
from config import health
from tests.city import found_city

pytestmark = pytest.mark.django_db(transaction=True)


def test_alive_needs_neither_log_in_nor_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})


def test_ready_when_database_broker_and_tables_are_there():
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True, "database": "ok", "redis": "ok", "unapplied_migrations": 0,
        "oldest_unsent_outbox_seconds": None,
    }  # fmt: skip


def test_the_age_of_the_oldest_unsent_message_of_any_pool_is_told():
    city = found_city()
    with city.tenant():
        for minutes in (5, 1):
            outbox.enqueue(
                pool_id=city.pool.pk, task="a.b", at=timezone.now() - timedelta(minutes=minutes)
            )
    age = Client().get("/readyz").json()["oldest_unsent_outbox_seconds"]
    assert 300 <= age < 330


def test_without_a_broker_it_is_not_ready_and_says_so(monkeypatch):
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["redis"]) == (503, "ConnectionError")


def test_without_a_database_it_is_not_ready_and_says_so(monkeypatch):
    def refuse():
        raise OperationalError

    monkeypatch.setattr(health, "_ask_database", refuse)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "OperationalError")


def test_unapplied_migrations_are_counted(monkeypatch):
    monkeypatch.setattr(health, "_ask_database", lambda: (2, None))
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["unapplied_migrations"]) == (503, 2)
