"""Who wears which office of the co-op, kept in each service's own database from identity's facts.

A token only *claims* a hat; whether the person wears it is looked up here, so that a hat taken back works no longer than the fact takes to
arrive. Identity itself keeps the same table as its own state.
"""

from uuid import UUID

from sqlalchemy import text

from kith.identity.facts.v1.facts_pb2 import HatGiven, HatTaken
from libs.database.engine import Work
from libs.messages.consumer import Reactions
from libs.messages.envelope import Fact, type_of
from libs.refusals import NotAllowed

SECRETARY = "secretary"
"""Keeps members, puts motions, records paper votes."""
OPERATOR = "operator"
"""Keeps the machine running."""
SCRUTINEER = "scrutineer"
"""Opens every row of a roll against the register, before a vote with other co-ops."""
HATS = (SECRETARY, OPERATOR, SCRUTINEER)

TABLE = """
create table worn_hat (
  person uuid not null,
  hat text not null,
  since timestamptz not null,
  primary key (person, hat)
);
create function kith_wears(wanted text) returns boolean stable language sql as $$
  select current_setting('kith.hat', true) = wanted and exists (
    select from worn_hat where hat = wanted and person = nullif(current_setting('kith.caller', true), '')::uuid)
$$;
"""
"""For a service's first migration. `kith_wears` is the same rule for row-level security."""

_WORN = text("select 1 from worn_hat where person = :person and hat = :hat")
_GIVE = text("insert into worn_hat (person, hat, since) values (:person, :hat, :since) on conflict do nothing")
_TAKE = text("delete from worn_hat where person = :person and hat = :hat")


async def wears(work: Work, hat: str) -> bool:
    """Whether the caller claims this hat and really wears it."""
    caller = work.caller
    if caller.person is None or caller.hat != hat:
        return False
    found = await work.connection.execute(_WORN, {"person": caller.person, "hat": hat})
    return found.first() is not None


async def require(work: Work, hat: str) -> None:
    """Raises NotAllowed HAT_NEEDED unless the caller wears the hat, or is the co-op's own machinery."""
    if not work.caller.system and not await wears(work, hat):
        raise NotAllowed("HAT_NEEDED", hat=hat)


async def give(work: Work, person: UUID, hat: str) -> None:
    await work.connection.execute(_GIVE, {"person": person, "hat": hat, "since": work.now})


async def take(work: Work, person: UUID, hat: str) -> bool:
    """Says whether there was a hat to take."""
    return (await work.connection.execute(_TAKE, {"person": person, "hat": hat})).rowcount > 0


def reactions() -> Reactions:
    """For every service that asks about hats: follow identity."""
    return Reactions("identity", {type_of(HatGiven): _given, type_of(HatTaken): _taken}, ("worn_hat",))


async def _given(work: Work, fact: Fact) -> None:
    said = HatGiven.FromString(fact.payload)
    # The time of the fact, not of hearing it: a rebuilt table equals the one that lived.
    await work.connection.execute(_GIVE, {"person": UUID(said.person_id), "hat": said.hat, "since": fact.at})


async def _taken(work: Work, fact: Fact) -> None:
    said = HatTaken.FromString(fact.payload)
    await take(work, UUID(said.person_id), said.hat)
