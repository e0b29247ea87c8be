"""The passwords that many people use, from the list that comes with zxcvbn: the 30,000 most common ones of real leaks."""

from collections.abc import Container
from functools import cache


@cache
def common_passwords() -> Container[str]:
    """In small letters. Loaded when the first password is set: most people never set one."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])
