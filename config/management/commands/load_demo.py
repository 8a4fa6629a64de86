"""Load the demo city and its neighbour, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.demo.bank import BankMissing
from config.demo.charters import PANZHIHUA
from config.demo.loading import is_loaded, load_demo

RECIPIENTS, SEED = 3_000, 510_400


class Command(BaseCommand):
    """Load invented people and three months of history; does nothing when they are there."""

    help = "Load the demo city with three months of history and work waiting at every post."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the size of the city and the seed of its invention."""
        parser.add_argument("--recipients", type=int, default=RECIPIENTS)
        parser.add_argument("--seed", type=int, default=SEED)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the demo unless it is there."""
        loaded = is_loaded(PANZHIHUA)
        if loaded:
            self.stdout.write(f"{PANZHIHUA.name}的示范数据已经装载")
            return
        if loaded is False:
            raise CommandError(
                f"{PANZHIHUA.name}的示范数据上次没有装载完整。请清空数据库后重新运行。"
            )
        try:
            load_demo(
                recipients=options["recipients"],
                seed=options["seed"],
                now=timezone.now(),
                say=self._say,
            )
        except BankMissing as error:
            raise CommandError(f"示范数据需要银行模拟器：{error}") from error

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
