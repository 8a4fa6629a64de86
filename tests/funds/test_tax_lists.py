"""The tax authority's income list: applied whole or not at all, booked as E01 and E02."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from accounts.enums import JobState
from accounts.models import Document, Job
from accounts.permissions import DutyNotHeld
from accounts.services.jobs import JobExists
from common.actor import Job as JobActor
from funds.enums import BusinessEvent, ListState, TaxIncomeKind, VoucherState
from funds.models import TaxIncomeLine, TaxIncomeList, Voucher
from funds.selectors.books import unemployment_book
from funds.selectors.tax_lists import get_tax_list
from funds.services import tax_lists, vouchers
from funds.services.tax_files import read_tax_list
from funds.services.tax_lists import (
    ListAlreadyImported,
    ListNotWaiting,
    TransferInvalid,
    record_treasury_transfer,
    request_tax_list_import,
)
from funds.tasks import import_tax_list
from tests.city import NOW, TODAY
from tests.funds.builders import close_until

HEADER = "month,tax office,credit code,unit,office,kind,unit part,person part,treasury date"
LINES = (
    "202610,东区税务局,91510402MA620000X2,攀西钢铁有限公司,510402,当期,60000.00,40000.00,2026-10-12",
    "202610,东区税务局,91510403MA620000XG,金沙物流有限公司,510403,当期,300.00,200.00,2026-10-20",
    "202610,东区税务局,91510403MA620000XG,金沙物流有限公司,510403,补缴,30.00,20.00,2026-10-20",
    "202610,东区税务局,91510403MA620000XG,金沙物流有限公司,510403,滞纳金,5.50,0.00,2026-10-21",
)
REGIONS = frozenset({"510400", "510402", "510403", "510411", "510421", "510422"})


def file_of(
    *lines: str, declaration: str = "#tax,202610,4,100555.50", header: str = HEADER
) -> bytes:
    return "\n".join([declaration, header, *(lines or LINES), ""]).encode()


def read(data: bytes):
    return read_tax_list(data, today=TODAY, regions=REGIONS)


class TestReading:
    def test_a_right_file_is_clean(self):
        table = read(file_of())
        assert (table.is_clean, len(table.rows)) == (True, 4)
        assert table.rows[3].kind == TaxIncomeKind.LATE_FEE

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (file_of(declaration="#tax,202610,4,100555.51"), "各行合计100555.50元"),
            (file_of(declaration="#tax,202610,5,100555.50"), "声明5行，实际4行"),
            (file_of(declaration="#tax,202609,4,100555.50"), "声明行为2026年9月"),
            (file_of(LINES[0].replace("510402,当期", "510499,当期")), "不是本统筹区"),
            (file_of(LINES[0], LINES[0]), "与第3行重复"),
            (file_of(LINES[0].replace("X2,", "X3,")), "校验位不正确"),
            (file_of(LINES[0].replace("当期", "其他")), "应为当期、预缴、清欠、补缴、滞纳金之一"),
            (file_of(LINES[0].replace("60000.00,40000.00", "0.00,0.00")), "不能同时为0"),
            (file_of(LINES[0].replace("60000.00", "-1.00")), "不能为负数"),
            (file_of(LINES[0].replace("60000.00", "6e4")), "科学计数"),
            (file_of(LINES[0].replace("2026-10-12", "2026-12-12")), "晚于今天"),
            (file_of(LINES[0].replace("2026-10-12", "2026-02-30")), "不存在"),
            (file_of(header="a,b"), "第二行应为列名"),
            (file_of().decode()[:-150].encode(), "声明4行"),
            (b"", "文件是空的"),
            (b"#tax,202610,0,5.00\n" + HEADER.encode(), "各行合计0.00元"),
            (b"\xff\xfe#\x00", "UTF-16"),
        ],
        ids=[
            "total", "count", "month", "office", "repeated", "code", "kind", "zero", "negative",
            "exponent", "future", "no such day", "header", "truncated", "empty", "no rows", "utf16",
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named(self, data, reason):
        table = read(data)
        assert not table.is_clean
        assert any(reason in problem.reason for problem in table.problems), table.problems

    @pytest.mark.parametrize(
        "encode", [lambda t: t.encode("gb18030"), lambda t: b"\xef\xbb\xbf" + t.encode()]
    )
    def test_other_encodings_are_read(self, encode):
        assert read(encode(file_of().decode())).is_clean

    def test_a_workbook_is_read(self):
        book = openpyxl.Workbook()
        for line in file_of().decode().splitlines():
            book.active.append(line.split(","))
        buffer = io.BytesIO()
        book.save(buffer)
        assert read(buffer.getvalue()).is_clean


@pytest.mark.django_db(transaction=True)
class TestImport:
    def upload(self, city, content: bytes) -> Job:
        """Upload as the accountant and let the worker do its work."""
        with city.tenant():
            job = request_tax_list_import(
                actor=city.actor("FACC"), book_id=unemployment_book().pk, content=content,
                file_name="十月.csv", at=NOW,
            )  # fmt: skip
        assert import_tax_list(pool_id=city.pool.pk, job_id=job.pk)
        with city.tenant():
            job.refresh_from_db()
        return job

    def test_a_list_is_applied_and_drafts_its_voucher(self, city):
        job = self.upload(city, file_of())
        assert (job.state, job.done, job.total) == (JobState.DONE, 4, 4)
        with city.tenant():
            income_list = TaxIncomeList.objects.get()
            assert income_list.total_amount == Decimal("100555.50")
            assert income_list.lines.count() == 4
            voucher = Voucher.objects.get(event=BusinessEvent.TAX_COLLECTED)
            lines = [
                (line.account.code, line.organisation_id, line.debit, line.credit, line.entry_count)
                for line in voucher.lines.order_by("position")
            ]
            east, west = city.offices["510402"].pk, city.offices["510403"].pk
            assert lines == [
                ("1005", None, Decimal("100555.50"), Decimal(0), 4),
                ("400101", east, Decimal(0), Decimal("100000.00"), 1),
                ("400101", west, Decimal(0), Decimal("500.00"), 1),
                ("450101", west, Decimal(0), Decimal("5.50"), 1),
                ("400104", west, Decimal(0), Decimal("50.00"), 1),
            ]
            assert voucher.voucher_date == date(2026, 10, 21)
            assert voucher.prepared_by_id is None

    def test_the_same_file_again_changes_nothing_and_says_when(self, city):
        self.upload(city, file_of())
        with city.tenant(), pytest.raises(ListAlreadyImported, match="2026"):
            request_tax_list_import(
                actor=city.actor("FACC"), book_id=unemployment_book().pk, content=file_of(),
                file_name="又.csv", at=NOW,
            )  # fmt: skip
        with city.tenant():
            assert TaxIncomeList.objects.count() == Voucher.objects.count() == 1

    def test_the_same_file_is_not_started_twice_at_once(self, city):
        with city.tenant():
            book_id = unemployment_book().pk
            options = {
                "actor": city.actor("FACC"), "book_id": book_id, "file_name": "a.csv", "at": NOW,
            }  # fmt: skip
            request_tax_list_import(content=file_of(), **options)
            with pytest.raises(JobExists):
                request_tax_list_import(content=file_of(), **options)

    def test_a_month_is_imported_once(self, city):
        self.upload(city, file_of())
        again = self.upload(city, file_of(LINES[0], declaration="#tax,202610,1,100000.00"))
        assert again.state == JobState.FAILED
        assert "每月只能导入一次" in again.error
        with city.tenant():
            assert TaxIncomeLine.objects.count() == 4

    def test_a_wrong_file_changes_nothing_and_gives_the_rows_back(self, city):
        wrong = LINES[0].replace("510402,当期", "999999,当期")
        job = self.upload(city, file_of(wrong, *LINES[1:]))
        assert job.state == JobState.FAILED
        assert "第3行经办机构" in job.error
        with city.tenant():
            assert not TaxIncomeList.objects.exists()
            assert not Voucher.objects.exists()
            report = Document.objects.get(pk=job.report_id)
        book = openpyxl.load_workbook(io.BytesIO(bytes(report.content)))
        rows = list(book["数据"].iter_rows(values_only=True))
        assert rows[2][4] == "999999"
        assert "不是本统筹区" in rows[2][-1]
        assert len(rows) == 6

    def test_a_refused_file_may_be_sent_again_after_it_was_corrected(self, city):
        self.upload(city, file_of(declaration="#tax,202610,4,1.00"))
        assert self.upload(city, file_of()).state == JobState.DONE

    def test_a_closed_month_takes_no_list(self, city):
        with city.tenant():
            close_until(city, date(2026, 10, 1))
        job = self.upload(city, file_of())
        assert job.state == JobState.FAILED
        assert "已结账" in job.error
        with city.tenant():
            assert not TaxIncomeList.objects.exists()

    def test_only_the_accountant_imports(self, city):
        with city.tenant():
            for post in ("FCHK", "FCASH", "FHEAD"):
                with pytest.raises(DutyNotHeld):
                    request_tax_list_import(
                        actor=city.actor(post), book_id=unemployment_book().pk,
                        content=file_of(), file_name="a.csv", at=NOW,
                    )  # fmt: skip

    def test_the_sums_of_the_voucher_are_those_of_the_lines(self, city):
        """The slow twin of stage_tax_lines, insert_tax_lines and sum_tax_lines (.sql)."""
        self.upload(city, file_of())
        with city.tenant():
            expected: dict = {}
            for row in read(file_of()).rows:
                key = (row.office, TaxIncomeKind(row.kind).label)
                expected[key] = expected.get(key, Decimal(0)) + row.unit_part + row.person_part
            sheet = get_tax_list(actor=city.actor("FACC"), list_id=TaxIncomeList.objects.get().pk)
            codes = {office.short_name: code for code, office in city.offices.items()}
            assert {(codes[s.office], s.kind_label): s.amount for s in sheet.sums} == expected


@pytest.mark.django_db
class TestTransfer:
    @pytest.fixture
    def income_list(self, city):
        job = JobActor(city.pool.pk, "test")
        document = Document.objects.create(
            pool=city.pool, organisation=city.offices["510400"], duty="duty_tax_list_import",
            title="x", file_name="x", media_type="text/csv", size=1, sha256="0" * 64,
            content=b"x", created_at=NOW,
        )  # fmt: skip
        offices = {code: office.pk for code, office in city.offices.items()}
        return tax_lists.apply_tax_list(
            actor=job, book_id=unemployment_book().pk, document=document,
            table=read(file_of()), offices=offices, at=NOW,
        )  # fmt: skip

    def transfer(self, city, income_list, **changes):
        values = {"transferred_date": date(2026, 10, 30), "reference": "国库划转0001", "at": NOW}
        return record_treasury_transfer(
            actor=city.actor("FACC"), list_id=income_list.pk, **(values | changes)
        )

    def test_a_transfer_drafts_its_voucher(self, city, income_list):
        moved = self.transfer(city, income_list)
        assert moved.state == ListState.TRANSFERRED
        voucher = Voucher.objects.get(event=BusinessEvent.TREASURY_TO_FISCAL)
        assert [(line.account.code, line.debit) for line in voucher.lines.order_by("position")] == [
            ("100301", Decimal("100555.50")), ("1005", Decimal(0)),
        ]  # fmt: skip
        assert voucher.state == VoucherState.DRAFT
        assert voucher.prepared_by_id == city.actor("FACC").user_id

    def test_a_transfer_is_recorded_once(self, city, income_list):
        self.transfer(city, income_list)
        with pytest.raises(ListNotWaiting):
            self.transfer(city, income_list)

    @pytest.mark.parametrize(
        "changes",
        [
            {"reference": "  "},
            {"transferred_date": date(2026, 9, 30)},
            {"transferred_date": date(2026, 11, 3)},
        ],
        ids=["no reference", "before the month", "in the future"],
    )
    def test_an_odd_transfer_is_refused(self, city, income_list, changes):
        with pytest.raises(TransferInvalid):
            self.transfer(city, income_list, **changes)

    def test_a_second_voucher_for_the_list_is_refused(self, city, income_list):
        draft = tax_lists._income_draft(income_list, TODAY)
        with pytest.raises(vouchers.SourceAlreadyBooked):
            vouchers.draft_voucher(actor=JobActor(city.pool.pk, "x"), draft=draft, at=NOW)
