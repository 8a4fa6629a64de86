"""Each set-based statement of payments against a slow plain-Python twin."""

import hashlib
import random
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from accounts.enums import SubjectKind
from accounts.models import Signature, User
from common.db import copy_rows, run_sql
from payouts.enums import BatchState, InstructionState, ReturnState, ReturnVia
from payouts.models import (
    BankReturn,
    BankReturnLine,
    DisbursementPlanLine,
    Entitlement,
    PaymentBatch,
    PaymentInstruction,
    ReissueRequest,
)
from payouts.services.batches import prepare_batch
from payouts.services.return_staging import STAGED
from payouts.services.returns import _Delivery, _keep
from tests.city import NOW, found_city
from tests.payouts.build import approved_plan

REASONS = ("01", "02", "03", "04", "05", "99")


@pytest.fixture
def town(db):
    return found_city()


def rows_of(table, order="position"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY {order}")
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def line_digest(name, account, amount, item, month):
    head = f"{name}|{account.number_key}|{account.bank_number}|{amount}"
    text = f"{head}|{item}{month:%Y%m}|{month:%Y%m}"
    return hashlib.sha256(text.encode()).digest()


def split_twin(amounts, max_lines, max_amount):
    """Fill one file after the other, greedily; a line too large for any goes alone."""
    files, start, total = [], 0, Decimal(0)
    for place, amount in enumerate(amounts):
        if place > start and (place - start == max_lines or total + amount > max_amount):
            files.append((start + 1, place))
            start, total = place, Decimal(0)
        total += amount
    return [*files, (start + 1, len(amounts))]


def random_amounts(seed, count):
    chance = random.Random(seed)
    return [f"{chance.randint(1, 400000) / 100:.2f}" for _ in range(count)]


def test_stage_plan_instructions_and_digest_new_instructions(town):
    plan = approved_plan(town, "510402", random_amounts(1, 20))
    run_sql("payouts", "stage_plan_instructions", {"plan_ids": [plan.pk]})
    lines = list(
        DisbursementPlanLine.objects.filter(plan=plan)
        .order_by("position")
        .select_related("payee_account", "plan__item")
    )
    digests, running = [], Decimal(0)
    for staged, line in zip(rows_of("new_instruction"), lines, strict=True):
        running += line.amount
        digests.append(
            line_digest(
                line.payee_account.holder_name,
                line.payee_account,
                line.amount,
                line.plan.item.name,
                line.benefit_month,
            )
        )
        assert (staged["plan_line_id"], staged["amount"]) == (line.pk, line.amount)
        assert (staged["running_total"], staged["attempt"]) == (running, 1)
        assert bytes(staged["line_sha256"]) == digests[-1]
    positions = {"first_position": 3, "last_position": 9}
    [(count, total, digest)] = run_sql("payouts", "digest_new_instructions", positions)
    assert count == 7
    assert total == sum(line.amount for line in lines[2:9])
    assert digest == hashlib.sha256(b"".join(digests[2:9])).hexdigest()


@pytest.mark.parametrize("seed", range(6))
def test_split_new_instructions(town, seed):
    chance = random.Random(seed)
    amounts = random_amounts(seed, chance.randint(1, 40))
    plan = approved_plan(town, "510402", amounts)
    run_sql("payouts", "stage_plan_instructions", {"plan_ids": [plan.pk]})
    limits = {
        "max_lines": chance.randint(1, 12),
        "max_amount": Decimal(chance.randint(200, 12000)),
    }
    found = run_sql("payouts", "split_new_instructions", limits)
    assert found == split_twin([Decimal(amount) for amount in amounts], **limits)


def test_add_instructions_and_digest_batch(town):
    plan = approved_plan(town, "510402", random_amounts(2, 12))
    batch = prepare_batch(actor=town.actor("FACC"), plan_ids=[plan.pk], at=NOW)
    lines = list(DisbursementPlanLine.objects.filter(plan=plan).order_by("position"))
    instructions = list(
        PaymentInstruction.objects.filter(batch=batch)
        .order_by("position")
        .select_related("payee_account")
    )
    digests = []
    for place, (row, line) in enumerate(zip(instructions, lines, strict=True), start=1):
        assert (row.position, row.end_to_end_id) == (place, f"{batch.number}-{place}")
        assert (row.plan_line_id, row.amount) == (line.pk, line.amount)
        assert row.payee_account_id == line.payee_account_id
        digests.append(
            line_digest(
                row.payee_name, row.payee_account, row.amount, batch.item.name, line.benefit_month
            )
        )
    [(count, total, digest)] = run_sql("payouts", "digest_batch", {"batch_id": batch.pk})
    assert (count, total) == (12, sum(line.amount for line in lines))
    assert digest == hashlib.sha256(b"".join(digests)).hexdigest() == batch.content_sha256


def sent_batch(town, amounts):
    """A batch as if sent: its states are moved by hand, its signatures are tested elsewhere."""
    plan = approved_plan(town, "510402", amounts, months_granted=1)
    batch = prepare_batch(actor=town.actor("FACC"), plan_ids=[plan.pk], at=NOW)
    PaymentInstruction.objects.filter(batch=batch).update(state=InstructionState.SENT)
    return batch


def return_rows(batch, seed):
    """The D records of a right return file; some lines failed."""
    chance, rows = random.Random(seed), []
    instructions = PaymentInstruction.objects.filter(batch=batch).select_related("payee_account")
    for line, row in enumerate(instructions.order_by("position"), start=2):
        is_success = chance.random() < 0.7
        rows.append(
            {
                "line": line,
                "seq": str(row.position),
                "end_to_end_id": row.end_to_end_id,
                "account_key": row.payee_account.number_key,
                "account_masked": row.payee_account.number_masked,
                "amount": f"{row.amount:.2f}",
                "status": "00" if is_success else "99",
                "reason": "" if is_success else chance.choice(REASONS),
                "bank_serial": f"S{line}",
                "paid_at": "2026-11-21T09:30:00+08:00",
            }
        )
    return rows


def stage(rows):
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.return_line")
        columns = ", ".join(f"{name} {'int' if name == 'line' else 'text'}" for name in STAGED)
        cursor.execute(f"CREATE TEMP TABLE return_line ({columns})")
    copy_rows("return_line", STAGED, [[row[name] for name in STAGED] for row in rows])


def heading(rows):
    paid = [Decimal(row["amount"]) for row in rows if row["status"] == "00"]
    failed = [Decimal(row["amount"]) for row in rows if row["status"] != "00"]
    return {
        "line_count": len(rows),
        "success_count": len(paid),
        "success_total": sum(paid, Decimal(0)),
        "fail_count": len(failed),
        "fail_total": sum(failed, Decimal(0)),
        "trailer_count": len(rows),
        "trailer_total": sum(paid + failed, Decimal(0)),
        "trailer_line": len(rows) + 2,
    }


def match_twin(batch, rows, head):
    """Return (line, reason) of every fault, found one line at a time."""
    sent = PaymentInstruction.objects.filter(batch=batch).select_related("payee_account")
    due = {row.end_to_end_id: row for row in sent}
    given = {row["end_to_end_id"] for row in rows}
    faults = [(0, "缺少该笔指令的回盘结果") for number in due if number not in given]
    for place, row in enumerate(rows):
        for field, reason in (
            ("end_to_end_id", "同一指令重复出现"),
            ("bank_serial", "同一流水号重复出现"),
        ):
            if row[field] in {earlier[field] for earlier in rows[:place]}:
                faults.append((row["line"], reason))
        faults += line_faults(row, due.get(row["end_to_end_id"]))
    return sorted(faults + heading_faults(rows, head, list(due.values())))


def line_faults(row, sent):
    """Return what is wrong with one line by itself."""
    is_success, known = row["status"] == "00", {"", *REASONS}
    checks = [
        (sent is None, "本批次没有该笔指令"),
        (row["status"] not in {"00", "99"}, "状态码不明"),
        (row["reason"] not in known, "失败原因代码不明"),
        (is_success and row["reason"] != "", "成功的明细不应有失败原因"),
        (row["status"] == "99" and row["reason"] == "", "失败的明细缺少失败原因"),
    ]
    if sent is not None:
        account = sent.payee_account
        checks += [
            (Decimal(row["amount"]) != sent.amount, "金额与发送时不一致"),
            (row["account_key"] != account.number_key, "账号与发送时不一致"),
            (row["seq"] != str(sent.position), "序号与发送时不一致"),
        ]
    return [(row["line"], reason) for is_wrong, reason in checks if is_wrong]


def heading_faults(rows, head, due):
    """Return where H and T differ from the lines or from the batch."""
    actual, last = heading(rows), head["trailer_line"]
    total = sum((row.amount for row in due), Decimal(0))
    checks = (
        (head["line_count"] != len(due), 1, "文件头笔数与批次不一致"),
        (head["line_count"] != len(rows), 1, "文件头笔数与明细不一致"),
        (head["success_count"] != actual["success_count"], 1, "成功笔数与明细不一致"),
        (head["success_total"] != actual["success_total"], 1, "成功金额与明细不一致"),
        (head["fail_count"] != actual["fail_count"], 1, "失败笔数与明细不一致"),
        (head["fail_total"] != actual["fail_total"], 1, "失败金额与明细不一致"),
        (head["trailer_count"] != len(rows), last, "文件尾笔数与明细不一致"),
        (head["trailer_total"] != actual["trailer_total"], last, "文件尾金额与明细不一致"),
        (head["trailer_total"] != total, last, "文件尾金额与批次不一致"),
    )
    return [(line, reason) for is_wrong, line, reason in checks if is_wrong]


def dearer(row):
    row["amount"] = f"{Decimal(row['amount']) + Decimal('0.01'):.2f}"


def contradictory(row):
    row["status"], row["reason"] = ("99", "") if row["reason"] else ("00", "01")


SPOILERS = (
    dearer,
    contradictory,
    lambda row: row.update(account_key="f" * 64),
    lambda row: row.update(status="50"),
    lambda row: row.update(reason="77"),
    lambda row: row.update(end_to_end_id=row["end_to_end_id"] + "X"),
    lambda row: row.update(seq="999"),
)


def spoil(rows, chance):
    """Spoil a file in some random places, repeat or drop a line."""
    rows = [dict(row) for row in rows]
    for _ in range(chance.randint(0, 3)):
        chance.choice(SPOILERS)(chance.choice(rows))
    if chance.random() < 0.3:
        rows.append(dict(chance.choice(rows)))
    if chance.random() < 0.3:
        rows.remove(chance.choice(rows))
    for line, row in enumerate(rows, start=2):
        row["line"] = line
    return rows


def test_match_return(town):
    batch = sent_batch(town, random_amounts(3, 12))
    right = return_rows(batch, 3)
    for seed in range(40):
        chance = random.Random(seed)
        rows = spoil(right, chance)
        head = heading(rows)
        if chance.random() < 0.3:
            head[chance.choice(["line_count", "success_total", "trailer_total"])] += 1
        stage(rows)
        found = run_sql("payouts", "match_return", {"batch_id": batch.pk, **head})
        assert sorted((row[0], row[4]) for row in found) == match_twin(batch, rows, head), seed
        assert not found or found[0][5] == len(found)


def test_settle_return(town):
    batch = sent_batch(town, random_amounts(4, 15))
    rows = return_rows(batch, 4)
    stage(rows)
    delivery = _Delivery(b"return", "a" * 64, "r.txt", ReturnVia.UPLOAD, NOW)
    kept = _keep(
        town.actor("FACC"), delivery, batch.organisation_id, batch=batch, state=ReturnState.APPLIED
    )
    parameters = {"return_id": kept.pk, "batch_id": batch.pk, "bank_date": date(2026, 11, 21)}
    successes = [row for row in rows if row["status"] == "00"]
    assert run_sql("payouts", "settle_return", parameters) == [(15, 15, len(successes))]
    for row in rows:
        sent = PaymentInstruction.objects.get(end_to_end_id=row["end_to_end_id"])
        line = BankReturnLine.objects.get(instruction=sent)
        entitlement = Entitlement.objects.get(pk=sent.plan_line.entitlement_id)
        is_success = row["status"] == "00"
        assert sent.state == ("SUCCESS" if is_success else "FAILED")
        assert (sent.fail_code, sent.bank_serial) == (row["reason"], row["bank_serial"])
        assert (line.is_success, line.position, line.amount) == (
            is_success,
            row["line"] - 1,
            sent.amount,
        )
        assert entitlement.months_paid == (1 if is_success else 0)
        assert entitlement.state == ("FINISHED" if is_success else "PAYING")
    assert run_sql("payouts", "settle_return", parameters) == [(0, 0, 0)]
    assert BankReturn.objects.count() == 1


def test_stage_reissue_instructions(town):
    batch = sent_batch(town, random_amounts(5, 6))
    rows = PaymentInstruction.objects.filter(batch=batch)
    rows.update(state=InstructionState.FAILED, fail_code="01")
    asked = [
        ReissueRequest.objects.create(
            pool=town.pool,
            plan_line_id=row.plan_line_id,
            failed_instruction=row,
            payee_account_id=row.payee_account_id,
            reason="测试",
            content_sha256="0" * 64,
            requested_by_id=town.actor("PLAN", "510402").user_id,
            requested_at=NOW,
        )
        for row in rows.order_by("-position")
    ]
    approve_by_hand(asked[:4])
    run_sql("payouts", "stage_reissue_instructions", {"reissue_ids": [a.pk for a in asked]})
    staged = rows_of("new_instruction")
    running = Decimal(0)
    assert len(staged) == 4
    for row, request in zip(staged, asked[:4], strict=True):
        line, account = request.plan_line, request.payee_account
        running += line.amount
        assert (row["reissue_id"], row["plan_line_id"]) == (request.pk, line.pk)
        assert (row["attempt"], row["running_total"]) == (2, running)
        assert bytes(row["line_sha256"]) == line_digest(
            account.holder_name, account, line.amount, batch.item.name, line.benefit_month
        )
    assert PaymentBatch.objects.get(pk=batch.pk).state == BatchState.DRAFT


def approve_by_hand(requests):
    """Sign the three steps for each request and approve it."""

    people = {
        step: (User.objects.get(username=f"{post.lower()}510402"), post)
        for step, post in (("APPLY", "PLAN"), ("REVIEW", "REV2"), ("APPROVE", "APP"))
    }
    for request in requests:
        for step, (user, post) in people.items():
            Signature.objects.create(
                pool_id=request.pool_id,
                subject_kind=SubjectKind.REISSUE,
                subject_id=request.pk,
                round=1,
                step=step,
                person=user,
                post_id=post,
                organisation_id=user.organisation_id,
                decision="APPROVE",
                content_sha256=request.content_sha256,
                signed_at=NOW,
            )
        for state in ("APPROVAL", "APPROVED"):
            ReissueRequest.objects.filter(pk=request.pk).update(state=state)
