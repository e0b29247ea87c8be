"""Formats a federated vote: its state at this co-op, what the boards prove, and a table by co-op."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.documents import read_settlement_body
from libs.boards.vote_terms import VoteTerms, quorum_of_witnesses, read_terms
from libs.rulebook.counting import Quorum
from libs.rulebook.fraction_text import format_exact_percent
from scripts.cli import vote_rule_text
from scripts.cli.wording import enum_words, format_time, plural

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


def witness_warnings(participants: int, observers: int) -> list[str]:
    """What few witnesses mean, said where terms are drafted."""
    q, warnings = quorum_of_witnesses(participants, observers), []
    if q == 1:
        more = 1 if quorum_of_witnesses(participants, observers + 1) > 1 else 2
        warnings.append(
            "Know that one other co-op is enough to say which votes came in time (q = 1), and "
            f"{participants // 2 + 1} signatures settle the result. "
            f"With {more} more observers that none of you runs two are needed (q = 2)."
        )
    if observers >= q:
        warnings.append(
            f"Know that the {observers} observers alone could say which votes came in time (q = {q}). Ask ones that none of you runs: "
            "your own add nothing."
        )
    return warnings


def is_before_open(vote: pb.Vote) -> bool:
    """Whether the vote has not opened, so that a co-op may still withdraw."""
    return vote.state in _BEFORE_OPEN


def wrong_state_message(state: str) -> tuple[str, str]:
    """The state of a vote and the next step, for a command that needs another state; `state` is as in the refusal."""
    name = f"VOTE_STATE_{state.upper()}"
    current = pb.VoteState.Value(name) if name in pb.VoteState.DESCRIPTOR.values_by_name else pb.VOTE_STATE_UNSPECIFIED
    why = f"This vote is not at the point where that can be done. Here it is: {state.replace('_', ' ')}."
    return why, _NEXT.get(current, "See: kith vote show")


def withdrawn_names(evidence: federation.GetVoteEvidenceResponse) -> str:
    """Names of the co-ops that withdrew; a single one keeps the vote from opening."""
    return ", ".join(board.name or board.co_op for board in evidence.boards if board.withdrawn and not board.observer)


def vote_summary(vote: pb.Vote, zone: ZoneInfo, withdrawn: str = "") -> str:
    """One line of a list, with the names of co-ops that withdrew."""
    note = f"  ({withdrawn} withdrew: it cannot come about)" if withdrawn else ""
    return (
        f"{vote.vote_id[:12]}  {enum_words(pb.VoteState, vote.state):<12} closes {format_time(vote.closes_at, zone)}  {vote.question}{note}"
    )


def vote_lines(vote: pb.Vote, evidence: federation.GetVoteEvidenceResponse, zone: ZoneInfo, now: datetime) -> Iterator[str]:
    """Yields the lines to print."""
    yield f"{vote.question}\n\n{vote.text.strip()}\n"
    yield f"Vote {vote.vote_id}"
    yield f"Proposed by {vote.convener}. Options: {', '.join(vote.options)}."
    yield f"Everybody must be ready by {format_time(vote.open_latest, zone)}. It closes {format_time(vote.closes_at, zone)}."
    if vote.terms:
        terms = read_terms(vote.terms)
        yield from vote_rule_text.counting_rule_lines(terms) if is_before_open(vote) or vote.state == pb.VOTE_STATE_OPEN else ()
        yield from quorum_lines(terms)
    withdrawn = withdrawn_names(evidence)
    following = _withdrawn_sentence(withdrawn) if withdrawn and is_before_open(vote) else _NEXT.get(vote.state, "")
    yield f"Here: {enum_words(pb.VoteState, vote.state)}. {following}"
    if not withdrawn and vote.HasField("ready_from") and vote.ready_from.ToDatetime(tzinfo=UTC) > now:
        yield f"By our own rules' notice and hours this co-op can say ready from {format_time(vote.ready_from, zone)}."
    if vote.groups:
        yield f"On our roll: {_group_list(vote)}."
    if vote.state == pb.VOTE_STATE_ROLL_FROZEN:
        yield f"{vote.attested_by} of 2 scrutineers have opened every row."
    if vote.ballots:
        yield f"{plural(vote.ballots, 'ballot is', 'ballots are')} recorded here."
    if vote.state == pb.VOTE_STATE_FINAL:
        yield f"It {'passed' if vote.passes else 'did not pass'}. Outcome {vote.outcome_hash}"
    yield ""
    yield from _evidence_lines(evidence)


def _withdrawn_sentence(withdrawn: str) -> str:
    return f"{withdrawn} withdrew, so this vote cannot come about. To decide it after all, draft it again: kith vote draft"


def quorum_lines(terms: VoteTerms) -> Iterator[str]:
    """Yields a line with the quorums, if there are any."""
    rule = terms.rule.counting
    quorums = [("", rule.quorum), *rule.class_quorums, *terms.rule.co_op_quorums.items()]
    lines = [f"{of + ': ' if of else ''}{_quorum(quorum)}" for of, quorum in quorums if quorum.fraction or quorum.count]
    if lines:
        yield f"Must take part: {'; '.join(lines)}."


def _quorum(quorum: Quorum) -> str:
    least = [f"{format_exact_percent(quorum.fraction)} of those who may vote"] if quorum.fraction else []
    return "at least " + " and ".join(least + ([plural(quorum.count, "person", "people")] if quorum.count else []))


def _evidence_lines(evidence: federation.GetVoteEvidenceResponse) -> Iterator[str]:
    contested = ", and it is contested" if evidence.contested else ""
    withdrawn = withdrawn_names(evidence)
    proved = f"{withdrawn} withdrew, so it cannot come about" if withdrawn else _EVIDENCE.get(evidence.state, "nothing yet")
    yield f"What the boards of the co-ops prove: {proved}{contested}."
    if evidence.why:
        yield _DISPUTES.get(evidence.why, evidence.why)
    yield from (f"Proved: {finding}" for finding in evidence.misconduct)
    yield from (f"{co_op} objected to the outcome." for co_op in evidence.objections)
    if evidence.state == federation.EVIDENCE_STATE_DISPUTED:
        yield from _settlement_lines(evidence)
    yield ""
    yield f"  {'':<24}{'joined':>8}{'roll':>8}{'ready':>7}{'ballots':>9}{'entries':>9}{'held':>7}{'closed':>8}  signed"
    for board in evidence.boards:
        joined = "left" if board.withdrawn else _yes_or_no(board.joined)
        roll = "-" if board.observer else str(board.rows) if board.roll else "no"
        yield (
            f"  {board.name or board.co_op:<24}{joined:>8}{roll:>8}{_yes_or_no(board.ready):>7}{board.ballots:>9}{board.size:>9}"
            f"{board.cut:>7}{_yes_or_no(board.closed):>8}  {board.outcome_hash[:12] or 'no'}{'  (observer)' if board.observer else ''}"
        )
    yield ""
    yield f"  held: so many entries are on the disk of at least {evidence.q} other {'party' if evidence.q == 1 else 'parties'}."
    yield f"  {evidence.signatures} of {evidence.signatures_needed} signatures that are needed."


def _settlement_lines(evidence: federation.GetVoteEvidenceResponse) -> Iterator[str]:
    """Yields the possible sizes for `kith vote settle --count`."""
    for board in evidence.boards:
        if not board.observer:
            held = f", the last by {', '.join(board.witnesses)}" if board.witnesses else ""
            yield f"  {board.co_op}: {board.cut_at_close} entries were held in time, {board.cut} are held now, {board.size} are here{held}."
    if evidence.settlement:
        settlement = read_settlement_body(evidence.settlement)
        sizes = ", ".join(f"{co_op} {size}" for co_op, size in settlement.cuts) or "the vote is annulled"
        yield f"Signed by {', '.join(evidence.settled_by)}: {sizes}. To agree as well: kith vote settle --agree"


def _group_list(vote: pb.Vote) -> str:
    listed = ", ".join(f"{group.group} {group.rows}{'*' if group.small else ''}" for group in vote.groups)
    small = any(group.small for group in vote.groups)
    return f"{listed} (* is so small that the result may show how single people voted)" if small else listed


def _yes_or_no(value: bool) -> str:  # noqa: FBT001 - a cell of a table
    return "yes" if value else "no"


BALLOT_STATES = {
    federation.BALLOT_WORD_UNSPECIFIED: "not on the board",
    federation.BALLOT_WORD_RECORDED: "recorded",
    federation.BALLOT_WORD_WITNESSED: "witnessed",
    federation.BALLOT_WORD_IN_TIME: "in time",
    federation.BALLOT_WORD_COUNTED: "counted",
    federation.BALLOT_WORD_NOT_COUNTED: "not counted",
}
