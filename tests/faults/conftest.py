"""A city and a bank, as in the payment tests."""

from tests.payouts.payments.conftest import bank, city

__all__ = ["bank", "city"]
