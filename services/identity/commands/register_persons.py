"""Registers up to 200 new people on behalf of a secretary; each row is decided by itself."""

from collections.abc import Sequence
from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from services.identity.commands.founder_rights import require_secretary_or_founder
from services.identity.domain.person_details import PersonDetails, PersonInput, RejectedPerson, decide_registrations, parse_details
from services.identity.storage import events_out, persons

MAX_ROWS = 200


async def register_persons(
    work: UnitOfWork,
    rows: Sequence[PersonInput],
    validate_only: bool,  # noqa: FBT001 - RPCs are bound by position
    *,
    country: str,
) -> list[UUID | RejectedPerson | None]:
    """Per row: the new person's id or the rejection; with `validate_only`, None for a row that would be accepted."""
    await require_secretary_or_founder(work)
    if not 1 <= len(rows) <= MAX_ROWS:
        raise invalid("persons", "ROWS_MISSING" if not rows else "TOO_MANY_ROWS", at_most=str(MAX_ROWS))
    parsed = [parse_details(row, country) for row in rows]
    valid = [details for details in parsed if isinstance(details, PersonDetails)]
    results = decide_registrations(parsed, await persons.find_by_identifying_keys(work, valid), [work.new_id() for _ in rows])
    accepted = [result for result in results if not isinstance(result, RejectedPerson)]
    if validate_only:
        unused_ids = {person for person, _ in accepted}
        return [_without_unused_id(result, unused_ids) if isinstance(result, RejectedPerson) else None for result in results]
    if accepted:
        await persons.add(work, accepted)
        await events_out.persons_registered(work, (person for person, _ in accepted))
    return [result if isinstance(result, RejectedPerson) else result[0] for result in results]


def _without_unused_id(rejected: RejectedPerson, unused_ids: set[UUID]) -> RejectedPerson:
    """Drops the reference to an earlier row of the same batch: a dry run registers nobody."""
    return RejectedPerson(rejected.field, rejected.reason) if rejected.person in unused_ids else rejected
