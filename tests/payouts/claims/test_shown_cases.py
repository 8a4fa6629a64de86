"""What a case's pages read by statements of their own, beside the same read by the ORM."""

from datetime import timedelta

import pytest

from common.encryption import Purpose, lookup_key
from common.errors import NotFound
from payouts.enums import ExtractState, SourceKind
from payouts.models import SourceExtract
from payouts.selectors.case_access import shown_case, visible_case
from payouts.selectors.case_sources import sources_of_people, sources_of_person
from tests.city import TODAY, found_city
from tests.payouts.claims.story import determine, import_rows, person_number, start, take_in

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


class TestReadSources:
    """read_sources.sql beside the newest extracts and their rows."""

    def test_it_gives_each_kinds_newest_word_on_each_person(self, city):
        numbers = [person_number(index) for index in (1, 2)]
        keys = [lookup_key(number, purpose=Purpose.IDENTITY) for number in numbers]
        rows = [(number, f"人{number[-4:]}", {"place": "510402"}) for number in numbers]
        import_rows(city, rows=[(numbers[0], "旧名", {})], data_date=TODAY - timedelta(days=1))
        import_rows(city, rows=[rows[0], (numbers[1], "李四", {"place": "外省"})])
        import_rows(city, kind=SourceKind.MEDICAL, rows=rows[:1], data_date=TODAY)
        import_rows(city, kind=SourceKind.MEDICAL, rows=[], data_date=TODAY)
        views = sources_of_people(person_keys=keys, today=TODAY)
        for key in keys:
            for view in views[key]:
                extract = (
                    SourceExtract.objects.filter(kind=view.kind, state=ExtractState.APPLIED)
                    .order_by("-data_date", "-id")
                    .first()
                )
                row = extract.rows.filter(person_key=key).first()
                assert (view.data_date, view.month) == (extract.data_date, extract.month)
                assert view.is_found == (row is not None)
                assert view.name == (row.name if row else "")
        places = [views[key][0].place for key in keys]
        assert places == [city.offices["510402"].short_name, "外省"]
        assert not any(views[key][1].is_found for key in keys), "the newest knows nobody"

    def test_without_an_extract_nobody_is_found(self, city):
        enrolment, medical = sources_of_person(person_key="0" * 64, today=TODAY)
        assert not enrolment.is_found
        assert medical.data_date is None
