"""Wire to our words and back."""

from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from kith.governance.v1 import governance_pb2 as pb
from libs.refusals import invalid
from libs.rulebook import ResolutionType, Rulebook
from libs.rulebook.counting import Cap, CountingRule, EachClass, FixedShares
from services.governance.commands.open_motion import Asked
from services.governance.domain import motion as motions_law
from services.governance.domain.ballot import Ballot, Entry, Taken, options_of
from services.governance.domain.head_count import AGAINST, FOR
from services.governance.domain.motion import State
from services.governance.domain.tally import ClassTally
from services.governance.queries.see_motion import MotionView
from services.governance.queries.see_result import ResultView
from services.governance.storage.decisions import Decision
from services.governance.storage.motions import Filter
from services.governance.storage.rulebooks import Adopted

_STATES = {
    State.ANNOUNCED: pb.MOTION_STATE_ANNOUNCED,
    State.OPEN: pb.MOTION_STATE_OPEN,
    State.COUNTING: pb.MOTION_STATE_COUNTING,
    State.PASSED: pb.MOTION_STATE_PASSED,
    State.NOT_PASSED: pb.MOTION_STATE_NOT_PASSED,
}
_FILTERS: dict[int, Filter] = {
    pb.MOTION_FILTER_UNSPECIFIED: Filter.ALL,
    pb.MOTION_FILTER_NEEDS_MY_VOICE: Filter.NEEDS_MY_VOICE,
    pb.MOTION_FILTER_OPEN: Filter.OPEN,
    pb.MOTION_FILTER_CLOSED: Filter.CLOSED,
}


def id_of(field: str, value: str) -> UUID:
    """Raises Invalid ID_MALFORMED."""
    try:
        return UUID(value)
    except ValueError:
        raise invalid(field, "ID_MALFORMED") from None


def taken_of(value: str) -> Taken:
    """Raises Invalid TAKEN_UNKNOWN."""
    try:
        return Taken(value)
    except ValueError:
        raise invalid("taken", "TAKEN_UNKNOWN") from None


def filter_of(value: int) -> Filter:
    """Raises Invalid FILTER_UNKNOWN."""
    if value not in _FILTERS:
        raise invalid("filter", "FILTER_UNKNOWN")
    return _FILTERS[value]


def motion_asked(request: pb.OpenMotionRequest) -> Asked:
    """Raises Invalid for what is missing."""
    if not request.HasField("closes_at"):
        raise invalid("closes_at", "CLOSES_AT_MISSING")
    words = motions_law.wording(
        request.title, request.text, request.easy_title, request.easy_text, request.for_means, request.against_means
    )
    return Asked(
        wording=words,
        resolution_type=request.resolution_type,
        opens_at=_time("opens_at", request.opens_at) if request.HasField("opens_at") else None,
        closes_at=_time("closes_at", request.closes_at),
        proposed_rulebook=request.rulebook_text,
    )


def motion(view: MotionView, now: datetime, *, with_text: bool) -> pb.Motion:
    """`with_text` is off in lists."""
    found, words = view.seen.motion, view.seen.motion.wording
    said = pb.Motion(
        motion_id=str(found.id),
        title=words.title,
        easy_title=words.easy_title,
        for_means=words.for_means,
        against_means=words.against_means,
        resolution_type=found.resolution_type,
        resolution_type_name=view.kind.name,
        rulebook_hash=found.rulebook_hash,
        state=_STATES[found.state(now)],
        opened_by=str(found.announced_by),
        roll=[pb.ClassSize(member_class=key, name=_class_name(view.rulebook, key), eligible=size) for key, size in view.roll.items()],
        ballots=view.seen.ballots,
        options=options_of(view.kind.counting.method),
        i_may_vote=view.seen.mine is not None,
        my_class=view.seen.mine.member_class if view.seen.mine else "",
        i_have_voted=bool(view.seen.mine and view.seen.mine.revision),
        my_standing=view.no_vote.value if view.no_vote else "",
        counting=counting_rule(view.kind.counting),
    )
    if with_text:
        said.text, said.easy_text, said.rulebook_text = words.text, words.easy_text, found.proposed_rulebook
    said.announced_at.FromDatetime(found.announced_at)
    said.opens_at.FromDatetime(found.opens_at)
    said.closes_at.FromDatetime(found.closes_at)
    if found.closed_at:
        said.closed_at.FromDatetime(found.closed_at)
    return said


def ballot(found: Ballot) -> pb.Ballot:
    said = pb.Ballot(
        ballot_id=str(found.id),
        motion_id=str(found.motion),
        person_id=str(found.person),
        member_class=found.member_class,
        choice=found.choice,
        revision=found.revision,
        taken=found.taken.value,
        recorders=[str(one) for one in found.recorders],
    )
    said.recorded_at.FromDatetime(found.recorded_at)
    return said


