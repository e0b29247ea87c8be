"""A secretary enters people in the register, up to 200 at a time, each row decided alone."""

from collections.abc import Sequence
from datetime import date

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import NotNow, invalid
from services.membership.domain.admission import Admission, Known, Problem, Row, application_of, decide, person_of
from services.membership.storage import applications, facts_out, heard, members

MOST_ROWS = 200


async def admit_members(work: Work, rows: Sequence[Row], today: date, *, validate_only: bool) -> list[Admission | Problem]:
    """What became of each row, or would.

    Raises NotAllowed HAT_NEEDED, Invalid ROWS_MISSING or TOO_MANY_ROWS, NotNow RULEBOOK_NOT_ADOPTED.
    """
    await hats.require(work, hats.SECRETARY)
    if not 1 <= len(rows) <= MOST_ROWS:
        raise invalid("admissions", "ROWS_MISSING" if not rows else "TOO_MANY_ROWS", at_most=str(MOST_ROWS))
    known = await _known(work, rows)
    if not known.classes:
        raise NotNow("RULEBOOK_NOT_ADOPTED")
    decided, next_number = decide(rows, known, today)
    taken = [one for one in decided if isinstance(one, Admission)]
    if taken and not validate_only:
        await members.admit(work, taken)
        await members.set_next_number(work, next_number)
        await applications.admitted(work, [one.application for one in taken if one.application], [one.person for one in taken])
        await facts_out.members_admitted(work, taken)
    return decided


async def _known(work: Work, rows: Sequence[Row]) -> Known:
    next_number = await members.hold_register(work)
    persons = {person for person in map(person_of, rows) if person}
    asked = {application for application in map(application_of, rows) if application}
    return Known(
        classes=await heard.classes(work),
        persons=await heard.known(work, persons),
        timelines=await members.timelines(work, persons),
        numbers=await members.numbers(work, persons),
        taken=await members.taken(work, [row.number.strip() for row in rows if row.number.strip()]),
        applications=await applications.waiting(work, asked) if asked else {},
        next_number=next_number,
    )
