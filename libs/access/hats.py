"""Which person wears which hat (office) of the co-op: a projection of identity's events in each service's own database.

A token only *claims* a hat; this module looks up whether the person wears it, so that a withdrawn hat stops working as soon as the event
arrives. Identity itself has the same table as its own state.
"""

from uuid import UUID

from sqlalchemy import MetaData, Table, Text, Uuid, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from kith.identity.facts.v1.facts_pb2 import HatGiven, HatTaken
from libs.access import hat_names
from libs.database.columns import MOMENT, key, required
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from libs.refusals import NotAllowed

SECRETARY, OPERATOR, SCRUTINEER, LINK = hat_names.SECRETARY, hat_names.OPERATOR, hat_names.SCRUTINEER, hat_names.LINK
HATS = hat_names.HATS

metadata = MetaData()

worn_hat = Table("worn_hat", metadata, key("person", Uuid), key("hat", Text), required("since", MOMENT))

_SELECT = select(worn_hat.c.since).where(worn_hat.c.person == bindparam("person"), worn_hat.c.hat == bindparam("hat"))
_WEARERS = select(worn_hat.c.person).where(worn_hat.c.hat == bindparam("hat")).order_by(worn_hat.c.person)
_INSERT = insert(worn_hat).on_conflict_do_nothing()
_DELETE = delete(worn_hat).where(worn_hat.c.person == bindparam("person"), worn_hat.c.hat == bindparam("hat"))


async def wears(work: UnitOfWork, hat: str) -> bool:
    """Whether the caller claims this hat and wears it."""
    caller = work.caller
    if caller.person is None or caller.hat != hat:
        return False
    rows = await work.connection.execute(_SELECT, {"person": caller.person, "hat": hat})
    return rows.first() is not None


async def require(work: UnitOfWork, hat: str) -> None:
    """Raises NotAllowed HAT_NEEDED unless the caller wears the hat, or is a job or reaction."""
    if not work.caller.system and not await wears(work, hat):
        raise NotAllowed("HAT_NEEDED", hat=hat)


async def require_person(work: UnitOfWork, hat: str = "") -> UUID:
    """The person who calls. Raises NotAllowed HAT_NEEDED unless they wear `hat`, PERSON_NEEDED for a job or reaction."""
    if hat:
        await require(work, hat)
    if work.caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    return work.caller.person


async def list_wearers(work: UnitOfWork, hat: str) -> list[UUID]:
    """Everybody who wears the hat, to tell them something."""
    return list((await work.connection.execute(_WEARERS, {"hat": hat})).scalars())


async def give(work: UnitOfWork, person: UUID, hat: str) -> None:
    await work.connection.execute(_INSERT, {"person": person, "hat": hat, "since": work.now})


async def revoke(work: UnitOfWork, person: UUID, hat: str) -> bool:
    """Takes the hat away; returns whether the person wore it."""
    return (await work.connection.execute(_DELETE, {"person": person, "hat": hat})).rowcount > 0


def reactions() -> Reactions:
    """The reactions to identity's events, for every service that checks hats."""
    return Reactions("identity", {type_of(HatGiven): _on_hat_given, type_of(HatTaken): _on_hat_taken}, ("worn_hat",))


async def _on_hat_given(work: UnitOfWork, event: Event) -> None:
    message = HatGiven.FromString(event.payload)
    # The time of the event, not of its arrival, so that a rebuilt table equals the original.
    await work.connection.execute(_INSERT, {"person": UUID(message.person_id), "hat": message.hat, "since": event.at})


async def _on_hat_taken(work: UnitOfWork, event: Event) -> None:
    message = HatTaken.FromString(event.payload)
    await revoke(work, UUID(message.person_id), message.hat)
