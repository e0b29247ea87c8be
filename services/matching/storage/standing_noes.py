"""Whether one of the two of an introduction does not want it, by all that they have said of the other: for decisions of matching itself."""

from sqlalchemy import bindparam, select

from kith.matching.v1.enums import NoKind
from libs.database.engine import UnitOfWork
from services.matching.domain.introduction import Introduction, IntroductionKind, Side
from services.matching.storage.tables import peer_no, private_no

_PRIVATE = select(private_no.c.as_worker, private_no.c.kind).where(
    private_no.c.chooser == bindparam("by"), private_no.c.other == bindparam("of")
)
_AS_PEER = select(peer_no.c.kind).where(peer_no.c.chooser == bindparam("by"), peer_no.c.other == bindparam("of"))


async def stands(work: UnitOfWork, between: Introduction, side: Side) -> bool:
    """A no of this side where the introduction is, or a "never again" of theirs anywhere; what came to nothing is no no."""
    by, of = (between.person, between.worker) if side is Side.PERSON else (between.worker, between.person)
    private = (await work.connection.execute(_PRIVATE, {"by": by, "of": of})).all()
    as_peer = set((await work.connection.execute(_AS_PEER, {"by": by, "of": of})).scalars())
    if NoKind.BLOCK.value in as_peer | {row.kind for row in private}:
        return True
    if between.kind is IntroductionKind.PEER:
        return NoKind.NO.value in as_peer
    return NoKind.NO.value in {row.kind for row in private if row.as_worker is (side is Side.WORKER)}
