"""The state of a vote as its boards prove it, in a sentence, a drawing and a table that say the same."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup

from kith.federation.v1 import federation_pb2 as pb
from kith.federation.v1.enums import EvidenceState
from libs.refusals import NotFound, Unavailable
from libs.rpc.enums import known_word
from services.web.drawings.step_diagrams import DiagramStep, step_diagram
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.federated_votes.vote_view import no_break_hyphens

_USUAL_STEPS = ("joining", "rolls", "open", "closing", "provisional", "final")
"""The steps of a vote without a dispute."""
_STOPPED_AFTER = {"disputed": "provisional", "void": "rolls", "annulled": "provisional", "left": "rolls"}
_STATE_LABELS = {"left": "void"}
_BEFORE_OPEN = {"proposed", "joining", "rolls"}


@dataclass(frozen=True)
class EvidenceView:
    """What the boards prove about a vote."""

    state: str
    contested: bool
    why: str
    boards: list[pb.BoardView]
    needed: int
    signatures: int
    concluded_from: datetime
    misconduct: list[str]
    revision: int
    settlement: bytes
    settled_by: list[str]
    objections: list[str]

    @property
    def names_by_id(self) -> Mapping[str, str]:
        """The co-ops' names by id."""
        return {board.co_op: board.name or board.co_op for board in self.boards}

    @property
    def withdrawn_names(self) -> str:
        """The names of co-ops that withdrew; after one of them the vote never opens."""
        return self.names_of([board.co_op for board in self.participants if board.withdrawn])

    @property
    def participants(self) -> list[pb.BoardView]:
        """The boards of the participants, without the observers'."""
        return [board for board in self.boards if not board.observer]

    @property
    def guilty(self) -> set[str]:
        """Participants with proven misconduct; one line of it is a kind and a co-op id."""
        return {line.split()[-1] for line in self.misconduct if line.split()} & {board.co_op for board in self.participants}

    @property
    def us(self) -> str:
        """Our own co-op's id."""
        return next((board.co_op for board in self.boards if board.us), "")

    def names_of(self, ids: list[str]) -> str:
        """The names of these co-ops, for a sentence."""
        return ", ".join(self.names_by_id.get(co_op, co_op) for co_op in ids)


async def fetch_evidence(ctx: PageContext, vote_id: str) -> EvidenceView | None:
    """The evidence; None when federation is unavailable, and a page then shows what our own co-op knows."""
    try:
        response: pb.GetVoteEvidenceResponse = await ctx.call(
            ctx.state.services.evidence.GetVoteEvidence, pb.GetVoteEvidenceRequest(vote_id=vote_id)
        )
    except (Unavailable, NotFound):
        return None
    evidence = EvidenceView(
        state=known_word(pb.EvidenceState, EvidenceState, response.state, EvidenceState.PROPOSED),
        contested=response.contested,
        why=response.why,
        boards=list(response.boards),
        needed=response.signatures_needed,
        signatures=response.signatures,
        concluded_from=utc_datetime(response.concluded_from),
        misconduct=list(response.misconduct),
        revision=max(response.revision, 1),
        settlement=response.settlement,
        settled_by=list(response.settled_by),
        objections=list(response.objections),
    )
    return replace(evidence, state="left") if evidence.withdrawn_names and evidence.state in _BEFORE_OPEN else evidence


def progress_drawing(ctx: PageContext, evidence: EvidenceView) -> Markup:
    """The progress of the vote as a step diagram."""
    step_name = _STOPPED_AFTER.get(evidence.state, evidence.state)
    reached = _USUAL_STEPS.index(step_name) if step_name in _USUAL_STEPS else -1
    diagram = [DiagramStep(_step_kind(evidence, index, reached), str(ctx.say(f"way.{name}"))) for index, name in enumerate(_USUAL_STEPS)]
    if evidence.state in _STOPPED_AFTER:
        diagram = [*diagram[: reached + 1], DiagramStep("no", str(ctx.say(f"way.{_STATE_LABELS.get(evidence.state, evidence.state)}")))]
    description = " ".join(f"{step.label}: {ctx.say(f'step.{step.kind}')}." for step in diagram)
    return step_diagram(str(ctx.say("way.title")), description, diagram)


def co_op_rows(ctx: PageContext, evidence: EvidenceView) -> list[list[object]]:
    """A table row for each co-op: its name, its progress, and how many are on its list of voters."""
    return [
        [
            no_break_hyphens(board.name or board.co_op),
            ctx.say(f"board.{_board_progress(board)}"),
            "" if board.observer else ctx.say("vote.people", board.rows) if board.roll else ctx.say("vote.not_yet"),
        ]
        for board in evidence.boards
    ]


def _board_progress(board: pb.BoardView) -> str:
    """The last step that a co-op's board shows."""
    if board.withdrawn:
        return "withdrew"
    if board.observer:
        return "watches" if board.joined else "not_watching"
    progress = (
        (bool(board.outcome_hash), "signed"),
        (board.closed, "ended"),
        (board.open, "open"),
        (board.ready, "ready"),
        (board.roll, "roll"),
        (board.joined, "joined"),
    )
    return next((name for reached, name in progress if reached), "not_joined")


def _step_kind(evidence: EvidenceView, index: int, reached: int) -> str:
    if index < reached or evidence.state == "final":
        return "done"
    return "now" if index == reached else "todo"
