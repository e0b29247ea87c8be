"""A member's ballot in a vote with other co-ops: cast, looked up, and proved by a receipt."""

from collections.abc import Sequence
from uuid import UUID

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.rows import as_typed
from libs.database.engine import new_id
from libs.rpc.client import ask
from libs.signing import canonical
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.door import Door
from scripts.cli.vote_named import seen
from scripts.cli.vote_words import BALLOT_WORDS

_SCORE = "score"


def marks_of(method: str, options: Sequence[str], said: Sequence[str]) -> list[pb.Mark]:
    """What was typed after `--choice`: an option each, with `=points` where the method is score. Raises CommandError."""
    marks = []
    for one in said:
        option, equals, points = one.rpartition("=") if method == _SCORE else (one, "", "")
        if method == _SCORE and not (equals and points.isascii() and points.isdigit()):
            raise _not_cast(f'"{one}" gives no points.', 'Write them after the option, like --choice "the blue van=3".')
        if option not in {*options, "abstain"}:
            raise _not_cast(f'"{option}" is not among the options.', f"Write one of: {', '.join(options)}.")
        marks.append(pb.Mark(option=option, points=int(points) if points else 0))
    return marks


async def cast(door: Door, vote: str, member: UUID, choices: Sequence[str], *, take_back: bool) -> pb.VoteBallot:
    """As the member; whatever they said before is replaced."""
    token = door.person(member)
    found = await seen(door, vote, token)
    marks = [] if take_back else marks_of(found.method, found.options, choices)
    mine = await ask(door.votes.GetMyVoteBallot, pb.GetMyVoteBallotRequest(vote_id=vote), token)
    asked = pb.CastVoteBallotRequest(
        request_id=str(new_id()),
        vote_id=vote,
        marks=marks,
        revision=mine.ballot.revision if mine.HasField("ballot") else 0,
        withdraw=take_back,
    )
    answer: pb.CastVoteBallotResponse = await ask(door.votes.CastVoteBallot, asked, token)
    return answer.ballot


async def receipt(door: Door, vote: str, member: UUID) -> bytes:
    """The receipt of the member's last ballot, signed by this co-op."""
    token = door.person(member)
    pseudonym = (await seen(door, vote, token)).my_pseudonym
    asked = federation.GetReceiptRequest(vote_id=vote, pseudonym=pseudonym)
    answer: federation.GetReceiptResponse = await ask(door.evidence.GetReceipt, asked, token)
    return answer.receipt


async def look_up(door: Door, characters: str, vote: str) -> federation.LookUpBallotResponse:
    """What this co-op holds for 16 characters, on any board. Raises CommandError."""
    pseudonym = as_typed(characters)
    if pseudonym is None:
        fix = "Type them from the card: 16 letters and digits; spaces and small letters are fine."
        raise CommandError("Nothing was looked up.", f'"{characters}" is not on any card.', fix, ExitCode.USAGE)
    asked = federation.LookUpBallotRequest(vote_id=vote, pseudonym=pseudonym)
    answer: federation.LookUpBallotResponse = await ask(door.evidence.LookUpBallot, asked, door.secretary())
    if not answer.co_op:
        raise CommandError(f"{pseudonym} is on no board that is held here.", "", "Look again at what the card says.", ExitCode.NOT_FOUND)
    return answer


def choice_in_words(choice: bytes) -> str:
    """What the entry on the board says."""
    if not choice:
        return "taken back"
    said = canonical.decode(choice)
    if isinstance(said, dict):
        return ", ".join(f"{option} {points}" for option, points in said.items()) or "nothing"
    if isinstance(said, list):
        return ", ".join(map(str, said)) or "nothing"
    return str(said)


def found_in_words(found: federation.LookUpBallotResponse) -> list[str]:
    """Lines to print."""
    lines = [f"{found.pseudonym} is a row of {found.co_op}, in the group {found.group}."]
    for one in found.ballots:
        refused = f" ({one.code})" if one.code else ""
        lines.append(f"  {one.question}: {choice_in_words(one.choice)}, entry {one.index}, {BALLOT_WORDS.get(one.word, '')}{refused}")
    return lines if found.ballots else [*lines, "  There is no ballot for it."]


def _not_cast(why: str, fix: str) -> CommandError:
    return CommandError("No ballot was cast.", why, fix, ExitCode.USAGE)
