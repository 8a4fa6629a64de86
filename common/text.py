"""Text as people type it on Chinese keyboards: brought to one width, freed of the unseen."""

import re
import unicodedata

from common.errors import DomainError

# Full-width forms of ASCII (U+FF01 to U+FF5E) to ASCII; the ideographic space to a plain one.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """Return the text with full-width letters, digits, punctuation and spaces made ASCII."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


# Control and direction marks, private use, lone surrogates, separators, what was not decoded.
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_NEW_LINES = "\n\r\t"
_NOT_DECODED = "\ufffd"
_IDENTIFIER = re.compile(r"[1-9][0-9]{0,18}")
_LARGEST_IDENTIFIER = 2**63 - 1


class TextUnseen(DomainError):
    """The text holds a character that nobody sees on a screen or on paper."""

    code = "TEXT_UNSEEN"
    message = "含有看不见或无法识别的字符，请删除本栏内容后重新输入"


def refuse_unseen(text: str, *, has_lines: bool = False) -> str:
    """Return the text as it is; with `has_lines` it may hold new lines and tabs.

    Raises:
        TextUnseen: NUL and other control characters, direction marks, zero-width characters,
            private use, lone surrogates, or the mark of bytes that could not be decoded.
    """
    if text.isascii() and text.isprintable():
        return text
    for character in text:
        is_unseen = unicodedata.category(character) in _UNSEEN or character == _NOT_DECODED
        if is_unseen and not (has_lines and character in _NEW_LINES):
            shown = f"U+{ord(character):04X}"
            raise TextUnseen(f"含有看不见或无法识别的字符（{shown}），请删除本栏内容后重新输入")
    return text


def identifier(text: str) -> int | None:
    """Return the id that an address or a button names, or None for what cannot be one."""
    number = int(text) if _IDENTIFIER.fullmatch(text) else 0
    return number if 0 < number <= _LARGEST_IDENTIFIER else None
