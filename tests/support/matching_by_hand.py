"""People of a co-op that `kith up` runs: what they do in matching, over the connection of the command line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from kith.identity.v1 import credentials_pb2 as credentials
from kith.matching.v1 import call_outs_pb2 as call_outs
from kith.matching.v1 import introductions_pb2 as introductions
from kith.matching.v1 import matching_days_pb2 as days
from kith.matching.v1 import support_profiles_pb2 as profiles
from libs.database.engine import new_id
from libs.rpc.client import Method
from scripts.cli.connection import Connection
from scripts.cli.retry import retry
from services.clients import RequestT, ResponseT
from tests.support.matching_people import FIRST_VISIT

MORNING = profiles.WeeklyTime(day="mon", begins="09:00", ends="12:00")


@dataclass
class MatchingByHand:
    """`request_ids` are those of yeses that a test repeats."""

    connection: Connection
    request_ids: dict[UUID, str] = field(default_factory=dict)

    async def look(self, person: UUID) -> None:
        profile = profiles.GettingSupport(postcode="ZZ1 1AA", times=[MORNING], open=True)
        request = profiles.SetGettingSupportRequest(person_id=str(person), profile=profile)
        await self._call(self.connection.support_profiles.SetGettingSupport, request, person)

    async def offer(self, worker: UUID) -> None:
        """With every paper that a first visit needs."""
        profile = profiles.GivingSupport(
            postcode="ZZ1 2AA", reach_km=5, minutes_a_week=600, times=[MORNING], works_as=profiles.WORKS_AS_EMPLOYED, open=True
        )
        request = profiles.SetGivingSupportRequest(person_id=str(worker), profile=profile)
        await self._call(self.connection.support_profiles.SetGivingSupport, request, worker)
        for kind in FIRST_VISIT:
            paper = credentials.AddCredentialRequest(person_id=str(worker), kind=kind, issued_on="2026-01-01", note="Seen at the office.")
            added = await self.connection.call(self.connection.credentials.AddCredential, paper, self.connection.person_token(worker))
            verified = credentials.VerifyCredentialRequest(credential_id=added.credential_id, version=1)
            await self.connection.as_secretary(self.connection.credentials.VerifyCredential, verified, retried=True)

    async def call_out(self, person: UUID) -> None:
        until = (self.connection.now() + timedelta(days=2)).date().isoformat()
        request = call_outs.WriteCallOutRequest(person_id=str(person), words="I look for company.", until_day=until)
        await self._call(self.connection.call_outs.WriteCallOut, request, person)

    async def yes(self, pair: tuple[UUID, UUID], by: UUID, step: "introductions.IntroductionStep.ValueType" = 0) -> int:  # type: ignore[assignment]  # unset
        """Repeated under the same request id where the test has kept one for who says it."""
        person, worker = map(str, pair)
        request = introductions.SayYesRequest(
            request_id=self.request_ids.get(by, str(new_id())), pair=introductions.Pair(person_id=person, worker_id=worker), step=step
        )
        said: introductions.SayYesResponse = await self._call(self.connection.introductions.SayYes, request, by)
        return said.step

    async def get_day(self, day: str, person: UUID) -> days.GetMatchingDayResponse:
        request = days.GetMatchingDayRequest(day_id=day, person_id=str(person))
        found: days.GetMatchingDayResponse = await self._call(self.connection.matching_days.GetMatchingDay, request, person)
        return found

    async def take_part(self, day: str, person: UUID, ranks: Sequence[UUID], *, giving: bool) -> None:
        entered = days.EnterMatchingDayRequest(day_id=day, person_id=str(person), giving=giving, room=1)
        await self._call(self.connection.matching_days.EnterMatchingDay, entered, person)
        if ranks:
            await self.rank(day, person, ranks, giving=giving)

    async def rank(self, day: str, person: UUID, ranks: Sequence[UUID], *, giving: bool) -> None:
        """For the first time, all of them equally."""
        groups = [days.RankGroup(person_ids=map(str, ranks))]
        ranked = days.RankInMatchingDayRequest(day_id=day, person_id=str(person), giving=giving, ranks=groups, version=1)
        await self._call(self.connection.matching_days.RankInMatchingDay, ranked, person)

    async def _call(self, method: Method[RequestT, ResponseT], request: RequestT, person: UUID) -> ResponseT:
        return await retry(lambda: self.connection.call(method, request, self.connection.person_token(person)))
