"""Joins a vote as an observer, under the decision of its peering with the convener: the members decide nothing."""

from dataclasses import replace

from libs.boards.entries import JoinEntry
from libs.database.engine import UnitOfWork
from libs.signing import canonical, statement
from services.federation.domain import agreement
from services.federation.storage import boards, peers, votes
from services.federation.storage.key_cipher import KeyCipher
from services.federation.storage.votes import Vote


async def join_as_observer(work: UnitOfWork, cipher: KeyCipher, vote: Vote, us: str) -> bool:
    """Returns whether it joined."""
    keys, convener = await votes.get_keys(work, cipher, vote.terms.draft, vote.terms.convener), await peers.get(work, vote.terms.convener)
    if keys is None or convener is None or convener.our_half is None:
        return False
    decision = agreement.half_from_json(canonical.decode(convener.our_half)).decision
    join = JoinEntry(vote.id, us, decision.body, decision.date, decision.reference)
    signed = replace(join, sig=statement.sign(keys[1].statement, "join", join.signed()))
    await boards.append_own(work, vote.id, us, [vote.terms.data, signed.data()], once=True)
    return True
