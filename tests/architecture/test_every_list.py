"""Every declared list, on real rows: opens, sorts by each column, sums, exports, keeps its reach.

A `Listing` that is declared anywhere and has no line here fails.
"""

import importlib
import inspect
import pkgutil
import re

import pytest
from django.utils.module_loading import import_string

from accounts.duties import Duty
from accounts.permissions import DutyNotHeld
from common.errors import NotFound
from common.keysets import Window
from common.lists import (
    Listing,
    Narrowing,
    Viewer,
    exported_ids,
    exported_rows,
    open_list,
    read_export,
)
from funds.selectors.books import unemployment_book
from payouts.models import BankReturnLine
from tests.architecture.matrix_objects import find
from tests.city import NOW
from tests.reconciliation.build import MONTH
from tests.standing import standing
from tests.two_cities import found_two_cities

APPS = ("accounts", "funds", "payouts", "reconciliation", "riskcontrol")
EAST, WEST = "510402", "510422"
FULL_NUMBER = re.compile(r"(?<![0-9])[0-9]{17}[0-9X](?![0-9])")

# Code -> (post that reads it, the filters its page gives it; words in capitals name an object).
READERS = {
    "accounts.selectors.audit.EVENTS": ("LOGA", {}),
    "accounts.selectors.directory.PEOPLE": ("LEAD", {}),
    "accounts.selectors.grants.GRANTS": ("LEAD", {}),
    "accounts.selectors.work.JOBS": ("LEAD", {"scope": "office"}),
    "accounts.selectors.work.NOTICES": ("PLAN", {}),
    "funds.selectors.bank_accounts.MOVEMENTS": ("FACC", {"statement_id": "bank_statement"}),
    "funds.selectors.bank_accounts.STATEMENTS": ("FACC", {"book_id": "book"}),
    "funds.selectors.bank_reviews.REVIEWED": ("FACC", {"book_id": "book", "year": 2026}),
    "funds.selectors.current_accounts.OPEN_ITEMS": (
        "FACC",
        {"book_id": "book", "month": "2026-11-01"},
    ),
    "funds.selectors.custody.CUSTODY": ("RISK", {}),
    "funds.selectors.custody.USES": ("RISK", {"item_id": "custody"}),
    "funds.selectors.entries.ENTRIES": ("FACC", {"book_id": "book"}),
    "funds.selectors.flow_findings.FINDINGS": ("FACC", {"book_id": "book"}),
    "funds.selectors.budget_list.BUDGETS": ("BUDG", {"book_id": "book"}),
    "funds.selectors.funds_plans.FUNDS_PLANS": ("FACC", {"book_id": "book"}),
    "funds.selectors.account_ledger.LEDGER_LINES": (
        "FACC",
        {"account_code": "1004", "first": f"{MONTH}", "last": f"{MONTH}", "book_id": "book"},
    ),
    "funds.selectors.gap_sheets.GAP_SHEETS": ("FACC", {"book_id": "book"}),
    "funds.selectors.reserves.RESERVES": ("FACC", {"book_id": "book"}),
    "funds.selectors.investments.INVESTMENTS": ("FACC", {"book_id": "book"}),
    "funds.selectors.tax_lists.TAX_LISTS": ("FACC", {"book_id": "book"}),
    "funds.selectors.vouchers.VOUCHERS": ("FACC", {"book_id": "book", "state": "POSTED"}),
    "accounts.selectors.parameter_changes.CHANGES": ("LEAD", {}),
    "payouts.selectors.applications.FORMS": ("FACC", {"is_received": True}),
    "payouts.selectors.batches.BATCHES": ("FACC", {"tab": "all"}),
    "payouts.selectors.instructions.INSTRUCTIONS": ("FACC", {"batch_id": "batch"}),
    "payouts.selectors.cases.CASES": ("LEAD", {"tab": "all"}),
    "payouts.selectors.claimants.RECIPIENTS": ("LEAD", {}),
    "payouts.selectors.comparisons.RESULTS": ("LEAD", {"run_id": "comparison", "state": "PASSED"}),
    "payouts.selectors.comparisons.RUNS": ("LEAD", {}),
    "payouts.selectors.plans.LINES": ("LEAD", {"plan_id": "plan"}),
    "payouts.selectors.plans.PLANS": ("LEAD", {"tab": "all"}),
    "payouts.selectors.reissues.FAILED": ("FACC", {}),
    "payouts.selectors.reissues.REISSUES": ("FACC", {"tab": "all"}),
    "payouts.selectors.returns.RETURNS": ("FACC", {"tab": "all"}),
    "payouts.selectors.returns.SETTLED": ("FACC", {"return_id": "return"}),
    "payouts.selectors.sources.EXTRACTS": ("LEAD", {}),
    "payouts.selectors.unlocks.UNLOCKS": ("LEAD", {}),
    "payouts.selectors.entitlement_changes.CHANGES": ("PLAN", {}),
    "reconciliation.selectors.adjustments.ADJUSTMENTS": ("FCHK", {}),
    "reconciliation.selectors.differences.DIFFERENCES": ("FCHK", {}),
}
# Lists without a filter, because there is one row a month, or a handful in all.
SHORT = {
    "funds.selectors.custody.USES": "of one seal, key or book of bills",
    "funds.selectors.tax_lists.TAX_LISTS": "one a month",
    "reconciliation.selectors.adjustments.ADJUSTMENTS": "one a month",
}
ASKED = {"filters", "year"}  # what a page always gives, and lets the reader choose
OBJECTS = {"bank_statement", "custody", "batch", "comparison", "plan", "return"}
OF_ONE_OBJECT = [code for code, (_, filters) in READERS.items() if OBJECTS & {*filters.values()}]


