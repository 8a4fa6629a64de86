"""What a case's pages read by statements of their own, beside the same read by the ORM."""

import pytest

from common.errors import NotFound
from payouts.selectors.case_access import shown_case, visible_case
from tests.city import found_city
from tests.payouts.claims.story import determine, start, take_in

pytestmark = pytest.mark.django_db

RELATIONS = (
    "item",
    "claimant",
    "organisation",
    "insured_organisation",
    "paying_organisation",
    "payee_account",
    "entered_by",
)


@pytest.fixture
def city():
    return found_city()


@pytest.fixture
def case(city):
    return take_in(city)


def loaded(row):
    """Return the columns that were read of a row."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


class TestReadCase:
    """read_case.sql beside `visible_case`."""

    @pytest.mark.parametrize("situation", ["begun", "waiting", "determined"])
    def test_it_gives_what_the_whole_rows_hold(self, city, situation):
        if situation == "begun":  # without an account and a place yet
            case = start(city)
        else:
            case = take_in(city)
            if situation == "determined":
                determine(city, case)
        actor = city.actor("ACC", "510402")
        whole, shown = visible_case(actor, case.pk), shown_case(actor, case.pk)
        assert loaded(shown).items() <= loaded(whole).items()
        for name in RELATIONS:
            one, other = getattr(whole, name), getattr(shown, name)
            assert one == other
            assert other is None or loaded(other).items() <= loaded(one).items()

    def test_what_is_left_out_is_read_when_asked_for(self, city, case):
        shown = shown_case(city.actor("ACC", "510402"), case.pk)
        assert shown.get_deferred_fields() == {"agent_identity_cipher", "changed_at"}
        assert shown.changed_at == case.changed_at

    def test_another_office_finds_nothing(self, city, case):
        with pytest.raises(NotFound):
            shown_case(city.actor("ACC", "510403"), case.pk)
        with pytest.raises(NotFound):
            shown_case(city.actor("ACC", "510402"), case.pk + 1)
