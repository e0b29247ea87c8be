"""A co-op restored from before its last rotation knows it by the anchor, and never issues two identity documents of one number."""

import secrets
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from libs.boards.identity_documents import IdentityDocument
from services.federation.storage import own_identity
from services.federation.storage.anchor_file import AnchorFile
from services.federation.storage.identity_anchor import IdentityAnchor
from services.federation.storage.key_cipher import KeyCipher
from services.federation.storage.local_identity import LocalIdentity
from services.federation.storage.own_identity import OwnIdentity

NO_WORK: Any = SimpleNamespace()  # the document is given below: no database is asked


def document(seq: int) -> IdentityDocument:
    return IdentityDocument("elm-row", "Elm Row", b"r" * 32, seq, 0, "", (), (b"a" * 32, b"b" * 32), (1,), ())


async def issued(file: Path, seq: int, monkeypatch: pytest.MonkeyPatch) -> IdentityAnchor:
    """A start whose database has this document as its newest."""

    async def get_latest(_: object) -> OwnIdentity:
        return OwnIdentity(document(seq), f"document {seq}".encode())

    monkeypatch.setattr(own_identity, "get_latest", get_latest)
    anchor = IdentityAnchor(AnchorFile(file), "elm-row")
    await anchor.compare(NO_WORK)
    return anchor


async def test_a_restored_co_op_knows_that_its_identity_is_old_until_it_has_a_newer_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "anchor"
    assert [(await issued(file, seq, monkeypatch)).is_old for seq in (1, 2, 5)] == [False, False, False]
    restored = await issued(file, 4, monkeypatch)
    assert restored.is_old
    local = LocalIdentity("elm-row", "Elm Row", "", KeyCipher(secrets.token_bytes(32)), tmp_path / "root.pem", restored)
    assert local.seq_after(document(4)) == 6, "5 is lost, and others hold it"
    assert not (await issued(file, 6, monkeypatch)).is_old


def test_without_an_anchor_numbers_go_on_one_by_one(tmp_path: Path) -> None:
    local = LocalIdentity("elm-row", "Elm Row", "", KeyCipher(secrets.token_bytes(32)), tmp_path / "root.pem")
    assert [local.seq_after(None), local.seq_after(document(4))] == [1, 5]
