"""Fakes of what people share and do together: Mo asks Ada to share, Ada shares with Jo, and two of them announced something."""

from datetime import timedelta

from kith.scheduling.v1 import activities_pb2 as activities
from kith.scheduling.v1 import group_activities_pb2 as groups
from kith.scheduling.v1 import sharings_pb2 as pb
from tests.unit.web.fake_people import ADA, JO, MO, NOW, FakeService, to_timestamp
from tests.unit.web.fake_series import RUNNING
from tests.unit.web.fake_visits import HAD, TAKEN

ASKED, SHARED, WAITING, OVER = (f"01939f00-0000-7000-8000-00000000071{number}" for number in (1, 2, 3, 4))
SOUP, WALK, PAST, OFF = (f"01939f00-0000-7000-8000-00000000072{number}" for number in (1, 2, 3, 4))


class FakeSharingService(FakeService):
    """Tests change `sharings` for what they want to see."""

    def __init__(self) -> None:
        self.sharings = {
            ASKED: _sharing(ASKED, MO, ADA, (2, 1), proposed_by=MO, visit_id=TAKEN, may_answer=True, last_day="2026-12-20"),
            SHARED: _sharing(SHARED, ADA, JO, (20, 40), proposed_by=ADA, series_id=RUNNING, by_minutes=True, state=pb.SHARING_STATE_AGREED),
            WAITING: _sharing(WAITING, ADA, MO, (1, 1), proposed_by=ADA, series_id=RUNNING, last_day="2027-01-20"),
            OVER: _sharing(OVER, ADA, MO, (1, 1), proposed_by=ADA, series_id=RUNNING, state=pb.SHARING_STATE_ENDED),
        }
        super().__init__(pb.DESCRIPTOR.services_by_name["SharingService"])

    def GetSharings(self, _request: pb.GetSharingsRequest) -> pb.GetSharingsResponse:
        return pb.GetSharingsResponse(sharings=[one for one in self.sharings.values() if one.state != pb.SHARING_STATE_ENDED])

    def GetSharing(self, request: pb.GetSharingRequest) -> pb.GetSharingResponse:
        sharing = self.sharings[request.sharing_id]
        starts = [NOW + timedelta(days=day) for day in range(1, 8)]
        visits = [
            pb.SharedVisit(visit_id=HAD, starts_at=to_timestamp(at), ends_at=to_timestamp(at + timedelta(hours=1)), is_shared=number != 1)
            for number, at in enumerate(starts)
        ]
        return pb.GetSharingResponse(sharing=sharing, visits=visits, worker_ids=[JO] if sharing.sharing_id == SHARED else [])

    def ProposeSharing(self, _request: pb.ProposeSharingRequest) -> pb.ProposeSharingResponse:
        return pb.ProposeSharingResponse(sharing_id=WAITING)


class FakeGroupActivityService(FakeService):
    """Ada goes to one of Jo's, and announced one that is over; Mo's is called off."""

    def __init__(self) -> None:
        self.activities = {
            SOUP: _activity(SOUP, JO, "Soup and cards", 2, comes=True, with_helper=True, shows=True, coming=2, price_pence=250),
            WALK: _activity(WALK, JO, "A walk by the canal", 3, places=6, coming=1),
            PAST: _activity(PAST, ADA, "Singing", -1, coming=4),
            OFF: _activity(OFF, MO, "Chess", 4, state=groups.GROUP_ACTIVITY_STATE_CALLED_OFF),
        }
        super().__init__(groups.DESCRIPTOR.services_by_name["GroupActivityService"])

    def GetGroupActivities(self, _request: groups.GetGroupActivitiesRequest) -> groups.GetGroupActivitiesResponse:
        return groups.GetGroupActivitiesResponse(activities=[self.activities[one] for one in (PAST, SOUP, WALK)])

    def GetGroupActivity(self, request: groups.GetGroupActivityRequest) -> groups.GetGroupActivityResponse:
        activity = self.activities[request.activity_id]
        return groups.GetGroupActivityResponse(activity=activity, person_ids=[MO] if activity.comes else [])

    def AnnounceActivity(self, _request: groups.AnnounceActivityRequest) -> groups.AnnounceActivityResponse:
        return groups.AnnounceActivityResponse(activity_id=WALK)


def _sharing(sharing: str, person: str, sharer: str, parts: tuple[int, int], **fields: object) -> pb.Sharing:
    values: dict[str, object] = {"state": pb.SHARING_STATE_PROPOSED} | fields
    return pb.Sharing(
        sharing_id=sharing,
        person_id=person,
        sharer_id=sharer,
        person_part=parts[0],
        sharer_part=parts[1],
        first_day="2026-12-20",
        version=1,
        **values,  # type: ignore[arg-type]  # fields of the message by name
    )


def _activity(activity: str, organiser: str, what: str, days: int, **fields: object) -> groups.GroupActivity:
    starts = NOW + timedelta(days=days)
    values: dict[str, object] = {"state": groups.GROUP_ACTIVITY_STATE_ANNOUNCED} | fields
    return groups.GroupActivity(
        activity_id=activity,
        organiser_id=organiser,
        kind=activities.ACTIVITY_KIND_MEAL,
        what=what,
        where="The hall by the park",
        starts_at=to_timestamp(starts),
        ends_at=to_timestamp(starts + timedelta(hours=2)),
        step_free=groups.STEP_FREE_ACCESS_YES,
        version=1,
        **values,  # type: ignore[arg-type]  # fields of the message by name
    )
