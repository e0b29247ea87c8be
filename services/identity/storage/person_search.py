"""Finds persons by words of their names."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, Text, Uuid, column, func, literal_column, select, table

from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import reader
from services.identity.storage.persons import PersonName

_PERSON = table("person", column("id", Uuid), column("full_name", Text), column("called", Text), column("name_key", Text))
_COMBINING_MARKS = "[\u0300-\u036f]"
_to_name = reader(PersonName)


async def search_by_words(work: UnitOfWork, words: Sequence[str], page: PageRequest) -> Page[PersonName]:
    """Persons in whose names every word occurs, by name. `words` are in lower case and without accents."""
    by = (_PERSON.c.name_key, _PERSON.c.id)
    return (await paginate(work, _matching(words), page, by=by, name=f"search_persons {' '.join(words)}")).map(_to_name)


def _matching(words: Sequence[str]) -> Select[tuple[UUID, str, str, str]]:
    names = func.normalize(_PERSON.c.name_key + " " + func.lower(_PERSON.c.called), literal_column("nfd"))
    plain = func.regexp_replace(names, _COMBINING_MARKS, "", "g")
    found = select(_PERSON.c.id, _PERSON.c.full_name, _PERSON.c.called, _PERSON.c.name_key)
    return found.where(*(plain.contains(word, autoescape=True) for word in words))
