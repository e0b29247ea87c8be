"""Admits up to 200 people to the register on behalf of a secretary; each row is decided by itself."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from uuid import UUID

from libs.access import erasing, hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, Unavailable, invalid
from services.membership.domain.admission import (
    Admission,
    AdmissionContext,
    AdmissionRequest,
    RejectedAdmission,
    decide_admissions,
    parse_application_id,
    parse_person_id,
)
from services.membership.storage import applications, events_out, members, merged_persons, projections

MAX_ROWS = 200

CatchUp = Callable[[Sequence[str]], Awaitable[set[str]]]
"""Handles all that these services have published by now. Returns those that could not be asked, or not followed in time."""


async def admit_members(
    work: UnitOfWork,
    today: date,
    catch_up: CatchUp,
    rows: Sequence[AdmissionRequest],
    validate_only: bool,  # noqa: FBT001 - RPCs are bound by position
) -> list[Admission | RejectedAdmission]:
    """Returns the decision on each row; with `validate_only` nothing is written.

    Raises NotAllowed HAT_NEEDED, Invalid ROWS_MISSING or TOO_MANY_ROWS, FailedPrecondition RULEBOOK_NOT_ADOPTED, and Unavailable
    SOURCE_AWAY if a row mentions somebody who is unknown here and cannot be asked about now, or no class is known yet.
    """
    await hats.require(work, hats.SECRETARY)
    if not 1 <= len(rows) <= MAX_ROWS:
        raise invalid("admissions", "ROWS_MISSING" if not rows else "TOO_MANY_ROWS", at_most=str(MAX_ROWS))
    # Somebody just registered is usually admitted at once, and the event about them may still be on its way.
    away = await catch_up(await _find_unheard_sources(work, rows))
    context = await _load_context(work, rows)
    if "identity" in away and _mentioned_persons(rows) - set(context.persons):
        raise Unavailable("SOURCE_AWAY", source="identity")
    if not context.classes:
        raise Unavailable("SOURCE_AWAY", source="governance") if "governance" in away else FailedPrecondition("RULEBOOK_NOT_ADOPTED")
    # An unknown class is a typing mistake more often than news: it stops its own row, whether governance can be asked or not.
    decisions, next_number = decide_admissions(rows, context, today)
    admissions = [decision for decision in decisions if isinstance(decision, Admission)]
    if admissions and not validate_only:
        await members.add_admissions(work, admissions)
        await members.set_next_number(work, next_number)
        await applications.mark_admitted(
            work,
            [admission.application for admission in admissions if admission.application],
            [admission.person for admission in admissions],
        )
        await events_out.members_admitted(work, admissions)
    return decisions


async def _find_unheard_sources(work: UnitOfWork, rows: Sequence[AdmissionRequest]) -> list[str]:
    """The services whose latest events could change the decision: these rows mention somebody or a class that we have not heard of."""
    sources = []
    persons = _mentioned_persons(rows)
    if persons - await projections.find_known_persons(work, persons):
        sources.append("identity")
    if not {row.member_class for row in rows} <= (await projections.get_classes(work)).keys():
        sources.append("governance")
    return sources


def _mentioned_persons(rows: Sequence[AdmissionRequest]) -> set[UUID]:
    return {person for person in map(parse_person_id, rows) if person}


async def _load_context(work: UnitOfWork, rows: Sequence[AdmissionRequest]) -> AdmissionContext:
    next_number = await members.lock_register(work)
    persons = _mentioned_persons(rows)
    application_ids = {application for application in map(parse_application_id, rows) if application}
    return AdmissionContext(
        classes=await projections.get_classes(work),
        persons=await projections.find_known_persons(work, persons),
        erased=await erasing.find_erased(work, persons),
        merged=await merged_persons.find_merged(work, persons),
        timelines=await members.get_timelines(work, persons),
        numbers=await members.get_numbers(work, persons),
        used_numbers=await members.find_taken_numbers(work, [row.number.strip() for row in rows if row.number.strip()]),
        applications=await applications.lock_pending(work, application_ids) if application_ids else {},
        next_number=next_number,
    )
