"""A motion as the pages show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from kith.governance.v1 import governance_pb2 as pb
from services.web.visit import Visit, utc
from services.web.words import counting, dates
from services.web.words.catalogue import Line


@dataclass(frozen=True)
class Status:
    """kind is yes, no, wait or calm."""

    kind: str
    text: Markup


@dataclass(frozen=True)
class MotionView:
    """Plain values for a template."""

    id: str
    title: str
    text: str
    state: str
    status: Status
    opens_at: datetime
    closes_at: datetime
    closed_at: datetime
    may_vote: bool
    has_voted: bool
    no_vote: str
    my_class: str
    ballots: int
    eligible: int
    roll: list[tuple[str, int]]
    rule: list[Line]
    kind: str
    means: Mapping[str, str]
    options: list[str]
    rulebook_text: str

    @property
    def path(self) -> str:
        """Where it stands in full."""
        return f"/motions/{self.id}"

    @property
    def open(self) -> bool:
        """Ballots are taken now."""
        return self.state == "open"

    @property
    def decided(self) -> bool:
        """There is a result."""
        return self.state in {"passed", "not_passed"}


_STATES = {
    pb.MOTION_STATE_ANNOUNCED: "announced",
    pb.MOTION_STATE_OPEN: "open",
    pb.MOTION_STATE_COUNTING: "counting",
    pb.MOTION_STATE_PASSED: "passed",
    pb.MOTION_STATE_NOT_PASSED: "not_passed",
}
_KINDS = {"announced": "calm", "open": "wait", "counting": "calm", "passed": "yes", "not_passed": "no"}


def view(visit: Visit, motion: pb.Motion) -> MotionView:
    """The motion in the visitor's register: its Easy Read twin where there is one."""
    easy = visit.comfort.easy
    state = _STATES.get(motion.state, "counting")
    names = class_names(motion)
    return MotionView(
        id=motion.motion_id,
        title=(easy and motion.easy_title) or motion.title,
        text=(easy and motion.easy_text) or motion.text,
        state=state,
        status=status(visit, motion, state),
        opens_at=utc(motion.opens_at),
        closes_at=utc(motion.closes_at),
        closed_at=utc(motion.closed_at),
        may_vote=motion.i_may_vote,
        has_voted=motion.i_have_voted,
        no_vote=motion.my_standing,
        my_class=names.get(motion.my_class, motion.my_class),
        ballots=motion.ballots,
        eligible=sum(one.eligible for one in motion.roll),
        roll=[(one.name, one.eligible) for one in motion.roll],
        rule=counting.rule(visit.words, motion.counting, names),
        kind=motion.resolution_type_name,
        means={"for": motion.for_means, "against": motion.against_means, "abstain": str(visit.say("choice.abstain_means"))},
        options=list(motion.options),
        rulebook_text=motion.rulebook_text,
    )


def class_names(motion: pb.Motion) -> dict[str, str]:
    """What the classes on the roll are called, by key."""
    return {one.member_class: one.name or one.member_class for one in motion.roll}


def status(visit: Visit, motion: pb.Motion, state: str) -> Status:
    """Where it stands, in a word or two."""
    if state == "open":
        how, days = dates.left(utc(motion.closes_at), visit.front.co_op.zone, visit.now)
        return Status("wait", visit.say(f"status.open.{how}", days) if how == "days" else visit.say(f"status.open.{how}"))
    return Status(_KINDS[state], visit.say(f"status.{state}"))


async def fetch(visit: Visit, motion_id: str) -> pb.Motion:
    """The motion of that id. NotFound when there is none."""
    answer: pb.GetMotionResponse = await visit.ask(visit.front.services.governance.GetMotion, pb.GetMotionRequest(motion_id=motion_id))
    return answer.motion


async def listed(visit: Visit, by: "pb.MotionFilter.ValueType", size: int, page_token: str = "") -> tuple[list[MotionView], str]:
    """One page of motions, and the token of the next."""
    request = pb.ListMotionsRequest(filter=by, page_size=size, page_token=page_token)
    answer: pb.ListMotionsResponse = await visit.ask(visit.front.services.governance.ListMotions, request)
    return [view(visit, one) for one in answer.motions], answer.next_page_token


async def my_ballot(visit: Visit, motion_id: str) -> pb.Ballot | None:
    """The visitor's own recorded ballot, if there is one."""
    request = pb.GetMyBallotRequest(motion_id=motion_id)
    answer: pb.GetMyBallotResponse = await visit.ask(visit.front.services.governance.GetMyBallot, request)
    return answer.ballot if answer.HasField("ballot") else None
