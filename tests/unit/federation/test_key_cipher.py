"""Encrypted keys can be decrypted only for the purpose, id and key they were encrypted with."""

import pytest

from services.federation.storage.key_cipher import KeyCipher, KeyDecryptionError

VAULT = KeyCipher(b"\x01" * 32)


def test_sealed_data_opens_and_every_seal_is_different() -> None:
    first, second = (VAULT.encrypt("signing", "ab", b"secret") for _ in range(2))

    assert first != second
    assert b"secret" not in first
    assert VAULT.decrypt("signing", "ab", first) == b"secret"


@pytest.mark.parametrize(
    ("purpose", "key_id", "vault"), [("tls", "ab", VAULT), ("signing", "ac", VAULT), ("signing", "ab", KeyCipher(b"\x02" * 32))]
)
def test_another_purpose_id_or_key_does_not_open_it(purpose: str, key_id: str, vault: KeyCipher) -> None:
    with pytest.raises(KeyDecryptionError):
        vault.decrypt(purpose, key_id, VAULT.encrypt("signing", "ab", b"secret"))


def test_a_changed_or_cut_seal_does_not_open() -> None:
    sealed = VAULT.encrypt("signing", "ab", b"secret")
    for broken in (sealed[:-1], sealed[:5], b"", sealed[:20] + bytes([sealed[20] ^ 1]) + sealed[21:]):
        with pytest.raises(KeyDecryptionError):
            VAULT.decrypt("signing", "ab", broken)