def unconfirmed(entry: Entry) -> pb.UnconfirmedBallot:
    """Without the choice: the second person must not see it."""
    said = pb.UnconfirmedBallot(
        record_id=str(entry.id),
        motion_id=str(entry.motion),
        person_id=str(entry.person),
        taken=entry.taken.value,
        recorder=str(entry.recorder),
    )
    said.recorded_at.FromDatetime(entry.recorded_at)
    return said


def result(view: ResultView) -> pb.Result:
    counted = view.tally
    said = pb.Result(
        motion_id=str(view.motion),
        passes=counted.passes,
        share_for=_fraction(counted.share_for),
        classes=[_class_tally(view.rulebook, one) for one in counted.classes],
        reasons=[
            pb.Reason(code=short.reason.value, member_class=about) for short in counted.shortfalls for about in (short.about or ("",))
        ],
        turnout=_fraction(counted.turnout),
        counting=counting_rule(view.kind.counting),
        rulebook_hash=view.rulebook.hash,
        weight_for=_fraction(counted.totals[FOR]),
        weight_against=_fraction(counted.totals[AGAINST]),
        tie=counted.tie,
        decision_id=str(view.decision),
    )
    said.counted_at.FromDatetime(view.decided_at)
    return said


def decision(found: Decision) -> pb.Decision:
    said = pb.Decision(
        decision_id=str(found.id),
        number=found.number,
        kind=found.kind,
        motion_id=str(found.motion) if found.motion else "",
        title=found.title,
        passed=found.passed,
        rulebook_hash=found.rulebook_hash,
        effect=found.effect,
        vote_id=found.vote,
    )
    said.decided_at.FromDatetime(found.decided_at)
    return said


def rulebook(found: Adopted) -> pb.GetRulebookResponse:
    rules = found.rulebook
    said = pb.GetRulebookResponse(
        rulebook_hash=rules.hash,
        text=found.text,
        decision_id=str(found.decision),
        classes=[
            pb.MemberClass(key=one.key, name=one.name, description=one.description, easy_description=one.easy_read, votes=one.votes)
            for one in rules.classes
        ],
        resolution_types=[_resolution_type(one) for one in rules.resolutions],
    )
    said.adopted_at.FromDatetime(found.adopted_at)
    return said


def counting_rule(rule: CountingRule) -> pb.CountingRule:
    """For a page to explain how votes are counted."""
    said = pb.CountingRule(
        method=rule.method.value,
        class_rule="none",
        threshold=_fraction(rule.threshold.fraction),
        strict=rule.threshold.strict,
        of=rule.threshold.of.value,
        quorum_fraction=_fraction(rule.quorum.fraction),
        quorum_count=rule.quorum.count,
        class_quorums=[
            pb.ClassFigure(member_class=name, fraction=_fraction(one.fraction), count=one.count) for name, one in rule.class_quorums
        ],
        excluded_classes=rule.excluded,
    )
    match rule.class_rule:
        case Cap(classes, fraction, measured_on):
            said.class_rule, said.measured_on = "cap", measured_on.value
            said.class_figures.extend(pb.ClassFigure(member_class=name, fraction=_fraction(fraction)) for name in classes)
        case FixedShares(shares, silent):
            said.class_rule, said.silent = "fixed_shares", silent.value
            said.class_figures.extend(pb.ClassFigure(member_class=name, fraction=_fraction(share)) for name, share in shares)
        case EachClass(threshold):
            said.class_rule, said.class_threshold = "each_class", _fraction(threshold.fraction)
            said.class_threshold_strict = threshold.strict
        case _:
            pass
    return said


def _resolution_type(one: ResolutionType) -> pb.ResolutionType:
    return pb.ResolutionType(
        key=one.key,
        name=one.name,
        explanation=one.explanation,
        easy_explanation=one.easy_read,
        minimum_open_hours=one.minimum_open_hours,
        maximum_open_days=one.maximum_open_days,
        notice_days=one.notice_days,
        changes_rulebook=one.changes_rulebook,
        counting=counting_rule(one.counting),
    )


def _class_tally(rules: Rulebook, one: ClassTally) -> pb.ClassTally:
    return pb.ClassTally(
        member_class=one.name,
        name=_class_name(rules, one.name),
        eligible=one.heads.eligible or 0,
        votes_for=one.heads.marks.get(FOR, 0),
        votes_against=one.heads.marks.get(AGAINST, 0),
        abstentions=one.heads.abstain,
        ballot_weight=_fraction(one.per_ballot),
        weight=_fraction(one.weight),
        share_for=_fraction(one.share),
    )


def _class_name(rules: Rulebook, key: str) -> str:
    found = rules.member_class(key)
    return found.name if found else key


def _fraction(value: Fraction | None) -> str:
    """`a/b` in lowest terms, a whole number without a line, empty for none."""
    return "" if value is None else str(value)


def _time(field: str, value: Timestamp) -> datetime:
    try:
        return value.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise invalid(field, "TIME_MALFORMED") from None
