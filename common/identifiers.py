"""Identity numbers, credit codes, account numbers and names: check, read, mask."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import mul
from types import MappingProxyType

from common.errors import DomainError
from common.text import half_width

_IDENTITY = re.compile(r"[0-9]{17}[0-9X]")
_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY_CHECK = "10X98765432"
_EARLIEST_BIRTH_YEAR = 1900
# First two digits of GB/T 2260 codes; 81 to 83 are residence permits of Hong Kong, Macao, Taiwan.
_PROVINCE_RANGES = ((11, 16), (21, 24), (31, 38), (41, 47), (50, 55), (61, 66), (71, 72), (81, 84))
_PROVINCES = frozenset(str(code) for ends in _PROVINCE_RANGES for code in range(*ends))

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT = re.compile(rf"(?!0)[{_CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{_CREDIT_ALPHABET}]{{10}}")
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CREDIT_VALUE = {character: value for value, character in enumerate(_CREDIT_ALPHABET)}

_CARD = re.compile(r"[0-9]{16,19}")
_SETTLEMENT = re.compile(r"[0-9]{9,30}")
_LUHN_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)

_NAME_LENGTH = 50  # characters, 民委发〔2016〕33号
_COMMON_NAME = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\u00b7]{1,50}")
_NAME_DOTS = str.maketrans(dict.fromkeys("\u2022\u30fb\u2027\uff65\u22c5\u2219", "\u00b7"))
# Planes 2 and 3 hold only ideographs; Python's own table may be older than the newest of them.
_IDEOGRAPHIC_PLANES = range(0x20000, 0x3FFFE)

# Issuer prefixes of the common debit cards; a hint for the clerk, never a rule.
BANK_BY_PREFIX: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(("622845", "622846", "622848", "623052"), "农业银行")
    | dict.fromkeys(("621226", "621558", "622202", "622203", "622208"), "工商银行")
    | dict.fromkeys(("436742", "621700", "622280", "622700"), "建设银行")
    | dict.fromkeys(("456351", "621660", "621661", "621663", "621785"), "中国银行")
    | dict.fromkeys(("621098", "621799", "622150", "622188"), "邮储银行")
    | dict.fromkeys(("601428", "622260", "622262"), "交通银行")
    | dict.fromkeys(("621483", "622588", "622609"), "招商银行")
)


class IdentityNumberInvalid(DomainError):
    """The text is not a resident identity number."""

    code = "IDENTITY_NUMBER_INVALID"
    message = "身份证号不正确"


class CreditCodeInvalid(DomainError):
    """The text is not a unified social credit code."""

    code = "CREDIT_CODE_INVALID"
    message = "统一社会信用代码不正确"


class AccountNumberInvalid(DomainError):
    """The text is not a bank account number of the kind."""

    code = "ACCOUNT_NUMBER_INVALID"
    message = "银行账号不正确"


class PersonNameInvalid(DomainError):
    """The text cannot be a person's name."""

    code = "PERSON_NAME_INVALID"
    message = "姓名不正确"


class AccountKind(StrEnum):
    """How an account number is checked."""

    CARD = "CARD"  # a person's bank card: 16 to 19 digits with a Luhn digit
    SETTLEMENT = "SETTLEMENT"  # a unit's account or an old passbook: 9 to 30 digits


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """A checked identity number: 18 characters, `sex` MALE or FEMALE, six-digit `region`."""

    number: str
    birth_date: date
    sex: str
    region: str

    def __str__(self) -> str:
        return self.number


def parse_identity_number(text: str, today: date) -> IdentityNumber:
    """Return the identity number in the text and what it says about the person.

    Surrounding spaces, full-width digits and a small x are taken. A birth before 1900 or
    after `today` is refused.

    Raises:
        IdentityNumberInvalid: the message names length, characters, region, birth date or
            check digit.

    Source: GB 11643-1999.
    """
    number = _plain(text).upper()
    if _IDENTITY.fullmatch(number) is None:
        raise IdentityNumberInvalid(_identity_form_reason(number))
    region = number[:6]
    if (region[1:3] if region[0] == "9" else region[:2]) not in _PROVINCES:
        raise IdentityNumberInvalid("身份证号前六位不是行政区划代码")
    birth_date = _birth_date(number, today)
    if _identity_check_digit(number) != number[17]:
        raise IdentityNumberInvalid("身份证号校验位不正确")
    return IdentityNumber(number, birth_date, "MALE" if int(number[16]) % 2 else "FEMALE", region)


def make_identity_number(region: str, birth_date: date, sequence: int) -> str:
    """Return an invented identity number with a valid check digit.

    For demonstrations and tests. `region` is six digits, `sequence` 1 to 999 (odd: male);
    ValueError otherwise.
    """
    if not re.fullmatch(r"[0-9]{6}", region) or not 1 <= sequence <= 999:
        raise ValueError("six digits of region and a sequence of 1 to 999 are needed")
    body = f"{region}{birth_date:%Y%m%d}{sequence:03d}"
    return body + _identity_check_digit(body)


