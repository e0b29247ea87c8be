"""What somebody typed to find a person by name."""

import unicodedata

from libs.refusals import invalid
from services.identity.domain.identity_keys import fold_name

_MAX_LENGTH = 100


def read_search(typed: str) -> list[str]:
    """The words in lower case, without accents and without what cannot be in a name. Raises Invalid SEARCH_EMPTY or SEARCH_TOO_LONG."""
    plain = unicodedata.normalize("NFD", fold_name(typed.replace("\0", "")))
    words = "".join(character for character in plain if not unicodedata.combining(character)).split()
    if not words:
        raise invalid("text", "SEARCH_EMPTY")
    if len(typed) > _MAX_LENGTH:
        raise invalid("text", "SEARCH_TOO_LONG", at_most=str(_MAX_LENGTH))
    return words
