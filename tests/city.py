"""A pool with its six offices and a person for every post: the ground most tests stand on.

city = found_city()                      # inside a test that uses the database
clerk = city.actor("ACC", "510402")      # a Person acting under that post
with city.tenant(clerk): ...             # only in tests that commit (transaction=True)
"""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.db import connection, transaction

from accounts.enums import OrganisationLevel
from accounts.models import Organisation, Pool, PostGrant, User
from accounts.services.founding import OfficeCharter, PersonCharter, PoolCharter, found_pool
from common.actor import Person
from common.periods import months_between
from common.tenancy import SET_TENANT, tenant_transaction
from config.demo.calendar import DemoCalendar
from config.demo.founding import fill_work_years
from funds.models import Book
from funds.services.founding import open_books, open_periods
from payouts.services.founding import install_catalogue
from tests.values import put_value

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
TODAY = date(2026, 11, 2)
FIRST_MONTH = date(2026, 1, 1)
PASSWORD = "Correct-horse-9"

OFFICES = (
    ("510400", "攀枝花市就业创业促进中心", "市本级"),
    ("510402", "东区就业创业促进中心", "东区"),
    ("510403", "西区就业创业促进中心", "西区"),
    ("510411", "仁和区就业创业促进中心", "仁和区"),
    ("510421", "米易县就业创业促进中心", "米易县"),
    ("510422", "盐边县就业创业促进中心", "盐边县"),
)
OFFICE_POSTS = ("ACC", "REV1", "REV2", "APP", "PLAN", "OFFH", "RISK")
CITY_POSTS = (
    *("DEPT", "LEAD", "HEAD", "FACC", "FCHK", "FCASH", "FHEAD", "BUDG", "SUPV", "AUDX"),
    *("DATA", "PERM", "SYS", "SEC", "LOGA", "SEAL", "BILL", "KEY"),
)


SECOND_ACCOUNTANT = "FACC2"  # books what the first one prepared
# Second holders of a post, and the post they hold: who takes over a seal, who keeps the other key.
SECONDS = {SECOND_ACCOUNTANT: "FACC", "SEAL2": "SEAL", "KEY2": "KEY"}


@dataclass
class City:
    """What a test needs of a founded pool."""

    pool: Pool
    offices: dict[str, Organisation]
    actors: dict[tuple[str, str], Person] = field(default_factory=dict)

    def actor(self, post: str, office: str = "510400") -> Person:
        """Return the person who holds `post` at the office (city posts: at the centre)."""
        return self.actors[post, office]

    def user(self, post: str, office: str = "510400") -> User:
        """Return the user behind `actor`."""
        return User.objects.get(pk=self.actor(post, office).user_id)

    @contextmanager
    def tenant(self, actor: Person | None = None):
        """Open the tenant's transaction, in tests that commit."""
        with tenant_transaction(actor or next(iter(self.actors.values()))):
            yield

    def enter(self) -> None:
        """Give the test's own transaction this pool's identity."""
        with connection.cursor() as cursor:
            cursor.execute(SET_TENANT, [str(self.pool.pk), ""])


def found_city(
    code: str = "510400",
    name: str = "攀枝花市",
    offices: tuple = OFFICES,
    prefix: str = "",
    rules: str = "SICHUAN",
) -> City:
    """Found a pool with books, catalogue, and one person per post and office; stay in it."""
    charters = tuple(
        OfficeCharter(
            code=office_code,
            region_code=office_code,
            name=office_name,
            short_name=short,
            level=OrganisationLevel.COUNTY if position else OrganisationLevel.CITY,
        )
        for position, (office_code, office_name, short) in enumerate(offices)
    )
    people = tuple(
        PersonCharter(
            username=f"{prefix}{post.lower()}{charter.code}",
            name=f"{charter.short_name}{post}",
            office_code=charter.code,
            posts=(SECONDS.get(post, post),),
            password=PASSWORD,
        )
        for position, charter in enumerate(charters)
        for post in (OFFICE_POSTS if position else (*OFFICE_POSTS, *CITY_POSTS, *SECONDS))
    )
    with transaction.atomic():
        pool = found_pool(
            charter=PoolCharter(code, name, charters, people, date(2026, 1, 1)), now=NOW
        )
        open_books(pool=pool, first_month=FIRST_MONTH, months=12)
        install_catalogue(pool=pool, now=NOW, rules=rules)
        city = City(pool, {o.code: o for o in Organisation.objects.order_by("id")})
        for grant in PostGrant.objects.select_related("organisation", "user"):
            name = grant.user.username.removeprefix(prefix)
            place = grant.organisation.code
            post = name.removesuffix(place).upper()
            city.actors[post, place] = Person(
                pool.pk, grant.organisation_id, grant.user_id, grant.pk, grant.post_id
            )
    return city


def live_by_the_clock(city: City, now: datetime) -> City:
    """Let a founded city live on the day the clock shows, whichever day that is.

    For tests that stand beside processes with a clock of their own: the working days of the year
    and the next are known, the months up to the next are open, and no deadline of a month bites.
    """
    calendar = DemoCalendar(now)
    with city.tenant():
        fill_work_years(calendar)
        months = months_between(FIRST_MONTH, calendar.month) + 2
        for book in Book.objects.all():
            open_periods(book=book, first_month=FIRST_MONTH, months=months)
        stages = ("ACCEPT", "REVIEW", "PLAN", "PAY", "RETURN")
        put_value(city.pool, "deadlines", dict.fromkeys(stages, 31), date(2026, 1, 2))
        next_year = calendar.month.year + 1  # this year needs no budget
        put_value(city.pool, "budget_required_from_year", next_year, date(2026, 1, 2))
    return city


def another_city() -> City:
    """Found a second pool beside the first; the caller re-enters the one it needs."""
    return found_city(
        "513400",
        "凉山州",
        (("513400", "凉山州就业服务中心", "州本级"), ("513401", "西昌市就业服务中心", "西昌市")),
        prefix="ls",
    )
