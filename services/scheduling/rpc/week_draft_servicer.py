"""The RPCs of drafts of weeks."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1 import week_drafts_pb2 as pb
from kith.scheduling.v1.enums import WayOfGoing
from libs.access.acting_audit import while_acting
from libs.database.paging import Page, PageRequest
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import known_word, to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.scheduling.commands.answer_draft_place import answer_draft_place
from services.scheduling.commands.answer_draft_visit import answer_draft_visit
from services.scheduling.commands.choose_draft_worker import choose_draft_worker
from services.scheduling.commands.drop_week_draft import drop_week_draft
from services.scheduling.commands.publish_week_draft import publish_week_draft
from services.scheduling.commands.send_week_draft import send_week_draft
from services.scheduling.commands.set_person_draft_choice import set_person_draft_choice
from services.scheduling.commands.set_worker_draft_choice import Wishes, set_worker_draft_choice
from services.scheduling.commands.start_week_draft import start_week_draft
from services.scheduling.commands.stop_week_draft import stop_week_draft
from services.scheduling.domain.draft_choice import PersonDraftChoice, WorkerDraftChoice
from services.scheduling.domain.draft_reasons import ShownReason
from services.scheduling.domain.rest_reason import SaidReason
from services.scheduling.domain.ways import Ways
from services.scheduling.domain.week_draft import DraftPlace, DraftVisit, WeekDraft
from services.scheduling.queries.get_draft_choices import get_draft_choices
from services.scheduling.queries.get_draft_proposals import Proposal, Proposals, get_draft_proposals
from services.scheduling.queries.get_draft_reasons import DraftReasons, get_draft_reasons
from services.scheduling.queries.get_draft_record import get_draft_record
from services.scheduling.queries.get_week_draft import ShownDraft, get_week_draft
from services.scheduling.queries.get_week_without import VisitWithout, get_week_without
from services.scheduling.queries.list_week_drafts import list_week_drafts
from services.scheduling.rpc.rest_reason import said_reason


def week_draft_service(runtime: Runtime, zone: ZoneInfo, ways: Ways, iterations: int) -> BoundService:
    acting = partial(while_acting, "visit", catch_up=runtime.catch_up_with("identity"))
    begin = partial(start_week_draft, zone=zone, iterations=iterations)
    without = partial(get_week_without, zone=zone, ways=ways)
    of_worker = partial(set_worker_draft_choice, ways=ways)
    of_person = partial(set_person_draft_choice, ways=ways)
    by_hand = partial(choose_draft_worker, zone=zone)
    return bind(
        pb,
        "WeekDraftService",
        runtime.transactions,
        {
            "GetDraftChoices": acting(query(_nothing, get_draft_choices, _choices)),
            "SetWorkerDraftChoice": command(_wishes, of_worker, lambda _: pb.SetWorkerDraftChoiceResponse()),
            "SetPersonDraftChoice": acting(command(_own_visits, of_person, lambda _: pb.SetPersonDraftChoiceResponse())),
            "StartWeekDraft": acting(command(_week, begin, lambda draft: pb.StartWeekDraftResponse(draft_id=str(draft)))),
            "StopWeekDraft": acting(command(_draft, stop_week_draft, lambda _: pb.StopWeekDraftResponse())),
            "SendWeekDraft": acting(command(_draft, send_week_draft, lambda _: pb.SendWeekDraftResponse())),
            "DropWeekDraft": acting(command(_draft, drop_week_draft, lambda _: pb.DropWeekDraftResponse())),
            "PublishWeekDraft": acting(command(_chosen, partial(publish_week_draft, zone=zone), lambda _: pb.PublishWeekDraftResponse())),
            "GetWeekDraft": acting(query(_draft, get_week_draft, _shown)),
            "ListWeekDrafts": acting(query(_page, list_week_drafts, _list)),
            "GetDraftReasons": acting(query(_visit_of, get_draft_reasons, _reasons)),
            "ChooseDraftWorker": acting(command(_by_hand, by_hand, lambda _: pb.ChooseDraftWorkerResponse())),
            "GetWeekWithout": acting(query(_without, without, _visits_without)),
            "GetDraftProposals": acting(query(_nothing, get_draft_proposals, _proposals)),
            "AnswerDraftPlace": command(_own_answer, partial(answer_draft_place, zone=zone), lambda _: pb.AnswerDraftPlaceResponse()),
            "AnswerDraftVisit": acting(command(_answer, answer_draft_visit, lambda _: pb.AnswerDraftVisitResponse())),
            "GetDraftRecord": query(_draft, get_draft_record, lambda record: pb.GetDraftRecordResponse(record=record)),
        },
    )


def _nothing(_: pb.GetDraftChoicesRequest | pb.GetDraftProposalsRequest) -> tuple[()]:
    return ()


def _wishes(request: pb.SetWorkerDraftChoiceRequest) -> tuple[Wishes | None]:
    if not request.HasField("choice"):
        return (None,)
    choice = request.choice
    goes = known_word(pb.WayOfGoing, WayOfGoing, choice.goes, None)
    return (Wishes(choice.wished_minutes, choice.free_parts, choice.may_change, choice.district, goes),)


def _own_visits(request: pb.SetPersonDraftChoiceRequest) -> tuple[UUID, bool, bool, str]:
    choice = request.choice
    return parse_id("person_id", request.person_id), choice.together, choice.may_change, choice.district


def _week(request: pb.StartWeekDraftRequest) -> tuple[date | None, bool, UUID | None]:
    absent = parse_id("without_worker_id", request.without_worker_id) if request.without_worker_id else None
    return parse_day("monday", request.monday), request.together, absent


def _by_hand(request: pb.ChooseDraftWorkerRequest) -> tuple[UUID, UUID, UUID, UUID | None]:
    instead_of = parse_id("instead_of_id", request.instead_of_id) if request.instead_of_id else None
    ids = parse_id("draft_id", request.draft_id), parse_id("visit_id", request.visit_id), parse_id("worker_id", request.worker_id)
    return (*ids, instead_of)


def _without(request: pb.GetWeekWithoutRequest) -> tuple[UUID, date | None, bool]:
    return parse_id("worker_id", request.worker_id), parse_day("monday", request.monday), request.together


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


def _own_answer(request: pb.AnswerDraftPlaceRequest) -> tuple[UUID, UUID, bool, SaidReason | None]:
    return *_answer(request), said_reason(request)


def _choices(choices: tuple[WorkerDraftChoice | None, PersonDraftChoice | None]) -> pb.GetDraftChoicesResponse:
    worker, person = choices
    response = pb.GetDraftChoicesResponse()
    if worker is not None:
        response.worker.CopyFrom(
            pb.WorkerDraftChoice(
                wished_minutes=worker.wished_minutes or 0,
                free_parts=worker.free_parts,
                may_change=worker.may_change,
                district=worker.district,
                goes=to_wire(pb.WayOfGoing, worker.goes) if worker.goes else pb.WAY_OF_GOING_UNSPECIFIED,
            )
        )
    if person is not None:
        response.person.CopyFrom(pb.PersonDraftChoice(together=person.together, may_change=person.may_change, district=person.district))
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
        without_worker_id=str(draft.absent) if draft.absent else "",
        visits_without_way=draft.visits_without_way,
        workers_without_way=draft.workers_without_way,
        rulebook_hash=draft.rulebook_hash,
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
                chosen=place.chosen,
            )
            for place in places
        ],
    )


def _reasons(found: DraftReasons) -> pb.GetDraftReasonsResponse:
    visit = _visit(found.visit, found.places, part=to_wire(pb.DraftPart, found.part))
    return pb.GetDraftReasonsResponse(visit=visit, workers=map(_worker, found.workers), may_choose=found.may_choose)


def _worker(shown: ShownReason) -> pb.WorkerReasons:
    return pb.WorkerReasons(
        worker_id=str(shown.worker), can_come=shown.can_come, comes=shown.comes, reason=shown.reason, points=shown.points
    )


def _visits_without(found: Sequence[VisitWithout]) -> pb.GetWeekWithoutResponse:
    return pb.GetWeekWithoutResponse(
        visits=[
            pb.VisitWithout(
                visit_id=str(each.visit.id),
                person_id=str(each.visit.person),
                starts_at=timestamp(each.visit.starts),
                ends_at=timestamp(each.visit.ends),
                workers=map(_worker, each.workers),
            )
            for each in found
        ]
    )


def _proposals(found: Proposals) -> pb.GetDraftProposalsResponse:
    return pb.GetDraftProposalsResponse(to_worker=map(_proposal, found.to_worker), to_person=map(_proposal, found.to_person))


def _proposal(proposal: Proposal) -> pb.DraftProposal:
    visit, places = proposal
    return pb.DraftProposal(draft_id=str(visit.draft), visit=_visit(visit, places))
