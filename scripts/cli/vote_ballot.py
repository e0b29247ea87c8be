"""A member's ballot in a federated vote: casts it, looks it up, and fetches its receipt."""

from collections.abc import Sequence
from uuid import UUID

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.pseudonyms import parse_typed_pseudonym
from libs.signing import canonical
from scripts.cli.connection import Connection
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.vote_lookup import get_vote
from scripts.cli.vote_text import BALLOT_STATES

_SCORE = "score"


def parse_marks(method: str, options: Sequence[str], typed: Sequence[str]) -> list[pb.Mark]:
    """Parses the values of `--choice`: an option each, with `=points` if the method is score. Raises CommandError."""
    marks = []
    for text in typed:
        option, equals, points = text.rpartition("=") if method == _SCORE else (text, "", "")
        if method == _SCORE and not (equals and points.isascii() and points.isdigit()):
            raise _not_cast_error(f'"{text}" gives no points.', 'Write them after the option, like --choice "the blue van=3".')
        if option not in {*options, "abstain"}:
            raise _not_cast_error(f'"{option}" is not among the options.', f"Write one of: {', '.join(options)}.")
        marks.append(pb.Mark(option=option, points=int(points) if points else 0))
    return marks


async def cast_ballot(co_op: Connection, vote: str, member: UUID, choices: Sequence[str], *, take_back: bool) -> pb.VoteBallot:
    """Casts a ballot as the member, replacing an earlier one."""
    token = co_op.person_token(member)
    shown = await get_vote(co_op, vote, token)
    marks = [] if take_back else parse_marks(shown.method, shown.options, choices)
    current = await co_op.call(co_op.votes.GetMyVoteBallot, pb.GetMyVoteBallotRequest(vote_id=vote), token)
    request = pb.CastVoteBallotRequest(
        vote_id=vote,
        marks=marks,
        revision=current.ballot.revision if current.HasField("ballot") else 0,
        withdraw=take_back,
    )
    response: pb.CastVoteBallotResponse = await co_op.call(co_op.votes.CastVoteBallot, request, token)
    return response.ballot


async def get_receipt(co_op: Connection, vote: str, member: UUID) -> bytes:
    """The receipt of the member's last ballot, signed by this co-op."""
    token = co_op.person_token(member)
    pseudonym = (await get_vote(co_op, vote, token)).my_pseudonym
    request = federation.GetReceiptRequest(vote_id=vote, pseudonym=pseudonym)
    response: federation.GetReceiptResponse = await co_op.call(co_op.evidence.GetReceipt, request, token)
    return response.receipt


async def look_up_ballot(co_op: Connection, characters: str, vote: str) -> federation.LookUpBallotResponse:
    """Looks up what this co-op holds for the 16 characters of a card, on any board. Raises CommandError."""
    pseudonym = parse_typed_pseudonym(characters)
    if pseudonym is None:
        fix = "Type them from the card: 16 letters and digits; spaces and small letters are fine."
        raise CommandError("Nothing was looked up.", f'"{characters}" is not on any card.', fix, ExitCode.USAGE)
    request = federation.LookUpBallotRequest(vote_id=vote, pseudonym=pseudonym)
    response: federation.LookUpBallotResponse = await co_op.as_secretary(co_op.evidence.LookUpBallot, request)
    if not response.co_op:
        raise CommandError(f"{pseudonym} is on no board that is held here.", "", "Look again at what the card says.", ExitCode.NOT_FOUND)
    return response


def format_choice(choice: bytes) -> str:
    """The choice of an entry on a board as text."""
    if not choice:
        return "taken back"
    decoded = canonical.decode(choice)
    if isinstance(decoded, dict):
        return ", ".join(f"{option} {points}" for option, points in decoded.items()) or "nothing"
    if isinstance(decoded, list):
        return ", ".join(map(str, decoded)) or "nothing"
    return str(decoded)


def lookup_lines(response: federation.LookUpBallotResponse) -> list[str]:
    """The lines to print."""
    lines = [f"{response.pseudonym} is a row of {response.co_op}, in the group {response.group}."]
    for ballot in response.ballots:
        refused = f" ({ballot.code})" if ballot.code else ""
        lines.append(
            f"  {ballot.question}: {format_choice(ballot.choice)}, entry {ballot.index}, {BALLOT_STATES.get(ballot.word, '')}{refused}"
        )
    return lines if response.ballots else [*lines, "  There is no ballot for it."]


def _not_cast_error(why: str, fix: str) -> CommandError:
    return CommandError("No ballot was cast.", why, fix, ExitCode.USAGE)
