"""Fake of drafts of a week: Ada has one that is being made, one that nobody knows of, and one in which everybody is asked."""

from datetime import timedelta

from kith.scheduling.v1 import week_drafts_pb2 as pb
from libs.refusals import NotFound
from tests.unit.web.fake_people import ADA, JO, MO, NOW, FakeService, to_timestamp
from tests.unit.web.fake_visits import HAD, OPEN, PROPOSED, TAKEN

MAKING, DRAFTED, ASKED, FAILED = (f"01939f00-0000-7000-8000-0000000000f{number}" for number in range(1, 5))
MONDAY = "2026-11-30"
FERN = "01939f00-0000-7000-8000-0000000000fe"
"""A worker whom a planner can choose."""
_STATES = {
    MAKING: pb.WEEK_DRAFT_STATE_MAKING,
    DRAFTED: pb.WEEK_DRAFT_STATE_DRAFT,
    ASKED: pb.WEEK_DRAFT_STATE_ASKED,
    FAILED: pb.WEEK_DRAFT_STATE_FAILED,
}


class FakeWeekDraftService(FakeService):
    """Tests change `choices`, `proposals` and `visits` for what they want to see."""

    def __init__(self) -> None:
        self.choices = pb.GetDraftChoicesResponse(
            worker=pb.WorkerDraftChoice(wished_minutes=600, free_parts=["mon_morning", "tue_evening"], may_change=True)
        )
        self.drafts = {draft: _draft(draft, state) for draft, state in _STATES.items()}
        self.visits = [
            _visit(OPEN, 7, pb.DRAFT_PART_AGREED, _place(JO, pb.DRAFT_PLACE_KIND_NEW, pb.DRAFT_ANSWER_YES)),
            _visit(
                TAKEN,
                8,
                pb.DRAFT_PART_WAITING,
                _place(JO, pb.DRAFT_PLACE_KIND_NEW, pb.DRAFT_ANSWER_WAITING),
                _place(MO, pb.DRAFT_PLACE_KIND_GONE, pb.DRAFT_ANSWER_YES),
            ),
            _visit(PROPOSED, 9, pb.DRAFT_PART_UNCHANGED, _place(MO, pb.DRAFT_PLACE_KIND_STAYS)),
            _visit(HAD, 12, pb.DRAFT_PART_UNCHANGED),
        ]
        to_ada = _visit(OPEN, 7, pb.DRAFT_PART_UNSPECIFIED, _place(ADA, pb.DRAFT_PLACE_KIND_NEW), person=MO)
        for_ada = _visit(TAKEN, 8, pb.DRAFT_PART_UNSPECIFIED, *self.visits[1].places)
        self.proposals = pb.GetDraftProposalsResponse(
            to_worker=[pb.DraftProposal(draft_id=ASKED, visit=to_ada)],
            to_person=[pb.DraftProposal(draft_id=ASKED, visit=for_ada)],
        )
        super().__init__(pb.DESCRIPTOR.services_by_name["WeekDraftService"])

    def GetDraftChoices(self, _request: pb.GetDraftChoicesRequest) -> pb.GetDraftChoicesResponse:
        return self.choices

    def StartWeekDraft(self, _request: pb.StartWeekDraftRequest) -> pb.StartWeekDraftResponse:
        return pb.StartWeekDraftResponse(draft_id=MAKING)

    def ListWeekDrafts(self, _request: pb.ListWeekDraftsRequest) -> pb.ListWeekDraftsResponse:
        return pb.ListWeekDraftsResponse(drafts=self.drafts.values())

    def GetWeekDraft(self, request: pb.GetWeekDraftRequest) -> pb.GetWeekDraftResponse:
        if request.draft_id not in self.drafts:
            raise NotFound("WEEK_DRAFT_UNKNOWN")
        return pb.GetWeekDraftResponse(draft=self.drafts[request.draft_id], visits=self.visits)

    def GetDraftReasons(self, request: pb.GetDraftReasonsRequest) -> pb.GetDraftReasonsResponse:
        visit = next((visit for visit in self.visits if visit.visit_id == request.visit_id), self.visits[0])
        workers = [
            pb.WorkerReasons(worker_id=JO, can_come=True, comes=True, points={"new_face": 30, "change": 0, "own": 9}),
            pb.WorkerReasons(worker_id=ADA, can_come=False, reason="NOT_FREE_THEN"),
            pb.WorkerReasons(worker_id=MO, can_come=False),
            pb.WorkerReasons(worker_id=FERN, can_come=True, points={"new_face": 30, "change": 20, "own": 4}),
        ]
        return pb.GetDraftReasonsResponse(visit=visit, workers=workers, may_choose=True)

    def GetWeekWithout(self, _request: pb.GetWeekWithoutRequest) -> pb.GetWeekWithoutResponse:
        workers = [
            pb.WorkerReasons(worker_id=FERN, can_come=True, comes=True, points={"new_face": 30}),
            pb.WorkerReasons(worker_id=MO, can_come=False),
        ]
        visit, alone = self.visits[:2]
        return pb.GetWeekWithoutResponse(
            visits=[
                pb.VisitWithout(
                    visit_id=each.visit_id, person_id=ADA, starts_at=each.starts_at, ends_at=each.ends_at, workers=workers[first:]
                )
                for each, first in ((visit, 0), (alone, 1))
            ]
        )

    def GetDraftProposals(self, _request: pb.GetDraftProposalsRequest) -> pb.GetDraftProposalsResponse:
        return self.proposals

    def GetDraftRecord(self, _request: pb.GetDraftRecordRequest) -> pb.GetDraftRecordResponse:
        return pb.GetDraftRecordResponse(record='{"week":{}}')


def _draft(draft: str, state: "pb.WeekDraftState.ValueType") -> pb.WeekDraft:
    return pb.WeekDraft(
        draft_id=draft,
        monday=MONDAY,
        together=draft == DRAFTED,
        state=state,
        iterations=500_000,
        done=120_000,
        seed=41,
        inputs_hash="a" * 64,
        engine="1",
        started_at=to_timestamp(NOW),
    )


def _visit(visit: str, days: int, part: "pb.DraftPart.ValueType", *places: pb.DraftPlace, person: str = ADA) -> pb.DraftVisit:
    starts = NOW + timedelta(days=days)
    return pb.DraftVisit(
        visit_id=visit,
        person_id=person,
        starts_at=to_timestamp(starts),
        ends_at=to_timestamp(starts + timedelta(hours=1)),
        workers=1,
        answer=pb.DRAFT_ANSWER_WAITING,
        part=part,
        places=places,
    )


def _place(worker: str, kind: "pb.DraftPlaceKind.ValueType", answer: "pb.DraftAnswer.ValueType" = pb.DRAFT_ANSWER_WAITING) -> pb.DraftPlace:
    return pb.DraftPlace(worker_id=worker, kind=kind, answer=answer)
