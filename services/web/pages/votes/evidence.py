"""Where a vote stands, as the boards prove it: a sentence, a drawing and a table that say the same."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup

from kith.federation.v1 import federation_pb2 as pb
from libs.refusals import Elsewhere, NotFound
from services.web.drawings.steps import Step, steps
from services.web.pages.votes.view import unbroken
from services.web.visit import Visit, utc

_STATES = {
    pb.EVIDENCE_STATE_PROPOSED: "proposed",
    pb.EVIDENCE_STATE_JOINING: "joining",
    pb.EVIDENCE_STATE_ROLLS: "rolls",
    pb.EVIDENCE_STATE_OPEN: "open",
    pb.EVIDENCE_STATE_CLOSING: "closing",
    pb.EVIDENCE_STATE_PROVISIONAL: "provisional",
    pb.EVIDENCE_STATE_FINAL: "final",
    pb.EVIDENCE_STATE_DISPUTED: "disputed",
    pb.EVIDENCE_STATE_VOID: "void",
    pb.EVIDENCE_STATE_ANNULLED: "annulled",
}
_WAY = ("joining", "rolls", "open", "closing", "provisional", "final")
"""The way of a vote that goes well."""
_LEFT_AT = {"disputed": "provisional", "void": "rolls", "annulled": "provisional", "left": "rolls"}
_SAID_AS = {"left": "void"}
_BEFORE_OPEN = {"proposed", "joining", "rolls"}


@dataclass(frozen=True)
class Evidence:
    """What the boards prove."""

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
    def names(self) -> Mapping[str, str]:
        """What the co-ops are called, by id."""
        return {one.co_op: one.name or one.co_op for one in self.boards}

    @property
    def left(self) -> str:
        """Who withdrew, by name; one is enough for the vote never to open."""
        return self.named([one.co_op for one in self.participants if one.withdrawn])

    @property
    def participants(self) -> list[pb.BoardView]:
        """Without those that only watch."""
        return [one for one in self.boards if not one.observer]

    @property
    def guilty(self) -> set[str]:
        """Participants against whom something is proved: one line of it is a kind and a co-op id."""
        return {line.split()[-1] for line in self.misconduct if line.split()} & {one.co_op for one in self.participants}

    @property
    def us(self) -> str:
        """Our own co-op's id."""
        return next((one.co_op for one in self.boards if one.us), "")

    def named(self, ids: list[str]) -> str:
        """Co-ops by name, for a sentence."""
        return ", ".join(self.names.get(one, one) for one in ids)


async def fetch(visit: Visit, vote_id: str) -> Evidence | None:
    """None when it cannot be had just now: a page then says what our own co-op knows."""
    try:
        answer: pb.GetVoteEvidenceResponse = await visit.ask(
            visit.front.services.evidence.GetVoteEvidence, pb.GetVoteEvidenceRequest(vote_id=vote_id)
        )
    except (Elsewhere, NotFound):
        return None
    found = Evidence(
        state=_STATES.get(answer.state, "proposed"),
        contested=answer.contested,
        why=answer.why,
        boards=list(answer.boards),
        needed=answer.signatures_needed,
        signatures=answer.signatures,
        concluded_from=utc(answer.concluded_from),
        misconduct=list(answer.misconduct),
        revision=max(answer.revision, 1),
        settlement=answer.settlement,
        settled_by=list(answer.settled_by),
        objections=list(answer.objections),
    )
    return replace(found, state="left") if found.left and found.state in _BEFORE_OPEN else found


def drawing(visit: Visit, found: Evidence) -> Markup:
    """The way so far, step by step."""
    here = _LEFT_AT.get(found.state, found.state)
    reached = _WAY.index(here) if here in _WAY else -1
    drawn = [Step(_kind(found, at, reached), str(visit.say(f"way.{name}"))) for at, name in enumerate(_WAY)]
    if found.state in _LEFT_AT:
        drawn = [*drawn[: reached + 1], Step("no", str(visit.say(f"way.{_SAID_AS.get(found.state, found.state)}")))]
    facts = " ".join(f"{one.label}: {visit.say(f'step.{one.kind}')}." for one in drawn)
    return steps(str(visit.say("way.title")), facts, drawn)


def rows(visit: Visit, found: Evidence) -> list[list[object]]:
    """One for each co-op: its name, how far it is, and how many are on its list of voters."""
    return [
        [
            unbroken(one.name or one.co_op),
            visit.say(f"board.{_how_far(one)}"),
            "" if one.observer else visit.say("vote.people", one.rows) if one.roll else visit.say("vote.not_yet"),
        ]
        for one in found.boards
    ]


def _how_far(one: pb.BoardView) -> str:
    """The last step that its board shows."""
    if one.withdrawn:
        return "withdrew"
    if one.observer:
        return "watches" if one.joined else "not_watching"
    steps = (
        (bool(one.outcome_hash), "signed"),
        (one.closed, "ended"),
        (one.open, "open"),
        (one.ready, "ready"),
        (one.roll, "roll"),
        (one.joined, "joined"),
    )
    return next((name for reached, name in steps if reached), "not_joined")


def _kind(found: Evidence, at: int, reached: int) -> str:
    if at < reached or found.state == "final":
        return "done"
    return "now" if at == reached else "todo"
