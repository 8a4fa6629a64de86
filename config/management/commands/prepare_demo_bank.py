"""Bring the demo's bank to where the books are: opening balance, and what was allotted since."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.models import Pool
from common.actor import Job
from common.tenancy import tenant_transaction
from config.demo.bank import DemoBank, configured_bank
from config.demo.charters import LIANGSHAN, PANZHIHUA
from config.demo.files import examples_folder
from config.demo.money import arrive_at_bank, expenditure_number
from funds.models import BankStatement


class Command(BaseCommand):
    """Prepare the bank simulator for the demo; a second time changes nothing."""

    help = "Give the bank simulator the demo's balances and write the newest statement beside it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how long to wait for the bank, in seconds."""
        parser.add_argument("--wait", type=float, default=15)

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare every demo city; say so and end well when no bank answers."""
        bank = configured_bank()
        if not bank.url or not _answers(bank, options["wait"]):
            self.stdout.write("银行模拟器没有应答，稍后可重新运行 prepare_demo_bank")
            return
        for pool in Pool.objects.filter(code__in=[PANZHIHUA.code, LIANGSHAN.code]):
            self._prepare(bank, pool)

    def _prepare(self, bank: DemoBank, pool: Pool) -> None:
        """Continue the last imported statement at the bank, unless the bank's journal does."""
        with tenant_transaction(Job(pool.pk, "config.prepare_demo_bank")):
            last = BankStatement.objects.order_by("-until_date").first()
            account = expenditure_number()
        if last is None:
            return
        first = last.until_date + timedelta(days=1)
        held = bank.opening_on(account, first)
        if held == 0 != last.closing_balance:  # a bank without the history
            bank.open_with(account, last.closing_balance)
        arrive_at_bank(bank, pool.pk, since=first)
        today = timezone.localdate()
        statement = bank.statement(account, first, today)
        folder = examples_folder() / pool.code
        folder.mkdir(parents=True, exist_ok=True)
        Path(folder, f"支出户对账单-{first:%Y%m%d}-{today:%Y%m%d}.csv").write_bytes(statement)
        self.stdout.write(f"{pool.name}: 银行支出户已就绪")


def _answers(bank: DemoBank, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not bank.answers():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
