"""What people do together: who comes, who sees it, and that what was free is counted in the register."""

from datetime import UTC
from uuid import UUID

import pytest

from kith.identity.facts.v1.facts_pb2 import PersonErased, PersonsMerged
from kith.scheduling.facts.v1 import facts_pb2 as facts
from kith.scheduling.v1 import activities_pb2 as activities
from kith.scheduling.v1 import group_activities_pb2 as pb
from kith.scheduling.v1.activities_pb2_grpc import ActivityServiceStub
from kith.scheduling.v1.group_activities_pb2_grpc import GroupActivityServiceStub
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, Invalid, NotAllowed
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure
from tests.support.sharing_people import SharingPeople
from tests.support.visit_people import VisitPeople, visit_people
from tests.support.visit_record_people import RecordPeople
from tests.support.waiting import wait_until


class Together:
    """Calls of people who do something together."""

    def __init__(self, people: VisitPeople) -> None:
        self.people = people
        self.stub = people.co_op.stub(GroupActivityServiceStub)
        self.register = people.co_op.stub(ActivityServiceStub)

    async def announce(self, by: UUID, ahead: int = 2, places: int = 3, price: int = 0, what: str = "Soup and cards") -> str:
        request = pb.AnnounceActivityRequest(
            request_id=str(new_id()),
            kind=activities.ACTIVITY_KIND_MEAL,
            what=what,
            where="The hall by the park",
            when=self.people.at(ahead),
            places=places,
            step_free=pb.STEP_FREE_ACCESS_YES,
            price_pence=price,
        )
        return str((await call_service(self.stub.AnnounceActivity, request, self.people.token(by))).activity_id)

    async def join(self, activity: str, by: UUID | str, *, helper: bool = False, shows: bool = True, version: int = 1) -> None:
        request = pb.JoinActivityRequest(request_id=str(new_id()), activity_id=activity, version=version, with_helper=helper, shows=shows)
        await call_service(self.stub.JoinActivity, request, self.people.token(by))

    async def leave(self, activity: str, by: UUID) -> None:
        request = pb.LeaveActivityRequest(request_id=str(new_id()), activity_id=activity)
        await call_service(self.stub.LeaveActivity, request, self.people.token(by))

    async def close(self, activity: str, by: UUID, *came: tuple[str, int]) -> str:
        request = pb.CloseActivityRequest(request_id=str(new_id()), activity_id=activity, version=1)
        for member_class, number in came:
            request.came.add(member_class=member_class, came=number)
        return str((await call_service(self.stub.CloseActivity, request, self.people.token(by))).registered_id)

    async def call_off(self, activity: str, by: UUID) -> None:
        request = pb.CallOffActivityRequest(request_id=str(new_id()), activity_id=activity, version=1)
        await call_service(self.stub.CallOffActivity, request, self.people.token(by))

    async def get(self, activity: str, by: UUID | str) -> pb.GetGroupActivityResponse:
        request = pb.GetGroupActivityRequest(activity_id=activity)
        found: pb.GetGroupActivityResponse = await call_service(self.stub.GetGroupActivity, request, self.people.token(by))
        return found

    async def list_open(self, by: UUID) -> list[str]:
        response = await call_service(self.stub.GetGroupActivities, pb.GetGroupActivitiesRequest(), self.people.token(by))
        return [activity.activity_id for activity in response.activities]

    async def year(self, by: UUID) -> activities.GetActivityYearResponse:
        request = activities.GetActivityYearRequest(year=self.people.co_op.today().year)
        found: activities.GetActivityYearResponse = await call_service(self.register.GetActivityYear, request, self.people.token(by))
        return found

    async def told_off(self) -> list[set[UUID]]:
        events = await self.people.co_op.published_events("scheduling")
        return [
            set(map(UUID, event.person_ids))
            for event in events
            if isinstance(event, facts.NoticeWanted) and event.kind == "activity_called_off"
        ]


