"""The carrier of ballots in federated votes."""

from uuid import UUID

from sqlalchemy import and_, bindparam, select

from libs.boards.entries import Choice
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.governance.domain.vote_ballot import Marks, VotePoll, VoteRow, board_leaf, decode_choice, encode_choice
from services.governance.storage import events_out, vote_rolls, votes
from services.governance.storage.ballots import BallotCarrier, BallotStore
from services.governance.storage.tables import vote, vote_ballot, vote_ballot_entry, vote_row

# The share lock keeps the vote from ending before we commit. The row's revision guards against a concurrent ballot of the same row.
_POLL = (
    select(*votes.VOTE_COLUMNS, vote_row)
    .outerjoin(vote_row, and_(vote_row.c.vote == vote.c.id, vote_row.c.person == bindparam("person")))
    .where(vote.c.id == bindparam("vote"))
    .with_for_update(read=True, of=vote)
)


async def _load_poll(work: UnitOfWork, vote_id: str, person: UUID) -> VotePoll:
    row = (await work.connection.execute(_POLL, {"vote": vote_id, "person": person})).first()
    if row is None:
        raise NotFound("VOTE_UNKNOWN")
    return VotePoll(await votes.vote_from_row(work, row), vote_rolls.optional_row(row))


FEDERATED_VOTES: BallotCarrier[str, VoteRow, Marks | None, Choice | None] = BallotCarrier(
    load_poll=_load_poll,
    ballots=BallotStore(
        "vote",
        vote_row,
        vote_ballot,
        vote_ballot_entry,
        read_row=vote_rolls.read_roll_row,
        encode=encode_choice,
        decode=decode_choice,
        own_values=lambda ballot: {
            "vote": ballot.row.vote,
            "leaf": board_leaf(ballot),
            "voted_at": ballot.recorded_at,
            "withdrawn": ballot.choice is None,
        },
        on_row=("voted_at", "withdrawn"),
    ),
    publish=events_out.vote_ballot_cast,
)
