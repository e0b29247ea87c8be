"""Calendars: what is in one, who reads it, and how it ends."""

from uuid import UUID

import pytest

from kith.scheduling.v1 import calendars_pb2 as pb
from kith.scheduling.v1.calendars_pb2_grpc import CalendarServiceStub
from libs.callers.service_tokens import ServiceTokenIssuer
from libs.database.engine import new_id
from libs.refusals import NotAllowed, NotFound
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure
from tests.support.visit_people import visit_people


async def test_a_calendar_has_ones_own_visits_until_it_ends(infrastructure: Infrastructure) -> None:
    ada, wren, mo = (new_id() for _ in range(3))
    async with visit_people(infrastructure) as people:
        stub: CalendarServiceStub = people.co_op.stub(CalendarServiceStub)
        web = ServiceTokenIssuer(infrastructure.keys_folder / "tls", "web", people.co_op.now).token()

        async def open_calendar(by: UUID) -> str:
            request = pb.OpenCalendarRequest(request_id=str(new_id()))
            return str((await call_service(stub.OpenCalendar, request, people.token(by))).calendar_key)

        async def read(key: str, token: str = web) -> list[tuple[str, bool]]:
            response = await call_service(stub.ReadCalendar, pb.ReadCalendarRequest(calendar_key=key), token)
            return [(visit.visit_id, visit.cancelled) for visit in response.visits]

        await people.form_team(ada, worker=[wren])
        await people.form_team(mo, worker=[wren])
        taken, at_mos, open_one, proposed = [
            await people.propose(owner, by, people.at(ahead))
            for owner, by, ahead in ((ada, ada, 1), (mo, mo, 2), (ada, ada, 3), (ada, wren, 4))
        ]
        for visit in (taken, at_mos):
            await people.take(visit, wren)
        of_ada, of_wren = await open_calendar(ada), await open_calendar(wren)
        assert len(of_ada) == 32
        assert await read(of_ada) == [(taken, False), (open_one, False)], "what she has not agreed to is not in it"
        assert await read(of_wren) == [(taken, False), (at_mos, False)]
        await people.cancel(taken, ada, 2)
        await people.cancel(proposed, wren, 1)
        assert await read(of_wren) == [(taken, True), (at_mos, False)]
        assert await read(of_ada) == [(taken, True), (open_one, False)]
        await people.co_op.move_clock(36 * 3600)
        web = ServiceTokenIssuer(infrastructure.keys_folder / "tls", "web", people.co_op.now).token()
        assert await read(of_wren, web) == [(at_mos, False)], "gone once it would have begun"

        with pytest.raises(NotAllowed, match="NOT_FOR_THIS_CALLER"):
            await read(of_ada, people.token(ada))
        found = await call_service(stub.GetCalendar, pb.GetCalendarRequest(), people.token(ada))
        assert found.calendar_key == of_ada
        new_key = await open_calendar(ada)
        assert await read(new_key, web) != []
        await call_service(stub.CloseCalendar, pb.CloseCalendarRequest(request_id=str(new_id())), people.token(wren))
        for ended in (of_ada, of_wren, "", "f" * 32):
            with pytest.raises(NotFound, match="CALENDAR_UNKNOWN"):
                await read(ended, web)
