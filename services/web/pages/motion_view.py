"""A motion as the pages show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from kith.governance.v1 import governance_pb2 as pb
from kith.governance.v1.enums import MotionState
from libs.rpc.enums import known_word
from services.web.localisation import counting_rules, dates
from services.web.localisation.catalogue import Sentence
from services.web.page_context import PageContext, utc_datetime


@dataclass(frozen=True)
class StatusLabel:
    """A status in words. `kind` is yes, no, wait or calm."""

    kind: str
    text: Markup


@dataclass(frozen=True)
class MotionView:
    """A motion's plain values for a template."""

    id: str
    title: str
    text: str
    state: str
    status: StatusLabel
    opens_at: datetime
    closes_at: datetime
    closed_at: datetime
    may_vote: bool
    has_voted: bool
    no_vote_reason: str
    my_class: str
    ballots: int
    eligible: int
    roll: list[tuple[str, int]]
    rule: list[Sentence]
    kind: str
    means: Mapping[str, str]
    options: list[str]
    rulebook_text: str

    @property
    def path(self) -> str:
        """The path of the motion's page."""
        return f"/motions/{self.id}"

    @property
    def open(self) -> bool:
        """Whether ballots are accepted now."""
        return self.state == "open"

    @property
    def decided(self) -> bool:
        """Whether there is a result."""
        return self.state in {"passed", "not_passed"}


_STATUS_KINDS = {"announced": "calm", "open": "wait", "counting": "calm", "passed": "yes", "not_passed": "no"}


def motion_view(ctx: PageContext, motion: pb.Motion) -> MotionView:
    """The motion's values for a template, in Easy Read where the person reads that and the motion has it."""
    easy = ctx.preferences.easy
    state = known_word(pb.MotionState, MotionState, motion.state, MotionState.COUNTING)
    names = class_names(motion)
    return MotionView(
        id=motion.motion_id,
        title=(easy and motion.easy_title) or motion.title,
        text=(easy and motion.easy_text) or motion.text,
        state=state,
        status=motion_status(ctx, motion, state),
        opens_at=utc_datetime(motion.opens_at),
        closes_at=utc_datetime(motion.closes_at),
        closed_at=utc_datetime(motion.closed_at),
        may_vote=motion.i_may_vote,
        has_voted=motion.i_have_voted,
        no_vote_reason=motion.my_standing,
        my_class=names.get(motion.my_class, motion.my_class),
        ballots=motion.ballots,
        eligible=sum(entry.eligible for entry in motion.roll),
        roll=[(entry.name, entry.eligible) for entry in motion.roll],
        rule=counting_rules.describe_rule(ctx.catalogue, motion.counting, names),
        kind=motion.resolution_type_name,
        means={"for": motion.for_means, "against": motion.against_means, "abstain": str(ctx.say("choice.abstain_means"))},
        options=list(motion.options),
        rulebook_text=motion.rulebook_text,
    )


def class_names(motion: pb.Motion) -> dict[str, str]:
    """Names of the classes on the roll, by key."""
    return {entry.member_class: entry.name or entry.member_class for entry in motion.roll}


def motion_status(ctx: PageContext, motion: pb.Motion, state: str) -> StatusLabel:
    """The motion's state in a word or two."""
    if state == "open":
        return open_status(ctx, utc_datetime(motion.closes_at))
    return StatusLabel(_STATUS_KINDS[state], ctx.say(f"status.{state}"))


def open_status(ctx: PageContext, closes_at: datetime) -> StatusLabel:
    """How long ballots are still accepted."""
    when, days = dates.time_left(closes_at, ctx.state.co_op.zone, ctx.now)
    return StatusLabel("wait", ctx.say(f"status.open.{when}", days) if when == "days" else ctx.say(f"status.open.{when}"))


async def fetch_motion(ctx: PageContext, motion_id: str) -> pb.Motion:
    """The motion with this id. Raises NotFound when there is none."""
    response: pb.GetMotionResponse = await ctx.call(ctx.state.services.governance.GetMotion, pb.GetMotionRequest(motion_id=motion_id))
    return response.motion


async def list_motions(ctx: PageContext, by: "pb.MotionFilter.ValueType", size: int, page_token: str = "") -> tuple[list[MotionView], str]:
    """One page of motions, and the token of the next page."""
    request = pb.ListMotionsRequest(filter=by, page_size=size, page_token=page_token)
    response: pb.ListMotionsResponse = await ctx.call(ctx.state.services.governance.ListMotions, request)
    return [motion_view(ctx, motion) for motion in response.motions], response.next_page_token


async def fetch_my_ballot(ctx: PageContext, motion_id: str) -> pb.Ballot | None:
    """The person's own recorded ballot, if there is one."""
    request = pb.GetMyBallotRequest(motion_id=motion_id)
    response: pb.GetMyBallotResponse = await ctx.call(ctx.state.services.governance.GetMyBallot, request)
    return response.ballot if response.HasField("ballot") else None
