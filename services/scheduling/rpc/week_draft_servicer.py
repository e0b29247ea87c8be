"""The RPCs of drafts of weeks."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1 import week_drafts_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.database.paging import Page, PageRequest
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.scheduling.commands.answer_draft_place import answer_draft_place
from services.scheduling.commands.answer_draft_visit import answer_draft_visit
from services.scheduling.commands.drop_week_draft import drop_week_draft
from services.scheduling.commands.publish_week_draft import publish_week_draft
from services.scheduling.commands.send_week_draft import send_week_draft
from services.scheduling.commands.set_person_draft_choice import set_person_draft_choice
from services.scheduling.commands.set_worker_draft_choice import Wishes, set_worker_draft_choice
from services.scheduling.commands.start_week_draft import start_week_draft
from services.scheduling.commands.stop_week_draft import stop_week_draft
from services.scheduling.domain.draft_choice import PersonDraftChoice, WorkerDraftChoice
from services.scheduling.domain.week_draft import DraftPlace, DraftVisit, WeekDraft
from services.scheduling.queries.get_draft_choices import get_draft_choices
from services.scheduling.queries.get_draft_proposals import Proposal, Proposals, get_draft_proposals
from services.scheduling.queries.get_draft_reasons import DraftReasons, get_draft_reasons
from services.scheduling.queries.get_draft_record import get_draft_record
from services.scheduling.queries.get_week_draft import ShownDraft, get_week_draft
from services.scheduling.queries.list_week_drafts import list_week_drafts


def week_draft_service(runtime: Runtime, zone: ZoneInfo, iterations: int) -> BoundService:
    acting = partial(while_acting, "visit", catch_up=runtime.catch_up_with("identity"))
    begin = partial(start_week_draft, zone=zone, iterations=iterations)
    return bind(
        pb,
        "WeekDraftService",
        runtime.transactions,
        {
            "GetDraftChoices": acting(query(_nothing, get_draft_choices, _choices)),
            "SetWorkerDraftChoice": command(_wishes, set_worker_draft_choice, lambda _: pb.SetWorkerDraftChoiceResponse()),
            "SetPersonDraftChoice": acting(command(_own_visits, set_person_draft_choice, lambda _: pb.SetPersonDraftChoiceResponse())),
            "StartWeekDraft": acting(command(_week, begin, lambda draft: pb.StartWeekDraftResponse(draft_id=str(draft)))),
            "StopWeekDraft": acting(command(_draft, stop_week_draft, lambda _: pb.StopWeekDraftResponse())),
            "SendWeekDraft": acting(command(_draft, send_week_draft, lambda _: pb.SendWeekDraftResponse())),
            "DropWeekDraft": acting(command(_draft, drop_week_draft, lambda _: pb.DropWeekDraftResponse())),
            "PublishWeekDraft": acting(command(_chosen, partial(publish_week_draft, zone=zone), lambda _: pb.PublishWeekDraftResponse())),
            "GetWeekDraft": acting(query(_draft, get_week_draft, _shown)),
            "ListWeekDrafts": acting(query(_page, list_week_drafts, _list)),
            "GetDraftReasons": acting(query(_visit_of, get_draft_reasons, _reasons)),
            "GetDraftProposals": acting(query(_nothing, get_draft_proposals, _proposals)),
            "AnswerDraftPlace": command(_answer, answer_draft_place, lambda _: pb.AnswerDraftPlaceResponse()),
            "AnswerDraftVisit": acting(command(_answer, answer_draft_visit, lambda _: pb.AnswerDraftVisitResponse())),
            "GetDraftRecord": query(_draft, get_draft_record, lambda record: pb.GetDraftRecordResponse(record=record)),
        },
    )


def _nothing(_: pb.GetDraftChoicesRequest | pb.GetDraftProposalsRequest) -> tuple[()]:
    return ()


def _wishes(request: pb.SetWorkerDraftChoiceRequest) -> tuple[Wishes | None]:
    if not request.HasField("choice"):
        return (None,)
    return (Wishes(request.choice.wished_minutes, request.choice.free_parts, request.choice.may_change),)


def _own_visits(request: pb.SetPersonDraftChoiceRequest) -> tuple[UUID, bool, bool]:
    return parse_id("person_id", request.person_id), request.choice.together, request.choice.may_change


def _week(request: pb.StartWeekDraftRequest) -> tuple[date | None, bool]:
    return parse_day("monday", request.monday), request.together


def _draft(
    request: pb.StopWeekDraftRequest
    | pb.SendWeekDraftRequest
    | pb.DropWeekDraftRequest
    | pb.GetWeekDraftRequest
    | pb.GetDraftRecordRequest,
) -> tuple[UUID]:
    return (parse_id("draft_id", request.draft_id),)


def _chosen(request: pb.PublishWeekDraftRequest) -> tuple[UUID, list[UUID]]:
    return parse_id("draft_id", request.draft_id), [parse_id("visit_ids", visit) for visit in request.visit_ids]


def _visit_of(request: pb.GetDraftReasonsRequest) -> tuple[UUID, UUID]:
    return parse_id("draft_id", request.draft_id), parse_id("visit_id", request.visit_id)


def _answer(request: pb.AnswerDraftPlaceRequest | pb.AnswerDraftVisitRequest) -> tuple[UUID, UUID, bool]:
    return parse_id("draft_id", request.draft_id), parse_id("visit_id", request.visit_id), request.agreed


def _choices(choices: tuple[WorkerDraftChoice | None, PersonDraftChoice | None]) -> pb.GetDraftChoicesResponse:
    worker, person = choices
    response = pb.GetDraftChoicesResponse()
    if worker is not None:
        response.worker.CopyFrom(
            pb.WorkerDraftChoice(wished_minutes=worker.wished_minutes or 0, free_parts=worker.free_parts, may_change=worker.may_change)
        )
    if person is not None:
        response.person.CopyFrom(pb.PersonDraftChoice(together=person.together, may_change=person.may_change))
    return response


def _shown(shown: ShownDraft) -> pb.GetWeekDraftResponse:
    visits = [_visit(each.visit, each.places, part=to_wire(pb.DraftPart, each.part)) for each in shown.visits]
    return pb.GetWeekDraftResponse(draft=_message(shown.draft), visits=visits)


def _page(request: pb.ListWeekDraftsRequest) -> tuple[PageRequest]:
    return (PageRequest(request.page_size, request.page_token),)


def _list(page: Page[WeekDraft]) -> pb.ListWeekDraftsResponse:
    return pb.ListWeekDraftsResponse(drafts=map(_message, page.items), next_page_token=page.next_token)


def _message(draft: WeekDraft) -> pb.WeekDraft:
    return pb.WeekDraft(
        draft_id=str(draft.id),
        monday=draft.monday.isoformat(),
        together=draft.together,
        state=to_wire(pb.WeekDraftState, draft.state),
        iterations=draft.iterations,
        done=draft.done,
        stop_asked=draft.stop_asked,
        seed=draft.seed,
        inputs_hash=draft.inputs_hash,
        engine=draft.engine,
        started_at=timestamp(draft.started_at),
    )


def _visit(visit: DraftVisit, places: Sequence[DraftPlace], *, part: "pb.DraftPart.ValueType" = pb.DRAFT_PART_UNSPECIFIED) -> pb.DraftVisit:
    return pb.DraftVisit(
        visit_id=str(visit.visit),
        person_id=str(visit.person),
        starts_at=timestamp(visit.starts),
        ends_at=timestamp(visit.ends),
        workers=visit.workers,
        answer=to_wire(pb.DraftAnswer, visit.answer),
        part=part,
        places=[
            pb.DraftPlace(
                worker_id=str(place.worker),
                kind=to_wire(pb.DraftPlaceKind, place.kind),
                answer=to_wire(pb.DraftAnswer, place.answer),
            )
            for place in places
        ],
    )


def _reasons(found: DraftReasons) -> pb.GetDraftReasonsResponse:
    workers = [
        pb.WorkerReasons(worker_id=str(each.worker), can_come=each.can_come, comes=each.comes, reason=each.reason, points=each.points)
        for each in found.workers
    ]
    return pb.GetDraftReasonsResponse(visit=_visit(found.visit, found.places, part=to_wire(pb.DraftPart, found.part)), workers=workers)


def _proposals(found: Proposals) -> pb.GetDraftProposalsResponse:
    return pb.GetDraftProposalsResponse(to_worker=map(_proposal, found.to_worker), to_person=map(_proposal, found.to_person))


def _proposal(proposal: Proposal) -> pb.DraftProposal:
    visit, places = proposal
    return pb.DraftProposal(draft_id=str(visit.draft), visit=_visit(visit, places))
