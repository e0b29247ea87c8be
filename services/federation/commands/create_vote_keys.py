"""Creates our three keys for one vote, signed with our signing key: a party of a vote signs with keys of this vote alone."""

from dataclasses import replace

from libs.boards.vote_terms import Party
from libs.database.engine import UnitOfWork
from libs.signing import canonical, statement
from services.federation.storage import votes
from services.federation.storage.local_identity import LocalIdentity, require_identity, require_signing_key
from services.federation.storage.votes import VoteKeys


async def create_vote_keys(work: UnitOfWork, local_identity: LocalIdentity, draft: str, convener: str, kind: str) -> None:
    """For a vote of this convener; a second time changes nothing. Raises FailedPrecondition IDENTITY_NOT_READY."""
    document, signing = (await require_identity(work)).document, await require_signing_key(work, local_identity)
    vote_keys = VoteKeys.generate()
    party = Party(
        id=document.id,
        kind=kind,
        root=document.root,
        statement=vote_keys.statement.public_key().public_bytes_raw(),
        board=vote_keys.board.public_key().public_bytes_raw(),
        witness=vote_keys.witness.public_key().public_bytes_raw(),
        reachable=bool(document.endpoint),
        signer=signing.public,
        sig=bytes(64),
    )
    party = replace(party, sig=statement.sign(signing.private, "vote-keys", party.vote_keys_body(draft)))
    await votes.add_keys(work, local_identity.cipher, draft, convener, kind, canonical.encode(party.json()), vote_keys)