@pytest.mark.capability("T9")
@pytest.mark.capability("S11")
async def test_people_come_together_and_are_counted(infrastructure: Infrastructure) -> None:
    ada, bea, cy, sister = (new_id() for _ in range(4))
    async with visit_people(infrastructure) as people:
        together = Together(people)
        for more, refusal in (({"what": " "}, "WORDS_MISSING"), ({"places": 501}, "ACTIVITY_PLACES"), ({"price": -1}, "ACTIVITY_PRICE")):
            with pytest.raises(Invalid, match=refusal):
                await together.announce(ada, **more)
        soup, trip = await together.announce(ada), await together.announce(ada, price=250)
        await together.join(soup, bea, helper=True)
        with pytest.raises(AlreadyExists, match="ACTIVITY_FULL"):
            await together.join(soup, cy, helper=True)
        with pytest.raises(Conflict, match="VERSION_STALE"):
            await together.join(soup, cy, version=2)
        # Only who comes sees who comes, and only who lets themselves be seen.
        seen = await together.get(soup, cy)
        assert (list(seen.person_ids), seen.activity.coming) == ([], 2)
        await together.join(soup, await people.let_act(sister, cy), shows=False)
        assert (await together.get(soup, cy)).person_ids == [str(bea)]
        assert (await together.get(soup, bea)).person_ids == []
        assert (await together.get(soup, ada)).person_ids == [str(bea)], "and who announced it"
        await together.join(soup, cy, shows=True)
        await together.leave(soup, bea)
        with pytest.raises(FailedPrecondition, match="ACTIVITY_NOT_JOINED"):
            await together.leave(soup, bea)
        with pytest.raises(FailedPrecondition, match="ACTIVITY_NOT_BEGUN"):
            await together.close(soup, ada, ("guest", 1))
        off = await together.announce(ada)
        await together.join(off, bea)
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await together.call_off(off, bea)
        await together.call_off(off, ada)
        assert await together.told_off() == [{bea}]
        assert await together.list_open(bea) == [soup, trip]

        starts = (await together.get(soup, ada)).activity.starts_at.ToDatetime(UTC)
        await RecordPeople(people).go_to(starts)
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await together.close(soup, bea, ("guest", 1))
        registered = await together.close(soup, ada, ("worker", 2), ("guest", 1))
        assert not await together.close(trip, ada, ("guest", 4)), "what costs money is in no register of what is free"
        year = await together.year(cy)
        assert [(each.activity_id, {came.member_class: came.came for came in each.came}) for each in year.activities] == [
            (registered, {"guest": 1, "worker": 2})
        ]
        assert [month.activities for month in year.months] == [1]
        with pytest.raises(FailedPrecondition, match="ACTIVITY_OVER"):
            await together.join(soup, bea, version=2)


@pytest.mark.capability("T9")
async def test_a_merge_and_an_erasure_end_what_was_shared(infrastructure: Infrastructure) -> None:
    ada, other_ada, bea, wren = (new_id() for _ in range(4))
    async with visit_people(infrastructure) as people:
        together, sharing = Together(people), SharingPeople(people)
        await people.form_team(ada, worker=[wren])
        await people.form_team(bea, worker=[wren])
        await people.form_team(other_ada, worker=[wren])
        for one, other in ((ada, bea), (ada, other_ada), (other_ada, bea)):
            await sharing.pair(one, other)
        with_bea, with_self, of_other = [
            await people.propose(person, person, people.at(day)) for person, day in ((ada, 2), (ada, 3), (other_ada, 4))
        ]
        await sharing.share(ada, bea, visit=with_bea)
        await sharing.share(ada, other_ada, visit=with_self)
        await sharing.share(other_ada, bea, visit=of_other)
        soup = await together.announce(bea)
        for person in (ada, other_ada):
            await together.join(soup, person)
        merged = PersonsMerged(kept_person_id=str(ada), other_person_id=str(other_ada))
        await people.identity.publish((merged, merged.kept_person_id))
        await people.co_op.wait_until_consumed("scheduling", "identity")
        shared = {visit.visit_id: visit.sharer_id for visit in await people.list_visits(ada, ada)}
        assert shared == {with_bea: str(bea), with_self: "", of_other: str(bea)}, "nobody shares with themselves"
        assert (await together.get(soup, ada)).activity.coming == 1

        erased = PersonErased(erasure_id=str(new_id()), person_ids=[str(bea)])
        await people.identity.publish((erased, erased.erasure_id))
        await people.co_op.wait_until_consumed("scheduling", "identity")

        async def is_alone() -> bool:
            return not any(visit.sharer_id for visit in await people.list_visits(ada, ada))

        await wait_until(is_alone)
        assert await together.told_off() == [{ada}]
        ended = [event for event in await people.co_op.published_events("scheduling") if isinstance(event, facts.SharingEnded)]
        assert {event.person_id for event in ended} == {str(ada)}
