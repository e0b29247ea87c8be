"""The code two people compare, and what may happen to a peering."""

import hashlib
import itertools

import pytest

from kith.federation.v1.enums import PeerState
from libs.refusals import FailedPrecondition
from services.federation.domain import peering
from services.federation.domain.peering import TRANSITIONS, PeeringAction


def test_both_sides_see_the_same_code_and_others_another() -> None:
    one, two, three = (hashlib.sha256(bytes([n])).digest() for n in range(3))

    assert peering.comparison_code(one, two) == peering.comparison_code(two, one)
    assert len({peering.comparison_code(*pair) for pair in itertools.combinations((one, two, three), 2)}) == 3


def test_the_code_is_the_first_80_bits_of_the_stated_hash() -> None:
    one, two = b"\x01" * 32, b"\x02" * 32
    first, second = sorted(hashlib.sha256(key).hexdigest() for key in (one, two))
    digest = hashlib.pbkdf2_hmac("sha256", f"{first}{second}".encode(), b"kith/pair/1", 100_000)
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    bits = "".join(f"{byte:08b}" for byte in digest[:10])
    letters = "".join(alphabet[int(bits[at : at + 5], 2)] for at in range(0, 80, 5))

    assert peering.comparison_code(one, two) == f"{letters[:4]}-{letters[4:8]}-{letters[8:12]}-{letters[12:]}"


@pytest.mark.parametrize("typed", ["0A1B-C2D1", "oaib-c2dl", "0a1bc2d1", " OALB C2DI "])
def test_a_code_is_read_as_people_write_it(typed: str) -> None:
    assert peering.codes_match(typed, "0A1B-C2D1")


@pytest.mark.parametrize("typed", ["", "-", "0A1B-C2D2", "0A1B-C2D", "0A1B-C2D11"])
def test_another_code_is_another_code(typed: str) -> None:
    assert not peering.codes_match(typed, "0A1B-C2D1")


def test_no_code_is_never_the_same() -> None:
    assert not peering.codes_match("", "")


def test_only_a_confirmed_peer_becomes_active_by_agreeing() -> None:
    assert [state for (state, act), to in TRANSITIONS.items() if to is PeerState.ACTIVE and act is PeeringAction.AGREE] == [
        PeerState.CONFIRMED,
        PeerState.ACTIVE,
    ]


def test_a_severed_peering_begins_anew_or_not_at_all() -> None:
    assert peering.next_state(PeerState.SEVERED, PeeringAction.ACCEPT) is PeerState.INVITED
    for act in (PeeringAction.CONFIRM, PeeringAction.AGREE, PeeringAction.SUSPEND, PeeringAction.RESUME):
        with pytest.raises(FailedPrecondition, match="PEER_IS_SEVERED"):
            peering.next_state(PeerState.SEVERED, act)


def test_messages_of_an_unconfirmed_peer_are_ignored() -> None:
    assert PeerState.INVITED not in peering.ANSWERED_STATES
    assert PeerState.SEVERED not in peering.ANSWERED_STATES
