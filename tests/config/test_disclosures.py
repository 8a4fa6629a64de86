"""The sheet for the public: fixed lines, nobody to be recognised, signed before it goes out."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pypdfium2
import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.services.signatures import Verdict
from config.disclosures.figures import (
    SMALLEST_GROUP,
    build_disclosure,
    hidden_offices,
    recipient_cells,
)
from config.disclosures.views import disclosure_pdf
from config.disclosures.worklist import list_waiting_disclosures
from funds.enums import StatementForm, StatementSpan
from funds.selectors.books import unemployment_book
from funds.selectors.financial_statements import get_statement
from funds.selectors.statement_figures import StatementScope, compute_figures
from funds.services.financial_statements import (
    StatementDraft,
    prepare_financial_statement,
    sign_financial_statement,
)
from payouts.models import Claimant, PaymentInstruction
from payouts.selectors.recipient_counts import OfficeRecipients
from tests.city import TODAY, found_city
from tests.reconciliation.build import book, pay

AT = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
SEPTEMBER = date(2026, 9, 1)
EAST, WEST, MIYI = "510402", "510403", "510421"
LONG_NUMBER = re.compile(r"[0-9]{11,}|[0-9]{17}X")


def office(code, persons):
    return OfficeRecipients(code, code, persons, Decimal(1000 * persons))


class TestSmallGroups:
    @pytest.mark.parametrize(
        ("sizes", "hidden"),
        [
            ({"A": 9, "B": 5, "C": 7}, set()),
            # One small office alone could be subtracted from the total: the next smallest goes too.
            ({"A": 9, "B": 3, "C": 7}, {"B", "C"}),
            ({"A": 9, "B": 3, "C": 4, "D": 7}, {"B", "C"}),  # together 7, not told apart
            ({"A": 9, "B": 1, "C": 1, "D": 7}, {"B", "C", "D"}),  # together 2: still too few
            ({"A": 2}, {"A"}),
            ({}, set()),
        ],
        ids=["none", "one", "two", "tiny", "alone", "nobody"],
    )
    def test_what_is_left_out(self, sizes, hidden):
        assert hidden_offices([office(code, n) for code, n in sizes.items()]) == hidden

    @given(st.lists(st.integers(0, 12), max_size=6))
    def test_no_office_under_five_is_told_or_can_be_worked_out(self, sizes):
        offices = [office(str(place), persons) for place, persons in enumerate(sizes)]
        hidden = hidden_offices(offices)
        assert all(one.code in hidden for one in offices if one.persons < SMALLEST_GROUP)
        left_out = [one.persons for one in offices if one.code in hidden]
        if left_out and len(hidden) < len(offices):  # else nothing is told to subtract from
            assert len(left_out) > 1
            assert sum(left_out) >= SMALLEST_GROUP


def scope():
    book_id = unemployment_book().pk
    return StatementScope(book_id, StatementForm.DISCLOSURE, StatementSpan.QUARTER, SEPTEMBER)


def prepared(city):
    """Six persons in the east, three in the west, seven in Miyi were paid in September."""
    for code, persons in ((EAST, 6), (WEST, 3), (MIYI, 7)):
        paid = pay(city, code, ["1000.00"] * persons, bank_date=date(2026, 9, 20))
        book(city, paid, day=date(2026, 9, 20))
    actor = city.actor("FACC")
    cells = recipient_cells(actor=actor, book=unemployment_book(), scope=scope())
    draft = StatementDraft(scope(), ["基金运行平稳"], cells)
    statement = prepare_financial_statement(actor=actor, draft=draft, at=AT)
    return get_statement(actor=actor, statement_id=statement.pk, form=StatementForm.DISCLOSURE)


def text_of(sheet):
    document = pypdfium2.PdfDocument(disclosure_pdf(sheet, "攀枝花市就业创业促进中心"))
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


@pytest.mark.django_db
class TestSheet:
    def test_it_keeps_the_figures_of_the_books_and_of_the_payments(self):
        city = found_city()
        found = build_disclosure(prepared(city).cells)
        lines = {line.label: line.current for line in found.lines}
        assert lines["基金支出"] == lines["失业保险金支出"] == Decimal("16000.00")
        assert lines["本期基金结余"] == Decimal("-16000.00")
        assert (found.city.persons, found.city.amount) == (16, Decimal("16000.00"))
        # West has three; east, the next smallest, goes with it.
        assert [(one.label, one.persons) for one in found.offices] == [
            ("东区", None), ("西区", None), ("米易县", 7),
        ]  # fmt: skip

    def test_the_lines_add_up_to_income_and_expenditure(self):
        city = found_city()
        found = build_disclosure(prepared(city).cells)
        tops = [place for place, line in enumerate(found.lines) if line.level == 0]
        income, spent, surplus = (found.lines[place] for place in tops)
        assert sum(line.current for line in found.lines[1 : tops[1]]) == income.current
        assert sum(line.current for line in found.lines[tops[1] + 1 : tops[2]]) == spent.current
        assert income.current - spent.current == surplus.current

    def test_nothing_about_anybody_stands_on_it(self):
        city = found_city()
        text = text_of(prepared(city))
        assert "失业保险金领取情况" in text
        assert "16,000.00" in text
        names = {*Claimant.objects.values_list("name", flat=True)}
        names |= {*PaymentInstruction.objects.values_list("payee_name", flat=True)}
        names |= {*User.objects.values_list("name", flat=True)}
        assert len(names) > 20
        words = re.sub(r"\s", "", text)  # a print may space what it says
        assert [name for name in names if name in words] == []
        without_hash = re.sub(r"SHA-256 [0-9a-f]{64}", "", text)
        assert LONG_NUMBER.findall(without_hash) == []
        assert "未签发，不得公布" in text

    def test_it_waits_for_checker_and_heads_and_for_closed_months(self):
        city = found_city()
        sheet = prepared(city)
        [waiting] = list_waiting_disclosures(actor=city.actor("FCHK"), today=TODAY)
        assert (waiting.label, waiting.count) == ("待复核信息披露", 1)
        assert waiting.url.endswith(f"?year={sheet.scope.month.year}&book=UNEMPLOYMENT")
        for post in ("FCHK", "FHEAD"):
            verdict = Verdict("APPROVE", "同意", AT)
            statement = sign_financial_statement(
                actor=city.actor(post), statement_id=sheet.id, verdict=verdict
            )
        assert statement.state == "SIGNING"
        assert list_waiting_disclosures(actor=city.actor("FCHK"), today=TODAY) == []

    def test_another_books_disclosure_has_no_recipients(self):
        city = found_city()
        skills = type(unemployment_book()).objects.get(kind="SKILL_ACTION")
        each = StatementScope(skills.pk, StatementForm.DISCLOSURE, StatementSpan.QUARTER, SEPTEMBER)
        assert recipient_cells(actor=city.actor("FACC"), book=skills, scope=each) == {}
        assert build_disclosure(compute_figures(each).cells).city is None


@pytest.mark.django_db(transaction=True)
def test_pages_prepare_show_and_print(client, time_machine):
    time_machine.move_to("2026-11-02T09:00:00+08:00", tick=True)
    city = found_city()
    with city.tenant():
        user = city.user("FACC")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert "2026年第三季度" in client.get(reverse("disclosures")).content.decode()
    url = f"{reverse('disclosure_new')}?span=QUARTER&month=202609"
    assert client.post(url, {"text": ""}).status_code == 422
    page = client.post(url, {"text": "基金运行平稳"}, follow=True)
    assert "待复核：由稽核岗办理" in page.content.decode()
    assert client.get(f"{page.redirect_chain[-1][0]}print/").status_code == 200
    assert client.get(f"{reverse('disclosure_new')}?span=MONTH&month=202609").status_code == 404
