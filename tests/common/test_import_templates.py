"""Templates of imports: what they show is what the readers take."""

import io
from datetime import date

import openpyxl
import pytest

from common.import_templates import import_template
from common.tables import read_table
from funds.services.statement_files import STATEMENT, read_statement
from funds.services.tax_files import TAX_LIST, read_tax_list
from payouts.enums import SourceKind
from payouts.services.source_files import SPECS, read_source

TODAY = date(2026, 11, 2)
FORMATS = {
    "enrolment": (
        SPECS[SourceKind.ENROLMENT],
        lambda data: read_source(data, SourceKind.ENROLMENT, today=TODAY).table,
    ),
    "medical": (
        SPECS[SourceKind.MEDICAL],
        lambda data: read_source(data, SourceKind.MEDICAL, today=TODAY).table,
    ),
    "tax": (
        TAX_LIST,
        lambda data: read_tax_list(data, today=TODAY, regions=frozenset({"510402"})),
    ),
    "statement": (STATEMENT, lambda data: read_statement(data, today=TODAY)),
}


def opened(spec):
    return openpyxl.load_workbook(io.BytesIO(import_template(spec)))


@pytest.mark.parametrize("name", FORMATS)
def test_a_template_is_refused_until_filled_in_and_its_example_is_good(name):
    spec, read = FORMATS[name]
    problems = read(import_template(spec)).problems
    assert [problem.reason for problem in problems] == ["声明0行，实际1行"]
    workbook, filled = opened(spec), io.BytesIO()
    place = 2 + [column.name for column in spec.declaration].index("count")
    workbook["数据"].cell(1, place).value = "1"
    workbook.save(filled)
    table = read(filled.getvalue())
    assert table.problems == []
    assert len(table.rows) == 1


@pytest.mark.parametrize("name", FORMATS)
def test_every_column_is_explained_and_every_cell_is_text(name):
    spec, _ = FORMATS[name]
    workbook = opened(spec)
    guide = [row[1] for row in workbook["填写说明"].iter_rows(values_only=True)]
    for column in (*spec.declaration, *spec.columns):
        assert column.label in guide
    for column in spec.columns:
        assert column.choices or column.is_amount or column.note, column.label
    cells = [cell for row in workbook["数据"].iter_rows(max_row=3) for cell in row if cell.value]
    assert {cell.number_format for cell in cells} == {"@"}
    assert {type(cell.value) for cell in cells} == {str}


def test_a_choice_is_picked_from_a_list():
    sheet = opened(TAX_LIST)["数据"]
    [listed] = sheet.data_validations.dataValidation
    assert listed.formula1 == '"当期,预缴,清欠,补缴,滞纳金"'
    assert "F3" in listed.sqref


def test_a_template_filled_in_wrongly_names_the_cell():
    workbook, filled = opened(TAX_LIST), io.BytesIO()
    workbook["数据"]["F3"] = "捐赠"
    workbook.save(filled)
    table = read_table(filled.getvalue(), TAX_LIST, today=TODAY)
    assert (3, "征收类别") in [(problem.line, problem.column) for problem in table.problems]
