"""Fakes of concerns: Ada talks with Jo, at every step with Mo, and is asked to be beside Jo and Mo. Mo left her team, and two visits."""

from datetime import timedelta
from typing import Any

from kith.matching.v1 import concerns_pb2 as pb
from kith.scheduling.v1 import covers_pb2 as covers
from kith.scheduling.v1 import visits_pb2 as visits
from tests.unit.web.fake_people import ADA, JO, MO, NOW, FakeService, to_timestamp
from tests.unit.web.fake_teams import OWN_TEAM

TALKING, LOOKING_FOR, BESIDE, AGREED, LOOKING_BACK, COVERING, WELL, ASIDE, ASKED, FACILITATED = (
    f"01939f00-0000-7000-8000-000000000b{number:02}" for number in range(10)
)
COVER, UNCOVERED = "01939f00-0000-7000-8000-000000000b20", "01939f00-0000-7000-8000-000000000b21"


class FakeConcernService(FakeService):
    """Tests change `concerns` for what they want to see."""

    def __init__(self) -> None:
        repair = pb.ProposedRepair(words="Mo rings first.", look_back_on="2027-01-12", proposed_by=MO, agreed_ids=[MO], version=2)
        both = pb.ProposedRepair(words="Mo rings first.", look_back_on="2027-01-12", proposed_by=ADA, agreed_ids=[ADA, MO], version=2)
        beside: dict[str, Any] = {"person_ids": [JO, MO], "facilitates": True, "facilitator_id": ADA, "owner_id": JO}
        self.concerns = {
            TALKING: _concern(TALKING, pb.CONCERN_STEP_TALK, person_ids=[ADA, JO], repair=repair),
            LOOKING_FOR: _concern(LOOKING_FOR, pb.CONCERN_STEP_FACILITATED, days=-2, named_id=MO, other_named_id=JO),
            BESIDE: _concern(BESIDE, pb.CONCERN_STEP_FACILITATED, facilitator_id=JO, facilitator_accepted=True),
            AGREED: _concern(AGREED, pb.CONCERN_STEP_AGREED, repair=both),
            LOOKING_BACK: _concern(LOOKING_BACK, pb.CONCERN_STEP_LOOK_BACK, repair=both),
            COVERING: _concern(COVERING, pb.CONCERN_STEP_COVER, leaver_id=MO),
            WELL: _concern(WELL, pb.CONCERN_STEP_REPAIRED, days=0, repair=both),
            ASIDE: _concern(ASIDE, pb.CONCERN_STEP_SET_ASIDE, days=0),
            ASKED: _concern(ASKED, pb.CONCERN_STEP_FACILITATED, **beside),
            FACILITATED: _concern(FACILITATED, pb.CONCERN_STEP_FACILITATED, facilitator_accepted=True, repair=repair, **beside),
        }
        super().__init__(pb.DESCRIPTOR.services_by_name["ConcernService"])

    def GetConcerns(self, _request: pb.GetConcernsRequest) -> pb.GetConcernsResponse:
        return pb.GetConcernsResponse(concerns=self.concerns.values())

    def GetConcern(self, request: pb.GetConcernRequest) -> pb.GetConcernResponse:
        concern = self.concerns[request.concern_id]
        note = pb.ConcernNote(author_id=concern.person_ids[1], words="You were not there.\n\nTwice.", written_at=to_timestamp(NOW))
        alone = pb.ConcernNote(author_id=ADA, words="I was afraid.", written_at=to_timestamp(NOW), for_facilitator=True)
        is_looking = concern.step == pb.CONCERN_STEP_FACILITATED and not concern.facilitates
        return pb.GetConcernResponse(
            concern=concern,
            notes=[note, alone] if request.concern_id in {TALKING, BESIDE} else [],
            link_ids=[JO] if is_looking else [],
        )

    def RaiseConcern(self, _request: pb.RaiseConcernRequest) -> pb.RaiseConcernResponse:
        return pb.RaiseConcernResponse(concern_id=TALKING)

    def NameFacilitator(self, request: pb.NameFacilitatorRequest) -> pb.NameFacilitatorResponse:
        return pb.NameFacilitatorResponse(both=request.person_id == JO)

    def AgreeRepair(self, request: pb.AgreeRepairRequest) -> pb.AgreeRepairResponse:
        return pb.AgreeRepairResponse(both=request.version == 2)


class FakeCoverService(FakeService):
    """Two visits, one of which needs two; none for whom a test empties `visits`."""

    def __init__(self) -> None:
        self.visits = [_visit(3, 1), _visit(40, 2)]
        super().__init__(covers.DESCRIPTOR.services_by_name["CoverService"])

    def GetCovers(self, _request: covers.GetCoversRequest) -> covers.GetCoversResponse:
        at = to_timestamp(NOW)
        cover = covers.Cover(cover_id=COVER, worker_id=MO, left_at=at, until=to_timestamp(NOW + timedelta(days=28)), visits=self.visits)
        return covers.GetCoversResponse(covers=[cover])


def _concern(concern: str, step: "pb.ConcernStep.ValueType", days: int = 9, **fields: Any) -> pb.Concern:
    values: dict[str, Any] = {"person_ids": [ADA, MO], "owner_id": ADA} | fields
    return pb.Concern(
        concern_id=concern,
        team_id=OWN_TEAM,
        raised_by=JO,
        step=step,
        since=to_timestamp(NOW),
        due=to_timestamp(NOW + timedelta(days=days)) if days else None,
        **values,
    )


def _visit(days: int, workers: int) -> visits.Visit:
    starts = NOW + timedelta(days=days)
    return visits.Visit(
        visit_id=UNCOVERED, person_id=ADA, team_id=OWN_TEAM, starts_at=to_timestamp(starts),
        ends_at=to_timestamp(starts + timedelta(hours=1)), workers=workers, state=visits.VISIT_STATE_AGREED,
        version=2, proposed_by=ADA, agreed_by=ADA, free_places=workers,
    )  # fmt: skip