def declared():
    """Return every list declared in a selector of any app, by the code that names it."""
    found = {}
    for app in APPS:
        try:
            package = importlib.import_module(f"{app}.selectors")
        except ModuleNotFoundError:
            continue
        for info in pkgutil.walk_packages(package.__path__, f"{app}.selectors."):
            module = importlib.import_module(info.name)
            found |= {
                f"{info.name}.{name}": value
                for name, value in vars(module).items()
                if isinstance(value, Listing) and value.code.startswith(f"{info.name}.")
            }
    return found


LISTS = declared()


def test_every_list_has_its_line_and_its_own_name():
    assert set(LISTS) == set(READERS)
    for code, listing in LISTS.items():
        assert listing.code == code
        assert import_string(code) is listing
        assert not listing.duty or listing.duty in Duty.values
        keys = [column.key for column in listing.columns]
        assert len(keys) == len(set(keys))
        assert not listing.default or listing.default.removeprefix("-") in listing.sortable


def test_every_list_is_narrowed_by_more_than_its_tab():
    """What its object is and which tab is open are not filters of a list."""
    given = {"viewer", "_viewer", "scope", "tab", "book_id", "only_failed", "is_received"}
    plain = {
        code
        for code, listing in LISTS.items()
        if not {
            name
            for name, parameter in inspect.signature(listing.query).parameters.items()
            if name not in given and (parameter.default is not parameter.empty or name in ASKED)
        }
    }
    assert plain == set(SHORT)


@pytest.fixture(scope="module")
def ground(django_db_setup, django_db_blocker):
    """A city with an object of every kind in two offices; undone after this module."""
    with standing(django_db_blocker, "two_cities", found_two_cities) as (city, _):
        city.enter()
        yield city


def planted(city, kind):
    """Return the id of an object that has lines."""
    if kind == "return":
        lines = BankReturnLine.objects.filter(bank_return__batch__organisation__code=EAST)
        return lines.values_list("bank_return_id", flat=True)[0]
    return find(city, kind, EAST)


def reader(city, code):
    """Return who opens a list, and its filters with the ids of planted objects."""
    post, filters = READERS[code]
    named = {
        name: planted(city, value) if value in OBJECTS else value for name, value in filters.items()
    }
    if "book_id" in named:
        named["book_id"] = unemployment_book().pk
    office = EAST if post == "PLAN" else "510400"
    city.enter()
    return Viewer(city.actor(post, office), NOW), Narrowing(named)


@pytest.mark.parametrize("code", READERS)
def test_every_column_sorts_without_losing_a_row(ground, code):
    viewer, narrow = reader(ground, code)
    listing = LISTS[code]
    expected = {row.pk for row in listing.query(viewer, **narrow.filters)}
    assert expected, "nothing is planted for this list"
    for key in ["", *listing.sortable, *(f"-{key}" for key in listing.sortable)]:
        seen, window = [], Window(sort=key)
        while True:
            page = open_list(listing, viewer, window=window, narrow=narrow, size=1)
            seen += [row.pk for row in page.page.rows]
            if page.page.next is None:
                break
            window = Window(after=str(page.page.next), sort=key)
        assert (len(seen), set(seen)) == (len(expected), expected), key
        assert page.sort == (key or listing.default)


@pytest.mark.parametrize("code", READERS)
def test_every_workbook_holds_all_rows_and_no_full_number(ground, code):
    viewer, narrow = reader(ground, code)
    listing = LISTS[code]
    page = open_list(listing, viewer, window=Window(), narrow=narrow)
    if not listing.duty:
        assert page.export_token == ""
        return
    request = read_export(page.export_token)
    ids = list(exported_ids(listing, viewer, request))
    rows = exported_rows(listing, viewer, request, ids)
    assert len(rows) == page.count == len(ids)
    assert {len(row) for row in rows} == {len(listing.export_columns())}
    assert not FULL_NUMBER.search(str(rows))


@pytest.mark.parametrize("code", READERS)
def test_totals_are_the_sums_of_the_rows(ground, code):
    viewer, narrow = reader(ground, code)
    page = open_list(LISTS[code], viewer, window=Window(), narrow=narrow)
    summed = [column for column in LISTS[code].columns if column.total]
    assert bool(page.totals) == bool(summed)
    shown = [cell for cell in page.totals[1:] if cell.page is not None]
    for column, cell in zip(summed, shown, strict=True):
        values = [column.read(row) for row in page.rows]
        assert cell.page == cell.all == sum(value for value in values if value is not None)


@pytest.mark.parametrize("code", READERS)
def test_a_post_without_the_duty_is_refused_and_exports_nothing(ground, code):
    listing, (_, narrow) = LISTS[code], reader(ground, code)
    if not listing.duty:
        return
    outsider = Viewer(ground.actor("SYS" if "directory" not in code else "FACC"), NOW)
    if "grants" in code:
        outsider = Viewer(ground.actor("FACC"), NOW)
    if "parameter_changes" in code:
        outsider = Viewer(ground.actor("SEAL"), NOW)
    try:
        rows = list(listing.query(outsider, **narrow.filters))
    except (DutyNotHeld, NotFound):
        return
    assert rows == [], "reach limits the rows"


@pytest.mark.parametrize("code", OF_ONE_OBJECT)
def test_the_lines_of_another_office_answer_as_if_they_were_not_there(ground, code):
    _, narrow = reader(ground, code)
    viewer = Viewer(ground.actor("OFFH", WEST), NOW)
    with pytest.raises((NotFound, DutyNotHeld)):
        LISTS[code].query(viewer, **narrow.filters)
