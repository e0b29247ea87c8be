"""The state of a peering with another co-op, and what can happen next. There is no trust on first use: people pass on the documents and
compare a code, and each side names a decision of its own members.

    state       accept      confirm     agree       suspend     resume      sever
    (none)      invited
    invited     invited     confirmed                                       severed
    confirmed   confirmed   confirmed   active                              severed
    active      active                  active      suspended               severed
    suspended   suspended               suspended   suspended   active*     severed
    severed     invited                                                     severed

Invited: we hold their document, and the codes are not compared yet. Confirmed: the codes matched; a decision, ours or theirs, and the
signed agreement are missing. Accepting again brings a newer identity document of the same co-op.

* Only when neither side suspends any more.
"""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from kith.federation.v1.enums import PeerState
from libs.refusals import FailedPrecondition

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_CODE_BITS = 80
_ROUNDS = 100_000
_GROUP = 4


class PeeringAction(StrEnum):
    """What can happen to a peering."""

    ACCEPT = "accept"
    CONFIRM = "confirm"
    AGREE = "agree"
    SUSPEND = "suspend"
    RESUME = "resume"
    SEVER = "sever"


TRANSITIONS: Mapping[tuple[PeerState, PeeringAction], PeerState] = {
    (PeerState.INVITED, PeeringAction.ACCEPT): PeerState.INVITED,
    (PeerState.INVITED, PeeringAction.CONFIRM): PeerState.CONFIRMED,
    (PeerState.INVITED, PeeringAction.SEVER): PeerState.SEVERED,
    (PeerState.CONFIRMED, PeeringAction.ACCEPT): PeerState.CONFIRMED,
    (PeerState.CONFIRMED, PeeringAction.CONFIRM): PeerState.CONFIRMED,
    (PeerState.CONFIRMED, PeeringAction.AGREE): PeerState.ACTIVE,
    (PeerState.CONFIRMED, PeeringAction.SEVER): PeerState.SEVERED,
    (PeerState.ACTIVE, PeeringAction.ACCEPT): PeerState.ACTIVE,
    (PeerState.ACTIVE, PeeringAction.AGREE): PeerState.ACTIVE,
    (PeerState.ACTIVE, PeeringAction.SUSPEND): PeerState.SUSPENDED,
    (PeerState.ACTIVE, PeeringAction.SEVER): PeerState.SEVERED,
    (PeerState.SUSPENDED, PeeringAction.ACCEPT): PeerState.SUSPENDED,
    (PeerState.SUSPENDED, PeeringAction.AGREE): PeerState.SUSPENDED,
    (PeerState.SUSPENDED, PeeringAction.SUSPEND): PeerState.SUSPENDED,
    (PeerState.SUSPENDED, PeeringAction.RESUME): PeerState.ACTIVE,
    (PeerState.SUSPENDED, PeeringAction.SEVER): PeerState.SEVERED,
    (PeerState.SEVERED, PeeringAction.ACCEPT): PeerState.INVITED,
    (PeerState.SEVERED, PeeringAction.SEVER): PeerState.SEVERED,
}

ANSWERED_STATES = frozenset({PeerState.CONFIRMED, PeerState.ACTIVE, PeerState.SUSPENDED})
"""States in which a peer's calls are answered."""


def next_state(state: PeerState, act: PeeringAction) -> PeerState:
    """The state that the action leads to. Raises FailedPrecondition PEER_IS_INVITED and so on."""
    following = TRANSITIONS.get((state, act))
    if following is None:
        raise _wrong_state(state)
    return following


@lru_cache(maxsize=500)
def comparison_code(root: bytes, other_root: bytes) -> str:
    """The code that both sides compare by phone, `XXXX-XXXX-XXXX-XXXX`: PBKDF2 over both root fingerprints, sorted, in Crockford's base 32.

    80 bits, and each guess is slow: an attacker who changes both invitations on their way needs two root keys that give one code, about
    2^40 guesses of 100,000 rounds.
    """
    fingerprints = "".join(sorted(hashlib.sha256(key).hexdigest() for key in (root, other_root)))
    bits = int.from_bytes(hashlib.pbkdf2_hmac("sha256", fingerprints.encode(), b"kith/pair/1", _ROUNDS, _CODE_BITS // 8), "big")
    characters = "".join(_CROCKFORD[bits >> shift & 31] for shift in range(_CODE_BITS - 5, -1, -5))
    return "-".join(characters[place : place + _GROUP] for place in range(0, len(characters), _GROUP))


def codes_match(code: str, other_code: str) -> bool:
    """Compares codes as people type them: lower case, o for 0, i and l for 1, spaces and hyphens anywhere."""
    return _normalise(code) == _normalise(other_code) != ""


def _wrong_state(state: PeerState) -> FailedPrecondition:
    match state:
        case PeerState.INVITED:
            return FailedPrecondition("PEER_IS_INVITED")
        case PeerState.CONFIRMED:
            return FailedPrecondition("PEER_IS_CONFIRMED")
        case PeerState.ACTIVE:
            return FailedPrecondition("PEER_IS_ACTIVE")
        case PeerState.SUSPENDED:
            return FailedPrecondition("PEER_IS_SUSPENDED")
        case PeerState.SEVERED:
            return FailedPrecondition("PEER_IS_SEVERED")


def _normalise(code: str) -> str:
    return "".join(character for character in code.upper().translate(_LOOK_ALIKES) if character not in " -")
