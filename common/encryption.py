"""Encryption of single fields, and the keyed hash by which they are found again.

An encrypted field is the text `v1:<algorithm>:<key id>:<base64 of nonce, ciphertext, tag>`.
Every pool and purpose has a key of its own, derived from the master key named in the text, and
both are authenticated, so a value moved to another pool or another kind of column does not open.
Look-up keys are the same in the whole installation: one person in two cities has one key.

Settings, read when needed: `FIELD_CIPHER` (AES-256-GCM or SM4-GCM), `FIELD_KEYS` (key id to
base64 of at least 32 bytes; the last one writes, all read), `LOOKUP_KEY` (base64, the same).
"""

import base64
import binascii
import hmac
import os
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from common.errors import DomainError
from common.text import half_width

_VERSION = "v1"
_NONCE_BYTES = 12
_TAG_BYTES = 16
_MASTER_BYTES = 32


class Purpose(StrEnum):
    """What an encrypted field holds; each has keys of its own."""

    IDENTITY = "IDENTITY"
    ACCOUNT = "ACCOUNT"
    PHONE = "PHONE"
    DRAFT = "DRAFT"
    DOCUMENT = "DOCUMENT"


class FieldUnreadable(DomainError):
    """The text does not open: damaged, moved from elsewhere, or its key is missing."""

    code = "FIELD_UNREADABLE"
    message = "加密数据无法解密，可能已损坏或密钥缺失，请联系系统管理员"


