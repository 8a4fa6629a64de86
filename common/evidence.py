"""Scans and letters that people hand in: which types, how large, and how each begins."""

from dataclasses import dataclass
from pathlib import Path

from common.errors import DomainError

MAX_BYTES = 20 * 1024 * 1024
TYPES = {
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
}
# How the bytes of each type begin; a name proves nothing.
MARKS = {
    ".pdf": b"%PDF-",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    ".png": b"\x89PNG\r\n",
}


class EvidenceUnusable(DomainError):
    code = "EVIDENCE_UNUSABLE"
    message = "请上传 PDF、JPG 或 PNG 文件"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that supports an act; `media_type` follows from its name and first bytes."""

    file_name: str
    media_type: str
    content: bytes


def read_evidence(*, file_name: str, content: bytes) -> Evidence:
    """Return an uploaded file as evidence.

    Raises:
        EvidenceUnusable: another type, more than 20 MB, or bytes that are not what the name says.
    """
    suffix = Path(file_name).suffix.lower()
    if suffix not in TYPES:
        raise EvidenceUnusable
    if len(content) > MAX_BYTES:
        raise EvidenceUnusable("文件超过 20MB")
    if not content.startswith(MARKS[suffix]):
        raise EvidenceUnusable("文件内容与扩展名不符，请用 PDF、JPG 或 PNG 格式重新保存后上传")
    return Evidence(file_name, TYPES[suffix], content)
