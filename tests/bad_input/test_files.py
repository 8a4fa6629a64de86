"""Every row of files.csv at every window where files come in."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import FileField
from django.urls import reverse

from accounts.models import Document
from tests.bad_input.changes import changed
from tests.bad_input.reading import rows_of, unescaped
from tests.bad_input.test_forms import ELSEWHERE, KINDS, cleaned_forms, form_classes
from tests.bad_input.windows import WINDOWS, finish
from tests.standing import check_deferred, fingerprint, undone

ROWS = [
    (window, row)
    for window in WINDOWS
    for row in rows_of("files")
    if row["file"] in {window.file, "every"}
]


def bring(window, city, desks, content, name="文件.csv"):
    """Upload a file, let its job run, and return the answer and all that is said about it."""
    browser = desks(window.post, window.office)
    upload = SimpleUploadedFile(name, content)
    answer = browser.post(reverse(window.address), {**window.typed, "file": upload})
    said = answer.content.decode()
    if answer.status_code == 302:
        finish(window, city)
        city.enter()
        said += browser.get(answer.url).content.decode()
    return answer, said + report()


def report():
    """Return every cell of the newest report on a wrong file."""
    found = Document.objects.filter(file_name__endswith=".xlsx").order_by("-pk").first()
    if found is None:
        return ""
    workbook = openpyxl.load_workbook(io.BytesIO(bytes(found.content)))
    rows = [row for sheet in workbook for row in sheet.iter_rows(values_only=True)]
    return "\n".join("\t".join(str(cell or "") for cell in row) for row in rows)


@pytest.mark.parametrize(
    ("window", "row"), ROWS, ids=[f"{window.file}-{row['id']}" for window, row in ROWS]
)
def test_a_file_is_applied_whole_or_refused_with_place_and_remedy(window, row, city, desks):
    desks(window.post, window.office)
    with undone():
        before = window.applied.objects.count()
        content = changed(window.good(city), row["change"])
        answer, said = bring(window, city, desks, content)
        assert answer.status_code in (302, 422)
        applied = window.applied.objects.count() - before
        if row["outcome"] == "accepted":
            assert applied, said[-600:]
            check_deferred()
        else:
            assert not applied
            for words in unescaped(row["says"]).split("&"):
                assert words in said, said[-600:]
            assert "第" in said or "文件" in said, "the message names no place"


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.file)
def test_the_same_file_again_changes_nothing_and_says_so(window, city, desks):
    desks(window.post, window.office)
    with undone():
        content = window.good(city)
        bring(window, city, desks, content)
        before = fingerprint()
        answer, said = bring(window, city, desks, content)
        after = fingerprint()
        changed_tables = {t for t in after if after[t] != before[t]}
        assert changed_tables <= {"accounts_auditevent", "accounts_notice"}, changed_tables
        assert "此前已经接收过" in said or "导入" in said
        assert answer.status_code in (302, 422)


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.file)
def test_without_a_file_or_with_a_long_strange_name_the_form_says_so_or_takes_it(
    window, city, desks
):
    browser = desks(window.post, window.office)
    with undone():
        before = fingerprint()
        missing = browser.post(reverse(window.address), window.typed)
        assert missing.status_code == 422
        assert fingerprint() == before
    with undone():
        name = "\u202efdp." + "名" * 300 + "\u0000.csv"
        answer, _ = bring(window, city, desks, window.good(city), name)
        assert answer.status_code in (302, 422)


def test_every_form_that_takes_a_file_has_a_window():
    uploads = {
        name
        for name, form in form_classes().items()
        if any(
            isinstance(field, FileField) and KINDS.get((name, label)) != "evidence"
            for label, field in form.base_fields.items()
        )
    }
    assert uploads == ELSEWHERE
    assert len(WINDOWS) >= len(uploads)


def test_the_windows_clean_the_forms_that_take_files(city, desks):
    seen = set()
    for window in WINDOWS:
        browser = desks(window.post, window.office)
        with cleaned_forms() as forms, undone():
            browser.post(reverse(window.address), window.typed)
        seen |= {f"{type(form).__module__}.{type(form).__qualname__}" for form in forms}
    assert seen >= ELSEWHERE
