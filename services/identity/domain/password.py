"""Rules for passwords: a minimum and a maximum length, nothing else.

Length matters; composition rules do harm (NIST SP 800-63B, section 3.1.1.2).
"""

import unicodedata

from libs.refusals import invalid

MIN_LENGTH = 10
MAX_LENGTH = 256


def normalise_new_password(typed: str) -> str:
    """Returns the password in the one Unicode form that is hashed, whichever keyboard it was typed on. Raises Invalid."""
    password = unicodedata.normalize("NFKC", typed)
    if len(password) < MIN_LENGTH:
        raise invalid("password", "PASSWORD_TOO_SHORT", at_least=str(MIN_LENGTH))
    if len(password) > MAX_LENGTH:
        raise invalid("password", "PASSWORD_TOO_LONG", at_most=str(MAX_LENGTH))
    return password


def normalise_attempt(typed: str) -> str:
    """The same form for a sign-in attempt; one that is too long is cut and can then never match."""
    return unicodedata.normalize("NFKC", typed[: MAX_LENGTH + 1])
