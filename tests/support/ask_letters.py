"""What letters about asks may hold, value by value: a closed word, a number, or random bits of the right length. Nothing else may cross."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from kith.peer.v1 import peer_pb2
from libs.asks.vocabulary import BLOCKS, LANGUAGES
from libs.rulebook import default_credentials

ASK_LETTERS: Mapping[str, list[str]] = {
    "ask": ["area", "ask", "blocks", "languages", "skills", "until"],
    "ask_ended": ["ask"],
    "ask_count": ["ask", "at_least"],
    "ask_reply": ["ask", "reply"],
    "ask_reply_ended": ["ask", "reply"],
    "ask_agreed": ["ask", "reference", "reply"],
}
"""Every kind of letter about asks, and what it holds."""
_ID = re.compile(r"[0-9a-f]{32}")
_RANDOM = {"ask": _ID, "reply": _ID, "reference": re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")}
_WORDS = {"skills": frozenset(kind.key for kind in default_credentials()), "languages": LANGUAGES, "blocks": frozenset(BLOCKS)}
"""Skills are those of the usual rulebook, which the co-ops of these tests have."""


def letters_in(messages: Iterable[bytes]) -> list[dict[str, Any]]:
    """The bodies of all letters of these parcels, also of those that were returned to who had lost them."""
    parcels = [peer_pb2.ExchangeRequest.FromString(message).parcel for message in messages]
    return [json.loads(letter)["body"] for parcel in parcels for letter in (*parcel.letters, *parcel.hello.yours)]


def strays(kind: str, payload: Mapping[str, Any]) -> list[str]:
    """The names of values that no letter of this kind may have."""
    if sorted(payload) != ASK_LETTERS.get(kind):
        return sorted(payload)
    return [name for name, value in payload.items() if not _may_cross(name, value)]


def _may_cross(name: str, value: Any) -> bool:
    match name, value:
        case (("ask" | "reply" | "reference"), str()):
            return bool(_RANDOM[name].fullmatch(value))
        case "area", [int() as north, int() as east]:
            return 0 <= north < 1800 and 0 <= east < 3600
        case (("at_least" | "until"), int()):
            # A step of the usual five, or a time to the second.
            return name == "until" or value in {0, 5, 10, 20, 40, 80}
        case (("skills" | "languages" | "blocks"), list()):
            return all(isinstance(word, str) and word in _WORDS[name] for word in value)
        case _:
            return False
