"""What a page about some days asks in one call is what the lists say one by one."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from kith.scheduling.v1 import visits_pb2 as pb
from libs import callers
from libs.database.engine import new_id
from libs.refusals import Invalid, NotAllowed
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure
from tests.support.visit_people import VisitPeople, visit_people


def some_people(count: int) -> list[UUID]:
    return [new_id() for _ in range(count)]


async def test_one_call_about_some_days_says_what_the_lists_say(infrastructure: Infrastructure) -> None:
    ada, wren, bo = some_people(3)
    async with visit_people(infrastructure) as people:
        for owner in (ada, bo):
            await people.form_team(owner, worker=[wren], friend=[ada] if owner == bo else [])
        taken = await people.propose(ada, ada, people.at(1))
        await people.take(taken, wren)
        await people.propose(ada, wren, people.at(2))
        await people.propose(bo, bo, people.at(3))
        for person in (ada, wren):
            days = await _days(people, person, 7, with_open=True)
            assert list(days.to_person.visits) == await people.list_visits(person, person, days=7)
            assert list(days.taken.visits) == await people.list_visits(person, person, giving=True, days=7)
            assert [visit.visit_id for visit in days.open_visits.visits] == await people.list_open(person)
            assert days.waiting == await call_service(people.stub.GetWaiting, pb.GetWaitingRequest(), people.token(person))
        assert (len(days.taken.visits), len(days.open_visits.visits)) == (1, 1)
        assert not (await _days(people, wren, 7)).open_visits.visits
        assert (await _days(people, ada, 7)).waiting.visits == 1
        seen = await _reads(people, wren)
        await _days(people, wren, 7, with_open=True)
        assert await _reads(people, wren) - seen == {str(ada): 1, str(bo): 1}, "one entry for each whose visits were shown"
        for wrong in (0, 63):
            with pytest.raises(Invalid, match="PERIOD_WRONG"):
                await _days(people, ada, wrong)
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await _days(people, ada, 7, by=wren)


async def test_who_acts_sees_the_days_of_that_person_and_takes_nothing(infrastructure: Infrastructure) -> None:
    ada, wren, sister = some_people(3)
    async with visit_people(infrastructure) as people:
        for owner, helper in ((ada, wren), (wren, ada)):
            await people.form_team(owner, volunteer=[helper])
        await people.take(await people.propose(ada, ada, people.at(1)), wren)
        await people.take(await people.propose(wren, wren, people.at(2)), ada)
        await people.propose(wren, wren, people.at(3))
        as_ada = await people.let_act(sister, ada)
        own, acting = await _days(people, ada, 7, with_open=True), await _days(people, ada, 7, with_open=True, by=as_ada)
        assert (len(own.taken.visits), len(own.open_visits.visits)) == (1, 1)
        assert acting == pb.GetDaysResponse(
            to_person=own.to_person, taken=pb.ListVisitsResponse(), open_visits=pb.ListOpenVisitsResponse(), waiting=own.waiting
        )
        outside = await people.let_act(wren, ada, "money")
        with pytest.raises(NotAllowed, match="ACTING_OUTSIDE_SCOPE"):
            await _days(people, ada, 7, by=outside)


async def _days(
    people: VisitPeople, person: UUID, days: int, *, with_open: bool = False, by: UUID | str | None = None
) -> pb.GetDaysResponse:
    request = pb.GetDaysRequest(person_id=str(person), with_open_visits=with_open)
    begin = people.co_op.now()
    request.begin.FromDatetime(begin)
    request.end.FromDatetime(begin + timedelta(days=days))
    response: pb.GetDaysResponse = await call_service(people.stub.GetDays, request, people.token(by or person))
    return response


async def _reads(people: VisitPeople, reader: UUID) -> Counter[str]:
    """How often whose record was read by them."""
    async with people.co_op.database_transaction("scheduling", caller=callers.job("tests")) as connection:
        return Counter(str(row[0]) for row in await connection.fetch("select subject from read_audit where reader = $1", str(reader)))
