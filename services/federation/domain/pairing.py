"""Where we stand with another co-op, and what may happen next. Nothing is trusted at first sight: documents are carried by hand, people
compare a code, and each side names a decision of its own members.

    state       accept      confirm     agree       suspend     resume      sever
    (none)      invited
    invited     invited     confirmed                                       severed
    confirmed   confirmed   confirmed   active                              severed
    active      active                  active      suspended               severed
    suspended   suspended               suspended   suspended   active*     severed
    severed     invited                                                     severed

Accepting again brings a newer identity document of the same co-op. * Only when neither side suspends any more.
"""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from libs.refusals import NotNow

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
_CODE_BITS = 80
_ROUNDS = 100_000
_GROUP = 4


class PeerState(StrEnum):
    """Where we stand with another co-op."""

    INVITED = "invited"
    """We hold their document; the codes are not compared yet."""
    CONFIRMED = "confirmed"
    """The codes were the same; waiting for a decision, ours or theirs, and the signed agreement."""
    ACTIVE = "active"
    SUSPENDED = "suspended"
    SEVERED = "severed"


class Act(StrEnum):
    """What may happen to a peering."""

    ACCEPT = "accept"
    CONFIRM = "confirm"
    AGREE = "agree"
    SUSPEND = "suspend"
    RESUME = "resume"
    SEVER = "sever"


TRANSITIONS: Mapping[tuple[PeerState, Act], PeerState] = {
    (PeerState.INVITED, Act.ACCEPT): PeerState.INVITED,
    (PeerState.INVITED, Act.CONFIRM): PeerState.CONFIRMED,
    (PeerState.INVITED, Act.SEVER): PeerState.SEVERED,
    (PeerState.CONFIRMED, Act.ACCEPT): PeerState.CONFIRMED,
    (PeerState.CONFIRMED, Act.CONFIRM): PeerState.CONFIRMED,
    (PeerState.CONFIRMED, Act.AGREE): PeerState.ACTIVE,
    (PeerState.CONFIRMED, Act.SEVER): PeerState.SEVERED,
    (PeerState.ACTIVE, Act.ACCEPT): PeerState.ACTIVE,
    (PeerState.ACTIVE, Act.AGREE): PeerState.ACTIVE,
    (PeerState.ACTIVE, Act.SUSPEND): PeerState.SUSPENDED,
    (PeerState.ACTIVE, Act.SEVER): PeerState.SEVERED,
    (PeerState.SUSPENDED, Act.ACCEPT): PeerState.SUSPENDED,
    (PeerState.SUSPENDED, Act.AGREE): PeerState.SUSPENDED,
    (PeerState.SUSPENDED, Act.SUSPEND): PeerState.SUSPENDED,
    (PeerState.SUSPENDED, Act.RESUME): PeerState.ACTIVE,
    (PeerState.SUSPENDED, Act.SEVER): PeerState.SEVERED,
    (PeerState.SEVERED, Act.ACCEPT): PeerState.INVITED,
    (PeerState.SEVERED, Act.SEVER): PeerState.SEVERED,
}

HEARD = frozenset({PeerState.CONFIRMED, PeerState.ACTIVE, PeerState.SUSPENDED})
"""Whose calls are answered."""


def after(state: PeerState, act: Act) -> PeerState:
    """The state it leads to. Raises NotNow PEER_IS_INVITED and so on."""
    found = TRANSITIONS.get((state, act))
    if found is None:
        raise _not_now(state)
    return found


@lru_cache(maxsize=500)
def code_of(root: bytes, other_root: bytes) -> str:
    """What both sides read out by phone, `XXXX-XXXX-XXXX-XXXX`: PBKDF2 over both root fingerprints, sorted, in Crockford's base 32.

    80 bits, each guess made slow: somebody who changes both invitations on their way needs two root keys of their own that give one code,
    about 2^40 guesses of 100,000 rounds.
    """
    prints = "".join(sorted(hashlib.sha256(one).hexdigest() for one in (root, other_root)))
    bits = int.from_bytes(hashlib.pbkdf2_hmac("sha256", prints.encode(), b"kith/pair/1", _ROUNDS, _CODE_BITS // 8), "big")
    letters = "".join(_CROCKFORD[bits >> shift & 31] for shift in range(_CODE_BITS - 5, -1, -5))
    return "-".join(letters[place : place + _GROUP] for place in range(0, len(letters), _GROUP))


def same_code(one: str, other: str) -> bool:
    """As people read and type them: small letters, o for 0, i and l for 1, spaces and hyphens anywhere."""
    return _plain(one) == _plain(other) != ""


def _not_now(state: PeerState) -> NotNow:
    match state:
        case PeerState.INVITED:
            return NotNow("PEER_IS_INVITED")
        case PeerState.CONFIRMED:
            return NotNow("PEER_IS_CONFIRMED")
        case PeerState.ACTIVE:
            return NotNow("PEER_IS_ACTIVE")
        case PeerState.SUSPENDED:
            return NotNow("PEER_IS_SUSPENDED")
        case PeerState.SEVERED:
            return NotNow("PEER_IS_SEVERED")


def _plain(code: str) -> str:
    return "".join(one for one in code.upper().translate(_ALIKE) if one not in " -")
