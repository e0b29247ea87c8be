"""Checkpoints, cosignatures and notes: the published bytes, one form only, and nothing believed that was not signed."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from libs.signing.checkpoint import (
    LARGEST_NOTE,
    LARGEST_SIZE,
    LATEST_TIME,
    BadNoteError,
    Checkpoint,
    Cosignature,
    cosign,
    cosigner_key_id,
    note,
    note_key_id,
    origin_of,
    parse_note,
    sign_checkpoint,
    verify_checkpoint,
    verify_cosignature,
    witness_name,
)
from libs.signing.merkle import EMPTY_ROOT
from libs.signing.statement import BadSignatureError
from tests.support.signed_notes import (
    BOARD,
    HEAD,
    KNOWN,
    NOON,
    ROOT,
    VOTE,
    WITNESSES,
    cosigned,
    note_line,
    parsed,
)

# A real head of a public certificate log, with the log's own line and one witness's, as published on 23 May 2026.
LOG_NAME, LOG_KEY = "arche2025h1.staging.ct.transparency.dev", "AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
REMORA_NAME, REMORA_KEY = "remora.n621.de", "BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
PUBLISHED = """arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
""".encode()


def _published_key(encoded: str, kind: int) -> Ed25519PublicKey:
    """As in the verifier keys of signed-note: one byte of type, then the key."""
    data = base64.b64decode(encoded)
    assert data[0] == kind
    return Ed25519PublicKey.from_public_bytes(data[1:])


def test_a_published_head_with_its_cosignature_is_read_and_written_again() -> None:
    log, remora = _published_key(LOG_KEY, 1), _published_key(REMORA_KEY, 4)

    head, signature, (cosignature,) = parse_note(PUBLISHED, log, {REMORA_NAME: remora})

    assert (head.origin, head.size) == (LOG_NAME, 1_432_088_532)
    assert (cosignature.name, cosignature.time) == (REMORA_NAME, 0x6A122120)
    assert note(head, log, signature, [(cosignature, remora)]) == PUBLISHED


def test_key_ids_are_the_published_ones() -> None:
    # The verifier keys of that log and witness, and the example of golang.org/x/mod/sumdb/note.
    assert note_key_id(LOG_NAME, _published_key(LOG_KEY, 1)).hex() == "ba2f06c0"
    assert cosigner_key_id(REMORA_NAME, _published_key(REMORA_KEY, 4)).hex() == "da77ade7"
    assert note_key_id("PeterNeumann", _published_key("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", 1)).hex() == "c74f20a3"


def test_the_published_test_log_gets_its_published_signature() -> None:
    # The key of the test data of github.com/transparency-dev/tessera, published so that its log can be made again.
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode("AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg")[1:])
    head = Checkpoint("example.com/log/testdata", 100_270, base64.b64decode("GRV1O0dCqmjjPvYi7CtOT79zb/fPwLNsMFWsynwU8Ac="))

    assert note(head, key.public_key(), sign_checkpoint(key, head), []) == (
        b"example.com/log/testdata\n100270\nGRV1O0dCqmjjPvYi7CtOT79zb/fPwLNsMFWsynwU8Ac=\n\n"
        b"\xe2\x80\x94 example.com/log/testdata "
        b"M9e0lkcvy5bAe7rrC8tCyAP+my+CLzswA91zOpBNWVU7qCojkUOHnfdQzDImoYeYH8G8PJSwOqsx0RkSa261OmKVwwM=\n"
    )


def test_a_note_is_made_of_the_bytes_the_standards_say() -> None:
    origin, witness = f"ash/votes/{VOTE}", f"oak/votes/{VOTE}/witness"
    body = origin.encode() + b"\n1234\n" + base64.b64encode(hashlib.sha256(b"head").digest()) + b"\n"
    board_public, oak = BOARD.public_key().public_bytes_raw(), WITNESSES[witness]
    board_id = hashlib.sha256(origin.encode() + b"\n\x01" + board_public).digest()[:4]
    oak_id = hashlib.sha256(witness.encode() + b"\n\x04" + oak.public_key().public_bytes_raw()).digest()[:4]
    oak_signature = oak.sign(b"cosignature/v1\ntime 1790000000\n" + body)
    expected = (
        body + b"\n" + note_line(origin, board_id + BOARD.sign(body)) + note_line(witness, oak_id + NOON.to_bytes(8, "big") + oak_signature)
    )

    assert body == HEAD.body
    assert note(HEAD, BOARD.public_key(), sign_checkpoint(BOARD, HEAD), [cosigned(HEAD, witness, NOON)]) == expected
    assert parsed(expected) == (HEAD, BOARD.sign(body), (Cosignature(witness, NOON, oak_signature),))


def test_names_are_those_of_the_board_and_of_its_witnesses() -> None:
    assert origin_of("ash.example", VOTE) == f"ash.example/votes/{VOTE}"
    assert witness_name("oak.example", VOTE) == f"oak.example/votes/{VOTE}/witness"


@pytest.mark.parametrize(
    ("co_op", "vote"), [("", VOTE), ("ash", ""), ("ash/votes/1", VOTE), ("ash", f"{VOTE}/witness"), ("a sh", VOTE), ("ash", "1\n2")]
)
def test_two_boards_or_witnesses_never_share_a_name(co_op: str, vote: str) -> None:
    with pytest.raises(BadNoteError):
        origin_of(co_op, vote)
    with pytest.raises(BadNoteError):
        witness_name(co_op, vote)


@pytest.mark.parametrize("size", [1, 9, 10, 2**53 + 1, LARGEST_SIZE])
def test_a_checkpoint_survives_its_body(size: int) -> None:
    head = Checkpoint("ash/votes/é", size, b"r" * 32)
    assert Checkpoint.parsed(head.body) == head


def test_the_empty_board_has_one_checkpoint() -> None:
    empty = Checkpoint(HEAD.origin, 0, EMPTY_ROOT)
    assert Checkpoint.parsed(empty.body) == empty
    with pytest.raises(BadNoteError):
        Checkpoint(HEAD.origin, 0, b"r" * 32)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        b"ash\n7\n",
        b"ash\n7\n" + ROOT,
        b"\n7\n" + ROOT + b"\n",
        b"ash\n07\n" + ROOT + b"\n",
        b"ash\n+7\n" + ROOT + b"\n",
        b"ash\n-7\n" + ROOT + b"\n",
        b"ash\n 7\n" + ROOT + b"\n",
        b"ash\n7 \n" + ROOT + b"\n",
        b"ash\n7_0\n" + ROOT + b"\n",
        b"ash\n0x7\n" + ROOT + b"\n",
        b"ash\n\n" + ROOT + b"\n",
        "ash\n\u0667\n".encode() + ROOT + b"\n",
        b"ash\n18446744073709551616\n" + ROOT + b"\n",
        b"ash\n" + b"9" * 50_000 + b"\n" + ROOT + b"\n",
        b"ash\r\n7\r\n" + ROOT + b"\r\n",
        b"ash\n7\n" + ROOT + b"\n\n",
        b"ash\n7\n" + ROOT + b"\nextension\n",
        b"ash\n7\n" + ROOT + b" \n",
        b"ash\n7\n" + ROOT[:-1] + b"\n",
        b"ash\n7\n" + ROOT[:-2] + b"J=\n",
        b"ash\n7\n" + ROOT[:-5] + b"=" + ROOT[-4:] + b"\n",
        b"ash\n7\n" + base64.b64encode(b"r" * 31) + b"\n",
        b"ash\n7\n" + base64.b64encode(b"r" * 33) + b"\n",
        b"ash\n7\n" + base64.urlsafe_b64encode(b"\xff" * 32) + b"\n",
        b"ash\n7\n" + "é".encode() * 22 + b"\n",
        b"a sh\n7\n" + ROOT + b"\n",
        b"a+sh\n7\n" + ROOT + b"\n",
        b"a\x00sh\n7\n" + ROOT + b"\n",
        "a\u2028sh\n7\n".encode() + ROOT + b"\n",
        b"a\xffsh\n7\n" + ROOT + b"\n",
        b"\xed\xa0\x80\n7\n" + ROOT + b"\n",
        b"n" * LARGEST_NOTE + b"\n7\n" + ROOT + b"\n",
    ],
)
def test_a_body_in_any_other_form_is_refused(body: bytes) -> None:
    with pytest.raises(BadNoteError):
        Checkpoint.parsed(body)


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb", "a\tb", "a\u00a0b", "a\u3000b", "\ud800"])
def test_a_name_that_cannot_stand_in_a_note_is_refused(origin: str) -> None:
    with pytest.raises(BadNoteError):
        Checkpoint(origin, 7, b"r" * 32)
    with pytest.raises(BadNoteError):
        Cosignature(origin, 7, b"s" * 64)


def test_a_signature_belongs_to_its_key_and_checkpoint() -> None:
    signature = sign_checkpoint(BOARD, HEAD)
    verify_checkpoint(BOARD.public_key(), HEAD, signature)
    other = Checkpoint(HEAD.origin, HEAD.size + 1, HEAD.root)
    stranger = KNOWN[witness_name("oak", VOTE)]
    for key, head, data in (
        (stranger, HEAD, signature),
        (BOARD.public_key(), other, signature),
        (BOARD.public_key(), HEAD, signature[:-1]),
        (BOARD.public_key(), HEAD, b""),
        (BOARD.public_key(), HEAD, cosign(BOARD, HEAD, NOON)),
    ):
        with pytest.raises(BadSignatureError):
            verify_checkpoint(key, head, data)


def test_a_cosignature_belongs_to_its_key_checkpoint_and_second() -> None:
    signature = cosign(BOARD, HEAD, NOON)
    verify_cosignature(BOARD.public_key(), HEAD, NOON, signature)
    other = Checkpoint(f"elm/votes/{VOTE}", HEAD.size, HEAD.root)
    for head, at, data in (
        (HEAD, NOON + 1, signature),
        (other, NOON, signature),
        (HEAD, NOON, sign_checkpoint(BOARD, HEAD)),
        (HEAD, NOON, signature + b"\x00"),
        (HEAD, -1, BOARD.sign(b"cosignature/v1\ntime -1\n" + HEAD.body)),
        (HEAD, LATEST_TIME + 1, BOARD.sign(b"cosignature/v1\ntime %d\n" % (LATEST_TIME + 1) + HEAD.body)),
    ):
        with pytest.raises(BadSignatureError):
            verify_cosignature(BOARD.public_key(), head, at, data)


@pytest.mark.parametrize("at", [-1, LATEST_TIME + 1])
def test_a_time_outside_the_standard_is_not_cosigned(at: int) -> None:
    with pytest.raises(BadNoteError):
        cosign(BOARD, HEAD, at)
    with pytest.raises(BadNoteError):
        Cosignature(witness_name("oak", VOTE), at, b"s" * 64)
