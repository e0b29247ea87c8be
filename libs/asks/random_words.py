"""What of an ask is drawn by lot: ids that tell neither when nor by whom they were made, and references to say on the telephone."""

import secrets

from libs.boards.pseudonyms import ALPHABET

_ID_BYTES = 16
_HALF = 4


def new_ask_id() -> str:
    """Of an ask, or of a reply to one: 128 random bits in hex."""
    return secrets.token_hex(_ID_BYTES)


def new_reference() -> str:
    """Eight letters in two groups."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(2 * _HALF))
    return f"{drawn[:_HALF]}-{drawn[_HALF:]}"
