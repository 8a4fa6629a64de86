"""Text as people type it on Chinese keyboards, brought to one width."""

# Full-width forms of ASCII (U+FF01 to U+FF5E) to ASCII; the ideographic space to a plain one.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """Return the text with full-width letters, digits, punctuation and spaces made ASCII."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)
