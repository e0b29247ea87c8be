"""Sealed keys open where they were sealed, and nowhere else."""

import pytest

from services.federation.storage.vault import SealBrokenError, Vault

VAULT = Vault(b"\x01" * 32)


def test_what_was_sealed_opens_and_each_seal_is_new() -> None:
    first, second = (VAULT.seal("signing", "ab", b"secret") for _ in range(2))

    assert first != second
    assert b"secret" not in first
    assert VAULT.open("signing", "ab", first) == b"secret"


@pytest.mark.parametrize(
    ("purpose", "key_id", "vault"), [("tls", "ab", VAULT), ("signing", "ac", VAULT), ("signing", "ab", Vault(b"\x02" * 32))]
)
def test_another_purpose_id_or_key_does_not_open_it(purpose: str, key_id: str, vault: Vault) -> None:
    with pytest.raises(SealBrokenError):
        vault.open(purpose, key_id, VAULT.seal("signing", "ab", b"secret"))


def test_a_changed_or_cut_seal_does_not_open() -> None:
    sealed = VAULT.seal("signing", "ab", b"secret")
    for broken in (sealed[:-1], sealed[:5], b"", sealed[:20] + bytes([sealed[20] ^ 1]) + sealed[21:]):
        with pytest.raises(SealBrokenError):
            VAULT.open("signing", "ab", broken)
