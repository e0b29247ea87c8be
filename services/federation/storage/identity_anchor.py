"""The number of our newest identity document, in the anchor: outside the database and its backups.

A co-op that was restored from before its last rotation has an older document than its peers, who no longer know its certificate. The anchor
shows it at home, where no peer can say so, and the next document is numbered past the lost ones: never two documents of one number.
"""

from hashlib import sha256

from libs.database.engine import UnitOfWork
from services.federation.storage import own_identity
from services.federation.storage.anchor_file import AnchorFile


class IdentityAnchor:
    """What the anchor knows of our own identity documents."""

    def __init__(self, anchor: AnchorFile, us: str) -> None:
        self._anchor = anchor
        self._origin = f"identity/{us}"
        self.is_old = False
        """Whether our newest document is older than one that we issued."""

    def largest_number(self) -> int:
        """Of all documents that we are known to have issued; 0 for none."""
        head = self._anchor.get_largest_head(self._origin)
        return head[0] if head is not None else 0

    async def compare(self, work: UnitOfWork) -> None:
        """Anchors the newest document, or notices that a newer one is lost."""
        identity = await own_identity.get_latest(work)
        if identity is None:
            return
        self.is_old = identity.document.seq < self.largest_number()
        await self._anchor.record([(self._origin, identity.document.seq, sha256(identity.content).digest())])
