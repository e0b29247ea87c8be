"""What may be a password: long enough, and nothing else is asked.

Length counts, rules of composition harm (NIST SP 800-63B, section 3.1.1.2).
"""

import unicodedata

from libs.refusals import invalid

SHORTEST = 10
LONGEST = 256


def chosen(typed: str) -> str:
    """The password as it is hashed, in one Unicode form whatever keyboard it came from. Raises Invalid."""
    password = unicodedata.normalize("NFKC", typed)
    if len(password) < SHORTEST:
        raise invalid("password", "PASSWORD_TOO_SHORT", at_least=str(SHORTEST))
    if len(password) > LONGEST:
        raise invalid("password", "PASSWORD_TOO_LONG", at_most=str(LONGEST))
    return password


def tried(typed: str) -> str:
    """The same form for a password that is tried; too long a one is cut and then cannot fit."""
    return unicodedata.normalize("NFKC", typed[: LONGEST + 1])