class _Aead(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


class _Sm4Gcm:
    """SM4 in Galois/counter mode (GB/T 32907) with the same two calls as AESGCM."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        encryptor = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data or b"")
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        body, tag = data[:-_TAG_BYTES], data[-_TAG_BYTES:]
        decryptor = Cipher(self._algorithm, modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(associated_data or b"")
        return decryptor.update(body) + decryptor.finalize()


# Algorithm as written in the text -> bytes of key.
_KEY_BYTES = {"AES-256-GCM": 32, "SM4-GCM": 16}


def encrypt(plain: str, *, pool_id: int, purpose: Purpose) -> str:
    """Return the text encrypted for one pool and purpose; never the same twice."""
    return encrypt_many([plain], pool_id=pool_id, purpose=purpose)[0]


def encrypt_many(plains: Iterable[str], *, pool_id: int, purpose: Purpose) -> list[str]:
    """Return the texts encrypted for one pool and purpose, in their order.

    Raises:
        ImproperlyConfigured: the settings name no usable cipher or key.
    """
    algorithm, key_id = _writer()
    cipher = _cipher(algorithm, key_id, _master_key(key_id), pool_id, purpose)
    bound = _bound_to(pool_id, purpose)
    prefix = f"{_VERSION}:{algorithm}:{key_id}:"
    sealed = []
    for plain in plains:
        nonce = os.urandom(_NONCE_BYTES)
        body = nonce + cipher.encrypt(nonce, plain.encode(), bound)
        sealed.append(prefix + base64.b64encode(body).decode("ascii"))
    return sealed


def decrypt(envelope: str, *, pool_id: int, purpose: Purpose) -> str:
    """Return the plain text of a field that was encrypted for this pool and purpose.

    Raises:
        FieldUnreadable: not such a text, its key is not in the settings, or it was altered
            or written for another pool or purpose.
    """
    algorithm, key_id, body = _opened(envelope)
    return _open_body(algorithm, key_id, body, pool_id, purpose).decode()


def _open_body(algorithm: str, key_id: str, body: bytes, pool_id: int, purpose: Purpose) -> bytes:
    try:
        master = _master_key(key_id)
    except ImproperlyConfigured:
        raise FieldUnreadable from None
    cipher = _cipher(algorithm, key_id, master, pool_id, purpose)
    try:
        return cipher.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], _bound_to(pool_id, purpose))
    except InvalidTag:
        raise FieldUnreadable from None


def encrypt_bytes(plain: bytes, *, pool_id: int, purpose: Purpose) -> bytes:
    """Return a file's bytes encrypted for one pool and purpose."""
    algorithm, key_id = _writer()
    cipher = _cipher(algorithm, key_id, _master_key(key_id), pool_id, purpose)
    nonce = os.urandom(_NONCE_BYTES)
    body = cipher.encrypt(nonce, plain, _bound_to(pool_id, purpose))
    return f"{_VERSION}:{algorithm}:{key_id}:".encode() + nonce + body


def decrypt_bytes(sealed: bytes, *, pool_id: int, purpose: Purpose) -> bytes:
    """Return a file's bytes as they were before `encrypt_bytes`.

    Raises:
        FieldUnreadable: as for `decrypt`.
    """
    head = sealed.split(b":", 3)
    if len(head) != 4 or len(head[3]) < _NONCE_BYTES + _TAG_BYTES:
        raise FieldUnreadable
    algorithm, key_id = head[1].decode(errors="replace"), head[2].decode(errors="replace")
    if head[0].decode(errors="replace") != _VERSION or algorithm not in _KEY_BYTES:
        raise FieldUnreadable
    return _open_body(algorithm, key_id, head[3], pool_id, purpose)


def decrypt_many(envelopes: Iterable[str], *, pool_id: int, purpose: Purpose) -> list[str]:
    """Return the plain texts in order; FieldUnreadable at the first that does not open."""
    return [decrypt(envelope, pool_id=pool_id, purpose=purpose) for envelope in envelopes]


def is_current(envelope: str) -> bool:
    """Return whether the field was written with today's cipher and key (for re-encryption)."""
    algorithm, key_id = _writer()
    return envelope.startswith(f"{_VERSION}:{algorithm}:{key_id}:")


def lookup_key(text: str, *, purpose: Purpose) -> str:
    """Return the 64 hex digits by which equal texts are found, in every pool.

    The text is brought to canonical form first: no spaces, ASCII digits, upper case.
    """
    return lookup_keys_many([text], purpose=purpose)[0]


def lookup_keys_many(texts: Iterable[str], *, purpose: Purpose) -> list[str]:
    """Return the look-up keys of the texts, in their order. See `lookup_key`."""
    key = _lookup_subkey(_decoded(settings.LOOKUP_KEY, "LOOKUP_KEY"), purpose)
    return [hmac.digest(key, _canonical(text), "sha256").hex() for text in texts]


def _canonical(text: str) -> bytes:
    return "".join(half_width(text).split()).upper().encode()


def _writer() -> tuple[str, str]:
    algorithm = settings.FIELD_CIPHER
    if algorithm not in _KEY_BYTES:
        raise ImproperlyConfigured(f"FIELD_CIPHER must be one of {', '.join(_KEY_BYTES)}")
    if not settings.FIELD_KEYS:
        raise ImproperlyConfigured("FIELD_KEYS is empty")
    return algorithm, str(list(settings.FIELD_KEYS)[-1])


def _master_key(key_id: str) -> bytes:
    try:
        text = settings.FIELD_KEYS[key_id]
    except KeyError:
        raise ImproperlyConfigured(f"FIELD_KEYS has no key {key_id!r}") from None
    return _decoded(text, "FIELD_KEYS")


@lru_cache(maxsize=64)
def _decoded(text: str, name: str) -> bytes:
    """Return the key bytes of a setting; the message never shows them."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ImproperlyConfigured(f"{name} must be base64") from None
    if len(key) < _MASTER_BYTES:
        raise ImproperlyConfigured(f"{name} needs at least {_MASTER_BYTES} bytes")
    return key


@lru_cache(maxsize=1024)
def _cipher(algorithm: str, key_id: str, master: bytes, pool_id: int, purpose: Purpose) -> _Aead:
    length = _KEY_BYTES[algorithm]
    info = f"field|{algorithm}|{key_id}|{pool_id}|{purpose.value}".encode()
    key = HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(master)
    return _Sm4Gcm(key) if algorithm == "SM4-GCM" else AESGCM(key)


@lru_cache(maxsize=64)
def _lookup_subkey(master: bytes, purpose: Purpose) -> bytes:
    info = f"lookup|{purpose.value}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(master)


def _bound_to(pool_id: int, purpose: Purpose) -> bytes:
    return f"{purpose.value}|{pool_id}".encode()


def _opened(envelope: str) -> tuple[str, str, bytes]:
    """Return algorithm, key id and bytes of an encrypted text; FieldUnreadable if malformed."""
    parts = envelope.split(":")
    if len(parts) != 4 or parts[0] != _VERSION or parts[1] not in _KEY_BYTES:
        raise FieldUnreadable
    try:
        body = base64.b64decode(parts[3], validate=True)
    except (binascii.Error, ValueError):
        raise FieldUnreadable from None
    if len(body) < _NONCE_BYTES + _TAG_BYTES:
        raise FieldUnreadable
    return parts[1], parts[2], body
