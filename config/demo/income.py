"""The tax authority's monthly lists: what employers paid, from invented units."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from common.money import round_yuan
from common.periods import month_code
from config.demo.charters import DemoCity, DemoOffice

UNITS_OF_OFFICE = 12
PER_RECIPIENT = Decimal("2150.00")  # yuan a month: contributions cover the benefits and a little
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_TRADES = (
    "钢铁",
    "钒钛科技",
    "矿业",
    "建材",
    "物流",
    "机械",
    "果业",
    "水务",
    "能源",
    "商贸",
    "医药",
    "文旅",
)
_FORMS = ("有限公司", "有限责任公司", "股份有限公司")
_KINDS = ("当期",) * 9 + ("补缴", "清欠", "滞纳金")


def credit_code(region: str, number: int) -> str:
    """Return an invented unified social credit code with a valid check character."""
    body = f"91{region}MA{number:07d}"
    total = sum(_ALPHABET.index(c) * w for c, w in zip(body, _WEIGHTS, strict=True))
    return body + _ALPHABET[-total % 31]


def tax_file(city: DemoCity, recipients: int, seed: int, month: date, last_day: date) -> bytes:
    """Return the income list of a month (docs/formats.md §5); treasury days up to `last_day`."""
    random = Random(f"{seed}/tax/{city.code}/{month}")
    target = PER_RECIPIENT * max(recipients, 100)
    rows, total = [], Decimal("0.00")
    for office in city.offices:
        for number in range(UNITS_OF_OFFICE):
            row, amount = _row(office, number, target, random, month, last_day)
            rows.append(row)
            total += amount
    head = f"#tax,{month_code(month)},{len(rows)},{total:.2f}"
    columns = "month,tax office,credit code,unit,office,kind,unit part,person part,treasury date"
    return "\n".join([head, columns, *rows, ""]).encode()


def _row(
    office: DemoOffice, number: int, target: Decimal, random: Random, month: date, last_day: date
) -> tuple[str, Decimal]:
    kind = random.choice(_KINDS)
    weight = Decimal(60 + random.randrange(80)) / 100 if kind == "当期" else Decimal("0.02")
    amount = round_yuan(target * office.share / 1000 / UNITS_OF_OFFICE * weight)
    unit_part = round_yuan(amount * 3 / 5)
    day = min(month + timedelta(days=3 + random.randrange(20)), last_day)
    trade = _TRADES[number % len(_TRADES)]
    name = f"{office.short_name}{trade}{_FORMS[number % len(_FORMS)]}"
    code = credit_code(office.code, 1000 + number)
    return (
        f"{month_code(month)},{office.short_name}税务局,{code},{name},{office.code},{kind},"
        f"{unit_part:.2f},{amount - unit_part:.2f},{day}"
    ), amount
