"""kill -9 of the sending process at three points: everybody is paid exactly once.

The task runs in a process of its own and is killed at a fail point; then a fresh process does
what beat would do. The bank simulator's journal, which shares no code with us, is the judge.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from payouts.enums import BatchState
from payouts.models import BankMessage, PaymentInstruction
from tests.payouts.build import approved_plan, fund_expenditure_account
from tests.payouts.payments.bank import TOKEN, released_batch, reread, until

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 0.5  # seconds for one call to the bank; a claim holds three times as long
SEND = "send_batch(pool_id={pool}, batch_id={batch})"
POLL = "poll_bank()"

pytestmark = pytest.mark.django_db(transaction=True)


def run_task(bank, call: str, fail_point: str = "") -> int:
    """Run one task in a process of its own; return how it ended."""
    script = f"import django; django.setup(); from payouts.tasks.payments import *; {call}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "BANK_GATEWAY_URL": bank.url,
        "BANK_GATEWAY_TOKEN": TOKEN,
        "BANK_GATEWAY_TIMEOUT": str(TIMEOUT),
        "FUND_FAIL_POINT": fail_point,
    }
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=environment, timeout=60, check=False)
    return done.returncode


def posts_of(bank, number: str) -> int:
    calls = [c for c in bank.read().calls if (c.method, c.path) == ("POST", "/files")]
    return len([c for c in calls if c.batch == number])


@pytest.mark.parametrize(
    ("fail_point", "state_after_kill", "state_at_bank", "posts"),
    [
        ("claimed", BatchState.SENDING, False, 1),
        ("answered", BatchState.SENDING, True, 1),
        ("written", BatchState.SENT, True, 1),
    ],
)
def test_a_killed_sender_pays_nobody_twice_and_nobody_is_forgotten(
    city, bank, fail_point, state_after_kill, state_at_bank, posts
):
    with city.tenant():
        fund_expenditure_account(city, "100000.00")
        plan = approved_plan(city, "510402", ["1864.00", "1864.00", "932.00"])
    batch = released_batch(city, plan)
    send = SEND.format(pool=city.pool.pk, batch=batch.pk)
    assert run_task(bank, send, fail_point) == -signal.SIGKILL
    assert reread(city, batch).state == state_after_kill
    assert (batch.number in {b.batch for b in bank.read().batches}) == state_at_bank
    assert run_task(bank, send) == 0  # the broker delivers it again: the claim still holds
    assert reread(city, batch).state == state_after_kill
    time.sleep(TIMEOUT * 3 + 0.2)  # the dead worker's lease runs out
    assert run_task(bank, POLL) == 0
    bank.paid(batch.number)
    until(lambda: run_task(bank, POLL) == 0 and reread(city, batch).state == BatchState.RETURNED)
    record = bank.read()
    assert record.times_paid == {f"{batch.number}-{n}": 1 for n in (1, 2, 3)}
    assert record.paid_fen == 466000
    assert posts_of(bank, batch.number) == posts
    with city.tenant():
        instructions = PaymentInstruction.objects.values_list("end_to_end_id", "state")
        assert set(instructions) == {(line, "SUCCESS") for line in record.times_paid}
        assert BankMessage.objects.filter(batch=batch).exists()


def test_killed_while_asking_what_became_of_an_unknown_batch(city, bank):
    """Killed once as the claim commits and again as the second sending is answered."""
    with city.tenant():
        fund_expenditure_account(city, "100000.00")
        plan = approved_plan(city, "510402", ["1864.00"])
    batch = released_batch(city, plan)
    send = SEND.format(pool=city.pool.pk, batch=batch.pk)
    assert run_task(bank, send, "claimed") == -signal.SIGKILL
    time.sleep(TIMEOUT * 3 + 0.2)
    assert run_task(bank, POLL, "answered") == -signal.SIGKILL
    assert reread(city, batch).state == BatchState.SENDING
    time.sleep(TIMEOUT * 3 + 0.2)
    assert run_task(bank, POLL) == 0
    bank.paid(batch.number)
    until(lambda: run_task(bank, POLL) == 0 and reread(city, batch).state == BatchState.RETURNED)
    assert bank.read().times_paid == {f"{batch.number}-1": 1}
    assert posts_of(bank, batch.number) == 1
