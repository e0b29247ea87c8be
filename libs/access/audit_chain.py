"""The hash chain of the read audit: how a row is sealed, and how anybody finds a row that was altered, removed or moved afterwards.

    commitment = SHA-256(salt || canonical JSON of the row)        chain = SHA-256(chain of the row before || commitment)

Rows are sealed soon after the read, in order (`libs/access/audit_sealing.py`). Erasing a person blanks what a row says and its salt; the
commitment stays, so that the chain stays whole and nothing can be read from it. docs/formats/read-audit.md describes the format.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from libs.signing import canonical

FIRST_LINK = bytes(32)
"""What the first row is chained to."""
NOBODY = UUID(int=0)
"""The subject of a row whose subject was erased."""


@dataclass(frozen=True)
class AuditRow:
    """One read, as `read_audit` stores it. `salt` is None once the row was erased, and number, commitment and chain until it is sealed."""

    id: UUID
    reader: str
    hat: str
    subject: UUID
    record: str
    action: str
    at: datetime
    fields: tuple[str, ...]
    reason: str
    stale: bool
    acting_for: UUID | None
    salt: bytes | None
    number: int | None = None
    commitment: bytes | None = None
    chain: bytes | None = None
    helped_by: UUID | None = None
    """Who helped the reader with the pages, and may have seen what they saw."""

    @property
    def is_erased(self) -> bool:
        """Whether it was blanked as erasure does it: the reader or the subject, with all that was said of them, and the salt."""
        return self.salt is None and (not self.reader or self.subject == NOBODY) and not self._says_more

    @property
    def _says_more(self) -> bool:
        return bool(self.fields or self.reason or self.acting_for or self.helped_by)


@dataclass(frozen=True)
class ChainHead:
    """The number and the chain of the last row that was sealed by then."""

    number: int
    chain: bytes


class Damage(StrEnum):
    """What can be found wrong."""

    MISSING = "missing"
    """There is no row with this number."""
    ALTERED = "altered"
    """What the row says is not what was sealed."""
    UNCHAINED = "unchained"
    """The row does not follow from the one before it: it was moved or put in, or one of the two was sealed anew."""
    REWRITTEN = "rewritten"
    """The chain up to this row is not the one that was published."""


@dataclass(frozen=True)
class Finding:
    """What is wrong with the row of this number."""

    number: int
    damage: Damage


@dataclass
class ChainCheck:
    """Checks a log row by row, in the order of numbers; then `finish`. It holds no more than one row."""

    heads: Iterable[ChainHead] = ()
    """Published ones, of which copies exist outside the table."""
    head: ChainHead = ChainHead(0, FIRST_LINK)
    """The last row so far."""
    erased: int = 0
    """Rows of which only the place in the chain can be checked."""
    _published: dict[int, list[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for head in self.heads:
            self._published.setdefault(head.number, []).append(head.chain)

    def check(self, row: AuditRow) -> Iterator[Finding]:
        """What is wrong with the next row, and with the place before it."""
        number, chain = row.number or 0, row.chain or b""
        yield from (Finding(missing, Damage.MISSING) for missing in range(self.head.number + 1, number))
        if number <= self.head.number:
            yield Finding(number, Damage.UNCHAINED)
            return
        if row.is_erased:
            self.erased += 1
        elif commit(row) != row.commitment:
            yield Finding(number, Damage.ALTERED)
        # After a gap there is nothing to follow from; the gap is reported already.
        if number == self.head.number + 1 and link(self.head.chain, row.commitment or b"") != chain:
            yield Finding(number, Damage.UNCHAINED)
        if any(published != chain for published in self._published.pop(number, ())):
            yield Finding(number, Damage.REWRITTEN)
        self.head = ChainHead(number, chain)

    def finish(self) -> Iterator[Finding]:
        """What is missing at the end: rows that were published as sealed."""
        last = max(self._published, default=0)
        yield from (Finding(missing, Damage.MISSING) for missing in range(self.head.number + 1, last + 1))


def commit(row: AuditRow) -> bytes:
    """The commitment to a row under its salt."""
    return hashlib.sha256((row.salt or b"") + canonical_row(row)).digest()


def link(previous: bytes, commitment: bytes) -> bytes:
    """The chain at a row, from the chain at the row before it."""
    return hashlib.sha256(previous + commitment).digest()


def canonical_row(row: AuditRow) -> bytes:
    """What a commitment is made of: the row with its number, in canonical JSON. `helped_by` is in it only where somebody helped."""
    helped = {"helped_by": str(row.helped_by)} if row.helped_by else {}
    return canonical.encode(
        {
            **helped,
            "id": str(row.id),
            "number": row.number or 0,
            "reader": row.reader,
            "hat": row.hat,
            "acting_for": str(row.acting_for or ""),
            "subject": str(row.subject),
            "record": row.record,
            "action": row.action,
            "fields": list(row.fields),
            "reason": row.reason,
            "stale": row.stale,
            "at": row.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
    )
