"""The demo's two cities: offices, and one person for every post."""

from dataclasses import dataclass
from datetime import date
from random import Random

from accounts.enums import Onboarding, OrganisationLevel
from accounts.services.founding import OfficeCharter, PersonCharter, PoolCharter
from common.identifiers import make_identity_number
from config.demo.people import invent_name

DEMO_PASSWORD = "Three-gates-2026"  # noqa: S105 (printed for everybody who tries the demo)

STAFF_REGION = "510105"  # staff were born where no recipient was

OFFICE_POSTS = ("ACC", "REV1", "REV2", "APP", "PLAN", "OFFH", "RISK")
CITY_POSTS = (
    *("DEPT", "LEAD", "HEAD", "FACC", "FCHK", "FCASH", "FHEAD", "BUDG", "SEAL", "BILL", "KEY"),
    *("SUPV", "AUDX", "DATA", "PERM", "SYS", "SEC", "LOGA"),
)
# Books what the first accountant prepared: nobody signs two steps of one voucher.
SECOND_ACCOUNTANT = "FACC2"
# Second holders of a post: who takes over a seal, who keeps the other key of an account.
SECONDS = {SECOND_ACCOUNTANT: "FACC", "SEAL2": "SEAL", "KEY2": "KEY"}


@dataclass(frozen=True, slots=True)
class DemoOffice:
    """One office, its share (per mille) of the city's recipients, and where their identity
    numbers were issued.
    """

    code: str
    name: str
    short_name: str
    share: int
    identity_region: str


@dataclass(frozen=True, slots=True)
class DemoCity:
    """A city to found. The first office is the city centre.

    `suffix` goes behind the staff numbers of city posts, which are unique in the installation.
    """

    code: str
    name: str
    suffix: str
    offices: tuple[DemoOffice, ...]


PANZHIHUA = DemoCity(
    code="510400",
    name="攀枝花市",
    suffix="",
    offices=(
        DemoOffice("510400", "攀枝花市就业创业促进中心", "市本级", 320, "510401"),
        DemoOffice("510402", "东区就业创业促进中心", "东区", 240, "510402"),
        DemoOffice("510403", "西区就业创业促进中心", "西区", 130, "510403"),
        DemoOffice("510411", "仁和区就业创业促进中心", "仁和区", 120, "510411"),
        DemoOffice("510421", "米易县就业创业促进中心", "米易县", 100, "510421"),
        DemoOffice("510422", "盐边县就业创业促进中心", "盐边县", 90, "510422"),
    ),
)
LIANGSHAN = DemoCity(
    code="513400",
    name="凉山州",
    suffix="513400",
    offices=(
        DemoOffice("513400", "凉山州就业服务管理局", "州本级", 500, "513422"),
        DemoOffice("513401", "西昌市就业服务管理局", "西昌市", 500, "513401"),
    ),
)


def charter_of(city: DemoCity, *, founded_on: date, seed: int) -> PoolCharter:
    """Return what is founded: the offices, and one invented person per post and office."""
    random = Random(f"{seed}/staff/{city.code}")
    people: list[PersonCharter] = []
    for position, office in enumerate(city.offices):
        posts = OFFICE_POSTS if position else (*OFFICE_POSTS, *CITY_POSTS, *SECONDS)
        people += [_person(city, office, post, random, len(people)) for post in posts]
    return PoolCharter(
        code=city.code,
        name=city.name,
        offices=tuple(
            OfficeCharter(
                code=office.code,
                region_code=office.code,
                name=office.name,
                short_name=office.short_name,
                level=OrganisationLevel.COUNTY if position else OrganisationLevel.CITY,
                onboarding=Onboarding.PILOT if office is city.offices[-1] else Onboarding.LIVE,
            )
            for position, office in enumerate(city.offices)
        ),
        people=tuple(people),
        founded_on=founded_on,
    )


def staff_number(city: DemoCity, office_code: str, post: str) -> str:
    """Return the staff number: the post's code, and the office's where the office has the post."""
    suffix = city.suffix if post in {*CITY_POSTS, *SECONDS} else office_code
    return f"{post.lower()}{suffix}"


def _person(
    city: DemoCity, office: DemoOffice, post: str, random: Random, count: int
) -> PersonCharter:
    is_male = random.random() < 0.5
    born = date(1972 + random.randrange(24), 1 + random.randrange(12), 1 + random.randrange(28))
    return PersonCharter(
        username=staff_number(city, office.code, post),
        name=invent_name(random, is_male=is_male),
        office_code=office.code,
        posts=(SECONDS.get(post, post),),
        password=DEMO_PASSWORD,
        identity_number=make_identity_number(STAFF_REGION, born, 900 + count % 90),
    )
