"""Translates between protobuf messages and governance's own types."""

from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from kith.governance.v1 import governance_pb2 as pb
from libs.refusals import invalid
from libs.rulebook import ResolutionType, Rulebook
from libs.rulebook.counting import Cap, CountingRule, EachClass, FixedShares
from services.governance.commands.open_motion import MotionRequest
from services.governance.domain import motion as motion_rules
from services.governance.domain.ballot import Ballot, BallotChannel, BallotEntry, ballot_options
from services.governance.domain.head_count import AGAINST, FOR
from services.governance.domain.motion import MotionState
from services.governance.domain.tally import ClassTally
from services.governance.queries.get_motion import MotionView
from services.governance.queries.get_result import MotionResult
from services.governance.storage.decisions import Decision
from services.governance.storage.motions import ListFilter
from services.governance.storage.rulebooks import AdoptedRulebook

_STATES = {
    MotionState.ANNOUNCED: pb.MOTION_STATE_ANNOUNCED,
    MotionState.OPEN: pb.MOTION_STATE_OPEN,
    MotionState.COUNTING: pb.MOTION_STATE_COUNTING,
    MotionState.PASSED: pb.MOTION_STATE_PASSED,
    MotionState.NOT_PASSED: pb.MOTION_STATE_NOT_PASSED,
}
_FILTERS: dict[int, ListFilter] = {
    pb.MOTION_FILTER_UNSPECIFIED: ListFilter.ALL,
    pb.MOTION_FILTER_NEEDS_MY_VOICE: ListFilter.NEEDS_MY_VOICE,
    pb.MOTION_FILTER_OPEN: ListFilter.OPEN,
    pb.MOTION_FILTER_CLOSED: ListFilter.CLOSED,
}


def parse_id(field: str, value: str) -> UUID:
    """Parse a UUID. Raises Invalid ID_MALFORMED."""
    try:
        return UUID(value)
    except ValueError:
        raise invalid(field, "ID_MALFORMED") from None


def parse_ballot_channel(value: str) -> BallotChannel:
    """Parse `taken`. Raises Invalid TAKEN_UNKNOWN."""
    try:
        return BallotChannel(value)
    except ValueError:
        raise invalid("taken", "TAKEN_UNKNOWN") from None


def parse_list_filter(value: int) -> ListFilter:
    """Parse a list filter. Raises Invalid FILTER_UNKNOWN."""
    if value not in _FILTERS:
        raise invalid("filter", "FILTER_UNKNOWN")
    return _FILTERS[value]


def motion_request(request: pb.OpenMotionRequest) -> MotionRequest:
    """Translate OpenMotion's request. Raises Invalid for a missing or malformed field."""
    if not request.HasField("closes_at"):
        raise invalid("closes_at", "CLOSES_AT_MISSING")
    wording = motion_rules.check_wording(
        request.title, request.text, request.easy_title, request.easy_text, request.for_means, request.against_means
    )
    return MotionRequest(
        wording=wording,
        resolution_type=request.resolution_type,
        opens_at=_parse_time("opens_at", request.opens_at) if request.HasField("opens_at") else None,
        closes_at=_parse_time("closes_at", request.closes_at),
        proposed_rulebook=request.rulebook_text,
    )


def motion_message(view: MotionView, now: datetime, *, with_text: bool) -> pb.Motion:
    """Translate a motion; `with_text` is off in lists."""
    motion, roll_row = view.for_caller.motion, view.for_caller.roll_row
    wording = motion.wording
    message = pb.Motion(
        motion_id=str(motion.id),
        title=wording.title,
        easy_title=wording.easy_title,
        for_means=wording.for_means,
        against_means=wording.against_means,
        resolution_type=motion.resolution_type,
        resolution_type_name=view.kind.name,
        rulebook_hash=motion.rulebook_hash,
        state=_STATES[motion.state(now)],
        opened_by=str(motion.announced_by),
        roll=[pb.ClassSize(member_class=key, name=_class_name(view.rulebook, key), eligible=size) for key, size in view.roll.items()],
        ballots=view.for_caller.ballots,
        options=ballot_options(view.kind.counting.method),
        i_may_vote=roll_row is not None,
        my_class=roll_row.member_class if roll_row else "",
        i_have_voted=bool(roll_row and roll_row.revision),
        my_standing=view.no_vote.value if view.no_vote else "",
        counting=counting_rule_message(view.kind.counting),
    )
    if with_text:
        message.text, message.easy_text, message.rulebook_text = wording.text, wording.easy_text, motion.proposed_rulebook
    message.announced_at.FromDatetime(motion.announced_at)
    message.opens_at.FromDatetime(motion.opens_at)
    message.closes_at.FromDatetime(motion.closes_at)
    if motion.closed_at:
        message.closed_at.FromDatetime(motion.closed_at)
    return message


def ballot_message(ballot: Ballot) -> pb.Ballot:
    message = pb.Ballot(
        ballot_id=str(ballot.id),
        motion_id=str(ballot.motion),
        person_id=str(ballot.person),
        member_class=ballot.member_class,
        choice=ballot.choice,
        revision=ballot.revision,
        taken=ballot.taken.value,
        recorders=[str(recorder) for recorder in ballot.recorders],
    )
    message.recorded_at.FromDatetime(ballot.recorded_at)
    return message


def unconfirmed_ballot_message(entry: BallotEntry) -> pb.UnconfirmedBallot:
    """Translate a first entry without its choice, which the second person must not see."""
    message = pb.UnconfirmedBallot(
        record_id=str(entry.id),
        motion_id=str(entry.motion),
        person_id=str(entry.person),
        taken=entry.taken.value,
        recorder=str(entry.recorder),
    )
    message.recorded_at.FromDatetime(entry.recorded_at)
    return message


def result_message(view: MotionResult) -> pb.Result:
    tally = view.tally
    message = pb.Result(
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
    )
    message.counted_at.FromDatetime(view.decided_at)
    return message


def decision_message(decision: Decision) -> pb.Decision:
    message = pb.Decision(
        decision_id=str(decision.id),
        number=decision.number,
        kind=decision.kind,
        motion_id=str(decision.motion) if decision.motion else "",
        title=decision.title,
        passed=decision.passed,
        rulebook_hash=decision.rulebook_hash,
        effect=decision.effect,
        vote_id=decision.vote,
    )
    message.decided_at.FromDatetime(decision.decided_at)
    return message


def rulebook_response(adopted: AdoptedRulebook) -> pb.GetRulebookResponse:
    rules = adopted.rulebook
    message = pb.GetRulebookResponse(
        rulebook_hash=rules.hash,
        text=adopted.text,
        decision_id=str(adopted.decision),
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
    )
    message.adopted_at.FromDatetime(adopted.adopted_at)
    return message


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
        case Cap(classes, fraction, measured_on):
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


def _parse_time(field: str, value: Timestamp) -> datetime:
    try:
        return value.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise invalid(field, "TIME_MALFORMED") from None
