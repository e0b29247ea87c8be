"""Matching days in a co-op in which matching runs: what a secretary and those who take part do, and the run."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from kith.identity.facts.v1.facts_pb2 import HatGiven
from kith.matching.v1 import call_outs_pb2 as call_outs
from kith.matching.v1 import matching_days_pb2 as pb
from kith.matching.v1 import support_profiles_pb2 as profiles
from kith.matching.v1.call_outs_pb2_grpc import CallOutServiceStub
from kith.matching.v1.matching_days_pb2_grpc import MatchingDayServiceStub
from kith.matching.v1.support_profiles_pb2_grpc import SupportProfileServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.matching_people import MatchingPeople

HOUR = 3600
MORNING = profiles.WeeklyTime(day="mon", begins="09:00", ends="12:00")


class MatchingDays:
    """Calls in the names of people. Entries close an hour from now, and the day is run an hour later."""

    def __init__(self, people: MatchingPeople) -> None:
        self.people, self.token = people, people.co_op.token
        self.stub = people.co_op.stub(MatchingDayServiceStub)

    # --- before the day

    async def make_secretary(self, person: UUID) -> None:
        await self.people.identity.publish((HatGiven(person_id=str(person), hat="secretary"), str(person)))
        await self.people.co_op.wait_until_consumed("matching", "identity")

    async def look(self, *persons: UUID, **wants: object) -> None:
        """Look for support on Monday mornings, with a call-out."""
        for person in persons:
            profile = profiles.GettingSupport(postcode="ZZ1 1AA", times=[MORNING], open=True, **wants)  # type: ignore[arg-type]  # by name
            wanted = profiles.SetGettingSupportRequest(request_id=str(new_id()), person_id=str(person), profile=profile)
            await call_service(self.people.co_op.stub(SupportProfileServiceStub).SetGettingSupport, wanted, self.token(person))
            await self.call_out(person)

    async def call_out(self, person: UUID) -> str:
        until = (self.people.co_op.now() + timedelta(days=7)).date().isoformat()
        words = f"I look for company on Monday mornings. {person}"
        request = call_outs.WriteCallOutRequest(request_id=str(new_id()), person_id=str(person), words=words, until_day=until)
        written = await call_service(self.people.co_op.stub(CallOutServiceStub).WriteCallOut, request, self.token(person))
        return str(written.call_out_id)

    async def offer(self, *workers: UUID, is_open: bool = True) -> None:
        """Offer support on Monday mornings, with every check that a first visit needs."""
        await self.people.get_ready(*workers)
        for worker in workers:
            profile = profiles.GivingSupport(
                postcode="ZZ1 2AA", reach_km=5, minutes_a_week=600, times=[MORNING], works_as=profiles.WORKS_AS_EMPLOYED, open=is_open
            )
            stub = self.people.co_op.stub(SupportProfileServiceStub)
            offers = await call_service(
                stub.GetSupportProfiles, profiles.GetSupportProfilesRequest(person_id=str(worker)), self.token(worker)
            )
            profile.version = offers.giving.version
            request = profiles.SetGivingSupportRequest(request_id=str(new_id()), person_id=str(worker), profile=profile)
            await call_service(stub.SetGivingSupport, request, self.token(worker))

    # --- the day

    def moments(self, closes: float = HOUR, runs: float = 2 * HOUR) -> dict[str, Timestamp]:
        at = {"closes_at": Timestamp(), "runs_at": Timestamp()}
        at["closes_at"].FromDatetime(self.people.co_op.now() + timedelta(seconds=closes))
        at["runs_at"].FromDatetime(self.people.co_op.now() + timedelta(seconds=runs))
        return at

    async def announce(self, secretary: UUID, words: str = "For all who look for company.", **moments: float) -> str:
        request = pb.AnnounceMatchingDayRequest(request_id=str(new_id()), words=words, **self.moments(**moments))
        return str((await call_service(self.stub.AnnounceMatchingDay, request, self.token(secretary, "secretary"))).day_id)

    async def call_off(self, day: str, secretary: UUID) -> None:
        request = pb.CallOffMatchingDayRequest(request_id=str(new_id()), day_id=day)
        await call_service(self.stub.CallOffMatchingDay, request, self.token(secretary, "secretary"))

    async def days(self, by: UUID) -> pb.GetMatchingDaysResponse:
        found: pb.GetMatchingDaysResponse = await call_service(self.stub.GetMatchingDays, pb.GetMatchingDaysRequest(), self.token(by))
        return found

    async def of(self, day: str, person: UUID, token: str = "") -> pb.GetMatchingDayResponse:
        request = pb.GetMatchingDayRequest(day_id=day, person_id=str(person))
        found: pb.GetMatchingDayResponse = await call_service(self.stub.GetMatchingDay, request, token or self.token(person))
        return found

    async def enter(
        self, day: str, person: UUID, token: str = "", *, giving: bool = False, room: int = 1, recount: bool = False, request_id: str = ""
    ) -> None:
        request = pb.EnterMatchingDayRequest(
            request_id=request_id or str(new_id()), day_id=day, person_id=str(person), giving=giving, room=room, recount=recount
        )
        await call_service(self.stub.EnterMatchingDay, request, token or self.token(person))

    async def rank(
        self, day: str, person: UUID, *groups: Sequence[UUID], token: str = "", giving: bool = False, version: int | None = None
    ) -> None:
        if version is None:
            own = await self.of(day, person, token)
            version = (own.giving if giving else own.getting).version
        ranks = [pb.RankGroup(person_ids=map(str, group)) for group in groups]
        request = pb.RankInMatchingDayRequest(
            request_id=str(new_id()), day_id=day, person_id=str(person), giving=giving, ranks=ranks, version=version
        )
        await call_service(self.stub.RankInMatchingDay, request, token or self.token(person))

    async def withdraw(self, day: str, person: UUID, *, giving: bool = False) -> None:
        request = pb.WithdrawFromMatchingDayRequest(request_id=str(new_id()), day_id=day, person_id=str(person), giving=giving)
        await call_service(self.stub.WithdrawFromMatchingDay, request, self.token(person))

    async def recount(self, day: str, secretary: UUID) -> str:
        request = pb.GetMatchingDayRecountRequest(day_id=day)
        return str((await call_service(self.stub.GetMatchingDayRecount, request, self.token(secretary, "secretary"))).file)

    # --- and after it

    async def pass_time_and_run(self, day: str, by: UUID, seconds: int = 2 * HOUR + 60) -> pb.MatchingDay:
        """Moves the clock past the run, and waits until it is done."""
        await self.people.co_op.move_clock(seconds)
        async with asyncio.timeout(60):
            while (run := (await self.of(day, by)).day).state != pb.MATCHING_DAY_STATE_RUN:
                await asyncio.sleep(0.05)
        return run

    async def proposed(self, day: str, person: UUID, *, giving: bool = False) -> set[UUID]:
        own = await self.of(day, person)
        return set(map(UUID, (own.giving if giving else own.getting).proposed_ids))


def choices(entry: pb.MatchingDayEntry) -> dict[UUID, int]:
    """Whom somebody can rank, and how they do."""
    return {UUID(choice.person_id): choice.rank for choice in entry.choices}
