"""Acting in another person's place: which relationship allows it, in which scope, and until when.

The pages put `acting_for` into the token. An RPC refuses it unless it is bound with `while_acting` (`acting_audit.py`); such a command or
query then asks here, in its own transaction, so that a right that ends in the middle of an act ends the act.
"""

from uuid import UUID

from sqlalchemy import bindparam, select, text

from libs.access.access_tables import acting_right, acts_now
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed

_LIVE_SCOPES = (
    select(acting_right.c.scope)
    .where(acting_right.c.holder == bindparam("holder"), acting_right.c.subject == bindparam("subject"))
    .where(acts_now())
    .distinct()
    .order_by(acting_right.c.scope)
)

_HAS_HOLDER = (
    select(acting_right.c.holder)
    .where(acting_right.c.subject == bindparam("subject"), acting_right.c.scope == bindparam("scope"))
    .where(acts_now())
    .limit(1)
)
_HOLDERS = select(acting_right.c.holder).where(acting_right.c.subject == bindparam("subject")).where(acts_now()).distinct()
# In SQL: the settings that row-level security knows the caller by, as `libs/database/engine.py` sets them.
_READ_AS = text("""
select set_config('kith.caller', :person, true), set_config('kith.hat', '', true), set_config('kith.acting_for', '', true)""")


async def has_holder(work: UnitOfWork, subject: UUID, scope: str) -> bool:
    """Whether anybody may act for `subject` within the scope now."""
    return (await work.connection.execute(_HAS_HOLDER, {"subject": subject, "scope": scope, "now": work.now})).first() is not None


async def list_holders(work: UnitOfWork, subject: UUID) -> set[UUID]:
    """Everybody who may act for `subject` now, in any scope."""
    return set((await work.connection.execute(_HOLDERS, {"subject": subject, "now": work.now})).scalars())


async def live_scopes(work: UnitOfWork, holder: UUID, subject: UUID) -> tuple[str, ...]:
    """In which scopes `holder` may act for `subject` now."""
    values = {"holder": holder, "subject": subject, "now": work.now}
    return tuple((await work.connection.execute(_LIVE_SCOPES, values)).scalars())


async def require_self_or_acting(work: UnitOfWork, subject: UUID, scope: str, *or_in: str) -> UUID:
    """The person who does something about `subject`: `subject` themselves, or somebody who acts for them within one of the scopes.

    Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED, or ACTING_OUTSIDE_SCOPE.
    """
    caller = work.caller
    if caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    if (caller.acting_for or caller.person) != subject:
        raise NotAllowed("NOT_YOURS")
    if caller.acting_for is not None:
        scopes = await live_scopes(work, caller.person, subject)
        if not {scope, *or_in} & set(scopes):
            raise NotAllowed("ACTING_OUTSIDE_SCOPE" if scopes else "ACTING_ENDED", scope=scope)
    return caller.person


async def require_principal(work: UnitOfWork, scope: str) -> UUID:
    """The person in whose name somebody calls: themselves, or the one they act for within the scope.

    Raises NotAllowed PERSON_NEEDED, ACTING_ENDED, or ACTING_OUTSIDE_SCOPE.
    """
    caller = work.caller
    if caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    principal = caller.acting_for or caller.person
    await require_self_or_acting(work, principal, scope)
    return principal


async def read_as(work: UnitOfWork, subject: UUID) -> None:
    """From now on, row-level security shows this transaction what `subject` themselves may see, without any hat.

    For reads of a person's whole record, and only once `require_self_or_acting` has allowed it. The caller stays who they are: audit rows
    and events name them.
    """
    await work.connection.execute(_READ_AS, {"person": str(subject)})
