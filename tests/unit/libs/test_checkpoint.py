"""Checkpoints, cosignatures and notes: the published bytes, one form only, and nothing believed that was not signed."""

import base64
import hashlib
import string
import time
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

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

VOTE = "5e" * 32
BOARD = Ed25519PrivateKey.from_private_bytes(b"board".ljust(32, b"."))
WITNESSES = {
    witness_name(co_op, VOTE): Ed25519PrivateKey.from_private_bytes(co_op.encode().ljust(32, b".")) for co_op in ("elm", "oak", "yew")
}
KNOWN = {name: key.public_key() for name, key in WITNESSES.items()}
HEAD = Checkpoint(origin_of("ash", VOTE), 1234, hashlib.sha256(b"head").digest())
NOON = 1_790_000_000

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


def _cosigned(head: Checkpoint, name: str, at: int) -> tuple[Cosignature, Ed25519PublicKey]:
    return Cosignature(name, at, cosign(WITNESSES[name], head, at)), KNOWN[name]


def _line(name: str, data: bytes) -> bytes:
    return b"\xe2\x80\x94 " + name.encode() + b" " + base64.b64encode(data) + b"\n"


def _parsed(data: bytes) -> tuple[Checkpoint, bytes, tuple[Cosignature, ...]]:
    return parse_note(data, BOARD.public_key(), KNOWN)


NOTE = note(
    HEAD,
    BOARD.public_key(),
    sign_checkpoint(BOARD, HEAD),
    [_cosigned(HEAD, witness_name("oak", VOTE), NOON), _cosigned(HEAD, witness_name("elm", VOTE), NOON + 1)],
)
BOARD_LINE, ELM_LINE, OAK_LINE = NOTE[len(HEAD.body) + 1 :].splitlines(keepends=True)


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
    expected = body + b"\n" + _line(origin, board_id + BOARD.sign(body)) + _line(witness, oak_id + NOON.to_bytes(8, "big") + oak_signature)

    assert body == HEAD.body
    assert note(HEAD, BOARD.public_key(), sign_checkpoint(BOARD, HEAD), [_cosigned(HEAD, witness, NOON)]) == expected
    assert _parsed(expected) == (HEAD, BOARD.sign(body), (Cosignature(witness, NOON, oak_signature),))


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


ROOT = base64.b64encode(b"r" * 32)


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


origins = st.text(string.ascii_lowercase + string.digits + "./-é—", min_size=1, max_size=12)
moments = st.integers(0, LATEST_TIME) | st.integers(NOON, NOON + 3)


@given(
    origins,
    st.integers(1, LARGEST_SIZE),
    st.binary(min_size=32, max_size=32),
    st.lists(st.tuples(st.sampled_from(sorted(WITNESSES)), moments), unique=True, max_size=6),
    st.randoms(use_true_random=False),
)
def test_a_note_survives_its_bytes_and_order_does_not_matter(
    origin: str, size: int, root: bytes, marks: list[tuple[str, int]], chance: Random
) -> None:
    head = Checkpoint(origin, size, root)
    signature = sign_checkpoint(BOARD, head)
    cosignatures = [_cosigned(head, name, at) for name, at in marks]
    data = note(head, BOARD.public_key(), signature, cosignatures)

    read = _parsed(data)

    assert read == (head, signature, tuple(one for one, _ in sorted(cosignatures, key=lambda pair: (pair[0].name, pair[0].time))))
    assert note(read[0], BOARD.public_key(), read[1], [(one, KNOWN[one.name]) for one in read[2]]) == data
    chance.shuffle(cosignatures)
    assert note(head, BOARD.public_key(), signature, cosignatures) == data


def test_a_note_with_any_byte_changed_left_out_or_doubled_is_refused() -> None:
    assert _parsed(NOTE)[0] == HEAD
    for at, byte in enumerate(NOTE):
        for one in (*(bytes([byte ^ bits]) for bits in (0x01, 0x02, 0x20, 0x80)), b"", bytes([byte, byte])):
            with pytest.raises(BadNoteError):
                _parsed(NOTE[:at] + one + NOTE[at + 1 :])


@given(st.integers(0, len(NOTE) - 1), st.integers(1, 255))
def test_no_single_byte_of_a_note_may_be_another(at: int, bits: int) -> None:
    with pytest.raises(BadNoteError):
        _parsed(NOTE[:at] + bytes([NOTE[at] ^ bits]) + NOTE[at + 1 :])


@pytest.mark.parametrize(
    "lines",
    [
        b"",
        ELM_LINE + OAK_LINE,
        ELM_LINE + BOARD_LINE + OAK_LINE,
        BOARD_LINE + OAK_LINE + ELM_LINE,
        BOARD_LINE + ELM_LINE + ELM_LINE,
        BOARD_LINE + BOARD_LINE,
        BOARD_LINE + b"\n" + ELM_LINE,
        b"\n" + BOARD_LINE,
        BOARD_LINE + ELM_LINE.rstrip(),
        BOARD_LINE + ELM_LINE + b"\n",
        BOARD_LINE + ELM_LINE + b"\xe2\x80\x94 \n",
        BOARD_LINE.replace(b"\xe2\x80\x94", b"-"),
        BOARD_LINE.replace(b"\n", b"\r\n"),
        BOARD_LINE + _line("fir/witness", b"\x00" * 76),
        BOARD_LINE + _line(witness_name("elm", VOTE), b""),
        BOARD_LINE + _line(witness_name("elm", VOTE), b"\x00" * 76),
        BOARD_LINE + ELM_LINE.replace(b"elm", b"yew"),
        _line(HEAD.origin, note_key_id(HEAD.origin, BOARD.public_key())),
        _line(HEAD.origin, note_key_id(HEAD.origin, BOARD.public_key()) + sign_checkpoint(BOARD, HEAD) + b"\x00"),
        _line(HEAD.origin, cosigner_key_id(HEAD.origin, BOARD.public_key()) + sign_checkpoint(BOARD, HEAD)),
        _line("another/votes/1", note_key_id("another/votes/1", BOARD.public_key()) + sign_checkpoint(BOARD, HEAD)),
    ],
)
def test_signature_lines_in_any_other_form_are_refused(lines: bytes) -> None:
    with pytest.raises(BadNoteError):
        _parsed(HEAD.body + b"\n" + lines)


