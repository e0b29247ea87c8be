"""Scheduling's database is set back, and an operator accepts that: nothing that people hold outside it is contradicted."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest

from kith.scheduling.v1 import calendars_pb2 as calendars
from kith.scheduling.v1 import engagements_pb2 as engagements
from kith.scheduling.v1 import pay_periods_pb2 as periods
from kith.scheduling.v1 import visit_records_pb2 as records_pb
from kith.scheduling.v1.calendars_pb2_grpc import CalendarServiceStub
from libs.callers.service_tokens import ServiceTokenIssuer
from libs.database.engine import new_id
from libs.host.process import ServiceSpec
from libs.host.settings import SharedSettings
from libs.rpc.client import call_service
from tests.service.conftest import infrastructure as infrastructure  # noqa: PLC0414 - the fixture, under its name
from tests.support.killable_process import KillableProcess
from tests.support.money_people import MoneyPeople
from tests.support.running_co_op import Infrastructure, co_op_as, event_publisher
from tests.support.visit_people import VisitPeople
from tests.support.visit_record_people import RecordPeople
from tests.support.waiting import wait_until


@dataclass
class OldCopy:
    """Whether the next start accepts that the database is older."""

    accepted: bool = False

    def process(self, shared: SharedSettings, services: Sequence[ServiceSpec], name: str) -> KillableProcess:
        """With a data folder, which has the anchor."""
        assert shared.clock_file is not None
        own = {"data_folder": shared.clock_file.parent, "accept_older_data": self.accepted}
        return KillableProcess(shared.model_copy(update=own), services, name)


@asynccontextmanager
async def paid_people(infrastructure: Infrastructure, copy: OldCopy) -> AsyncIterator[MoneyPeople]:
    """Scheduling and web, in a process of their own."""
    async with (
        co_op_as(copy.process, infrastructure, "scheduling", "web") as co_op,
        event_publisher(co_op, "identity") as identity,
        event_publisher(co_op, "matching") as matching,
        event_publisher(co_op, "governance") as governance,
    ):
        money = MoneyPeople(RecordPeople(VisitPeople(co_op, identity, matching, governance)))
        await money.begin()
        yield money


@dataclass
class Phone:
    """What a person and a worker have outside the co-op: a calendar, and a record that was written without signal."""

    money: MoneyPeople
    person: UUID
    worker: UUID
    calendar: str = ""
    sent: records_pb.SendVisitRequest | None = None

    async def open_calendar(self) -> None:
        request = calendars.OpenCalendarRequest(request_id=str(new_id()))
        stub: CalendarServiceStub = self.money.people.co_op.stub(CalendarServiceStub)
        self.calendar = (await call_service(stub.OpenCalendar, request, self.money.people.token(self.person))).calendar_key

    async def sequence(self, visit: str) -> int:
        co_op = self.money.people.co_op
        web = ServiceTokenIssuer(co_op.infrastructure.keys_folder / "tls", "web", co_op.now).token()
        stub: CalendarServiceStub = co_op.stub(CalendarServiceStub)
        found: calendars.ReadCalendarResponse = await call_service(
            stub.ReadCalendar, calendars.ReadCalendarRequest(calendar_key=self.calendar), web
        )
        return next(each.version for each in found.visits if each.visit_id == visit)

    async def send(self, visit: str, days_ago: int) -> int:
        """The same request every time."""
        if self.sent is None:
            starts, ends = (self.money.records.at(hour, days_ago) for hour in (12, 13))
            self.sent = records_pb.SendVisitRequest(request_id=str(new_id()), visit_id=visit, starts=starts, ends=ends)
        return int((await call_service(self.money.records.stub.SendVisit, self.sent, self.money.people.token(self.worker))).version)


@pytest.mark.capability("X3", "S11", "L6", "L11")
async def test_what_people_hold_of_a_lost_day_is_neither_refused_nor_contradicted(infrastructure: Infrastructure) -> None:
    ada, wren, copy = new_id(), new_id(), OldCopy()
    async with paid_people(infrastructure, copy) as money:
        people, phone = money.people, Phone(money, ada, wren)
        co_op = people.co_op
        await people.form_team(ada, worker=[wren])
        await money.adopt()
        await money.fund(ada, (ada, "1"))
        await money.engage(wren, engagements.ENGAGEMENT_KIND_SELF_EMPLOYED, 2000)
        first, second, later = [await money.plan(ada, wren, ahead) for ahead in (1, 2, 20)]
        await phone.open_calendar()
        await money.records.go_after(second, ada, 24 * 60)
        await money.write(first, wren, 2, 12, 60)
        await money.confirm(first, ada)
        assert await invoices(money, await close(money, first=-3, last=-2)) == [1]

        await co_op.process.stop()
        await co_op.disconnect()
        set_back = await infrastructure.databases.copy(co_op.databases["scheduling"])
        await co_op.process.start()
        # The day that is lost: a record arrives, a second period is closed, and a visit moves twice.
        assert await phone.send(second, days_ago=1) == 1
        await money.confirm(second, ada)
        assert await invoices(money, await close(money, last=-1)) == [2]
        version = (await people.get(later, ada)).visit.version
        for hour in (14, 15):
            version = await people.move(later, ada, people.at(15, hour), version)
        seen = await phone.sequence(later)
        await wait_until(lambda: stands_at(money, epoch=1), "web has followed")
        # Who restores a copy stops it first: with that the anchor knows how far the events were.
        await co_op.process.stop()

        lost, co_op.databases["scheduling"] = co_op.databases["scheduling"], set_back
        copy.accepted = True
        co_op.process = co_op.make_process()
        co_op.write_clock(money.records.shifted)
        await co_op.process.start()
        await infrastructure.databases.drop(lost)
        await wait_until(lambda: stands_at(money, epoch=2), "web follows the copy from its first event on")
        [news] = [row for row in await co_op.all_rows("web", "news") if "older_copy" in row]
        assert news, "everybody hears of it"

        assert [await phone.send(second, days_ago=1) for _ in range(2)] == [1, 1], "what was lost can be sent again"
        assert len((await money.records.get_one(second, ada)).entries) == 1
        await money.confirm(second, ada)
        shown = await money.open_period(last=-1)
        assert (shown.last_invoice, shown.new_series_from) == (1, 1_000_001), "the secretary reads that number 2 may be somewhere"
        assert await invoices(money, await money.close(shown)) == [1_000_001]
        restored = await phone.sequence(later)
        await people.move(later, ada, people.at(16), (await people.get(later, ada)).visit.version)
        assert seen < restored < await phone.sequence(later)


async def close(money: MoneyPeople, first: int = 0, last: int = 0) -> str:
    return await money.close(await money.open_period(first, last))


async def invoices(money: MoneyPeople, period: str) -> list[int]:
    found: periods.GetPeriodResponse = await money.get_period(period)
    return [invoice.number for invoice in found.invoices]


async def stands_at(money: MoneyPeople, epoch: int) -> bool:
    """Whether web has followed all events of scheduling in this epoch."""
    async with money.people.co_op.database_transaction("scheduling") as connection:
        head = await connection.fetchrow("select epoch, (select count(*) from outbox) as n from outbox_state")
    async with money.people.co_op.database_transaction("web") as connection:
        found = await connection.fetchrow("select epoch, n from position where source = 'scheduling'")
    return bool(head["epoch"] == epoch and (found["epoch"], found["n"]) == (head["epoch"], head["n"]))
