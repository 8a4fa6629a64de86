"""What pages of payments read by statements of their own, beside the same read by the ORM."""

from datetime import UTC, date, datetime

import pytest

from payouts.models import BankAnswer, BankMessage, PaymentInstruction
from payouts.selectors.bank_answers import answer_words, list_answers
from payouts.selectors.batch_parts import list_messages, sum_states
from payouts.selectors.batches import get_batch
from payouts.selectors.instructions import (
    INSTRUCTIONS,
    first_instructions,
    list_attempts,
    show_instructions,
)
from tests.payouts.payments.answers import recorded
from tests.reconciliation.build import pay, unknown_batch

pytestmark = pytest.mark.django_db
EAST, WEST = "510402", "510403"
PAID_ON = date(2026, 10, 28)


@pytest.fixture
def city(founded):
    return founded


@pytest.fixture
def batch(city):
    """A batch the bank answered: the first of its three payments failed."""
    return pay(city, EAST, ["1864.00", "932.00", "1700.00"], fails=(0,), bank_date=PAID_ON)


def shown(city, batch):
    return get_batch(actor=city.actor("FACC"), batch_id=batch.pk)


def test_the_first_orders_and_all_of_a_line_are_those_of_the_list(city, batch):
    unknown_batch(city, WEST)
    rows = PaymentInstruction.objects.filter(batch=batch).order_by("pk")
    read = rows.values_list("pk", "plan_line_id", *INSTRUCTIONS.fields, named=True)
    every = show_instructions(None, read)
    assert first_instructions(batch=shown(city, batch)) == every
    assert first_instructions(batch=shown(city, batch), limit=2) == every[:2]
    for row, line in zip(rows, every, strict=True):
        assert list_attempts(plan_line_id=row.plan_line_id) == [line]


def test_the_states_sum_to_the_batch(city, batch):
    sums = sum_states(batch=shown(city, batch))
    assert [(one.state, one.line_count) for one in sums] == [("FAILED", 1), ("SUCCESS", 2)]


def test_read_messages_gives_the_newest_words_with_the_bank(city, batch, monkeypatch):
    """read_messages.sql beside the messages themselves."""
    other = unknown_batch(city, WEST)
    person = city.actor("FCASH").user_id
    for at, of, by in ((1, batch, None), (2, other, None), (3, batch, person), (4, batch, None)):
        BankMessage.objects.create(
            pool=city.pool,
            batch=of,
            at=datetime(2026, 10, 28, at, tzinfo=UTC),
            call="POST /files",
            outcome=f"第{at}次",
            person_id=by,
        )

    def said(most):
        rows = BankMessage.objects.filter(batch=batch).order_by("-pk")[:most]
        return [
            (row.at, batch.number, row.call, row.outcome, row.person.name if row.person else "系统")
            for row in rows
        ]

    def told():
        return [
            (one.at, one.batch_number, one.call, one.outcome, one.person)
            for one in list_messages(batch=shown(city, batch))
        ]

    assert told() == said(50)
    assert len(told()) >= 3
    monkeypatch.setattr("payouts.selectors.batch_parts.MESSAGES_SHOWN", 2)
    assert told() == said(2)


def test_read_answers_gives_the_letters_about_a_batch(city):
    """read_answers.sql beside the letters themselves."""
    batch = unknown_batch(city, EAST, ["1864.00", "932.00"])
    answer = BankAnswer.objects.get(pk=recorded(city, batch).pk)
    [line] = list_answers(batch_id=batch.pk)
    assert (line.id, line.batch_id, line.batch_number) == (answer.pk, batch.pk, batch.number)
    assert (line.organisation, line.line_count, line.total_amount) == (
        batch.organisation.short_name,
        batch.line_count,
        batch.total_amount,
    )
    assert (line.words, line.was_taken, line.reference, line.answered_on, line.note) == (
        answer_words(answer),
        answer.was_taken,
        answer.reference,
        answer.answered_on,
        answer.note,
    )
    assert (line.letter_id, line.letter_name) == (answer.letter_id, answer.letter.file_name)
    assert (line.state, line.recorded_by, line.recorded_at) == (
        answer.state,
        answer.recorded_by.name,
        answer.recorded_at,
    )
    assert not list_answers(batch_id=batch.pk + 1)
