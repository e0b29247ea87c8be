"""Words of protobuf enums in responses."""

import pytest

from kith.federation.v1 import federation_pb2 as pb
from kith.federation.v1.enums import PeerState
from libs.rpc.enums import known_word


@pytest.mark.parametrize("word", PeerState)
def test_a_number_becomes_the_word_of_the_same_name(word: PeerState) -> None:
    number = pb.PeerState.Value(f"PEER_STATE_{word.name}")
    assert known_word(pb.PeerState, PeerState, number, None) is word


@pytest.mark.parametrize("number", [pb.PEER_STATE_UNSPECIFIED, 4711])
def test_unspecified_and_the_words_of_a_newer_version_become_the_default(number: int) -> None:
    assert known_word(pb.PeerState, PeerState, number, PeerState.INVITED) is PeerState.INVITED
