"""Calls for visits that repeat, in the names of the people of `visit_people.py`, and the job that makes their visits on a later day."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1 import visit_series_pb2 as pb
from kith.scheduling.v1 import visits_pb2 as visits
from kith.scheduling.v1.visit_series_pb2_grpc import VisitSeriesServiceStub
from libs import callers
from libs.database.engine import Database, new_id
from libs.rpc.client import call_service
from services.scheduling.jobs import plan_series_visits
from tests.support.visit_people import VisitPeople

ZONE = ZoneInfo("Europe/London")
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


class SeriesPeople:
    """`by` is a person, or a token with which somebody acts."""

    def __init__(self, people: VisitPeople) -> None:
        self.people = people
        self.stub = people.co_op.stub(VisitSeriesServiceStub)

    def pattern(
        self,
        ahead: int = 1,
        weekdays: Sequence[int] = EVERY_DAY,
        every: int = 1,
        hour: float = 9,
        hours: float = 1,
        last: int | None = None,
    ) -> pb.SeriesPattern:
        """From so many days ahead on; `last` is the last day, so many days ahead."""
        return pb.SeriesPattern(
            first_day=self.people.day(ahead).isoformat(),
            weekdays=weekdays,
            every_weeks=every,
            start=int(hour * 60),
            minutes=int(hours * 60),
            last_day=self.people.day(last).isoformat() if last is not None else "",
        )

    async def propose(self, person: UUID, by: UUID | str, pattern: pb.SeriesPattern, workers: int = 1, replaces: str = "") -> str:
        request = pb.ProposeSeriesRequest(
            request_id=str(new_id()), person_id=str(person), pattern=pattern, workers=workers, replaces_series_id=replaces
        )
        return str((await call_service(self.stub.ProposeSeries, request, self.people.token(by))).series_id)

    async def agree(self, series: str, by: UUID | str, version: int = 1) -> int:
        request = pb.AgreeSeriesRequest(request_id=str(new_id()), series_id=series, version=version)
        return int((await call_service(self.stub.AgreeSeries, request, self.people.token(by))).version)

    async def decline(self, series: str, by: UUID | str, version: int = 1) -> int:
        request = pb.DeclineSeriesRequest(request_id=str(new_id()), series_id=series, version=version)
        return int((await call_service(self.stub.DeclineSeries, request, self.people.token(by))).version)

    async def withdraw(self, series: str, by: UUID | str, version: int = 1) -> int:
        request = pb.WithdrawSeriesRequest(request_id=str(new_id()), series_id=series, version=version)
        return int((await call_service(self.stub.WithdrawSeries, request, self.people.token(by))).version)

    async def end(self, series: str, by: UUID | str, from_day: date, version: int = 2) -> int:
        request = pb.EndSeriesRequest(request_id=str(new_id()), series_id=series, version=version, from_day=from_day.isoformat())
        return int((await call_service(self.stub.EndSeries, request, self.people.token(by))).version)

    async def take(self, series: str, by: UUID | str, shown: Sequence[visits.Visit]) -> pb.TakeSeriesResponse:
        seen = [pb.ShownVisit(visit_id=visit.visit_id, version=visit.version) for visit in shown]
        request = pb.TakeSeriesRequest(request_id=str(new_id()), series_id=series, visits=seen)
        response: pb.TakeSeriesResponse = await call_service(self.stub.TakeSeries, request, self.people.token(by))
        return response

    async def stand(
        self, series: str, by: UUID | str, shown: Sequence[visits.Visit] = (), version: int = 2
    ) -> pb.TakeStandingPlaceResponse:
        """`by` comes to all of them from now on."""
        seen = [pb.ShownVisit(visit_id=visit.visit_id, version=visit.version) for visit in shown]
        request = pb.TakeStandingPlaceRequest(request_id=str(new_id()), series_id=series, version=version, visits=seen)
        response: pb.TakeStandingPlaceResponse = await call_service(self.stub.TakeStandingPlace, request, self.people.token(by))
        return response

    async def end_standing(self, series: str, by: UUID | str, from_day: date, *, give_back: bool = False) -> int:
        """How many visits are open again."""
        request = pb.EndStandingPlaceRequest(request_id=str(new_id()), series_id=series, from_day=from_day.isoformat(), give_back=give_back)
        return int((await call_service(self.stub.EndStandingPlace, request, self.people.token(by))).given_back)

    async def get(self, series: str, by: UUID | str) -> pb.GetSeriesResponse:
        found: pb.GetSeriesResponse = await call_service(self.stub.GetSeries, pb.GetSeriesRequest(series_id=series), self.people.token(by))
        return found

    async def list_series(self, by: UUID | str, size: int = 0) -> list[str]:
        found, request = list[str](), pb.ListSeriesRequest(page_size=size)
        while True:
            page = await call_service(self.stub.ListSeries, request, self.people.token(by))
            found += [series.series_id for series in page.series]
            if not page.next_page_token:
                return found
            request.page_token = page.next_page_token

    async def preview(self, person: UUID, by: UUID | str, pattern: pb.SeriesPattern, replaces: str = "") -> list[pb.SeriesVisit]:
        request = pb.PreviewSeriesRequest(person_id=str(person), pattern=pattern, workers=1, replaces_series_id=replaces)
        return list((await call_service(self.stub.PreviewSeries, request, self.people.token(by))).visits)

    def days(self, shown: Sequence[visits.Visit]) -> list[int]:
        """How many days ahead each of them is."""
        return [(visit.starts_at.ToDatetime().replace(tzinfo=UTC).astimezone(ZONE).date() - self.people.day(0)).days for visit in shown]

    async def next_due(self, days: int) -> datetime | None:
        """When the job looks again, asked so many days from now."""
        job = plan_series_visits.job(ZONE)
        database = Database(self.people.co_op.databases["scheduling"].run_url)
        try:
            async with database.work(callers.job(job.name), self.people.co_op.now() + timedelta(days=days), "tests") as work:
                assert job.due is not None
                return await job.due(work)
        finally:
            await database.close()

    async def run_job(self, days: int, *, stop: bool = False) -> int:
        """What the job does so many days from now, until nothing is due; `stop`: its connection is cut before it has committed."""
        job, done = plan_series_visits.job(ZONE), 0
        database = Database(self.people.co_op.databases["scheduling"].run_url)
        try:
            while True:
                async with database.work(callers.job(job.name), self.people.co_op.now() + timedelta(days=days), "tests") as work:
                    count = await job.run(work)
                    if stop:
                        connection = await work.connection.get_raw_connection()
                        connection.driver_connection.terminate()  # type: ignore[union-attr]  # asyncpg's own connection
                if not count:
                    return done
                done += count
        finally:
            await database.close()
