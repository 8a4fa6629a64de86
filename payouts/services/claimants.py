"""The people who claim and the accounts they are paid to: found by key, stored encrypted."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from accounts.services import audit
from common.actor import Person
from common.encryption import Purpose, encrypt, lookup_key
from common.errors import DomainError
from common.identifiers import (
    bank_of_card,
    is_luhn_valid,
    mask_account,
    mask_identity,
    parse_account_number,
    parse_identity_number,
    parse_person_name,
)
from common.text import half_width
from payouts.enums import AccountKind
from payouts.models import Claimant, PayeeAccount
from payouts.selectors.case_findings import is_account_taken

_PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}")
LUHN_WARNING = "结算账户校验位未通过，请对照存折再次核对账号"


class NeedsConfirmation(DomainError):
    """The clerk must look at something and say that he goes on; `message` says what."""

    code = "NEEDS_CONFIRMATION"


class PhoneInvalid(DomainError):
    code = "PHONE_INVALID"
    message = "联系电话应为11位手机号，或带区号的固定电话"


class HolderDiffers(DomainError):
    code = "HOLDER_DIFFERS"
    message = "收款账户户名必须与申领人姓名一致（R17）"


class AccountTaken(DomainError):
    code = "ACCOUNT_TAKEN"
    message = "该账户已登记为其他申领人的收款账户，不能使用（R18）"


class BankUnknown(DomainError):
    code = "BANK_UNKNOWN"
    message = "无法由账号识别开户银行，请填写开户银行"


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """Who claims, as read from the identity card."""

    identity_number: str
    name: str


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """The account a person names; `bank_name` may be empty when the number tells the bank."""

    kind: AccountKind
    number: str
    holder_name: str
    bank_name: str = ""


def find_or_create_claimant(
    *, actor: Person, entry: PersonEntry, is_confirmed: bool, at: datetime, today: date
) -> Claimant:
    """Return the claimant with this identity number, new or known.

    A known person under another name is renamed only when the clerk confirmed the new name.

    Raises:
        IdentityNumberInvalid, PersonNameInvalid: the text is neither.
        NeedsConfirmation: known under another name.
    """
    identity = parse_identity_number(entry.identity_number, today)
    name = parse_person_name(entry.name)
    claimant, is_new = Claimant.objects.get_or_create(
        pool_id=actor.pool_id,
        person_key=lookup_key(identity.number, purpose=Purpose.IDENTITY),
        defaults={
            "identity_cipher": encrypt(
                identity.number, pool_id=actor.pool_id, purpose=Purpose.IDENTITY
            ),
            "identity_masked": mask_identity(identity.number),
            "identity_last_four": identity.number[-4:],
            "name": name,
            "sex": identity.sex,
            "birth_date": identity.birth_date,
        },
    )
    if not is_new and claimant.name != name:
        if not is_confirmed:
            raise NeedsConfirmation(
                f"该证件号已登记的姓名为“{claimant.name}”，本次填写“{name}”。"
                "请核对证件；确系更名的，勾选确认后继续"
            )
        _rename(actor, claimant, name, at)
    return claimant


def _rename(actor: Person, claimant: Claimant, name: str, at: datetime) -> None:
    before, claimant.name = claimant.name, name
    claimant.save(update_fields=["name"])
    audit.record(
        actor=actor,
        verb="payouts.claimant.renamed",
        subject=claimant,
        at=at,
        label=claimant.identity_masked,
        organisation_id=actor.organisation_id,
        before={"name": before},
        after={"name": name},
    )


def parse_phone(text: str) -> str:
    """Return a telephone number: eleven digits, or area code and number; else PhoneInvalid."""
    number = half_width(text).strip().replace(" ", "")
    if _PHONE.fullmatch(number) is None:
        raise PhoneInvalid
    return number


def set_phone(*, actor: Person, claimant: Claimant, phone: str) -> None:
    """Store a person's telephone number, encrypted and masked (138****1234)."""
    number = parse_phone(phone)
    claimant.phone_cipher = encrypt(number, pool_id=actor.pool_id, purpose=Purpose.PHONE)
    claimant.phone_masked = f"{number[:3]}****{number[-4:]}"
    claimant.save(update_fields=["phone_cipher", "phone_masked"])


def register_account(
    *, actor: Person, claimant: Claimant, entry: AccountEntry, at: datetime
) -> tuple[PayeeAccount, str]:
    """Return the account's row, registered once per person, and a warning or nothing.

    A card must carry a valid check digit; an old passbook may not, and is only warned about.

    Raises:
        AccountNumberInvalid, HolderDiffers, AccountTaken, BankUnknown.
    """
    number = parse_account_number(entry.number, entry.kind.value)
    if parse_person_name(entry.holder_name) != claimant.name:
        raise HolderDiffers
    key = lookup_key(number, purpose=Purpose.ACCOUNT)
    if is_account_taken(key, claimant.pk):
        raise AccountTaken
    account = PayeeAccount.objects.filter(claimant=claimant, number_key=key).first()
    if account is None:
        account = _add_account(actor, claimant, entry, number, at)
    is_card = entry.kind == AccountKind.CARD
    return account, "" if is_card or is_luhn_valid(number) else LUHN_WARNING


def _add_account(
    actor: Person, claimant: Claimant, entry: AccountEntry, number: str, at: datetime
) -> PayeeAccount:
    bank = entry.bank_name.strip() or bank_of_card(number)
    if not bank:
        raise BankUnknown
    return PayeeAccount.objects.create(
        pool_id=actor.pool_id,
        claimant=claimant,
        kind=entry.kind,
        number_cipher=encrypt(number, pool_id=actor.pool_id, purpose=Purpose.ACCOUNT),
        number_key=lookup_key(number, purpose=Purpose.ACCOUNT),
        number_masked=mask_account(number),
        bank_name=bank,
        holder_name=claimant.name,
        created_at=at,
    )
