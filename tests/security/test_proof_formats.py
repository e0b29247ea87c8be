"""What docs/formats says in bytes is so: the note, its key ids and what is signed can be written from the page alone."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from libs.boards.document_fields import DocumentError, parse_option
from scripts.verifier import bundle_archive
from scripts.verifier.bundle_archive import FrameLimits
from scripts.verifier.json_values import MalformedError
from scripts.verifier.json_values import parse_option as verifiers_option

_ROOT = Path(__file__).parents[2]
_PAGE = (_ROOT / "docs" / "formats" / "federated-vote.md").read_text(encoding="utf-8")


def _note_of_the_page() -> str:
    note = re.search(r"```\n(ash-grove/votes/.*?)```", _PAGE, re.DOTALL)
    assert note is not None
    return note[1]


def test_the_note_on_the_page_is_in_the_bundle_that_it_names() -> None:
    with (_ROOT / "examples" / "bundles" / "two-and-observer.kith").open("rb") as file:
        part = bundle_archive.read_archive(file).checkpoints["ash-grove"]
        first = next(bundle_archive.read_frames(part, FrameLimits(4096, 65536, 65536, "notes")))

    assert _note_of_the_page() == first.decode()


def test_key_ids_and_signed_messages_are_as_the_page_says() -> None:
    text, _, lines = _note_of_the_page().partition("\n\n")
    board, birch, *_ = [line.split(" ") for line in lines.splitlines()]
    keys = re.findall(r"is `([0-9a-f]{64})`, its key id `([0-9a-f]{8})`", _PAGE)
    assert len(keys) == 2

    for (_, name, data), (key, key_id), kind in zip((board, birch), keys, (b"\1", b"\4"), strict=True):
        raw = base64.b64decode(data)
        assert raw[:4].hex() == key_id == hashlib.sha256(name.encode() + b"\n" + kind + bytes.fromhex(key)).hexdigest()[:8]
        date, signature = (b"", raw[4:]) if kind == b"\1" else (raw[4:12], raw[12:])
        stamp = b"cosignature/v1\ntime %d\n" % int.from_bytes(date, "big") if date else b""
        assert date.hex() in _PAGE
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, stamp + text.encode() + b"\n")


_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u17b4\u180b\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u202a\u202e\u2060\u2066\u2069"
    "\u3164\ufeff\uffa0\U000e0020"
)


@pytest.mark.parametrize("letter", _UNSEEN, ids=[f"U+{ord(letter):04X}" for letter in _UNSEEN])
def test_kith_and_the_verifier_refuse_the_same_letters_in_options(letter: str) -> None:
    with pytest.raises(DocumentError, match="not seen"):
        parse_option(f"no{letter}rth", "option")
    with pytest.raises(MalformedError):
        verifiers_option(f"no{letter}rth")


@pytest.mark.parametrize(
    "option", ["north", "caf\u00e9", "\u0634\u0645\u0627\u0644", "\U0001f33f green", "\u2764\ufe0f", "O'Dell \u2013 north"]
)
def test_options_that_can_be_seen_are_taken(option: str) -> None:
    assert parse_option(option, "option") == verifiers_option(option) == option


def test_no_more_than_75_parties_fit_though_the_terms_allow_100() -> None:
    """The page says so, for those who would size tables by the larger number."""
    closed = '{"boards":[],"kind":"closed"}'
    line = '["abc",9007199254740991,"%s",9007199254740991],' % ("0" * 64)

    assert (8 * 1024 - len(closed) + 1) // len(line) + 1 == 75
    assert "at most 75 parties" in _PAGE
