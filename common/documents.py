"""Making of documents: forms printed as PDF, and the workbooks of `common.workbooks`."""

import hashlib
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pypdfium2
import weasyprint
from django.conf import settings
from django.template.loader import render_to_string

from common.workbooks import (
    CellValue,
    Column,
    Kind,
    RowSum,
    Sheet,
    detail_workbook,
    error_workbook,
    safe_cell,
    statement_hash,
    statement_workbook,
)

__all__ = [
    "CellValue",
    "Column",
    "Kind",
    "RowSum",
    "Sheet",
    "UrlForbidden",
    "detail_workbook",
    "error_workbook",
    "join_pdfs",
    "render_pdf",
    "safe_cell",
    "sha256_hex",
    "statement_hash",
    "statement_workbook",
]

_FONT_FAMILY = '"Noto Serif CJK SC","Source Han Serif SC","Noto Sans CJK SC",SimSun,serif'
# Margin boxes inherit nothing from html, and without a language Japanese glyphs are chosen.
_PRINT_CSS = f"""
@page {{ size: A4; margin: 18mm 16mm; font-family: {_FONT_FAMILY}; -weasy-lang: "zh-CN" }}
html {{ font-family: {_FONT_FAMILY}; -weasy-lang: "zh-CN"; font-size: 10.5pt }}
"""


class UrlForbidden(ValueError):
    """A form wanted something from outside the project's own static files."""


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of the bytes as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def render_pdf(template: str, context: Mapping[str, Any]) -> bytes:
    """Return a Django template printed as PDF, A4 with embedded font subsets.

    Only `data:` addresses and files below the project's static directories are read; an
    image from anywhere else raises UrlForbidden, so no form leaves the house incomplete.
    Fonts come from the system or whole font files (unicode-range slices print wrong
    characters).
    """
    html = render_to_string(template, dict(context))
    document = weasyprint.HTML(string=html, base_url="file:///", url_fetcher=_StaticOnly())
    try:
        pdf: bytes = document.write_pdf(stylesheets=[weasyprint.CSS(string=_PRINT_CSS)])
    except _Stop as stop:
        raise UrlForbidden(str(stop)) from None
    return pdf


def join_pdfs(parts: Iterable[bytes]) -> bytes:
    """Return the pages of several PDFs as one, in their order.

    Each part is taken when the one before is done with, so that a long print is laid out piece
    by piece: what lies in memory is one part's layout and the finished pages' bytes.
    """
    joined = pypdfium2.PdfDocument.new()
    for part in parts:
        with pypdfium2.PdfDocument(part) as source:
            joined.import_pages(source)
    with io.BytesIO() as target:
        joined.save(target)
        joined.close()
        return target.getvalue()


class _StaticOnly(weasyprint.URLFetcher):
    """Reads `data:` addresses and static files, and stops the printing for anything else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data", "file"), allow_redirects=False)

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        if urlsplit(url).scheme == "data":
            return super().fetch(url, headers)
        path = _static_file(url)
        if path is None:
            raise _Stop(url)
        return super().fetch(path.as_uri(), headers)


class _Stop(weasyprint.urls.FatalURLFetchingError):
    """Stops the printing; an ordinary error would only leave the image out."""


def _static_file(url: str) -> Path | None:
    """Return the static file an address names, or None if it names anything else."""
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc:
        return None
    relative = unquote(parts.path).removeprefix(settings.STATIC_URL).lstrip("/")
    for root in map(Path, filter(None, [*settings.STATICFILES_DIRS, settings.STATIC_ROOT])):
        path = (root / relative).resolve()
        if path.is_relative_to(root.resolve()) and path.is_file():
            return path
    return None
