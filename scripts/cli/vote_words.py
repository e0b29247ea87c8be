"""A vote between co-ops in words: where it stands at home, what the boards prove, and a table by co-op."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.papers import read_settlement_body
from libs.boards.terms import Terms, read_terms
from libs.rulebook.counting import Quorum
from libs.rulebook.exact import percent
from scripts.cli import vote_rule
from scripts.cli.how_many import how_many

STATES = {
    pb.VOTE_STATE_PROPOSED: "proposed",
    pb.VOTE_STATE_JOINED: "joined",
    pb.VOTE_STATE_ROLL_FROZEN: "roll frozen",
    pb.VOTE_STATE_READY: "ready",
    pb.VOTE_STATE_OPEN: "open",
    pb.VOTE_STATE_CLOSED: "closed",
    pb.VOTE_STATE_FINAL: "final",
    pb.VOTE_STATE_DISPUTED: "disputed",
    pb.VOTE_STATE_VOID: "void",
    pb.VOTE_STATE_WITHDRAWN: "withdrawn",
    pb.VOTE_STATE_ANNULLED: "annulled",
}
_NEXT = {
    pb.VOTE_STATE_PROPOSED: "Decide by a motion whether to take part, then: kith vote join",
    pb.VOTE_STATE_JOINED: "Freeze the roll: kith vote freeze",
    pb.VOTE_STATE_ROLL_FROZEN: (
        "Two scrutineers look at the roll (kith vote attest), members get their cards (kith vote cards), then: kith vote ready"
    ),
    pb.VOTE_STATE_READY: "It opens when every co-op is ready.",
    pb.VOTE_STATE_OPEN: "Members vote.",
    pb.VOTE_STATE_CLOSED: "The co-ops exchange what they hold, count, and sign.",
    pb.VOTE_STATE_FINAL: "It is decided. Take the proof with you: kith vote bundle",
    pb.VOTE_STATE_DISPUTED: "People decide now. The terms say who.",
    pb.VOTE_STATE_VOID: "Not everybody was ready in time. A new vote needs new terms.",
    pb.VOTE_STATE_WITHDRAWN: "This co-op withdrew.",
    pb.VOTE_STATE_ANNULLED: "The co-ops settled that it does not count. To decide it after all, draft it again.",
}
_EVIDENCE = {
    federation.EVIDENCE_STATE_PROPOSED: "nobody has joined yet",
    federation.EVIDENCE_STATE_JOINING: "some have joined",
    federation.EVIDENCE_STATE_ROLLS: "all have joined, the rolls are being made",
    federation.EVIDENCE_STATE_OPEN: "voting is open",
    federation.EVIDENCE_STATE_CLOSING: "voting has ended, the last ballots are being passed on",
    federation.EVIDENCE_STATE_PROVISIONAL: "it is being counted and signed",
    federation.EVIDENCE_STATE_FINAL: "the outcome is final",
    federation.EVIDENCE_STATE_DISPUTED: "it is in dispute",
    federation.EVIDENCE_STATE_VOID: "it did not come about",
    federation.EVIDENCE_STATE_ANNULLED: "it was annulled",
}
_BEFORE_OPEN = {pb.VOTE_STATE_PROPOSED, pb.VOTE_STATE_JOINED, pb.VOTE_STATE_ROLL_FROZEN, pb.VOTE_STATE_READY}
_DISPUTES = {
    "two_outcomes": "Two outcomes were signed by enough co-ops.",
    "split": "The co-ops signed different outcomes, and none can reach enough signatures.",
    "misconduct": "It is proved that a co-op broke the rules of the vote.",
    "not_concluded": "Too few co-ops signed an outcome in time.",
}


def when(at: Timestamp, zone: ZoneInfo) -> str:
    moment: datetime = at.ToDatetime(tzinfo=UTC)
    return moment.astimezone(zone).strftime("%-d %B %Y %H:%M")


def before_open(vote: pb.Vote) -> bool:
    """While it stands so here, another co-op may still leave."""
    return vote.state in _BEFORE_OPEN


def not_at_this(state: str) -> tuple[str, str]:
    """Where a vote stands and what comes next, for somebody who wanted something else; `state` as a refusal names it."""
    said = state.replace("_", " ")
    here = next((one for one, name in STATES.items() if name == said), pb.VOTE_STATE_UNSPECIFIED)
    why = f"This vote is not at the point where that can be done. Here it is: {said}."
    return why, _NEXT.get(here, "See: kith vote show")


def left(evidence: federation.GetVoteEvidenceResponse) -> str:
    """Who withdrew; one is enough for the vote never to open."""
    return ", ".join(one.name or one.co_op for one in evidence.boards if one.withdrawn and not one.observer)


def line(vote: pb.Vote, zone: ZoneInfo, gone: str = "") -> str:
    """One line of a list. `gone` withdrew from it."""
    told = f"  ({gone} withdrew: it cannot come about)" if gone else ""
    return f"{vote.vote_id[:12]}  {STATES.get(vote.state, ''):<12} closes {when(vote.closes_at, zone)}  {vote.question}{told}"


def shown(vote: pb.Vote, evidence: federation.GetVoteEvidenceResponse, zone: ZoneInfo, now: datetime) -> Iterator[str]:
    """Lines to print."""
    yield f"{vote.question}\n\n{vote.text.strip()}\n"
    yield f"Vote {vote.vote_id}"
    yield f"Proposed by {vote.convener}. Options: {', '.join(vote.options)}."
    yield f"Everybody must be ready by {when(vote.open_latest, zone)}. It closes {when(vote.closes_at, zone)}."
    if vote.terms:
        terms = read_terms(vote.terms)
        yield from vote_rule.in_words(terms) if before_open(vote) or vote.state == pb.VOTE_STATE_OPEN else ()
        yield from turnout(terms)
    gone = left(evidence)
    yield f"Here: {STATES.get(vote.state, '')}. {_told_left(gone) if gone and before_open(vote) else _NEXT.get(vote.state, '')}"
    if not gone and vote.HasField("ready_from") and vote.ready_from.ToDatetime(tzinfo=UTC) > now:
        yield f"By our own rules' notice and hours this co-op can say ready from {when(vote.ready_from, zone)}."
    if vote.groups:
        yield f"On our roll: {_groups(vote)}."
    if vote.state == pb.VOTE_STATE_ROLL_FROZEN:
        yield f"{vote.attested_by} of 2 scrutineers have opened every row."
    if vote.ballots:
        yield f"{how_many(vote.ballots, 'ballot is', 'ballots are')} recorded here."
    if vote.state == pb.VOTE_STATE_FINAL:
        yield f"It {'passed' if vote.passes else 'did not pass'}. Outcome {vote.outcome_hash}"
    yield ""
    yield from _proved(evidence)


def _told_left(gone: str) -> str:
    return f"{gone} withdrew, so this vote cannot come about. To decide it after all, draft it again: kith vote draft"


def turnout(terms: Terms) -> Iterator[str]:
    """How many must take part."""
    rule = terms.rule.counting
    said = [("", rule.quorum), *rule.class_quorums, *terms.rule.co_op_quorums.items()]
    lines = [f"{of + ': ' if of else ''}{_quorum(one)}" for of, one in said if one.fraction or one.count]
    if lines:
        yield f"Must take part: {'; '.join(lines)}."


def _quorum(one: Quorum) -> str:
    least = [f"{percent(one.fraction)} of those who may vote"] if one.fraction else []
    return "at least " + " and ".join(least + ([how_many(one.count, "person", "people")] if one.count else []))


def _proved(evidence: federation.GetVoteEvidenceResponse) -> Iterator[str]:
    contested = ", and it is contested" if evidence.contested else ""
    gone = left(evidence)
    proved = f"{gone} withdrew, so it cannot come about" if gone else _EVIDENCE.get(evidence.state, "nothing yet")
    yield f"What the boards of the co-ops prove: {proved}{contested}."
    if evidence.why:
        yield _DISPUTES.get(evidence.why, evidence.why)
    yield from (f"Proved: {one}" for one in evidence.misconduct)
    yield from (f"{one} objected to the outcome." for one in evidence.objections)
    if evidence.state == federation.EVIDENCE_STATE_DISPUTED:
        yield from _to_settle(evidence)
    yield ""
    yield f"  {'':<24}{'joined':>8}{'roll':>8}{'ready':>7}{'ballots':>9}{'entries':>9}{'held':>7}{'closed':>8}  signed"
    for one in evidence.boards:
        joined = "left" if one.withdrawn else _word(one.joined)
        roll = "-" if one.observer else str(one.rows) if one.roll else "no"
        yield (
            f"  {one.name or one.co_op:<24}{joined:>8}{roll:>8}{_word(one.ready):>7}{one.ballots:>9}{one.size:>9}"
            f"{one.cut:>7}{_word(one.closed):>8}  {one.outcome_hash[:12] or 'no'}{'  (observer)' if one.observer else ''}"
        )
    yield ""
    yield f"  held: so many entries are on the disk of at least {evidence.q} other {'party' if evidence.q == 1 else 'parties'}."
    yield f"  {evidence.signatures} of {evidence.signatures_needed} signatures that are needed."


def _to_settle(evidence: federation.GetVoteEvidenceResponse) -> Iterator[str]:
    """What the sizes of `kith vote settle --count` can be."""
    for one in evidence.boards:
        if not one.observer:
            held = f", the last by {', '.join(one.witnesses)}" if one.witnesses else ""
            yield f"  {one.co_op}: {one.cut_at_close} entries were held in time, {one.cut} are held now, {one.size} are here{held}."
    if evidence.settlement:
        settlement = read_settlement_body(evidence.settlement)
        sizes = ", ".join(f"{co_op} {size}" for co_op, size in settlement.cuts) or "the vote is annulled"
        yield f"Signed by {', '.join(evidence.settled_by)}: {sizes}. To agree as well: kith vote settle --agree"


def _groups(vote: pb.Vote) -> str:
    said = ", ".join(f"{one.group} {one.rows}{'*' if one.small else ''}" for one in vote.groups)
    small = any(one.small for one in vote.groups)
    return f"{said} (* is so small that the result may show how single people voted)" if small else said


def _word(said: bool) -> str:  # noqa: FBT001 - a cell of a table
    return "yes" if said else "no"


BALLOT_WORDS = {
    federation.BALLOT_WORD_UNSPECIFIED: "not on the board",
    federation.BALLOT_WORD_RECORDED: "recorded",
    federation.BALLOT_WORD_WITNESSED: "witnessed",
    federation.BALLOT_WORD_IN_TIME: "in time",
    federation.BALLOT_WORD_COUNTED: "counted",
    federation.BALLOT_WORD_NOT_COUNTED: "not counted",
}
