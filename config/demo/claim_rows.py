"""Rows of determined claims, made away from the database: encrypted, masked, with their digest."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from common.encryption import Purpose, encrypt_many, lookup_keys_many
from common.identifiers import mask_account, mask_identity
from common.periods import month_code
from config.demo.calendar import DemoCalendar
from config.demo.charters import DemoOffice
from config.demo.claims import DemoClaim, claim_of
from payouts.models import BenefitCase, PayeeAccount
from payouts.services.case_rows import content_sha256

STAGED = (
    *("kind", "insured_office_id", "person_key", "identity_cipher", "identity_masked"),
    *("identity_last_four", "name", "sex", "birth_date", "phone_cipher", "phone_masked"),
    *("number_cipher", "number_key", "number_masked", "bank_name", "case_series", "case_place"),
    *("channel", "content_sha256", "entered_at"),
)


@dataclass(frozen=True, slots=True)
class ClaimKind:
    """What claims of one office, day and contribution time have in common.

    `case` is the case as its signers saw it, `account` the one it names; each claim puts its
    person, channel and place of insurance in. `number` names the kind in table staged_kinds.
    """

    number: int
    case: BenefitCase
    account: PayeeAccount
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Portion:
    """A stretch of one office's claims. `kinds` by day of application and contributed months;
    `office_ids` are those of the whole pool.
    """

    pool_id: int
    office: DemoOffice
    numbers: range
    seed: int
    calendar: DemoCalendar
    kinds: Mapping[tuple[date, int], ClaimKind]
    office_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StagedClaims:
    """A portion's rows as lines for COPY (columns STAGED), and how many cases of each series."""

    lines: str
    series: Counter[str]


def stage_portion(portion: Portion) -> StagedClaims:
    """Make the rows of a portion; needs the settings' keys, no database."""
    claims = [
        claim_of(portion.office, number, portion.seed, portion.calendar)
        for number in portion.numbers
    ]
    series: Counter[str] = Counter()
    lines = [
        "|".join(map(str, _row(claim, keys, portion, series)))
        for claim, keys in zip(claims, _keys(claims, portion.pool_id), strict=True)
    ]
    return StagedClaims("\n".join([*lines, ""]), series)


def _keys(claims: list[DemoClaim], pool_id: int) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield each claim's keys and ciphers: identity, phone, account number."""
    identities = [claim.person.identity for claim in claims]
    phones = [claim.person.phone for claim in claims]
    cards = [claim.person.card for claim in claims]
    return zip(
        lookup_keys_many(identities, purpose=Purpose.IDENTITY),
        encrypt_many(identities, pool_id=pool_id, purpose=Purpose.IDENTITY),
        encrypt_many(phones, pool_id=pool_id, purpose=Purpose.PHONE),
        lookup_keys_many(cards, purpose=Purpose.ACCOUNT),
        encrypt_many(cards, pool_id=pool_id, purpose=Purpose.ACCOUNT),
        strict=True,
    )


def _row(
    claim: DemoClaim, keys: tuple[str, str, str, str, str], portion: Portion, series: Counter[str]
) -> tuple[object, ...]:
    """Return one row in the order of STAGED, and count its case in its series."""
    person_key, identity_cipher, phone_cipher, number_key, number_cipher = keys
    person = claim.person
    kind = portion.kinds[claim.applied_date, claim.contributed_months]
    case = kind.case
    case.channel = claim.channel
    case.insured_organisation_id = _insured_at(case.organisation_id, person.number, portion)
    case.claimant.person_key, case.claimant.name = person_key, person.name
    kind.account.number_key, kind.account.holder_name = number_key, person.name
    name = f"{portion.office.code}-{month_code(claim.applied_date)}-{case.item.code}"
    series[name] += 1
    entered = min(kind.opened_at + timedelta(minutes=person.number % 60), portion.calendar.now)
    return (
        *(kind.number, case.insured_organisation_id, person_key, identity_cipher),
        *(mask_identity(person.identity), person.identity[-4:], person.name, person.sex),
        *(person.birth_date, phone_cipher, f"{person.phone[:3]}****{person.phone[-4:]}"),
        *(number_cipher, number_key, mask_account(person.card), person.bank_name),
        *(name, series[name], claim.channel, content_sha256(case), entered),
    )


def _insured_at(office_id: int, number: int, portion: Portion) -> int:
    """Return where the person was insured: here, but one of 25 elsewhere in the pool."""
    if number % 25:
        return office_id
    return portion.office_ids[number // 25 % len(portion.office_ids)]
