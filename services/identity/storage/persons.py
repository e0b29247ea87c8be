"""Persons and their contact details."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, func, insert, literal_column, or_, select, text, update

from kith.identity.v1.enums import CodeKind
from libs.access.access_tables import acting_right, acts_now, co_op_member
from libs.access.hats import worn_hat
from libs.database.columns import MOMENT, NOW, among, constant
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper
from services.identity.domain.person_details import PersonDetails
from services.identity.storage import sign_in_tables, tables

_ADD_PERSONS = insert(tables.person)
_ADD_CONTACTS = insert(tables.contact)
_PERSON_WITH_CONTACT = tables.person.join(tables.contact)
# Who was erased is nobody any more: they cannot be found, and nothing can be added to them.
_NOT_ERASED = tables.person.c.erased_at.is_(None)
_IN_USE = func.coalesce(tables.person.c.merged_into, tables.person.c.id).label("id")
_FIND_BY_NAMES = (
    select(
        _IN_USE,
        *(tables.person.c.name_key, tables.contact.c.email_key, tables.contact.c.phone_key),
    )
    .select_from(_PERSON_WITH_CONTACT)
    .where(among(tables.person.c.name_key, "names"))
)
_FIND_BY_NAME = select(_IN_USE).where(tables.person.c.name_key == bindparam("name"), _NOT_ERASED).distinct().order_by(_IN_USE)
_HAVE_EMAIL = (
    select(_IN_USE)
    .select_from(_PERSON_WITH_CONTACT)
    .where(or_(among(tables.person.c.id, "ids"), among(tables.person.c.merged_into, "ids")))
    .where(tables.contact.c.email_key == bindparam("email_key"), tables.contact.c.email_key != constant(""))
    .distinct()
)
_EXISTS = select(tables.person.c.id).where(tables.person.c.id == bindparam("id"), _NOT_ERASED)
_LOCK = _EXISTS.with_for_update(key_share=True)
_NAMES = select(tables.person.c.id, tables.person.c.full_name, tables.person.c.called).where(among(tables.person.c.id, "ids"))
# In lower case and without accents, as `search_by_words` is asked for.
_SEARCHED = func.regexp_replace(
    func.normalize(tables.person.c.name_key + " " + func.lower(tables.person.c.called), literal_column("nfd")), "[\u0300-\u036f]", "", "g"
)
_NAMES_BY_KEY = select(tables.person.c.id, tables.person.c.full_name, tables.person.c.called, tables.person.c.name_key).where(_NOT_ERASED)
_IS_MEMBER = select(1).where(co_op_member.c.person == tables.person.c.id).exists()
_ACTS_FOR = (
    select(1).where(acting_right.c.holder == tables.person.c.id, acting_right.c.subject == bindparam("near")).where(acts_now()).exists()
)
_KEYS = (
    select(
        *(tables.person.c.id, tables.person.c.full_name, tables.person.c.called, tables.person.c.name_key),
        *(tables.contact.c.email, tables.contact.c.email_key, tables.contact.c.phone, tables.contact.c.phone_key),
    )
    .select_from(_PERSON_WITH_CONTACT)
    .where(tables.person.c.id > bindparam("after"), _NOT_ERASED)
    .order_by(tables.person.c.id)
    .limit(bindparam("at_most"))
)
_SET_NAME_KEY = update(tables.person).where(tables.person.c.id == bindparam("person"))
_LOCK_VERSION = select(tables.person.c.version).where(tables.person.c.id == bindparam("person"), _NOT_ERASED).with_for_update()
_CORRECT_PERSON = update(tables.person).where(tables.person.c.id == bindparam("person")).values(version=tables.person.c.version + 1)
_CORRECT_CONTACT = update(tables.contact).where(tables.contact.c.person == bindparam("corrected"))
_LIVE_CARDS = select(func.count()).where(
    sign_in_tables.sign_in_code.c.person == tables.person.c.id,
    sign_in_tables.sign_in_code.c.kind == CodeKind.CARD.value,
    sign_in_tables.sign_in_code.c.revoked_at.is_(None),
    sign_in_tables.sign_in_code.c.expires_at > NOW,
)
_HATS = select(worn_hat.c.hat).where(worn_hat.c.person == tables.person.c.id).order_by(worn_hat.c.hat)
_MERGE = select(tables.person_merge).where(tables.person_merge.c.other == tables.person.c.id).correlate(tables.person)
_ENTRY = tables.person.alias("entry")
_MERGED_ENTRIES = select(_ENTRY.c.id).where(_ENTRY.c.merged_into == tables.person.c.id).order_by(_ENTRY.c.id).correlate(tables.person)
_RECORD = (
    select(
        tables.person,
        tables.person.c.password_set_at.is_not(None).label("has_password"),
        tables.contact.c.email,
        tables.contact.c.phone,
        _LIVE_CARDS.scalar_subquery().label("live_cards"),
        func.array(_HATS.scalar_subquery(), type_=ARRAY(Text)).label("hats"),
        _MERGE.with_only_columns(tables.person_merge.c.merged_at).scalar_subquery().label("merged_at"),
        _MERGE.with_only_columns(func.coalesce(tables.person_merge.c.reason, "")).scalar_subquery().label("merge_reason"),
        func.array(_MERGED_ENTRIES.scalar_subquery(), type_=ARRAY(Uuid)).label("merged_entries"),
    )
    .select_from(_PERSON_WITH_CONTACT)
    .where(tables.person.c.id == bindparam("id"))
)
_ENTRIES_OF = (
    select(tables.person.c.id)
    .where(or_(among(tables.person.c.id, "persons"), among(tables.person.c.merged_into, "persons")))
    .order_by(tables.person.c.id)
)
_MARK_ERASED = (
    update(tables.person)
    .where(among(tables.person.c.id, "entries"), _NOT_ERASED)
    .values(erased_at=bindparam("at", type_=MOMENT), name_key="", version=tables.person.c.version + 1)
)
# Two batches with the same person at the same moment: the second waits, and then sees the rows of the first.
_LOCK_REGISTRATION = text("select pg_advisory_xact_lock(hashtext('register_persons'))")


@dataclass(frozen=True)
class PersonName:
    """A person's names, as pages show them."""

    id: UUID
    full_name: str
    called: str


