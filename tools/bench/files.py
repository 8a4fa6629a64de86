"""Files for people: a workbook of N rows against a bare writer of the same XML, and a ten-page PDF.

The bare writer knows no styles, titles or worksheets: it is the fastest way in Python to put the
same cells into a zipped worksheet.
"""

import io
import re
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.sax.saxutils import escape

from common.documents import Column, Kind, detail_workbook, render_pdf
from reconciliation.documents.statement import print_context
from reconciliation.enums import StatementState
from reconciliation.selectors.statements import (
    StatementDifference,
    StatementLine,
    StatementPage,
)
from tools.bench.measuring import Step, require_count

KINDS = (
    *(Kind.COUNT, Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.AMOUNT, Kind.TEXT),
    *(Kind.TEXT, Kind.AMOUNT, Kind.COUNT, Kind.TEXT, Kind.TEXT),
)
ROUNDS = 3
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
PAGE = re.compile(rb"/Type\s*/Page\b")
DIFFERENCES = 160  # of a month so bad that its statement has ten pages
PDF_PAGES = 10
PDF_SECONDS = 6.0


def rows_of(count: int) -> Iterator[tuple[int | str | Decimal, ...]]:
    """Yield payment details of twelve cells, half of them text."""
    amount, extra = Decimal("1864.00"), Decimal("107.50")
    for serial in range(count):
        yield (
            *(serial, f"51040220261126B010001-{serial}", "张伟", f"51040219800101{serial:04d}"),
            *("622848******0000", amount, "2026-11", "失业保险金", extra, serial % 24, "东区"),
            "支付成功",
        )


def measure_workbook(rows: int) -> Step:
    """Measure `detail_workbook` against the bare writer, in turns."""
    step = Step("xlsx of N details", rows, 1.5)
    columns = [Column(f"栏{place}", 16, kind) for place, kind in enumerate(KINDS, start=1)]
    for _ in range(ROUNDS):
        with step.ours.measure():
            content = detail_workbook(columns, rows_of(rows), title="发放明细")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            written = archive.read("xl/worksheets/sheet1.xml").count(b"<row")
        require_count("rows of the workbook", written, rows + 1)
        with step.raw.measure():
            _bare_workbook(rows)
    return step


def _bare_workbook(rows: int) -> bytes:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("sheet1.xml", "w") as sheet,
    ):
        waiting: list[str] = []
        for row in rows_of(rows):
            cells = [
                f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
                if isinstance(value, str)
                else f"<c><v>{value}</v></c>"
                for value in row
            ]
            waiting.append(f"<row>{''.join(cells)}</row>")
            if len(waiting) == 500:
                sheet.write("".join(waiting).encode())
                waiting.clear()
        sheet.write("".join(waiting).encode())
    return target.getvalue()


def measure_statement() -> tuple[int, float]:
    """Return how many pages a month's statement with many differences has, and its CPU seconds."""
    context = print_context(_statement())
    began = time.process_time()
    content = render_pdf("reconciliation/print_statement.html", context)
    seconds = time.process_time() - began
    return sum(len(PAGE.findall(part)) for part in _parts(content)), seconds


def _parts(pdf: bytes) -> Iterator[bytes]:
    """Yield a PDF as it stands, and its compressed objects."""
    yield pdf
    for found in STREAM.finditer(pdf):
        with suppress(zlib.error):
            yield zlib.decompressobj().decompress(found[1])


def _statement() -> StatementPage:
    at, amount = datetime(2026, 11, 5, 1, 0, tzinfo=UTC), Decimal("1864.00")
    lines = tuple(
        StatementLine(
            place, f"B{place:02d}", "失业保险金", 900, amount * 900, 900, amount * 900, "", ""
        )
        for place in range(1, 18)
    )
    return StatementPage(
        id=1,
        organisation_id=1,
        office="东区就业创业促进中心",
        office_short="东区",
        book_id=1,
        book="失业保险基金",
        month=date(2026, 10, 1),
        version=1,
        state=StatementState.CONFIRMED,
        state_label="已确认",
        tone="green",
        business_count=15_300,
        business_amount=amount * 15_300,
        ledger_count=15_300,
        ledger_amount=amount * 15_300,
        content_sha256="0" * 64,
        prepared_by_id=1,
        prepared_at=at,
        superseded_reason="",
        replaces_id=None,
        replaced_by_id=None,
        workbook_id=None,
        print_id=None,
        lines=lines,
        differences=_differences(at, amount),
        timeline=(),
    )


def _differences(at: datetime, amount: Decimal) -> tuple[StatementDifference, ...]:
    return tuple(
        StatementDifference(
            id=place,
            kind="D1",
            kind_label="金额不符",
            subject=f"51040220261026B01{place:04d}",
            left_amount=amount,
            right_amount=amount,
            state="CLOSED",
            state_label="已销号",
            owner="东区计划岗",
            explanation="退票次日入账，已核对银行流水",
            explained_by="东区计划岗",
            closed_by="市级财务复核岗",
            closed_at=at,
        )
        for place in range(DIFFERENCES)
    )
