"""Translates between protobuf messages and governance's own types: requests to arguments, results to responses."""

from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from kith.governance.v1 import governance_pb2 as pb
from kith.governance.v1.enums import MotionFilter
from libs.database.paging import Page, PageRequest
from libs.refusals import invalid
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_id, timestamp
from libs.rulebook import CredentialKind, ResolutionType, Rulebook
from libs.rulebook.counting import ClassCap, CountingRule, EachClass, FixedShares
from services.governance.commands.open_motion import MotionRequest
from services.governance.domain import motion as motion_rules
from services.governance.domain.ballot import Ballot, BallotChannel, BallotEntry
from services.governance.domain.head_count import AGAINST, FOR
from services.governance.domain.motion_ballot import MotionRow, ballot_options
from services.governance.domain.person_merge import OpenRoll
from services.governance.domain.tally import ClassTally
from services.governance.queries.get_motion import MotionView
from services.governance.queries.get_result import MotionResult
from services.governance.storage.ballots import BallotCarrier, Choice, Subject
from services.governance.storage.decisions import Decision
from services.governance.storage.motion_ballots import MOTIONS
from services.governance.storage.rulebooks import AdoptedRulebook

MotionBallot = Ballot[MotionRow, str]
MotionCarrier = BallotCarrier[UUID, MotionRow, str, str]

# --- from requests


def parse_ballot_channel(value: str) -> BallotChannel:
    """Parse `taken`. Raises Invalid TAKEN_UNKNOWN."""
    try:
        return BallotChannel(value)
    except ValueError:
        raise invalid("taken", "TAKEN_UNKNOWN") from None


def parse_filter(value: int) -> MotionFilter | None:
    """Parse a list filter; unspecified is None, all. Raises Invalid FILTER_UNKNOWN."""
    return from_wire(pb.MotionFilter, MotionFilter, value, "filter", "FILTER_UNKNOWN") if value else None


def parse_time(field: str, value: Timestamp) -> datetime:
    """Raises Invalid TIME_MALFORMED."""
    try:
        return value.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise invalid(field, "TIME_MALFORMED") from None


def new_rulebook(request: pb.AdoptRulebookRequest) -> tuple[str]:
    return (request.text,)


def rulebook_hash(request: pb.GetRulebookRequest) -> tuple[str]:
    return (request.rulebook_hash,)


def motion_request(request: pb.OpenMotionRequest) -> tuple[MotionRequest]:
    """Raises Invalid for a missing or malformed field."""
    if not request.HasField("closes_at"):
        raise invalid("closes_at", "CLOSES_AT_MISSING")
    wording = motion_rules.check_wording(
        request.title, request.text, request.easy_title, request.easy_text, request.for_means, request.against_means
    )
    opens_at = parse_time("opens_at", request.opens_at) if request.HasField("opens_at") else None
    closes_at = parse_time("closes_at", request.closes_at)
    return (MotionRequest(wording, request.resolution_type, opens_at, closes_at, request.rulebook_text),)


def person_to_merge(request: pb.CheckMergeRequest) -> tuple[UUID]:
    return (parse_id("person_id", request.person_id),)


def check_merge_response(roll: OpenRoll | None) -> pb.CheckMergeResponse:
    if roll is None:
        return pb.CheckMergeResponse()
    return pb.CheckMergeResponse(open_roll=pb.OpenRoll(title=roll.title, closes_at=timestamp(roll.closes_at)))


def motion_id(request: pb.GetMotionRequest | pb.GetResultRequest) -> tuple[UUID]:
    return (parse_id("motion_id", request.motion_id),)


def motion_list(request: pb.ListMotionsRequest) -> tuple[MotionFilter | None, PageRequest]:
    return parse_filter(request.filter), PageRequest(request.page_size, request.page_token)


def ballot_request(request: pb.CastBallotRequest) -> tuple[MotionCarrier, UUID, str, int]:
    return MOTIONS, parse_id("motion_id", request.motion_id), request.choice, request.revision


def ballots_of(request: pb.GetMyBallotRequest) -> tuple[MotionCarrier, UUID]:
    return MOTIONS, parse_id("motion_id", request.motion_id)


def first_entry(request: pb.RecordBallotRequest) -> tuple[MotionCarrier, UUID, UUID, str, BallotChannel, bool]:
    motion, person = parse_id("motion_id", request.motion_id), parse_id("person_id", request.person_id)
    return MOTIONS, motion, person, request.choice, parse_ballot_channel(request.taken), request.asked_for


def second_entry(request: pb.ConfirmBallotRequest) -> tuple[MotionCarrier, UUID, str, bool]:
    return MOTIONS, parse_id("record_id", request.record_id), request.choice, request.asked_for


def unconfirmed_list(request: pb.ListUnconfirmedBallotsRequest) -> tuple[MotionCarrier, UUID | None, PageRequest]:
    motion = parse_id("motion_id", request.motion_id) if request.motion_id else None
    return MOTIONS, motion, PageRequest(request.page_size, request.page_token)


