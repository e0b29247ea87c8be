"""RotateKeys: a new signing key and a new certificate, in a new identity document.

The certificate that was announced as the next one comes into use, so that peers who missed the new document still know us.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from libs.access import hats
from libs.boards import forms, identity
from libs.boards.forms import DocumentError
from libs.callers import Strength
from libs.database.engine import Work
from libs.refusals import NotNow, invalid
from libs.signing import statement
from services.federation.commands.keep_identity import composed
from services.federation.storage import identity_kept, keys, peers, root_key
from services.federation.storage.edge import Edge, identity_of
from services.federation.storage.identity_kept import ToSign

MOST_REVOKED = 100


@dataclass(frozen=True)
class Rotated:
    """The new document; or what the root key, kept elsewhere, must sign first."""

    document: bytes
    seq: int
    to_sign: bytes


async def rotate_keys(work: Work, edge: Edge, revoke: Sequence[str], root_signature: bytes) -> Rotated:
    """Raises NotAllowed HAT_NEEDED, NotNow IDENTITY_NOT_READY or NOTHING_TO_SIGN, Invalid KEY_FORM or SIGNATURE_WRONG."""
    if work.caller.strength is not Strength.INSTANCE_KEY:
        await hats.require(work, hats.OPERATOR)
    await identity_kept.hold(work)
    own = await identity_of(work)
    if root_signature:
        waiting = await identity_kept.to_sign(work)
        if waiting is None or waiting.seq != own.document.seq + 1:
            raise NotNow("NOTHING_TO_SIGN")
        return await _finish(work, waiting, root_signature)
    waiting = await _begin(work, edge, own.document.root, own.document.seq + 1, _keys_of(revoke))
    root = root_key.read(edge.root_file)
    if root is None:
        await identity_kept.keep_to_sign(work, waiting)
        return Rotated(b"", waiting.seq, waiting.body)
    return await _finish(work, waiting, statement.sign(root, identity.KIND, waiting.body))


async def _begin(work: Work, edge: Edge, root: bytes, seq: int, revoke: Sequence[bytes]) -> ToSign:
    """Makes the new keys, which nobody uses before the root has signed."""
    if (before := await identity_kept.to_sign(work)) is not None:
        await keys.forget(work, before.signing_key, before.next_tls)
    signing_key = await keys.add_signing(work, edge.vault, work.now, in_use=False)
    next_tls = await keys.add_tls(work, edge.vault, edge.co_op, "waiting")
    now = await composed(work, edge, root, seq)
    revoked = tuple(sorted({*now.revoked, *revoke}))
    document = replace(now, tls=(await keys.tls_hash(work, "next"), next_tls), revoked=revoked)
    return ToSign(seq, identity.body_of(document), signing_key, next_tls)


async def _finish(work: Work, waiting: ToSign, root_signature: bytes) -> Rotated:
    try:
        content = identity.signed(waiting.body, root_signature)
    except DocumentError:
        raise invalid("root_signature", "SIGNATURE_WRONG") from None
    document = identity.read(content)
    await keys.use_signing(work, waiting.signing_key)
    await keys.move_tls(work, waiting.next_tls)
    for key in document.revoked:
        await keys.revoke(work, key)
    await identity_kept.add(work, document, content)
    for peer in await peers.every(work):
        await peers.note(work, peer.id, "keys_rotated")
    return Rotated(content, document.seq, b"")


def _keys_of(revoke: Sequence[str]) -> list[bytes]:
    if len(revoke) > MOST_REVOKED or not all(forms.HEX32.fullmatch(one) for one in revoke):
        raise invalid("revoke", "KEY_FORM")
    return [bytes.fromhex(one) for one in revoke]