@dataclass(frozen=True)
class PersonRecord:
    """Everything identity stores about a person that the person may see."""

    id: UUID
    full_name: str
    called: str
    email: str
    phone: str
    registered_at: datetime
    has_password: bool
    live_cards: int
    hats: tuple[str, ...]
    version: int
    merged_into: UUID | None
    """The entry that is used instead of this one."""
    merged_at: datetime | None
    merge_reason: str | None
    merged_entries: tuple[UUID, ...]
    """Entries of the same person that were merged into this one."""


@dataclass(frozen=True)
class PersonKeys:
    """What a person is recognised by, as typed and as keys."""

    id: UUID
    full_name: str
    called: str
    name_key: str
    email: str
    email_key: str
    phone: str
    phone_key: str


_to_name = row_mapper(PersonName)
_to_keys = row_mapper(PersonKeys)
_to_record = row_mapper(PersonRecord)


async def find_by_identifying_keys(work: UnitOfWork, rows: Sequence[PersonDetails]) -> dict[tuple[str, str], UUID]:
    """Persons registered under one of these names, by name and contact detail; for a merged entry, the one used instead.

    Locks out other registrations until the transaction ends.
    """
    await lock_registration(work)
    matches = await work.connection.execute(_FIND_BY_NAMES, {"names": [details.name_key for details in rows]})
    return {(row.name_key, contact): row.id for row in matches for contact in (row.email_key, row.phone_key) if contact}


async def lock_registration(work: UnitOfWork) -> None:
    """Registrations, corrections and merges wait for each other until the transaction ends."""
    await work.connection.execute(_LOCK_REGISTRATION)


async def add(work: UnitOfWork, persons: Sequence[tuple[UUID, PersonDetails]]) -> None:
    await work.connection.execute(
        _ADD_PERSONS,
        [_name_values(details) | {"id": person, "registered_at": work.now} for person, details in persons],
    )
    await work.connection.execute(
        _ADD_CONTACTS,
        [_contact_values(details) | {"person": person} for person, details in persons],
    )


async def find_by_name(work: UnitOfWork, name_key: str) -> list[UUID]:
    """The entries in use that have this full name, by its key, or are used instead of one that has it."""
    return list((await work.connection.execute(_FIND_BY_NAME, {"name": name_key})).scalars())


