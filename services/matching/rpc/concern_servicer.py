"""The RPCs of concerns between two of a team."""

from datetime import date
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1 import concerns_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.matching.commands.agree_repair import agree_repair
from services.matching.commands.answer_facilitation import answer_facilitation
from services.matching.commands.answer_look_back import answer_look_back
from services.matching.commands.ask_for_facilitator import ask_for_facilitator
from services.matching.commands.end_working_together import end_working_together
from services.matching.commands.name_facilitator import name_facilitator
from services.matching.commands.propose_repair import propose_repair
from services.matching.commands.raise_concern import raise_concern
from services.matching.commands.set_concern_aside import set_concern_aside
from services.matching.commands.write_concern_note import write_concern_note
from services.matching.domain.concern import Concern
from services.matching.queries.get_concern import SeenConcern, get_concern, get_concerns
from services.matching.storage.concern_notes import ConcernNote


def concern_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "concern", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "ConcernService",
        runtime.transactions,
        {
            "RaiseConcern": acting(command(_raised, raise_concern, lambda new: pb.RaiseConcernResponse(concern_id=str(new)))),
            "AskForFacilitator": acting(command(_one, ask_for_facilitator, lambda _: pb.AskForFacilitatorResponse())),
            "NameFacilitator": acting(command(_named, name_facilitator, lambda both: pb.NameFacilitatorResponse(both=both))),
            "AnswerFacilitation": command(_answer, answer_facilitation, lambda _: pb.AnswerFacilitationResponse()),
            "WriteConcernNote": acting(command(_note, write_concern_note, lambda _: pb.WriteConcernNoteResponse())),
            "ProposeRepair": acting(command(_repair, partial(propose_repair, zone=zone), lambda _: pb.ProposeRepairResponse())),
            "AgreeRepair": acting(command(_yes, partial(agree_repair, zone=zone), lambda both: pb.AgreeRepairResponse(both=both))),
            "AnswerLookBack": acting(
                command(_well, answer_look_back, lambda step: pb.AnswerLookBackResponse(step=to_wire(pb.ConcernStep, step)))
            ),
            "SetConcernAside": acting(command(_one, set_concern_aside, lambda _: pb.SetConcernAsideResponse())),
            "EndWorkingTogether": acting(command(_one, end_working_together, lambda _: pb.EndWorkingTogetherResponse())),
            "GetConcern": acting(query(_one, get_concern, _whole)),
            "GetConcerns": acting(query(lambda request: (parse_id("person_id", request.person_id),), get_concerns, _list)),
        },
    )


_One = pb.AskForFacilitatorRequest | pb.SetConcernAsideRequest | pb.EndWorkingTogetherRequest | pb.GetConcernRequest


def _raised(request: pb.RaiseConcernRequest) -> tuple[UUID, UUID, bool, str]:
    return parse_id("team_id", request.team_id), parse_id("person_id", request.person_id), request.facilitated, request.words


def _one(request: _One) -> tuple[UUID]:
    return (parse_id("concern_id", request.concern_id),)


def _named(request: pb.NameFacilitatorRequest) -> tuple[UUID, UUID]:
    return parse_id("concern_id", request.concern_id), parse_id("person_id", request.person_id)


def _answer(request: pb.AnswerFacilitationRequest) -> tuple[UUID, bool]:
    return parse_id("concern_id", request.concern_id), request.accepted


def _note(request: pb.WriteConcernNoteRequest) -> tuple[UUID, str, bool]:
    return parse_id("concern_id", request.concern_id), request.words, request.for_facilitator


def _repair(request: pb.ProposeRepairRequest) -> tuple[UUID, str, date | None]:
    return parse_id("concern_id", request.concern_id), request.words, parse_day("look_back_on", request.look_back_on)


def _yes(request: pb.AgreeRepairRequest) -> tuple[UUID, int]:
    return parse_id("concern_id", request.concern_id), request.version


def _well(request: pb.AnswerLookBackRequest) -> tuple[UUID, bool]:
    return parse_id("concern_id", request.concern_id), request.well


def _whole(seen: SeenConcern) -> pb.GetConcernResponse:
    return pb.GetConcernResponse(
        concern=_concern(seen.concern, seen.reader), notes=map(_written, seen.notes), link_ids=map(str, seen.links)
    )


def _list(seen: list[SeenConcern]) -> pb.GetConcernsResponse:
    return pb.GetConcernsResponse(concerns=[_concern(each.concern, each.reader) for each in seen])


def _concern(concern: Concern, reader: UUID) -> pb.Concern:
    """As this one sees it; what the other said when they looked back stays out."""
    is_one_of_two = reader in concern.two
    two = (reader, concern.other(reader)) if is_one_of_two else concern.two
    named = (concern.named_by(two[0]), concern.named_by(two[1])) if is_one_of_two else (None, None)
    return pb.Concern(
        concern_id=str(concern.id),
        team_id=str(concern.team),
        owner_id=str(concern.owner),
        person_ids=map(str, two),
        raised_by=str(concern.raised_by),
        step=to_wire(pb.ConcernStep, concern.step),
        since=timestamp(concern.since),
        due=timestamp(concern.due) if concern.due else None,
        facilitates=not is_one_of_two,
        named_id=_id(named[0]),
        other_named_id=_id(named[1]),
        facilitator_id=_id(concern.facilitator),
        facilitator_accepted=concern.facilitates_since is not None,
        repair=_proposal(concern),
        own_answer=_own_answer(concern, reader),
        leaver_id=_id(concern.leaver),
    )


def _proposal(concern: Concern) -> pb.ProposedRepair | None:
    if concern.look_back_on is None:
        return None
    return pb.ProposedRepair(
        words=concern.words,
        look_back_on=concern.look_back_on.isoformat(),
        proposed_by=_id(concern.proposed_by),
        agreed_ids=[str(one) for one in concern.two if concern.said_yes(one)],
        version=concern.version,
    )


def _own_answer(concern: Concern, reader: UUID) -> "pb.LookBackAnswer.ValueType":
    well = concern.well_for(reader) if reader in concern.two else None
    if well is None:
        return pb.LOOK_BACK_ANSWER_UNSPECIFIED
    return pb.LOOK_BACK_ANSWER_WELL if well else pb.LOOK_BACK_ANSWER_NOT_WELL


def _written(note: ConcernNote) -> pb.ConcernNote:
    return pb.ConcernNote(
        author_id=str(note.author),
        words=note.words,
        written_at=timestamp(note.written_at),
        for_facilitator=note.for_person is not None,
    )


def _id(person: UUID | None) -> str:
    return str(person) if person else ""
