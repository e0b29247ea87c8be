"""Rules for passwords: a minimum and a maximum length, and none that everybody, or somebody who knows the person, tries first.

Length matters; composition rules do harm (NIST SP 800-63B, section 3.1.1.2).
"""

import re
import unicodedata
from collections.abc import Container, Iterable

from libs.refusals import invalid

MIN_LENGTH = 10
MAX_LENGTH = 256
_DECORATION = "0123456789 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\u00a3\u20ac"
"""What people add to a common password so that it is accepted: guessers add it too."""
_MIN_DIFFERENT = 4
_WORDS = re.compile(r"[^\W_]+")
_MIN_OWN_WORD = 3


def normalise_new_password(typed: str, common: Container[str], own: Iterable[str] = ()) -> str:
    """Returns the password in the one Unicode form that is hashed, whichever keyboard it was typed on.

    `common` holds passwords that many people use, in small letters; `own` the person's names and e-mail
    address, and the name of the co-op. Raises Invalid PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG, PASSWORD_COMMON, PASSWORD_OF_OWN_WORDS.
    """
    password = unicodedata.normalize("NFKC", typed)
    if len(password) < MIN_LENGTH:
        raise invalid("password", "PASSWORD_TOO_SHORT", at_least=str(MIN_LENGTH))
    if len(password) > MAX_LENGTH:
        raise invalid("password", "PASSWORD_TOO_LONG", at_most=str(MAX_LENGTH))
    lower = password.casefold()
    if lower in common or lower.strip(_DECORATION) in common or len(set(lower)) < _MIN_DIFFERENT:
        raise invalid("password", "PASSWORD_COMMON")
    if _is_made_of(lower, own):
        raise invalid("password", "PASSWORD_OF_OWN_WORDS")
    return password


def _is_made_of(lower: str, own: Iterable[str]) -> bool:
    """Whether too few letters are left without the person's own words, which those who know them try first."""
    words = {word for text in own for word in _WORDS.findall(unicodedata.normalize("NFKC", text).casefold()) if len(word) >= _MIN_OWN_WORD}
    rest = lower
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != lower and sum(letter not in _DECORATION for letter in rest) < _MIN_DIFFERENT


def normalise_attempt(typed: str) -> str:
    """The same form for a sign-in attempt; one that is too long is cut and can then never match."""
    return unicodedata.normalize("NFKC", typed[: MAX_LENGTH + 1])
