"""The rules of peer message streams: next, duplicate, gap, conflict."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs.boards.document_fields import DocumentError
from libs.signing import canonical
from services.federation.domain import message_stream
from services.federation.domain.message_stream import PeerMessage, StreamPosition
from services.federation.storage.peer_messages import sign_message, take_up_to_bytes

KEY = Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
FIRST = PeerMessage("elm-row", "mill-lane", 1, "", 0, "suspend", {"decision": "3"})
SECOND = replace(FIRST, seq=2, prev=message_stream.body_hash(FIRST.body()))


def test_a_letter_is_read_as_it_was_sealed() -> None:
    found, body = message_stream.parse_and_verify(sign_message(FIRST.body(), KEY), [b"\x01" * 32, PUBLIC], "elm-row", "mill-lane")

    assert (found, body) == (FIRST, FIRST.body())


def test_the_next_letter_names_the_one_before() -> None:
    assert message_stream.classify(FIRST, FIRST.body(), 0, "", None) is StreamPosition.NEXT
    assert message_stream.classify(SECOND, SECOND.body(), 1, message_stream.body_hash(FIRST.body()), None) is StreamPosition.NEXT


def test_the_same_letter_again_is_a_duplicate_and_another_under_its_number_is_evidence() -> None:
    held = message_stream.body_hash(FIRST.body())
    other = replace(FIRST, payload={"decision": "4"})

    assert message_stream.classify(FIRST, FIRST.body(), 1, held, held) is StreamPosition.DUPLICATE
    assert message_stream.classify(other, other.body(), 1, held, held) is StreamPosition.CONFLICT


def test_a_letter_that_follows_another_history_is_evidence() -> None:
    other = replace(SECOND, prev="ab" * 32)

    assert message_stream.classify(other, other.body(), 1, message_stream.body_hash(FIRST.body()), None) is StreamPosition.CONFLICT


def test_a_letter_too_far_on_waits() -> None:
    far = replace(SECOND, seq=3)

    assert message_stream.classify(far, far.body(), 1, message_stream.body_hash(FIRST.body()), None) is StreamPosition.GAP


def test_a_letter_signed_anew_after_a_rotation_is_the_same_letter() -> None:
    newer = Ed25519PrivateKey.generate()
    _, body = message_stream.parse_and_verify(
        sign_message(FIRST.body(), newer), [newer.public_key().public_bytes_raw()], "elm-row", "mill-lane"
    )

    assert message_stream.body_hash(body) == message_stream.body_hash(FIRST.body())


@pytest.mark.parametrize(("sender", "receiver"), [("mill-lane", "elm-row"), ("elm-row", "brook-side"), ("brook-side", "mill-lane")])
def test_a_letter_between_others_is_refused(sender: str, receiver: str) -> None:
    with pytest.raises(DocumentError, match="between others"):
        message_stream.parse_and_verify(sign_message(FIRST.body(), KEY), [PUBLIC], sender, receiver)


def test_a_letter_of_another_key_is_refused() -> None:
    with pytest.raises(DocumentError, match="did not sign"):
        message_stream.parse_and_verify(sign_message(FIRST.body(), Ed25519PrivateKey.generate()), [PUBLIC], "elm-row", "mill-lane")


@pytest.mark.parametrize(
    "change",
    [{"v": 2}, {"seq": 0}, {"seq": 2}, {"prev": "ab" * 32}, {"payload": []}, {"expires": "soon"}, {"kind": "No Kind"}, {"mood": "good"}],
)
def test_a_letter_out_of_form_is_refused_though_it_is_signed(change: dict[str, canonical.Json]) -> None:
    body = canonical.decode(FIRST.body())
    assert isinstance(body, dict)
    with pytest.raises(DocumentError):
        message_stream.parse_and_verify(sign_message(canonical.encode({**body, **change}), KEY), [PUBLIC], "elm-row", "mill-lane")


def test_a_batch_has_one_letter_at_least_and_no_more_than_fit() -> None:
    assert take_up_to_bytes([b"x" * 10, b"y" * 10, b"z" * 10], 25) == [b"x" * 10, b"y" * 10]
    assert take_up_to_bytes([b"x" * 100], 25) == [b"x" * 100]
