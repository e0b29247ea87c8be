"""Sessions: a person is signed in with one browser until the session ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class IdentitySession:
    """Identity's session, as returned at sign-in. `session_key` is needed to renew tokens and never leaves the server."""

    person_id: str
    session_id: str
    session_key: str
    hats: tuple[str, ...]
    expires_at: datetime
    quiet_seconds: int = 0
    """On a device that other people use too: the session ends when nobody used it for so long."""
    helped_by: str = ""
    """The person who helps with the pages, or empty."""

    @property
    def is_shared(self) -> bool:
        """Whether other people use the device too."""
        return self.quiet_seconds > 0


@dataclass(frozen=True)
class HelpedPage:
    """A page on which something was changed while somebody helped. `path` is the page's, without ids."""

    session_id: str
    path: str
    at: datetime


@dataclass(frozen=True)
class Session:
    """A browser's session. `cookie` is the browser's secret; only its hash is stored."""

    cookie: str
    identity: IdentitySession
    acting_for: str = ""
    """The person for whom they act, or empty. Hats are not worn meanwhile."""

    def wears(self, hat: str) -> bool:
        """Whether the person wears this hat, as far as identity last told us; none while they act for somebody or somebody helps."""
        return not self.acting_for and not self.identity.helped_by and hat in self.identity.hats


class SessionStore(Protocol):
    """Stores sessions."""

    async def create(self, identity: IdentitySession) -> Session:
        """Create a session with a new cookie."""
        ...

    async def find(self, cookie: str) -> Session | None:
        """The session with this cookie; None once it has ended."""
        ...

    async def set_hats(self, session: Session, hats: Sequence[str]) -> None:
        """Replace the session's hats by those that identity reports."""
        ...

    async def set_acting_for(self, session: Session, subject: str) -> Session:
        """Act for somebody from now on, or for oneself again (empty). Returns the session as it is then."""
        ...

    async def record_helped_page(self, session: Session, path: str) -> None:
        """Write down that something was changed on this page with somebody's help."""
        ...

    async def list_helped_pages(self, person_id: str, session_ids: Sequence[str]) -> Sequence[HelpedPage]:
        """What was changed in these sessions of the person, in order."""
        ...

    async def end(self, session: Session) -> None:
        """Delete the session."""
        ...
