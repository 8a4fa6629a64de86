"""A city, and a bank to pay through."""

import pytest
from django.utils import timezone

from tests.city import found_city, live_by_the_clock
from tests.payouts.payments.bank import TOKEN, Bank


@pytest.fixture
def bank(tmp_path, settings):
    """The simulator with an empty journal, behaving well; the system told where it is."""
    bank = Bank(tmp_path / "bank")
    bank.start()
    settings.BANK_GATEWAY_URL = bank.url
    settings.BANK_GATEWAY_TOKEN = TOKEN
    settings.BANK_GATEWAY_TIMEOUT = 1.0
    yield bank
    bank.stop()


@pytest.fixture
def city(transactional_db):
    """A founded city, in tests that commit; the bank beside it works by the real clock."""
    return live_by_the_clock(found_city(), timezone.now())
