"""A secretary registers people the co-op did not know, up to 200 at a time, each row decided alone."""

from collections.abc import Sequence
from uuid import UUID

from libs.database.engine import Work
from libs.refusals import invalid
from services.identity.commands.founding import require_secretary_or_founder
from services.identity.domain.particulars import Particulars, Problem, Told, decide, read
from services.identity.storage import facts_out, persons

MOST_ROWS = 200


async def register_persons(work: Work, rows: Sequence[Told], *, validate_only: bool) -> list[UUID | Problem | None]:
    """For each row the new person's id, or why not; None for a row that would be taken when it is only asked whether."""
    await require_secretary_or_founder(work)
    if not 1 <= len(rows) <= MOST_ROWS:
        raise invalid("persons", "ROWS_MISSING" if not rows else "TOO_MANY_ROWS", at_most=str(MOST_ROWS))
    readable = [one for one in map(read, rows) if isinstance(one, Particulars)]
    decided = decide(rows, await persons.known_marks(work, readable), [work.new_id() for _ in rows])
    new = [one for one in decided if not isinstance(one, Problem)]
    if validate_only:
        unborn = {person for person, _ in new}
        return [_without(one, unborn) if isinstance(one, Problem) else None for one in decided]
    if new:
        await persons.add(work, new)
        await facts_out.persons_registered(work, (person for person, _ in new))
    return [one if isinstance(one, Problem) else one[0] for one in decided]


def _without(problem: Problem, unborn: set[UUID]) -> Problem:
    """A row that repeats an earlier one of a batch that is not taken has nobody to point to."""
    return Problem(problem.field, problem.reason) if problem.person in unborn else problem