def decision_list(request: pb.ListDecisionsRequest) -> tuple[PageRequest]:
    return (PageRequest(request.page_size, request.page_token),)


# --- to responses


def adopted_response(adopted: tuple[Rulebook, UUID]) -> pb.AdoptRulebookResponse:
    rulebook, decision = adopted
    return pb.AdoptRulebookResponse(rulebook_hash=rulebook.hash, decision_id=str(decision))


def rulebook_response(adopted: AdoptedRulebook) -> pb.GetRulebookResponse:
    rules = adopted.rulebook
    return pb.GetRulebookResponse(
        rulebook_hash=rules.hash,
        text=adopted.text,
        decision_id=str(adopted.decision),
        adopted_at=timestamp(adopted.adopted_at),
        link_hat=rules.matching.link,
        draft_hat=rules.drafts.hat,
        classes=[
            pb.MemberClass(
                key=member_class.key,
                name=member_class.name,
                description=member_class.description,
                easy_description=member_class.easy_read,
                votes=member_class.votes,
            )
            for member_class in rules.classes
        ],
        resolution_types=[_resolution_type_message(resolution_type) for resolution_type in rules.resolutions],
        credentials=[_credential_kind_message(kind) for kind in rules.credentials],
        rest_reasons=[pb.RestReason(key=reason.key, name=reason.name) for reason in rules.working_time.reasons],
    )


def _credential_kind_message(kind: CredentialKind) -> pb.CredentialKind:
    return pb.CredentialKind(
        key=kind.key,
        name=kind.name,
        description=kind.description,
        easy_description=kind.easy_read,
        expires_after_months=kind.expires_after_months,
        remind_days=kind.remind_days,
        gates=kind.gates,
    )


def motion_response(view: MotionView) -> pb.GetMotionResponse:
    message, wording = _motion_message(view), view.motion.wording
    message.text, message.easy_text, message.rulebook_text = wording.text, wording.easy_text, view.motion.proposed_rulebook
    return pb.GetMotionResponse(motion=message)


def motions_response(page: Page[MotionView]) -> pb.ListMotionsResponse:
    return pb.ListMotionsResponse(motions=map(_motion_message, page.items), next_page_token=page.next_token)


def my_ballot_response(ballot: MotionBallot | None) -> pb.GetMyBallotResponse:
    return pb.GetMyBallotResponse(ballot=ballot_message(ballot) if ballot else None)


def confirmed_response(ballot: MotionBallot | None) -> pb.ConfirmBallotResponse:
    return pb.ConfirmBallotResponse(ballot=ballot_message(ballot) if ballot else None, differs=ballot is None)


def unconfirmed_response(page: Page[BallotEntry[UUID, str]]) -> pb.ListUnconfirmedBallotsResponse:
    return pb.ListUnconfirmedBallotsResponse(ballots=map(entry_message, page.items), next_page_token=page.next_token)


def result_response(view: MotionResult) -> pb.GetResultResponse:
    tally = view.tally
    result = pb.Result(
        motion_id=str(view.motion),
        passes=tally.passes,
        share_for=_fraction_text(tally.share_for),
        classes=[_class_tally_message(view.rulebook, class_tally) for class_tally in tally.classes],
        reasons=[
            pb.Reason(code=shortfall.reason.value, member_class=about)
            for shortfall in tally.shortfalls
            for about in (shortfall.about or ("",))
        ],
        turnout=_fraction_text(tally.turnout),
        counting=counting_rule_message(view.kind.counting),
        rulebook_hash=view.rulebook.hash,
        weight_for=_fraction_text(tally.totals[FOR]),
        weight_against=_fraction_text(tally.totals[AGAINST]),
        tie=tally.tie,
        decision_id=str(view.decision),
        counted_at=timestamp(view.decided_at),
    )
    return pb.GetResultResponse(result=result)


def decisions_response(page: Page[Decision]) -> pb.ListDecisionsResponse:
    return pb.ListDecisionsResponse(decisions=map(_decision_message, page.items), next_page_token=page.next_token)


def entry_message(entry: BallotEntry[Subject, Choice]) -> pb.UnconfirmedBallot:
    """A first entry without its choice, which the second person must not see."""
    return pb.UnconfirmedBallot(
        record_id=str(entry.id),
        motion_id=str(entry.subject),
        person_id=str(entry.person),
        taken=entry.taken.value,
        recorder=str(entry.recorder),
        recorded_at=timestamp(entry.recorded_at),
    )