def parse_credit_code(text: str) -> str:
    """Return the unified social credit code in the text, 18 upper-case characters.

    The registering authority may be a letter, as in the N codes of rural collectives.

    Raises:
        CreditCodeInvalid: the message names length, characters or check digit.

    Source: GB 32100-2015.
    """
    code = _plain(text).upper()
    if len(code) != 18:
        raise CreditCodeInvalid(f"统一社会信用代码应为18位，实际{len(code)}位")
    if _CREDIT.fullmatch(code) is None:
        raise CreditCodeInvalid("统一社会信用代码含有不允许的字符（不使用I、O、S、V、Z）")
    total = sum(_CREDIT_VALUE[c] * w for c, w in zip(code, _CREDIT_WEIGHTS, strict=False))
    if _CREDIT_ALPHABET[-total % 31] != code[17]:
        raise CreditCodeInvalid("统一社会信用代码校验位不正确")
    return code


def parse_account_number(text: str, kind: AccountKind | str) -> str:
    """Return the account number in the text, digits only; spaces between groups are dropped.

    Raises:
        AccountNumberInvalid: the message names length, characters or, for a card, the
            Luhn digit.
    """
    number = _plain(text).replace(" ", "")
    is_card = AccountKind(kind) is AccountKind.CARD
    if not (number.isascii() and number.isdigit()):
        raise AccountNumberInvalid("银行账号不能为空" if not number else "银行账号只能由数字组成")
    if (_CARD if is_card else _SETTLEMENT).fullmatch(number) is None:
        expected = "银行卡号应为16至19位" if is_card else "结算账号应为9至30位"
        raise AccountNumberInvalid(f"{expected}，实际{len(number)}位")
    if is_card and not is_luhn_valid(number):
        raise AccountNumberInvalid("银行卡号校验位不正确，请核对卡号")
    return number


def is_luhn_valid(number: str) -> bool:
    """Return whether a string of ASCII digits ends with its Luhn digit (ISO/IEC 7812-1)."""
    if not (number.isascii() and number.isdigit()):
        return False
    return number[-1] == luhn_digit(number[:-1])


def luhn_digit(body: str) -> str:
    """Return the Luhn digit that belongs behind a string of ASCII digits (ISO/IEC 7812-1)."""
    digits = list(map(int, body))
    total = sum(digits[-2::-2]) + sum(_LUHN_DOUBLED[digit] for digit in digits[-1::-2])
    return str(-total % 10)


def bank_of_card(number: str) -> str | None:
    """Return the short name of the bank that issued a card, or None if its prefix is unknown."""
    return BANK_BY_PREFIX.get(number[:6])


def parse_person_name(text: str) -> str:
    """Return a person's name, 1 to 50 characters.

    Takes every ideograph (rare ones included), letters of any script, spaces, hyphen,
    apostrophe, point, and the middle dot, of which the look-alikes become U+00B7.

    Raises:
        PersonNameInvalid: empty, too long, or a character no name has (control and
            direction marks, digits, private use, lone surrogates); the message names it.

    Source: 民委发〔2016〕33号 (length and dot of names).
    """
    name = _plain(text).translate(_NAME_DOTS)
    if _COMMON_NAME.fullmatch(name) and name.strip("\u00b7") == name:
        return name
    if not name or not name.strip("\u00b7-'. "):
        raise PersonNameInvalid("姓名不能为空")
    if len(name) > _NAME_LENGTH:
        raise PersonNameInvalid(f"姓名最多{_NAME_LENGTH}个字")
    for character in name:
        _check_name_character(character)
    return name


def mask_identity(number: str) -> str:
    """Return an identity number for display: 510402********1234. Others show the last four."""
    if len(number) != 18:
        return "*" * max(len(number) - 4, 4) + (number[-4:] if len(number) > 8 else "")
    return f"{number[:6]}********{number[-4:]}"


def mask_account(number: str) -> str:
    """Return an account for display: 6228 **** **** 0015; below 16 digits **** 1234."""
    if len(number) < 9:
        return "****"
    if len(number) < 16:
        return f"**** {number[-4:]}"
    return f"{number[:4]} **** **** {number[-4:]}"


def mask_name(name: str) -> str:
    """Return a name for display: the first character and one or two asterisks, 张*."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 2) if name else ""


def _plain(text: str) -> str:
    return half_width(text).strip()


def _identity_form_reason(number: str) -> str:
    if not number:
        return "身份证号不能为空"
    if len(number) != 18:
        return f"身份证号应为18位，实际{len(number)}位"
    return "身份证号前17位应为数字，末位应为数字或X"


def _birth_date(number: str, today: date) -> date:
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    try:
        born = date(year, month, day)
    except ValueError:
        raise IdentityNumberInvalid("身份证号中的出生日期不存在") from None
    if born > today:
        raise IdentityNumberInvalid("身份证号中的出生日期晚于今天")
    if year < _EARLIEST_BIRTH_YEAR:
        raise IdentityNumberInvalid("身份证号中的出生日期早于1900年，请核对")
    return born


def _identity_check_digit(number: str) -> str:
    return _IDENTITY_CHECK[sum(map(mul, _IDENTITY_WEIGHTS, map(int, number))) % 11]


def _check_name_character(character: str) -> None:
    if character in "\u00b7 .-'\u3007" or ord(character) in _IDEOGRAPHIC_PLANES:
        return
    category = unicodedata.category(character)
    if category[0] == "L":
        return
    shown = character if category[0] in "NPS" else f"U+{ord(character):04X}"
    raise PersonNameInvalid(f"姓名含有不允许的字符「{shown}」")
