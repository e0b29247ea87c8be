"""Notes: any change is found, one form only, bounded in size, and nothing breaks what reads them."""

import string
import time
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from libs.signing.checkpoint import (
    LARGEST_NOTE,
    LARGEST_SIZE,
    LATEST_TIME,
    BadNoteError,
    Checkpoint,
    Cosignature,
    cosigner_key_id,
    note,
    note_key_id,
    parse_note,
    sign_checkpoint,
    witness_name,
)
from tests.support.signed_notes import (
    BOARD,
    BOARD_LINE,
    ELM_LINE,
    HEAD,
    KNOWN,
    NOON,
    NOTE,
    OAK_LINE,
    ROOT,
    VOTE,
    WITNESSES,
    cosigned,
    note_line,
    parsed,
)

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
    cosignatures = [cosigned(head, name, at) for name, at in marks]
    data = note(head, BOARD.public_key(), signature, cosignatures)

    read = parsed(data)

    assert read == (head, signature, tuple(one for one, _ in sorted(cosignatures, key=lambda pair: (pair[0].name, pair[0].time))))
    assert note(read[0], BOARD.public_key(), read[1], [(one, KNOWN[one.name]) for one in read[2]]) == data
    chance.shuffle(cosignatures)
    assert note(head, BOARD.public_key(), signature, cosignatures) == data


def test_a_note_with_any_byte_changed_left_out_or_doubled_is_refused() -> None:
    assert parsed(NOTE)[0] == HEAD
    for at, byte in enumerate(NOTE):
        for one in (*(bytes([byte ^ bits]) for bits in (0x01, 0x02, 0x20, 0x80)), b"", bytes([byte, byte])):
            with pytest.raises(BadNoteError):
                parsed(NOTE[:at] + one + NOTE[at + 1 :])


@given(st.integers(0, len(NOTE) - 1), st.integers(1, 255))
def test_no_single_byte_of_a_note_may_be_another(at: int, bits: int) -> None:
    with pytest.raises(BadNoteError):
        parsed(NOTE[:at] + bytes([NOTE[at] ^ bits]) + NOTE[at + 1 :])


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
        BOARD_LINE + note_line("fir/witness", b"\x00" * 76),
        BOARD_LINE + note_line(witness_name("elm", VOTE), b""),
        BOARD_LINE + note_line(witness_name("elm", VOTE), b"\x00" * 76),
        BOARD_LINE + ELM_LINE.replace(b"elm", b"yew"),
        note_line(HEAD.origin, note_key_id(HEAD.origin, BOARD.public_key())),
        note_line(HEAD.origin, note_key_id(HEAD.origin, BOARD.public_key()) + sign_checkpoint(BOARD, HEAD) + b"\x00"),
        note_line(HEAD.origin, cosigner_key_id(HEAD.origin, BOARD.public_key()) + sign_checkpoint(BOARD, HEAD)),
        note_line("another/votes/1", note_key_id("another/votes/1", BOARD.public_key()) + sign_checkpoint(BOARD, HEAD)),
    ],
)
def test_signature_lines_in_any_other_form_are_refused(lines: bytes) -> None:
    with pytest.raises(BadNoteError):
        parsed(HEAD.body + b"\n" + lines)


def test_a_cosignature_with_a_time_of_64_bits_is_refused_though_its_key_signed_it() -> None:
    name, late = witness_name("elm", VOTE), LATEST_TIME + 1
    signature = WITNESSES[name].sign(b"cosignature/v1\ntime %d\n" % late + HEAD.body)
    line = note_line(name, cosigner_key_id(name, KNOWN[name]) + late.to_bytes(8, "big") + signature)
    with pytest.raises(BadNoteError):
        parsed(HEAD.body + b"\n" + BOARD_LINE + line)


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
    cosignatures = [cosigned(HEAD, name, NOON + second) for second in range(120)]
    signature = sign_checkpoint(BOARD, HEAD)

    full = note(HEAD, BOARD.public_key(), signature, cosignatures[:119])
    assert len(parsed(full)[2]) == 119
    with pytest.raises(BadNoteError):
        note(HEAD, BOARD.public_key(), signature, cosignatures)
    one = cosignatures[119][0]
    line = note_line(name, cosigner_key_id(name, KNOWN[name]) + one.time.to_bytes(8, "big") + one.signature)
    with pytest.raises(BadNoteError):
        parsed(full + line)


def test_a_note_is_at_most_64_kibibytes() -> None:
    def _named(length: int) -> bytes:
        head = Checkpoint("n" * length, 7, b"r" * 32)
        return note(head, BOARD.public_key(), sign_checkpoint(BOARD, head), [])

    spare = (LARGEST_NOTE - len(_named(1))) // 2
    assert parsed(_named(1 + spare))[0].size == 7
    with pytest.raises(BadNoteError):
        _named(2 + spare)
    with pytest.raises(BadNoteError):
        parsed(NOTE + b"\n" * LARGEST_NOTE)


def test_one_witness_has_one_cosignature_at_one_time() -> None:
    twice = [cosigned(HEAD, witness_name("oak", VOTE), NOON)] * 2
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
        head, signature, cosignatures = parsed(data)
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
        HEAD.body + b"\n" + note_line(HEAD.origin, b"\x00" * 40_000),
        b"A" * 10_000_000,
    ],
    ids=["newlines", "dashes", "lines", "digits", "base64", "length"],
)
def test_a_large_bad_note_is_refused_quickly(data: bytes) -> None:
    begun = time.process_time()
    with pytest.raises(BadNoteError):
        parsed(data)
    # A thousand times what it takes: reading that grows with the square of the length takes more.
    assert time.process_time() - begun < 3