def _motion_message(view: MotionView) -> pb.Motion:
    """A motion as a list shows it, without its texts."""
    motion, row = view.motion, view.roll_row
    return pb.Motion(
        motion_id=str(motion.id),
        title=motion.wording.title,
        easy_title=motion.wording.easy_title,
        for_means=motion.wording.for_means,
        against_means=motion.wording.against_means,
        resolution_type=motion.resolution_type,
        resolution_type_name=view.kind.name,
        rulebook_hash=motion.rulebook_hash,
        state=to_wire(pb.MotionState, view.state),
        opened_by=str(motion.announced_by),
        roll=[pb.ClassSize(member_class=key, name=_class_name(view.rulebook, key), eligible=size) for key, size in view.roll.items()],
        ballots=view.ballots,
        options=ballot_options(view.kind.counting.method),
        i_may_vote=row is not None,
        my_class=row.member_class if row else "",
        i_have_voted=bool(row and row.revision),
        my_standing=view.no_vote.value if view.no_vote else "",
        counting=counting_rule_message(view.kind.counting),
        announced_at=timestamp(motion.announced_at),
        opens_at=timestamp(motion.opens_at),
        closes_at=timestamp(motion.closes_at),
        closed_at=timestamp(motion.closed_at) if motion.closed_at else None,
    )


def ballot_message(ballot: MotionBallot) -> pb.Ballot:
    return pb.Ballot(
        ballot_id=str(ballot.id),
        motion_id=str(ballot.row.motion),
        person_id=str(ballot.row.person),
        member_class=ballot.row.member_class,
        choice=ballot.choice,
        revision=ballot.revision,
        taken=ballot.taken.value,
        recorded_at=timestamp(ballot.recorded_at),
        recorders=map(str, ballot.recorders),
        asked_for=ballot.asked_for,
    )


def _decision_message(decision: Decision) -> pb.Decision:
    return pb.Decision(
        decision_id=str(decision.id),
        number=decision.number,
        kind=decision.kind,
        motion_id=str(decision.motion or ""),
        vote_id=decision.vote or "",
        title=decision.title,
        passed=decision.passed,
        decided_at=timestamp(decision.decided_at),
        rulebook_hash=decision.rulebook_hash,
        effect=decision.effect,
    )


def counting_rule_message(rule: CountingRule) -> pb.CountingRule:
    """Translate a counting rule, so that a page can explain how votes are counted."""
    message = pb.CountingRule(
        method=rule.method.value,
        class_rule="none",
        threshold=_fraction_text(rule.threshold.fraction),
        strict=rule.threshold.strict,
        of=rule.threshold.of.value,
        quorum_fraction=_fraction_text(rule.quorum.fraction),
        quorum_count=rule.quorum.count,
        class_quorums=[
            pb.ClassFigure(member_class=name, fraction=_fraction_text(quorum.fraction), count=quorum.count)
            for name, quorum in rule.class_quorums
        ],
        excluded_classes=rule.excluded,
    )
    match rule.class_rule:
        case ClassCap(classes, fraction, measured_on):
            message.class_rule, message.measured_on = "cap", measured_on.value
            message.class_figures.extend(pb.ClassFigure(member_class=name, fraction=_fraction_text(fraction)) for name in classes)
        case FixedShares(shares, silent):
            message.class_rule, message.silent = "fixed_shares", silent.value
            message.class_figures.extend(pb.ClassFigure(member_class=name, fraction=_fraction_text(share)) for name, share in shares)
        case EachClass(threshold):
            message.class_rule, message.class_threshold = "each_class", _fraction_text(threshold.fraction)
            message.class_threshold_strict = threshold.strict
        case _:
            pass
    return message


def _resolution_type_message(resolution_type: ResolutionType) -> pb.ResolutionType:
    return pb.ResolutionType(
        key=resolution_type.key,
        name=resolution_type.name,
        explanation=resolution_type.explanation,
        easy_explanation=resolution_type.easy_read,
        minimum_open_hours=resolution_type.minimum_open_hours,
        maximum_open_days=resolution_type.maximum_open_days,
        notice_days=resolution_type.notice_days,
        changes_rulebook=resolution_type.changes_rulebook,
        counting=counting_rule_message(resolution_type.counting),
        needs_second_meeting=resolution_type.second_meeting is not None,
    )


def _class_tally_message(rules: Rulebook, class_tally: ClassTally) -> pb.ClassTally:
    return pb.ClassTally(
        member_class=class_tally.name,
        name=_class_name(rules, class_tally.name),
        eligible=class_tally.heads.eligible or 0,
        votes_for=class_tally.heads.marks.get(FOR, 0),
        votes_against=class_tally.heads.marks.get(AGAINST, 0),
        abstentions=class_tally.heads.abstain,
        ballot_weight=_fraction_text(class_tally.per_ballot),
        weight=_fraction_text(class_tally.weight),
        share_for=_fraction_text(class_tally.share),
    )


def _class_name(rules: Rulebook, key: str) -> str:
    member_class = rules.member_class(key)
    return member_class.name if member_class else key


def _fraction_text(value: Fraction | None) -> str:
    """Format as `a/b` in lowest terms, a whole number without a slash, None as an empty string."""
    return "" if value is None else str(value)
