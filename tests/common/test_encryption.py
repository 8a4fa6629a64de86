"""Encrypted fields open only where they belong; look-up keys are equal for equal texts."""

import base64
import time

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from common import encryption
from common.encryption import (
    FieldUnreadable,
    Purpose,
    decrypt,
    decrypt_many,
    encrypt,
    encrypt_many,
    is_current,
    lookup_key,
    lookup_keys_many,
)

NUMBER = "510402198001010018"
OLD_KEY = base64.b64encode(b"o" * 32).decode()
NEW_KEY = base64.b64encode(b"n" * 32).decode()


@pytest.fixture(params=["AES-256-GCM", "SM4-GCM"], autouse=True)
def cipher(request, settings):
    """Run every test with both ciphers and keys of its own."""
    settings.FIELD_CIPHER = request.param
    settings.FIELD_KEYS = {"1": OLD_KEY}
    settings.LOOKUP_KEY = base64.b64encode(b"l" * 32).decode()
    return request.param


@hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(Purpose))
def test_what_was_encrypted_opens_again(plain, purpose):
    envelope = encrypt(plain, pool_id=1, purpose=purpose)
    assert decrypt(envelope, pool_id=1, purpose=purpose) == plain


def test_the_text_names_version_algorithm_and_key(cipher):
    envelope = encrypt(NUMBER, pool_id=1, purpose=Purpose.IDENTITY)
    assert envelope.startswith(f"v1:{cipher}:1:")
    assert NUMBER not in envelope


def test_the_same_text_is_never_encrypted_the_same_twice():
    envelopes = encrypt_many([NUMBER] * 100, pool_id=1, purpose=Purpose.IDENTITY)
    assert len(set(envelopes)) == 100


@pytest.mark.parametrize(("pool_id", "purpose"), [(2, Purpose.IDENTITY), (1, Purpose.ACCOUNT)])
def test_a_field_does_not_open_elsewhere(pool_id, purpose):
    envelope = encrypt(NUMBER, pool_id=1, purpose=Purpose.IDENTITY)
    with pytest.raises(FieldUnreadable):
        decrypt(envelope, pool_id=pool_id, purpose=purpose)


def test_one_changed_bit_is_noticed():
    head, _, body = encrypt(NUMBER, pool_id=1, purpose=Purpose.PHONE).rpartition(":")
    for place in range(len(base64.b64decode(body))):
        changed = bytearray(base64.b64decode(body))
        changed[place] ^= 1
        envelope = f"{head}:{base64.b64encode(changed).decode()}"
        with pytest.raises(FieldUnreadable):
            decrypt(envelope, pool_id=1, purpose=Purpose.PHONE)


@pytest.mark.parametrize(
    "envelope",
    [
        "",
        "plain",
        "v2:AES-256-GCM:1:AAAA",
        "v1:DES:1:AAAA",
        "v1:AES-256-GCM:1:!",
        "v1:SM4-GCM:1:AA==",
        f"v1:AES-256-GCM:9:{'A' * 64}",
    ],
)
def test_what_is_no_encrypted_text_is_refused(envelope):
    with pytest.raises(FieldUnreadable):
        decrypt(envelope, pool_id=1, purpose=Purpose.DRAFT)


def test_after_a_new_key_the_old_fields_still_open(settings):
    old = encrypt(NUMBER, pool_id=1, purpose=Purpose.IDENTITY)
    settings.FIELD_KEYS = {"1": OLD_KEY, "2": NEW_KEY}
    new = encrypt(NUMBER, pool_id=1, purpose=Purpose.IDENTITY)
    assert new.split(":")[2] == "2"
    assert (is_current(old), is_current(new)) == (False, True)
    assert decrypt_many([old, new], pool_id=1, purpose=Purpose.IDENTITY) == [NUMBER, NUMBER]


def test_after_a_new_cipher_the_old_fields_still_open(settings, cipher):
    old = encrypt(NUMBER, pool_id=1, purpose=Purpose.IDENTITY)
    settings.FIELD_CIPHER = "SM4-GCM" if cipher == "AES-256-GCM" else "AES-256-GCM"
    assert decrypt(old, pool_id=1, purpose=Purpose.IDENTITY) == NUMBER
    assert not is_current(old)


def test_a_weak_or_missing_key_stops_the_work_without_showing_it(settings):
    for keys in ({}, {"1": "c2hvcnQ="}, {"1": "not base64!"}):
        settings.FIELD_KEYS = keys
        with pytest.raises(ImproperlyConfigured) as error:
            encrypt(NUMBER, pool_id=1, purpose=Purpose.IDENTITY)
        assert "c2hvcnQ" not in str(error.value)
    settings.FIELD_CIPHER = "ROT13"
    with pytest.raises(ImproperlyConfigured):
        encrypt(NUMBER, pool_id=1, purpose=Purpose.IDENTITY)


def test_one_person_has_one_look_up_key_however_the_number_is_typed():
    typed = ["11010519491231002X", " 11010519491231002x", "\uff111010519491231002X"]
    keys = lookup_keys_many(typed, purpose=Purpose.IDENTITY)
    assert len(set(keys)) == 1
    assert len(keys[0]) == 64
    assert keys[0] == lookup_key(typed[0], purpose=Purpose.IDENTITY)


def test_look_up_keys_differ_by_text_purpose_and_setting(settings):
    keys = {
        lookup_key(NUMBER, purpose=Purpose.IDENTITY),
        lookup_key(NUMBER, purpose=Purpose.ACCOUNT),
        lookup_key("510402198001010026", purpose=Purpose.IDENTITY),
    }
    settings.LOOKUP_KEY = NEW_KEY
    assert len(keys | {lookup_key(NUMBER, purpose=Purpose.IDENTITY)}) == 4


def test_a_hundred_thousand_persons_take_seconds():
    numbers = [f"{n:018d}" for n in range(100_000)]
    started = time.perf_counter()
    encrypt_many(numbers, pool_id=1, purpose=Purpose.IDENTITY)
    lookup_keys_many(numbers, purpose=Purpose.IDENTITY)
    assert time.perf_counter() - started < 8


def test_a_files_bytes_come_back_and_open_for_no_other_pool():
    data = bytes(range(256)) * 10
    sealed = encryption.encrypt_bytes(data, pool_id=1, purpose=encryption.Purpose.DOCUMENT)
    assert data[:32] not in sealed
    assert encryption.decrypt_bytes(sealed, pool_id=1, purpose=encryption.Purpose.DOCUMENT) == data
    for damaged, pool in ((sealed, 2), (sealed[:-1], 1), (b"", 1), (b"v1:x:1:" + sealed, 1)):
        with pytest.raises(encryption.FieldUnreadable):
            encryption.decrypt_bytes(damaged, pool_id=pool, purpose=encryption.Purpose.DOCUMENT)