def test_a_cosignature_with_a_time_of_64_bits_is_refused_though_its_key_signed_it() -> None:
    name, late = witness_name("elm", VOTE), LATEST_TIME + 1
    signature = WITNESSES[name].sign(b"cosignature/v1\ntime %d\n" % late + HEAD.body)
    line = _line(name, cosigner_key_id(name, KNOWN[name]) + late.to_bytes(8, "big") + signature)
    with pytest.raises(BadNoteError):
        _parsed(HEAD.body + b"\n" + BOARD_LINE + line)


def test_a_note_by_another_board_or_cosigned_with_another_key_of_that_name_is_refused() -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(b"stranger".ljust(32, b".")).public_key()
    with pytest.raises(BadNoteError):
        parse_note(NOTE, stranger, KNOWN)
    with pytest.raises(BadNoteError):
        parse_note(NOTE, BOARD.public_key(), KNOWN | {witness_name("elm", VOTE): stranger})
    with pytest.raises(BadNoteError):
        parse_note(NOTE, BOARD.public_key(), {})


def test_a_note_holds_a_signature_of_each_of_120_parties_and_no_more() -> None:
    name = witness_name("elm", VOTE)
    cosignatures = [_cosigned(HEAD, name, NOON + second) for second in range(120)]
    signature = sign_checkpoint(BOARD, HEAD)

    full = note(HEAD, BOARD.public_key(), signature, cosignatures[:119])
    assert len(_parsed(full)[2]) == 119
    with pytest.raises(BadNoteError):
        note(HEAD, BOARD.public_key(), signature, cosignatures)
    one = cosignatures[119][0]
    line = _line(name, cosigner_key_id(name, KNOWN[name]) + one.time.to_bytes(8, "big") + one.signature)
    with pytest.raises(BadNoteError):
        _parsed(full + line)


def test_a_note_is_at_most_64_kibibytes() -> None:
    def _named(length: int) -> bytes:
        head = Checkpoint("n" * length, 7, b"r" * 32)
        return note(head, BOARD.public_key(), sign_checkpoint(BOARD, head), [])

    spare = (LARGEST_NOTE - len(_named(1))) // 2
    assert _parsed(_named(1 + spare))[0].size == 7
    with pytest.raises(BadNoteError):
        _named(2 + spare)
    with pytest.raises(BadNoteError):
        _parsed(NOTE + b"\n" * LARGEST_NOTE)


def test_one_witness_has_one_cosignature_at_one_time() -> None:
    twice = [_cosigned(HEAD, witness_name("oak", VOTE), NOON)] * 2
    with pytest.raises(BadNoteError):
        note(HEAD, BOARD.public_key(), sign_checkpoint(BOARD, HEAD), twice)


@pytest.mark.parametrize("size", [0, 63, 65])
def test_a_signature_of_another_length_is_not_written(size: int) -> None:
    with pytest.raises(BadNoteError):
        note(HEAD, BOARD.public_key(), b"s" * size, [])
    with pytest.raises(BadNoteError):
        Cosignature(witness_name("oak", VOTE), NOON, b"s" * size)


pieces = st.lists(
    st.binary(max_size=20)
    | st.sampled_from(
        [b"\n", b"\n\n", b" ", b"\xe2\x80\x94 ", HEAD.body, BOARD_LINE, ELM_LINE, OAK_LINE, ROOT, b"7", b"ash", b"\xed\xa0\x80"]
    ),
    max_size=12,
).map(b"".join)


@given(pieces)
def test_any_bytes_are_a_note_or_refused(data: bytes) -> None:
    try:
        head, signature, cosignatures = _parsed(data)
    except BadNoteError:
        return
    assert note(head, BOARD.public_key(), signature, [(cosignature, KNOWN[cosignature.name]) for cosignature in cosignatures]) == data


@given(pieces)
def test_any_bytes_are_a_checkpoint_or_refused(data: bytes) -> None:
    try:
        head = Checkpoint.parsed(data)
    except BadNoteError:
        return
    assert head.body == data


@pytest.mark.parametrize(
    "data",
    [
        b"\n" * LARGEST_NOTE,
        HEAD.body + b"\n" + b"\xe2\x80\x94 " * 20_000,
        HEAD.body + b"\n" + BOARD_LINE + ELM_LINE * 300,
        b"ash\n" + b"9" * 60_000 + b"\n" + ROOT + b"\n\n" + BOARD_LINE,
        HEAD.body + b"\n" + _line(HEAD.origin, b"\x00" * 40_000),
        b"A" * 10_000_000,
    ],
    ids=["newlines", "dashes", "lines", "digits", "base64", "length"],
)
def test_a_large_bad_note_is_refused_quickly(data: bytes) -> None:
    begun = time.process_time()
    with pytest.raises(BadNoteError):
        _parsed(data)
    # A thousand times what it takes: reading that grows with the square of the length takes more.
    assert time.process_time() - begun < 3
