"""The watched folder: complete files are taken once, put away with their reason."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Job
from common.encryption import Purpose, decrypt
from funds.enums import BankAccountKind
from funds.models import BankAccount, BankStatement
from funds.selectors.books import unemployment_book
from payouts.models import BankReturn, SourceExtract
from payouts.services import inbox
from tests.funds.camt import camt_file
from tests.payouts.build import determined_people
from tests.payouts.plans.ground import enrolment_file, known

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "510400" / "enrolment"
    place.mkdir(parents=True)
    return place


def collect(tmp_path, seconds=10):
    return inbox.collect_inbox(inbox=tmp_path, at=timezone.now() + timedelta(seconds=seconds))


def names(folder):
    return sorted(path.name.split("-", 3)[-1] for path in folder.iterdir())


def test_a_complete_file_is_taken_and_put_away(city, tmp_path, folder):
    content = enrolment_file([known(person) for person in determined_people(city, "510402", 2)])
    (folder / "参保.csv").write_bytes(content)
    assert collect(tmp_path) == 1
    extract = SourceExtract.objects.get()
    assert (extract.via, extract.state, extract.document.file_name) == (
        "FOLDER",
        "CHECKING",
        "参保.csv",
    )
    assert names(folder / "done") == ["参保.csv"]
    assert Job.objects.get(pk=extract.job_id).requested_by is None
    assert collect(tmp_path) == 0


def test_a_file_still_being_written_and_other_files_are_left_alone(city, tmp_path, folder):
    (folder / "f.csv").write_bytes(b"#enrolment")
    (folder / "notes.md").write_text("x")
    (folder / ".f.csv.part").write_text("x")
    assert collect(tmp_path, seconds=1) == 0
    assert (folder / "f.csv").exists()


def test_the_same_file_again_is_refused_with_the_reason_beside_it(city, tmp_path, folder):
    content = enrolment_file([known(person) for person in determined_people(city, "510402", 1)])
    for _ in range(2):
        (folder / "f.csv").write_bytes(content)
        assert collect(tmp_path) == 1
    assert SourceExtract.objects.count() == 1
    assert names(folder / "refused") == ["f.csv", "f.csv.reason.txt"]
    reason = next((folder / "refused").glob("*.reason.txt")).read_text()
    assert "该文件已于" in reason


def test_a_banks_statement_is_imported_once_and_a_wrong_one_comes_back_with_its_reason(
    city, tmp_path
):
    folder = tmp_path / "510400" / "statements"
    folder.mkdir(parents=True)
    account = BankAccount.objects.get(book=unemployment_book(), kind=BankAccountKind.INCOME)
    number = decrypt(account.number_cipher, pool_id=city.pool.pk, purpose=Purpose.ACCOUNT)
    for name, content in (("十月.xml", camt_file(number)), ("断号.xml", camt_file(number, ()))):
        (folder / name).write_bytes(content)
        assert collect(tmp_path) == 1
    city.enter()
    assert BankStatement.objects.get().bank_account_id == account.pk
    assert names(folder / "done") == ["十月.xml"]
    reason = next((folder / "refused").glob("*.reason.txt")).read_text()
    assert "不能缺日或重叠" in reason


def test_two_workers_never_take_one_file(city, tmp_path, folder):
    (folder / "f.csv").write_bytes(b"x")
    path = folder / "f.csv"
    assert inbox._claim(path) is not None
    assert inbox._claim(path) is None


def test_a_claim_whose_worker_died_is_taken_up_later(city, tmp_path, folder):
    content = enrolment_file([known(person) for person in determined_people(city, "510402", 1)])
    (folder / "f.csv").write_bytes(content)
    os.rename(folder / "f.csv", folder / f"f.csv{inbox.CLAIM}dead")
    assert collect(tmp_path, seconds=39) == 0
    assert collect(tmp_path, seconds=41) == 1
    assert names(folder / "done") == ["f.csv"]


def test_two_workers_on_one_file_import_it_once_and_neither_crashes(
    city, tmp_path, folder, monkeypatch
):
    """A worker slower than its claim: the other knows the file already, and puts it away."""
    content = enrolment_file([known(person) for person in determined_people(city, "510402", 1)])
    (folder / "f.csv").write_bytes(content)
    put_away, seen = inbox._put_away, []

    def late(*arguments):
        if not seen:
            seen.append(True)
            assert collect(tmp_path, seconds=41) == 1
        return put_away(*arguments)

    monkeypatch.setattr(inbox, "_put_away", late)
    assert collect(tmp_path) == 1
    assert SourceExtract.objects.count() == 1
    assert names(folder / "refused") == ["f.csv", "f.csv.reason.txt"]
    assert names(folder) == ["done", "refused"]


def test_a_bank_return_of_no_batch_is_quarantined(city, tmp_path):
    folder = tmp_path / "510400" / "returns"
    folder.mkdir(parents=True)
    (folder / "X.return.txt").write_bytes(b"H|X|2026-11-02|0|0|0.00|0|0.00\nT|0|0.00\n")
    assert collect(tmp_path) == 1
    assert BankReturn.objects.get().via == "FOLDER"
    assert names(folder / "refused") == ["X.return.txt", "X.return.txt.reason.txt"]
