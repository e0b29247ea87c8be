"""Moves what one entry of a person had to the one in use, sealed anew with that one's key. Only the job that follows merges does so."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import bindparam, select, update

from libs.access.access_tables import access_grant
from libs.access.reading import AudienceKind
from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.files.store import FileStore
from libs.sealing import PersonSealer
from services.identity.storage import credentials
from services.identity.storage.tables import access_grant_origin, credential, ways_to_be_told

_GRANTS = select(access_grant.c.id).where(access_grant.c.subject == bindparam("of"), ~among(access_grant.c.field, "fields"))
_MOVE_GRANTS = update(access_grant).where(among(access_grant.c.id, "ids")).values(subject=bindparam("kept"))
_MOVE_ORIGINS = update(access_grant_origin).where(among(access_grant_origin.c.id, "ids")).values(person=bindparam("kept"))
_NAMED = (
    update(access_grant)
    .where(access_grant.c.audience_kind == AudienceKind.PERSON.value, access_grant.c.audience == bindparam("of"))
    .values(audience=bindparam("kept"))
)
_CREDENTIALS = select(credential.c.id, credential.c.sealed_note, credential.c.sealed_reason).where(credential.c.person == bindparam("of"))
_MOVE_CREDENTIAL = update(credential).where(credential.c.id == bindparam("moved"))
_HAS_WAYS = select(ways_to_be_told.c.person).where(ways_to_be_told.c.person == bindparam("of"))
_MOVE_WAYS = update(ways_to_be_told).where(ways_to_be_told.c.person == bindparam("of")).values(person=bindparam("kept"))
_MOVE_HELPER = update(ways_to_be_told).where(ways_to_be_told.c.helper == bindparam("of")).values(helper=bindparam("kept"))


async def move_grants(work: UnitOfWork, kept: UUID, other: UUID, *, but_of: Collection[str], but_to_team: bool) -> None:
    """What the other entry let others see, ended grants too, but for these fields, and for what its team was to see."""
    statement = _GRANTS.where(access_grant.c.audience_kind != AudienceKind.TEAM.value) if but_to_team else _GRANTS
    ids = list((await work.connection.execute(statement, {"of": other, "fields": list(but_of)})).scalars())
    if ids:
        await work.connection.execute(_MOVE_GRANTS, {"ids": ids, "kept": kept})
        await work.connection.execute(_MOVE_ORIGINS, {"ids": ids, "kept": kept})


async def move_naming(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """What others let the other entry see, and whom it helps to be told."""
    await work.connection.execute(_NAMED, {"of": str(other), "kept": str(kept)})
    await work.connection.execute(_MOVE_HELPER, {"of": other, "kept": kept})


async def move_credentials(work: UnitOfWork, sealer: PersonSealer, kept: UUID, other: UUID) -> None:
    """With their notes, reasons and files."""
    places = {"sealed_note": credentials.note_place, "sealed_reason": credentials.reason_place}
    for row in (await work.connection.execute(_CREDENTIALS, {"of": other})).all():
        values = {
            name: await sealer.seal_anew(work, other, kept, bytes(sealed), place(row.id))
            for name, place in places.items()
            if (sealed := getattr(row, name)) is not None
        }
        await work.connection.execute(_MOVE_CREDENTIAL.values(person=kept, **values), {"moved": row.id})
    await FileStore(sealer).move_all(work, other, kept)


async def move_ways(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """How they want to be told, where the kept entry has not chosen."""
    if (await work.connection.execute(_HAS_WAYS, {"of": kept})).first() is None:
        await work.connection.execute(_MOVE_WAYS, {"of": other, "kept": kept})
