"""Persons whose names match what a secretary typed. Everybody found is audited."""

import unicodedata

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from libs.refusals import invalid
from services.identity.domain.identity_keys import fold_name
from services.identity.storage import persons

_MAX_LENGTH = 100


async def search_persons(work: UnitOfWork, typed: str, page: PageRequest) -> Page[persons.PersonName]:
    """One page, by name. Raises NotAllowed HAT_NEEDED, Invalid SEARCH_EMPTY or SEARCH_TOO_LONG."""
    await hats.require(work, hats.SECRETARY)
    words = _search_words(typed)
    if not words:
        raise invalid("text", "SEARCH_EMPTY")
    if len(typed) > _MAX_LENGTH:
        raise invalid("text", "SEARCH_TOO_LONG", at_most=str(_MAX_LENGTH))
    found = await persons.search_by_words(work, words, page)
    await audit.record_read(work, "person", "search", *(name.id for name in found.items))
    return found


def _search_words(typed: str) -> list[str]:
    """The words in lower case, without accents and without what cannot be in a name."""
    plain = unicodedata.normalize("NFD", fold_name(typed.replace("\0", "")))
    return "".join(character for character in plain if not unicodedata.combining(character)).split()
