"""Words that people write, as they are kept."""

import unicodedata

from libs.refusals import invalid


def check_words(field: str, typed: str, at_most: int) -> str:
    """Trimmed, in one Unicode form. Raises Invalid WORDS_TOO_LONG with `at_most`, in characters."""
    words = unicodedata.normalize("NFC", typed).strip()
    if len(words) > at_most:
        raise invalid(field, "WORDS_TOO_LONG", at_most=str(at_most))
    return words
