"""What waits for whom, and the banner that goes when the month is signed."""

from datetime import date

import pytest

from accounts.services.signatures import Verdict
from reconciliation.selectors.worklist import list_banners, list_waiting_work
from reconciliation.services.ledger_bank import run_ledger_bank
from reconciliation.services.statements import (
    confirm_statement,
    prepare_statement,
    sign_statement,
)
from tests.reconciliation.build import AT, MONTH, bank_statement, book, pay
from tests.reconciliation.test_business_ledger import EAST, WEST, run

pytestmark = pytest.mark.django_db
EARLY, LATE = date(2026, 11, 3), date(2026, 11, 30)


def waiting(city, post, office="510400", today=EARLY):
    work = list_waiting_work(actor=city.actor(post, office), today=today)
    return {line.label: (line.count, line.overdue_count) for line in work}


def test_each_step_of_a_statement_waits_for_its_post_and_for_nobody_else(city):
    book(city, pay(city, EAST, ["1864.00"]))
    assert waiting(city, "PLAN", EAST) == {"对账明细表待编制": (1, 0)}
    assert waiting(city, "PLAN", EAST, LATE) == {"对账明细表待编制": (1, 1)}
    assert waiting(city, "PLAN", WEST) == {}
    run(city)
    statement = prepare_statement(
        actor=city.actor("PLAN", EAST), organisation_id=city.offices[EAST].pk, month=MONTH, at=AT
    )
    assert waiting(city, "PLAN", EAST) == {}
    assert waiting(city, "OFFH", EAST, LATE) == {"对账明细表待签字": (1, 1)}
    sign_statement(
        actor=city.actor("OFFH", EAST),
        statement_id=statement.pk,
        verdict=Verdict("APPROVE", "", AT),
    )
    assert waiting(city, "OFFH", EAST) == {}
    assert waiting(city, "FACC") == {"对账明细表待财务确认": (1, 0)}
    confirm_statement(actor=city.actor("FACC"), statement_id=statement.pk, at=AT)
    assert waiting(city, "FACC") == {}


def test_a_difference_waits_for_its_owner_then_for_a_second_person(city):
    pay(city, EAST, ["900.00"])
    [row] = run(city).differences.all()
    assert waiting(city, "FACC") == {"差异待查明": (1, 0)}
    assert waiting(city, "OFFH", EAST) == {}
    type(row).objects.update(
        state="EXPLAINED", explanation="x", explained_by_id=city.actor("FACC").user_id
    )
    assert waiting(city, "OFFH", EAST, date(2026, 12, 1)) == {"差异待销号": (1, 1)}
    assert waiting(city, "OFFH", WEST) == {}


def test_the_cashier_reconciles_the_bank_and_the_checker_checks(city):
    batch = pay(city, EAST, ["900.00"])
    assert waiting(city, "FCASH") == {"账户待银行对账": (1, 0)}
    bank_statement(
        city, [(date(2026, 10, 20), "900.00", "0.00", "NY000001", batch.number)], opening="900.00"
    )
    run_ledger_bank(actor=city.actor("FCASH"), month=MONTH, at=AT)
    assert waiting(city, "FCASH") == {}
    assert waiting(city, "FCHK") == {"余额调节表待复核": (1, 0)}


def test_the_banner_stands_until_the_office_head_has_signed(city):
    book(city, pay(city, EAST, ["1864.00"]))
    for post in ("PLAN", "OFFH"):
        [banner] = list_banners(actor=city.actor(post, EAST), today=EARLY)
        assert banner.text.startswith("东区2026年10月对账明细表未签字")
        assert banner.level == "warning"
    [banner] = list_banners(actor=city.actor("PLAN", EAST), today=LATE)
    assert banner.level == "danger"
    assert list_banners(actor=city.actor("PLAN", WEST), today=EARLY) == []
    assert list_banners(actor=city.actor("FACC"), today=EARLY) == []
    run(city)
    statement = prepare_statement(
        actor=city.actor("PLAN", EAST), organisation_id=city.offices[EAST].pk, month=MONTH, at=AT
    )
    sign_statement(
        actor=city.actor("OFFH", EAST),
        statement_id=statement.pk,
        verdict=Verdict("APPROVE", "", AT),
    )
    assert list_banners(actor=city.actor("PLAN", EAST), today=EARLY) == []
