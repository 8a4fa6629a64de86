"""The bench of files at a small N: they are written whole; times are nobody's promise."""

import pytest

from tools.bench.files import PDF_PAGES, measure_statement, measure_workbook


@pytest.mark.django_db
def test_a_workbook_is_measured_against_a_bare_writer_of_the_same_rows():
    """`measure_workbook` itself refuses a workbook in which a row is missing."""
    step = measure_workbook(300)
    assert (step.rows, step.goal) == (300, 1.5)
    assert len(step.ours.costs) == len(step.raw.costs)


def test_the_measured_statement_has_ten_pages():
    pages, seconds = measure_statement()
    assert pages == PDF_PAGES
    assert seconds > 0
