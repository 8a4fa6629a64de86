"""Extract files come in whole or not at all, and tell the user what to correct."""

import io

import openpyxl
import pytest

from accounts.models import Job
from accounts.permissions import DutyNotHeld
from common.encryption import Purpose, lookup_key
from common.identifiers import make_identity_number
from payouts.enums import ReturnVia, SourceKind
from payouts.models import SourceExtract, SourceExtractRow
from payouts.selectors.sources import list_freshness
from payouts.services.source_files import read_source
from payouts.services.sources import ExtractEmpty, ExtractKnown, receive_extract
from payouts.tasks import plans as tasks
from tests.city import NOW, TODAY
from tests.payouts.plans.ground import (
    ENROLMENT_HEADER,
    MEDICAL_HEADER,
    Known,
    enrolment_file,
    medical_file,
    take_in,
)

pytestmark = pytest.mark.django_db
BORN = TODAY.replace(year=1985)


def people(count):
    identities = [make_identity_number("510402", BORN, serial) for serial in range(1, count + 1)]
    return [Known(identity, f"张{'伟芳娜'[n % 3]}") for n, identity in enumerate(identities)]


def refused(city, content, kind=SourceKind.ENROLMENT, name="f.csv"):
    """Take a file in that must be refused whole; return its first problem in words."""
    extract = take_in(city, kind, content, name=name)
    assert extract.state == "REJECTED"
    assert not SourceExtractRow.objects.exists()
    job = Job.objects.get(pk=extract.job_id)
    assert job.state == "FAILED"
    assert job.report_id == extract.report_id
    return job.error


def test_a_clean_file_is_applied_whole_and_agrees_with_its_twin(city):
    """`stage_extract_rows` and `add_extract_rows` against reading the file row by row."""
    content = enrolment_file(people(30))
    extract = take_in(city, SourceKind.ENROLMENT, content)
    assert (extract.state, extract.row_count, extract.problem_count) == ("APPLIED", 30, 0)
    stored = SourceExtractRow.objects.filter(extract=extract).order_by("line_number")
    twin = [
        (line, lookup_key(row.identity, purpose=Purpose.IDENTITY), row.identity_masked, row.name)
        for line, row in read_source(content, SourceKind.ENROLMENT, today=TODAY).rows()
    ]
    found = list(stored.values_list("line_number", "person_key", "identity_masked", "name"))
    assert found == twin
    first = stored[0]
    assert (first.place, first.status, str(first.last_month)) == (
        "攀枝花市东区",
        "STOPPED",
        "2026-09-01",
    )
    assert (first.contributed_months, first.unit_name) == (60, "某某矿业公司")


def test_the_medical_file_keeps_unit_and_total(city):
    extract = take_in(city, SourceKind.MEDICAL, medical_file(people(2)))
    row = SourceExtractRow.objects.filter(extract=extract).first()
    assert (row.unit_number, row.unit_name, str(row.amount)) == ("YB510400001", "某单位", "400.00")
    assert str(extract.month) == "2026-11-01"


def test_the_same_file_again_changes_nothing_and_says_since_when(city):
    content = enrolment_file(people(2))
    take_in(city, SourceKind.ENROLMENT, content)
    with pytest.raises(ExtractKnown) as refusal:
        take_in(city, SourceKind.ENROLMENT, content)
    assert refusal.value.message == "该文件已于 2026-11-02 09:00 导入，不会重复入库"
    assert SourceExtract.objects.count() == 1


def test_a_refused_file_may_come_again_corrected_or_not(city):
    broken = enrolment_file(people(2)).replace(b",2\n", b",3\n", 1)
    refused(city, broken)
    refused(city, broken)


def test_the_job_run_twice_applies_once(city):
    extract = take_in(city, SourceKind.ENROLMENT, enrolment_file(people(3)))
    assert tasks.import_extract(pool_id=city.pool.pk, job_id=extract.job_id) is False
    assert SourceExtractRow.objects.count() == 3


def test_declared_and_actual_count_are_compared(city):
    error = refused(city, enrolment_file(people(3)).replace(b",3\n", b",4\n", 1))
    assert "声明4行，实际3行，文件可能不完整" in error


def test_a_wrong_check_digit_is_named_by_line_and_column(city):
    some = people(3)
    wrong = some[1].identity[:-1] + ("1" if some[1].identity[-1] != "1" else "2")
    content = enrolment_file(some).replace(some[1].identity.encode(), wrong.encode())
    assert "第4行证件号：身份证号校验位不正确" in refused(city, content)


def test_the_error_workbook_hands_the_users_own_rows_back(city):
    some = people(3)
    wrong = some[1].identity[:-1] + ("1" if some[1].identity[-1] != "1" else "2")
    content = enrolment_file(some).replace(some[1].identity.encode(), wrong.encode())
    extract = take_in(city, SourceKind.ENROLMENT, content)
    sheet = openpyxl.load_workbook(io.BytesIO(bytes(extract.report.content))).worksheets[0]
    cell = sheet.cell(4, 1)
    assert cell.value == wrong
    assert cell.fill.fgColor.rgb == "FFFFC7CE"
    assert sheet.cell(3, 1).fill.fgColor.rgb != "FFFFC7CE"
    assert sheet.cell(4, 8).value == "证件号：身份证号校验位不正确"


