"""Amounts of money: yuan with two decimals, read strictly, rounded in one place, never float."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from common.errors import DomainError
from common.text import half_width

CENT = Decimal("0.01")
AMOUNT_CAP = Decimal("999999999999.99")

_ROUNDING = Context(prec=50, rounding=ROUND_HALF_UP)
_CANONICAL = re.compile(r"(?:0|[1-9][0-9]{0,11})\.[0-9]{2}")
_TYPED = re.compile(r"(0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]{1,2})?")

# The first pattern that fits names the reason; the order goes from odd to ordinary.
_REASONS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"$"), "金额不能为空"),
    (re.compile(r".*[\x00-\x1f\x7f]", re.DOTALL), "金额含有控制字符"),
    (re.compile(r"-|−"), "金额不能为负数"),
    (re.compile(r"[+-]?(?:nan|inf|infinity)$", re.IGNORECASE), "金额不是数字"),
    (re.compile(r"[0-9.,]+[eE][+-]?[0-9]+$"), "金额不能使用科学计数法"),
    (re.compile(r".*[^0-9.,]"), "金额只能由数字、小数点和千位分隔符组成"),
    (re.compile(r"0[0-9]"), "金额不能以0开头"),
    (re.compile(r"[0-9,]+\.[0-9]{3,}$"), "金额最多两位小数"),
    (re.compile(r"(?:[0-9],?){13,}(?:\.[0-9]*)?$"), "金额超过上限999,999,999,999.99元"),
    (re.compile(r"[0-9]*,[0-9,]*(?:\.[0-9]*)?$"), "千位分隔符位置不正确"),
)

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")
_GROUPS = ("", "万", "亿")


class AmountInvalid(DomainError):
    """The text is not an amount this system takes; the message names the reason."""

    code = "AMOUNT_INVALID"
    message = "金额格式不正确"


def round_yuan(value: Decimal) -> Decimal:
    """Return `value` (yuan) rounded half up to cents; the only rounding of money there is.

    Half up means away from zero: 0.005 becomes 0.01 and -0.005 becomes -0.01. There is no
    negative zero. ValueError for NaN and infinity, which no calculation here may produce.
    """
    if not value.is_finite():
        raise ValueError("an amount must be finite")
    return value.quantize(CENT, context=_ROUNDING) + 0


def parse_amount(text: str, *, allow_zero: bool = False) -> Decimal:
    """Return the amount of a file field in yuan.

    Takes the canonical form only: digits, a point, two decimals, no sign, no grouping, no
    leading zero, at most `AMOUNT_CAP`. Zero is taken only with `allow_zero`.

    Raises:
        AmountInvalid: the message names the reason.

    Source: docs/formats.md.
    """
    if _CANONICAL.fullmatch(text) is None:
        raise AmountInvalid(_reason(text) or "金额须为两位小数，不带分隔符，例如1864.00")
    return _positive(Decimal(text), allow_zero=allow_zero)


def parse_typed_amount(text: str, *, allow_zero: bool = False) -> Decimal:
    """Return the amount a person typed on a screen in yuan, two decimals.

    Takes `1234`, `1234.5`, `1,234.56`, full-width digits and surrounding spaces. Refuses
    whatever could be read two ways: signs, exponents, underscores, misplaced separators,
    leading zeros, a third decimal.

    Raises:
        AmountInvalid: the message names the reason.
    """
    plain = half_width(text).strip()
    if _TYPED.fullmatch(plain) is None:
        raise AmountInvalid(_reason(plain) or "金额格式不正确，例如1234.56或1,234.56")
    digits = plain.replace(",", "")
    if len(digits.partition(".")[0]) > 12:
        raise AmountInvalid("金额超过上限999,999,999,999.99元")
    return _positive(Decimal(digits).quantize(CENT), allow_zero=allow_zero)


def capital_amount(amount: Decimal) -> str:
    """Return the amount (yuan, at most two decimals) in capital numerals, with 人民币.

    Where the rules leave a choice, 整 is written after 角, and the one 零 stands after 元
    when the yuan end with 0 (1680.32: 壹仟陆佰捌拾元零叁角贰分; 107000.53:
    壹拾万柒仟元零伍角叁分). A negative amount, as on a reversal, begins 人民币负.
    ValueError for more than two decimals or an amount beyond the cap; nothing is rounded here.

    Source: 《支付结算办法》附件一; 《会计基础工作规范》第五十二条.
    """
    if not amount.is_finite() or abs(amount) > AMOUNT_CAP or amount != round_yuan(amount):
        raise ValueError("capital numerals need an amount of whole cents within the cap")
    cents = int(abs(amount) * 100)
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    text = _whole_yuan(yuan) + _decimals(yuan, jiao, fen)
    return f"人民币{'负' if amount < 0 else ''}{text or '零元'}{'' if fen else '整'}"


def _whole_yuan(yuan: int) -> str:
    """Return 拾万柒仟元 for the yuan, or nothing for zero."""
    text, is_gap = "", False
    for unit, group in reversed(tuple(zip(_GROUPS, _groups_of_four(yuan), strict=False))):
        if group:
            needs_zero = bool(text) and (is_gap or group < 1000)
            text += ("零" if needs_zero else "") + _group(group) + unit
        is_gap = group == 0
    return f"{text}元" if text else ""


def _groups_of_four(yuan: int) -> tuple[int, int, int]:
    """Return the number cut into units, ten-thousands (万) and hundred-millions (亿)."""
    return yuan % 10_000, yuan // 10_000 % 10_000, yuan // 100_000_000


def _group(number: int) -> str:
    """Return 1 to 9999 in capitals, one 零 for each run of zeros between digits."""
    text, is_gap = "", False
    for place, digit in zip(_PLACES, f"{number:04d}", strict=True):
        if digit == "0":
            is_gap = bool(text)
            continue
        text += ("零" if is_gap else "") + _DIGITS[int(digit)] + place
        is_gap = False
    return text


def _decimals(yuan: int, jiao: int, fen: int) -> str:
    """Return what follows 元: 角 and 分, with 零 where a zero lies between."""
    if not jiao and not fen:
        return ""
    needs_zero = bool(yuan) and (yuan % 10 == 0 or not jiao)
    text = _DIGITS[jiao] + "角" if jiao else ""
    text += _DIGITS[fen] + "分" if fen else ""
    return ("零" if needs_zero else "") + text


def _positive(amount: Decimal, *, allow_zero: bool) -> Decimal:
    if not amount and not allow_zero:
        raise AmountInvalid("金额必须大于0")
    return amount


def _reason(text: str) -> str:
    """Return why the text is no amount, or nothing if only the general message fits."""
    return next((reason for pattern, reason in _REASONS if pattern.match(text)), "")
