"""What of visits waits for somebody's answer: records for the person, disputes for the worker, swaps and series for whom they are for."""

from uuid import UUID

import pytest

from kith.scheduling.v1 import visits_pb2 as pb
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure
from tests.support.series_people import SeriesPeople
from tests.support.visit_people import visit_people
from tests.support.visit_record_people import RecordPeople
from tests.support.worker_weeks import WorkerWeeks


@pytest.mark.capability("L6", "S1", "S6")
async def test_each_sees_what_waits_for_their_own_answer_until_it_is_given(infrastructure: Infrastructure) -> None:
    ada, wren, robin = (new_id() for _ in range(3))
    async with visit_people(infrastructure) as people:
        records, weeks, series = RecordPeople(people), WorkerWeeks(people), SeriesPeople(people)

        async def waiting(by: UUID) -> tuple[list[str], list[str], int, int]:
            found = await call_service(people.stub.ListWaiting, pb.ListWaitingRequest(), people.token(by))
            return list(found.to_confirm_visit_ids), list(found.disputed_visit_ids), found.swaps, found.series

        nothing: tuple[list[str], list[str], int, int] = ([], [], 0, 0)
        await people.form_team(ada, worker=[wren, robin])
        past, later = await records.visit(ada, wren), await records.visit(ada, wren, ahead=5)
        await records.go_after(past, ada)
        record = await records.write(past, wren, records.at(12), records.at(13))
        assert [await waiting(by) for by in (ada, wren, robin)] == [([past], [], 0, 0), nothing, nothing]
        await records.dispute(record, ada, 1)
        assert [await waiting(by) for by in (ada, wren)] == [nothing, ([], [past], 0, 0)]
        await records.stand_by(record, wren, 2)
        await records.confirm(record, ada, 3)
        assert [await waiting(by) for by in (ada, wren)] == [nothing, nothing]

        swap = await weeks.offer(later, wren, robin)
        assert [await waiting(by) for by in (wren, robin)] == [nothing, ([], [], 1, 0)]
        await weeks.decline(swap, robin)
        proposed = await series.propose(ada, wren, series.pattern(ahead=1))
        assert [await waiting(by) for by in (ada, wren, robin)] == [([], [], 0, 1), nothing, nothing]
        await series.agree(proposed, ada)
        assert await waiting(ada) == nothing