def test_the_corrected_error_workbook_comes_back_in(city):
    some = people(3)
    wrong = some[1].identity[:-1] + ("1" if some[1].identity[-1] != "1" else "2")
    content = enrolment_file(some).replace(some[1].identity.encode(), wrong.encode())
    extract = take_in(city, SourceKind.ENROLMENT, content)
    workbook = openpyxl.load_workbook(io.BytesIO(bytes(extract.report.content)))
    workbook.worksheets[0].cell(4, 1).value = some[1].identity
    buffer = io.BytesIO()
    workbook.save(buffer)
    again = take_in(city, SourceKind.ENROLMENT, buffer.getvalue(), name="错误明细.xlsx")
    assert (again.state, again.row_count) == ("APPLIED", 3), again.job.error


def test_a_person_twice_is_refused_whole(city):
    one = people(1)[0]
    assert "第4行证件号：与第3行重复" in refused(city, enrolment_file([one, one]))


def test_a_medical_file_is_no_enrolment_file(city):
    assert "第一行应为声明：#enrolment" in refused(city, medical_file(people(2)))


def test_a_total_that_is_not_its_parts_is_refused(city):
    content = medical_file(people(1)).replace(b"400.00\n", b"401.00\n")
    assert "单位与个人部分之和为400.00，与合计不符" in refused(city, content, SourceKind.MEDICAL)


def test_a_row_of_another_month_is_refused(city):
    content = medical_file(people(1)).replace(b"\n202611,", b"\n202610,")
    assert "与声明的所属月份202611不一致" in refused(city, content, SourceKind.MEDICAL)


def test_who_is_insured_and_working_has_a_last_month(city):
    one = [Known(people(1)[0].identity, "张伟", status="ACTIVE", last_month="")]
    assert "参保缴费人员须填写最后缴费月份" in refused(city, enrolment_file(one))


def test_data_of_tomorrow_is_refused(city):
    assert "数据日期晚于今天" in refused(city, enrolment_file(people(1), day="2026-11-03"))


def test_gb18030_and_a_byte_order_mark_are_read(city):
    text = enrolment_file(people(2)).decode()
    for content in (text.encode("gb18030"), b"\xef\xbb\xbf" + text.encode()):
        extract = take_in(city, SourceKind.ENROLMENT, content)
        assert SourceExtractRow.objects.filter(extract=extract, name="张芳").count() == 1


def test_an_empty_file_is_not_even_kept(city):
    with pytest.raises(ExtractEmpty):
        take_in(city, SourceKind.ENROLMENT, b" \n")
    assert not SourceExtract.objects.exists()


def test_a_truncated_file_is_refused_whole(city):
    content = enrolment_file(people(20))
    refused(city, content[: len(content) - 40])


def test_identity_numbers_that_a_spreadsheet_made_numbers_are_refused(city):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(["#enrolment", "2026-11-01", 1])
    sheet.append(ENROLMENT_HEADER.split(","))
    sheet.append([510402198501010013, "张伟", "东区", "STOPPED", "202609", 60, ""])
    buffer = io.BytesIO()
    workbook.save(buffer)
    assert "科学计数" in refused(city, buffer.getvalue(), name="f.xlsx")


def test_a_medical_workbook_is_read(city):
    one = people(1)[0]
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(["#medical", "2026-11-01", 1, "202611"])
    sheet.append(MEDICAL_HEADER.split(","))
    sheet.append(["202611", one.identity, one.name, "YB510400001", "", 4000, 320.5, 80, 400.5])
    buffer = io.BytesIO()
    workbook.save(buffer)
    extract = take_in(city, SourceKind.MEDICAL, buffer.getvalue(), name="f.xlsx")
    assert extract.state == "APPLIED", extract.job.error
    assert str(SourceExtractRow.objects.get().amount) == "400.50"


def test_a_clerk_without_the_duty_imports_nothing(city):
    with pytest.raises(DutyNotHeld):
        receive_extract(
            actor=city.actor("ACC", "510402"),
            kind=SourceKind.ENROLMENT,
            content=enrolment_file(people(1)),
            file_name="f.csv",
            via=ReturnVia.UPLOAD,
            at=NOW,
        )


def test_freshness_counts_from_the_day_of_the_data(city):
    take_in(city, SourceKind.ENROLMENT, enrolment_file(people(1), day="2026-09-18"))
    enrolment, medical = list_freshness(today=TODAY)
    assert (enrolment.age_days, enrolment.is_stale) == (45, False)
    assert list_freshness(today=TODAY.replace(day=3))[0].is_stale
    assert (medical.data_date, medical.is_stale) == (None, True)
