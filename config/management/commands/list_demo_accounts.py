"""Print who may log in to the demo: post, office, staff number, name, and the password."""

import unicodedata
from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import Pool, PostGrant
from common.actor import Job
from common.tenancy import tenant_transaction
from config.demo.charters import DEMO_PASSWORD, LIANGSHAN, PANZHIHUA, staff_number

HEAD = ("岗位", "机构", "工号", "姓名")
WIDTHS = (22, 10, 12, 12)  # columns of a terminal; a Chinese character takes two


class Command(BaseCommand):
    """List the accounts of the demo city by post."""

    help = "Print the demo's accounts: post, office, staff number, name."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line per post and office of the first city, and the way into the second."""
        pool = Pool.objects.filter(code=PANZHIHUA.code).first()
        if pool is None:
            self.stdout.write("示范城市尚未装载，请先运行 manage.py load_demo")
            return
        self.stdout.write(f"{pool.name}失业保险基金 示范账号（密码均为 {DEMO_PASSWORD}）\n")
        self.stdout.write(_row(HEAD))
        for row in _accounts(pool):
            self.stdout.write(_row(row))
        clerk = staff_number(LIANGSHAN, LIANGSHAN.code, "ACC")
        self.stdout.write(f"\n相邻的{LIANGSHAN.name}另有一套账号（如 {clerk}），两市数据互不可见。")


def _accounts(pool: Pool) -> list[tuple[str, ...]]:
    with tenant_transaction(Job(pool.pk, "config.list_demo_accounts")):
        grants = PostGrant.objects.filter(is_founding=True).select_related(
            "user", "post", "organisation"
        )
        rows = grants.order_by("post__position", "organisation__code")
        return [
            (g.post.name, g.organisation.short_name, g.user.username, g.user.name) for g in rows
        ]


def _row(cells: tuple[str, ...]) -> str:
    return "".join(
        cell + " " * max(width - _columns(cell), 1)
        for cell, width in zip(cells, WIDTHS, strict=True)
    ).rstrip()


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
