"""Carries out what was decided: everything that identity has of a person goes, but for their names, which other services still show.

One transaction for each person: a process that is killed in the middle has done nothing, and the next run does it all. `confirm_erasure`
notes what the other services have done, and takes the names when the last of them has confirmed.
"""

from datetime import datetime
from uuid import UUID

from kith.identity.v1.enums import WithdrawalCause
from libs.access import erasing, hats
from libs.access.erasing import Erased
from libs.database.engine import UnitOfWork
from services.identity.commands.consent_effects import withdraw_all
from services.identity.commands.end_relationships_over_time import end_relationships_of_erased
from services.identity.domain.erasure import Erasure, ErasurePart, is_confirmed_by_all
from services.identity.storage import (
    access_grants,
    data_requests,
    erasures,
    events_out,
    passwords,
    person_merges,
    persons,
    recovery_helpers,
    sessions,
    sign_in_codes,
    worn_hats,
)
from services.identity.storage.person_tables import NAMES, PERSON_TABLES

_OTHER_TABLES = tuple(table for table in PERSON_TABLES if table is not NAMES)
_ITSELF = "identity"
RESTORED = "restored"
"""By whom an erasure is decided that another service knows of, and we do not: our database is an older copy."""


async def carry_out_next_erasure(work: UnitOfWork) -> int:
    """Erases the person for whom it was decided first, of those under no hold. Returns 1, or 0 if nobody is left to erase."""
    erasure = await erasures.lock_next_decided(work)
    if erasure is None:
        return 0
    await persons.lock_entries(work, erasure.person)
    for entry in erasure.entries:
        await _end_all_rights(work, entry)
    # Rows of other people that name the person are ended above, each with its event; what is theirs goes as its table says.
    await data_requests.close_all(work, erasure.entries)
    erased = await erasing.erase(work, _OTHER_TABLES, erasure.id, erasure.entries)
    await persons.mark_erased(work, erasure.entries)
    await events_out.person_erased(work, await erasures.mark_erased(work, erasure))
    await erasures.confirm(work, _part_of(work, _ITSELF, erased))
    await _finish(work, erasure)
    return 1


async def next_erasure(work: UnitOfWork) -> datetime | None:
    """At once while somebody is to be erased. The end of a hold is an event, which wakes the job."""
    return work.now if await erasures.count_decided(work) else None


async def confirm_erasure(work: UnitOfWork, service: str, erased: Erased) -> None:
    """A service has erased its part; an empty name stands for our own lost event.

    An erasure that we do not know was decided after the copy that we were restored from: we carry it out. If the person is under a hold
    in this copy, a secretary ends it first, who can tell whether it is the one of before.
    """
    known = await erasures.lock_confirming(work, erased.erasure)
    if known is None:
        known = await _restored(work, erased)
        if known is None:
            return
        await erasures.add(work, known)
    if service:
        await erasures.confirm(work, _part_of(work, service, erased))
    if known.erased_at is not None:
        await _finish(work, known)


async def _restored(work: UnitOfWork, erased: Erased) -> Erasure | None:
    """All entries that were erased then and are here, merged in this copy or not yet; None if none of them is left to erase."""
    entries = await persons.lock_entries(work, *erased.persons)
    decided = await erasures.decided_of(work, entries)
    left = [entry for entry in entries if entry not in decided]
    merged = await person_merges.merged_among(work, left)
    return Erasure(erased.erasure, next(entry for entry in left if entry not in merged), tuple(left), RESTORED, work.now) if left else None


async def _finish(work: UnitOfWork, erasure: Erasure) -> None:
    parts = await erasures.parts_of(work, [erasure.id])
    if erasure.finished_at is None and is_confirmed_by_all([part.service for part in parts]):
        await erasing.erase(work, (NAMES,), erasure.id, erasure.entries)
        await events_out.erasure_finished(work, await erasures.mark_finished(work, erasure))


async def _end_all_rights(work: UnitOfWork, entry: UUID) -> None:
    """First of all they cannot sign in any more; then each right of theirs, and each right of others over them, ends with its event."""
    await events_out.sessions_ended(work, entry, await sessions.end_all(work, entry), "erased")
    await passwords.remove(work, entry)
    await sign_in_codes.revoke_all(work, entry)
    for hat in await worn_hats.hats_of(work, entry):
        await hats.revoke(work, entry, hat)
        await events_out.hat_taken(work, entry, hat)
    for grant, giver in await access_grants.end_naming(work, entry, work.now):
        await events_out.access_ended(work, giver, grant, "left")
    for grant in await access_grants.end_of_subject(work, entry):
        await events_out.access_ended(work, entry, grant, "left")
    await end_relationships_of_erased(work, entry)
    for helped, helper in await recovery_helpers.end_of_entry(work, entry, "left"):
        await events_out.recovery_help_ended(work, helped, helper, "left")
    await withdraw_all(work, entry, WithdrawalCause.LEFT)


def _part_of(work: UnitOfWork, service: str, erased: Erased) -> ErasurePart:
    return ErasurePart(erased.erasure, service, work.now, erased.deleted, erased.blanked, erased.kept)
