"""What a new year needs: its months in every book, and its working days."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from accounts.models import WorkYear
from funds.models import Period
from tests.city import found_city

NOTICE = "2027-01-01 休\n\n2027-02-06 班\n"


@pytest.fixture
def notice(tmp_path):
    def write(text=NOTICE):
        path = tmp_path / "notice.txt"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.django_db(transaction=True)
def test_the_months_of_a_year_open_in_every_book_and_only_once():
    city = found_city()
    for _ in range(2):
        call_command("open_periods", "2027")
    with city.tenant():
        months = Period.objects.filter(month__year=2027)
        assert months.filter(state="OPEN").count() == 3 * 12
        assert Period.objects.filter(month__year=2026).count() == 3 * 12


@pytest.mark.django_db
class TestWorkYear:
    def enter(self, path, year="2027"):
        call_command("add_work_year", year, str(path), source="国办发明电〔2026〕7号")

    def test_the_notice_departs_from_the_week(self, notice):
        self.enter(notice())
        year = WorkYear.objects.get(pk=2027)
        assert date(2027, 1, 1) not in year.days  # a Friday, New Year's Day
        assert date(2027, 2, 6) in year.days  # a Saturday, worked
        # 2027 has 261 days from Monday to Friday: one off, one Saturday worked.
        assert (len(year.days), year.source) == (261, "国办发明电〔2026〕7号")

    def test_a_year_is_entered_once(self, notice):
        with pytest.raises(CommandError, match="entered already"):
            self.enter(notice(), "2026")

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("2027-02-30 休", "line 1"),
            ("2026-12-31 休", "a day of 2027"),
            ("2027-01-01", "followed by"),
            ("2027-01-02 休", "is so already"),
            ("2027-01-04 班", "is so already"),
            ("2027-01-01 休\n2027-01-01 休", "line 2"),
            ("", "changes no day"),
        ],
    )
    def test_a_wrong_notice_is_refused_by_its_line(self, notice, text, words):
        with pytest.raises(CommandError, match=words):
            self.enter(notice(text))
        assert not WorkYear.objects.filter(pk=2027).exists()