async def which_have_email(work: UnitOfWork, ids: Sequence[UUID], email_key: str) -> list[UUID]:
    """Those of these entries in use that have this address, or are used instead of one that has it; none for an empty key."""
    return list((await work.connection.execute(_HAVE_EMAIL, {"ids": list(ids), "email_key": email_key})).scalars())


async def exists(work: UnitOfWork, person: UUID) -> bool:
    return (await work.connection.execute(_EXISTS, {"id": person})).first() is not None


async def lock_entries(work: UnitOfWork, *persons: UUID) -> list[UUID]:
    """These persons' ids, and those of the entries that were merged into theirs; erased ones too. Locked until the transaction ends."""
    return list((await work.connection.execute(_ENTRIES_OF.with_for_update(key_share=True), {"persons": list(persons)})).scalars())


async def mark_erased(work: UnitOfWork, entries: Sequence[UUID]) -> None:
    """From now on they cannot be found or changed; only their names are still there, for whom an open vote shows them to."""
    await work.connection.execute(_MARK_ERASED, {"entries": list(entries), "at": work.now})


async def lock(work: UnitOfWork, person: UUID) -> bool:
    """Whether the person exists. What begins or ends sessions, or changes a way to sign in, waits until the transaction ends.

    It is taken before any other row, so that a session cannot begin unseen while all of the person's sessions are ended.
    """
    return (await work.connection.execute(_LOCK, {"id": person})).first() is not None


async def get_names(work: UnitOfWork, ids: Sequence[UUID]) -> list[PersonName]:
    return list(map(_to_name, await work.connection.execute(_NAMES, {"ids": list(ids)})))


async def get_record(work: UnitOfWork, person: UUID) -> PersonRecord | None:
    row = (await work.connection.execute(_RECORD, {"id": person, "now": work.now})).first()
    return _to_record(row) if row else None


async def search_by_words(
    work: UnitOfWork, words: Sequence[str], page: PageRequest, *, near: UUID | None = None, members: bool = True
) -> Page[PersonName]:
    """Persons in whose names every word occurs, by name; with `near` only members, unless left out, and who may act for that person.

    `words` are in lower case and without accents.
    """
    matching = _NAMES_BY_KEY.where(*(_SEARCHED.contains(word, autoescape=True) for word in words))
    if near is not None:
        matching = matching.where(or_(_IS_MEMBER, _ACTS_FOR) if members else _ACTS_FOR).params(near=near, now=work.now)
    by = (tables.person.c.name_key, tables.person.c.id)
    name = f"search_persons {near or ''} {' '.join(words)}"
    return (await paginate(work, matching, page, by=by, name=name)).map(_to_name)


async def lock_version(work: UnitOfWork, person: UUID) -> int | None:
    """Returns the person's version and locks the row until the transaction ends; None when there is no such person."""
    return (await work.connection.execute(_LOCK_VERSION, {"person": person})).scalar()


async def correct(work: UnitOfWork, person: UUID, details: PersonDetails) -> None:
    """Replaces the names and the contact details, and raises the version."""
    await work.connection.execute(_CORRECT_PERSON.values(_name_values(details)), {"person": person})
    await work.connection.execute(_CORRECT_CONTACT.values(_contact_values(details)), {"corrected": person})


async def list_keys(work: UnitOfWork, after: UUID, at_most: int) -> list[PersonKeys]:
    """The next persons by id."""
    return list(map(_to_keys, await work.connection.execute(_KEYS, {"after": after, "at_most": at_most})))


async def set_keys(work: UnitOfWork, person: UUID, details: PersonDetails) -> None:
    """Replaces the keys; what was typed stays, and so does the version."""
    await work.connection.execute(_SET_NAME_KEY.values(name_key=details.name_key), {"person": person})
    values = {"email_key": details.email_key, "phone_key": details.phone_key}
    await work.connection.execute(_CORRECT_CONTACT.values(values), {"corrected": person})


def _name_values(details: PersonDetails) -> dict[str, str]:
    return {"full_name": details.full_name, "called": details.called, "name_key": details.name_key}


def _contact_values(details: PersonDetails) -> dict[str, str]:
    return {"email": details.email, "email_key": details.email_key, "phone": details.phone, "phone_key": details.phone_key}
