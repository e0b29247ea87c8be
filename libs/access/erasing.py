"""Erases a person in one service's database, as its `PersonTable`s say: the one mechanism of all services.

identity decides and publishes `PersonErased`; every service erases in the transaction of its reaction and publishes an event of its own
that it has. Each part is idempotent: events that are handled again, as after a restore or a rebuild, erase again what came back, and
confirm only what was not confirmed before. A service that must wait, as governance while a vote is open, tries again in its job.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from kith.identity.facts.v1.facts_pb2 import PersonErased
from kith.person.v1.enums import ErasureWaitsFor
from libs.access import hats
from libs.access.erasure_tables import erased_person
from libs.access.person_tables import Blank, Delete, PersonTable
from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from libs.database.shared_tables import idempotency_key
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import EventHandler

_WAITING = erased_person.c.done_at.is_(None)
_INSERT = insert(erased_person)
# Under another id it is to be confirmed anew: identity was restored, and it was decided again.
_IS_SAME = erased_person.c.erasure == _INSERT.excluded.erasure
_ORDER = _INSERT.on_conflict_do_update(
    index_elements=[erased_person.c.person],
    set_={"erasure": _INSERT.excluded.erasure, "done_at": case((_IS_SAME, erased_person.c.done_at), else_=None)},
)
_DONE = (
    update(erased_person)
    .where(among(erased_person.c.person, "persons"), _WAITING)
    .values(done_at=bindparam("at", type_=MOMENT))
    .returning(erased_person.c.person)
)
_LIST_WAITING = (
    select(erased_person.c.erasure, erased_person.c.person).where(_WAITING).order_by(erased_person.c.ordered_at).with_for_update()
)
_ERASED = select(erased_person.c.person).where(among(erased_person.c.person, "persons"))
_FORGET_ANSWERS = delete(idempotency_key).where(among(idempotency_key.c.caller, "callers"))


@dataclass(frozen=True)
class Erased:
    """What one service did about a person: the kinds of its records that are gone, that say less than before, and that stayed."""

    erasure: UUID
    persons: tuple[UUID, ...]
    deleted: tuple[str, ...]
    blanked: tuple[str, ...]
    kept: tuple[str, ...]


OPEN_VOTE, PAY_PERIOD = ErasureWaitsFor.OPEN_VOTE, ErasureWaitsFor.PAY_PERIOD
"""What has to be over before a service can erase, where it may have to wait."""
Confirm = Callable[[UnitOfWork, Erased], Awaitable[None]]
"""Publishes the service's own event `PersonDataErased`."""
_WAITS = select(erased_person.c.erasure).where(_WAITING).group_by(erased_person.c.erasure).order_by(func.min(erased_person.c.ordered_at))
MayErase = Callable[[UnitOfWork, Sequence[UUID]], Awaitable[bool]]


async def erase(work: UnitOfWork, tables: Sequence[PersonTable], erasure: UUID, persons: Collection[UUID]) -> Erased:
    """Does what every table says. Tables that others refer to are declared first, so it goes from the last to the first."""
    kinds: dict[str, list[str]] = {"deleted": [], "blanked": [], "kept": []}
    for table in reversed(tables):
        for step in table.erasure:
            rows = table.about(persons, step.of)
            if isinstance(step, Delete):
                done, found = "deleted", (await work.connection.execute(delete(table.table).where(rows))).rowcount
            elif isinstance(step, Blank):
                blank = update(table.table).where(rows).values(dict(step.values))
                done, found = "blanked", (await work.connection.execute(blank)).rowcount
            else:
                count = select(func.count()).select_from(table.table).where(rows)
                done, found = "kept", (await work.connection.execute(count)).scalar_one()
            if found and table.kind not in kinds[done]:
                kinds[done].append(table.kind)
    await work.connection.execute(_FORGET_ANSWERS, {"callers": [str(person) for person in persons]})
    return Erased(erasure, tuple(persons), *(tuple(sorted(kinds[name])) for name in ("deleted", "blanked", "kept")))


async def find_erased(work: UnitOfWork, persons: Collection[UUID]) -> set[UUID]:
    """Those of these persons who are erased, as identity has said."""
    return set((await work.connection.execute(_ERASED, {"persons": list(persons)})).scalars())


async def list_waits(work: UnitOfWork) -> Sequence[UUID]:
    """Erasures that this service was told of and has not carried out, the first first; for a secretary. Raises NotAllowed HAT_NEEDED."""
    await hats.require(work, hats.SECRETARY)
    return (await work.connection.execute(_WAITS)).scalars().all()


async def _always(_: UnitOfWork, __: Sequence[UUID]) -> bool:
    return True


class PersonEraser:
    """Erases in a service other than identity. `may_erase` says whether it can be done yet, `waits_for` what has to be over before."""

    def __init__(
        self,
        tables: Sequence[PersonTable],
        confirm: Confirm,
        may_erase: MayErase = _always,
        waits_for: ErasureWaitsFor | None = None,
    ) -> None:
        self.waits_for = waits_for
        self._tables = tables
        self._confirm = confirm
        self._may_erase = may_erase

    def handlers(self) -> Mapping[str, EventHandler]:
        """The reaction to identity's event of erasure."""
        return {type_of(PersonErased): self._on_erased}

    async def erase_waiting(self, work: UnitOfWork) -> int:
        """Erases those for whom it had to wait. Returns how many entries of persons."""
        waiting: dict[UUID, list[UUID]] = {}
        for row in await work.connection.execute(_LIST_WAITING):
            waiting.setdefault(row.erasure, []).append(row.person)
        return sum([await self._erase(work, erasure, persons) for erasure, persons in waiting.items()])

    async def _on_erased(self, work: UnitOfWork, event: Event) -> None:
        message = PersonErased.FromString(event.payload)
        erasure, persons = UUID(message.erasure_id), [UUID(person) for person in message.person_ids]
        await work.connection.execute(_ORDER, [{"person": person, "erasure": erasure, "ordered_at": event.at} for person in persons])
        await self._erase(work, erasure, persons)

    async def _erase(self, work: UnitOfWork, erasure: UUID, persons: Sequence[UUID]) -> int:
        if not await self._may_erase(work, persons):
            return 0
        erased = await erase(work, self._tables, erasure, persons)
        done = (await work.connection.execute(_DONE, {"persons": list(persons), "at": work.now})).all()
        if done:
            await self._confirm(work, erased)
        return len(done)
