"""What the national enrolment and the medical insurance say of the demo's people each month.

Most agree with the claims; a few are planted to differ: a name written differently, a person who
works again, a premium paid by another unit, a person the medical insurance does not know.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from common.periods import add_months, month_code, month_of
from config.demo.calendar import DemoCalendar
from config.demo.charters import DemoCity, DemoOffice
from config.demo.claims import DemoClaim, applicant_of, claim_of, recipients_of
from payouts.enums import SourceKind

PAYER_UNIT = "YB510400001"  # the pool's own unit at the medical insurance
OTHER_UNIT = "YB510400873"
UNITS = ("攀钢建筑安装有限公司", "金沙水务有限责任公司", "仁和果业有限公司", "炳草岗百货有限公司")
LOOK_ALIKE = {"伟": "玮", "军": "君", "芳": "方", "静": "婧", "丽": "莉", "强": "墙", "平": "苹"}
ENROLMENT_COLUMNS = "identity,name,place,status,last premium month,contributed months,unit"
MEDICAL_COLUMNS = "month,identity,name,medical unit no,unit,base,unit part,person part,total"
APPLICANTS = 12  # people of each office who have not drawn yet


@dataclass(frozen=True, slots=True)
class Planted:
    """How one person's data differ in one month; nothing set: they agree."""

    name: str
    works_again: bool = False
    other_payer: bool = False
    unknown_to_medical: bool = False


def extract_files(
    city: DemoCity, recipients: int, seed: int, calendar: DemoCalendar, month: date
) -> dict[SourceKind, bytes]:
    """Return the extracts of a month, of the national enrolment and the medical insurance.

    Both in one pass over the people (docs/formats.md §4).
    """
    enrolment: list[str] = []
    medical: list[str] = []
    for claim, planted in _people(city, recipients, seed, calendar, month):
        enrolment.append(_enrolment_row(claim, planted, month))
        if not planted.unknown_to_medical:
            medical.append(_medical_row(claim, planted, month))
    day = data_day(calendar, month)
    return {
        SourceKind.ENROLMENT: _file(
            f"#enrolment,{day},{len(enrolment)}", ENROLMENT_COLUMNS, enrolment
        ),
        SourceKind.MEDICAL: _file(
            f"#medical,{day},{len(medical)},{month_code(month)}", MEDICAL_COLUMNS, medical
        ),
    }


def _file(head: str, columns: str, rows: list[str]) -> bytes:
    return "\n".join([head, columns, *rows, ""]).encode()


def _enrolment_row(claim: DemoClaim, planted: Planted, month: date) -> str:
    stopped = add_months(month_of(claim.applied_date), -1)
    status, last, unit = "STOPPED", stopped, ""
    if planted.works_again:
        status, last = "ACTIVE", month
        unit = UNITS[claim.person.number % len(UNITS)]
    return (
        f"{claim.person.identity},{planted.name},{claim.office.short_name},{status},"
        f"{month_code(last)},{claim.contributed_months},{unit}"
    )


def _medical_row(claim: DemoClaim, planted: Planted, month: date) -> str:
    unit, unit_name = PAYER_UNIT, "就业创业促进中心"
    if planted.other_payer:
        unit, unit_name = OTHER_UNIT, UNITS[claim.person.number % len(UNITS)]
    return (
        f"{month_code(month)},{claim.person.identity},{planted.name},{unit},{unit_name},"
        "4246.00,254.76,84.92,339.68"
    )


def data_day(calendar: DemoCalendar, month: date) -> date:
    """Return the day the month's extracts are of."""
    return calendar.day_of(month, 16)


def _people(
    city: DemoCity, recipients: int, seed: int, calendar: DemoCalendar, month: date
) -> Iterator[tuple[DemoClaim, Planted]]:
    """Yield who is in the extracts: everybody who draws by then, this month applicants too."""
    until = month + timedelta(days=31)
    for office in city.offices:
        for number in range(recipients_of(city, office, recipients)):
            claim = claim_of(office, number, seed, calendar)
            if claim.applied_date < until:
                yield claim, planted_for(office, claim, seed, month)
        if month == calendar.month:
            for place in range(APPLICANTS):
                claim = applicant_of(city, office, place, recipients, seed, calendar)
                yield claim, Planted(claim.person.name)


def planted_for(office: DemoOffice, claim: DemoClaim, seed: int, month: date) -> Planted:
    """Return how a person's data differ in a month."""
    person = claim.person
    lasting = Random(f"{seed}/lasting/{office.code}/{person.number}")
    # Works again from some month on: about one in a hundred by the last month.
    again = lasting.random() < 0.012
    since = add_months(month_of(claim.applied_date), 1 + lasting.randrange(4))
    random = Random(f"{seed}/source/{office.code}/{person.number}/{month}")
    draw = random.random()
    return Planted(
        name=_look_alike(person.name) if draw < 0.02 else person.name,
        works_again=again and month >= since,
        other_payer=0.02 <= draw < 0.023,
        unknown_to_medical=0.023 <= draw < 0.027,
    )


def _look_alike(name: str) -> str:
    """Return the name with one character written differently, if it has such a character."""
    for right, wrong in LOOK_ALIKE.items():
        if right in name[1:]:
            return name[0] + name[1:].replace(right, wrong, 1)
    return name
