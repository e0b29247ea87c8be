"""Visits are kept as long as the rulebook says, from their end, and go with who came; of somebody under a hold none goes."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kith.governance.facts.v1.facts_pb2 import RulebookAdopted
from kith.identity.facts.v1.facts_pb2 import HoldPlaced
from libs import callers
from libs.database.engine import Database, new_id
from libs.host.dispose_records import dispose_records_job
from services.scheduling.storage.person_tables import PERSON_TABLES
from tests.support.running_co_op import Infrastructure
from tests.support.visit_people import VisitPeople, visit_people


@pytest.mark.capability("L5")
async def test_visits_go_when_their_years_are_over_and_leave_a_line_without_names(infrastructure: Infrastructure) -> None:
    ada, mo, wren = (new_id() for _ in range(3))
    async with visit_people(infrastructure) as people:
        for owner in (ada, mo):
            await people.form_team(owner, worker=[wren])
        visits = [await people.propose(owner, owner, people.at(ahead)) for owner, ahead in ((ada, 2), (ada, 30), (mo, 3))]
        for visit in visits:
            await people.take(visit, wren)
        placed = HoldPlaced(hold_id=str(new_id()), person_id=str(mo))
        await people.identity.publish((placed, str(mo)))
        await people.co_op.wait_until_consumed("scheduling", "identity")
        assert await dispose(people, days=366 + 10) == 0, "no rulebook was adopted that says how long they are kept"
        adopted = RulebookAdopted()
        adopted.retention.add(kind="visits", years=1, after="visiting")
        await people.governance.publish((adopted, str(new_id())))
        await people.co_op.wait_until_consumed("scheduling", "governance")
        assert await dispose(people, days=360) == 0
        assert await dispose(people, days=366 + 10) == 1
        assert {row[0] for row in await people.co_op.all_rows("scheduling", "visit")} == {UUID(visits[1]), UUID(visits[2])}
        assert {row[0] for row in await people.co_op.all_rows("scheduling", "visit_place")} == {UUID(visits[1]), UUID(visits[2])}
        [line] = await people.co_op.all_rows("scheduling", "disposal")
        assert tuple(line[2:]) == ("visits", 1, 1, "visiting")


async def dispose(people: VisitPeople, *, days: int) -> int:
    """What the job does so many days from now."""
    job = dispose_records_job(PERSON_TABLES, ZoneInfo("Europe/London"), ())
    database = Database(people.co_op.databases["scheduling"].run_url)
    try:
        async with database.work(callers.job(job.name), people.co_op.now() + timedelta(days=days), "tests") as work:
            return await job.run(work)
    finally:
        await database.close()
