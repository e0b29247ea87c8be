"""A session: somebody has shown that it is them, in this browser, until it ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class SignedIn:
    """What identity answered when they signed in. `session_key` is needed to renew tokens and never leaves the server."""

    person_id: str
    session_id: str
    session_key: str
    hats: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True)
class Session:
    """`cookie` is the browser's secret; what is kept is only its hash."""

    cookie: str
    who: SignedIn

    def wears(self, hat: str) -> bool:
        """Whether they hold this office of the co-op, as far as we last heard."""
        return hat in self.who.hats


class Sessions(Protocol):
    """Where sessions and their half-filled forms are kept."""

    async def begin(self, who: SignedIn) -> Session:
        """A new session with a new cookie."""
        ...

    async def find(self, cookie: str) -> Session | None:
        """The session of this cookie, unless it ended."""
        ...

    async def hats(self, session: Session, hats: Sequence[str]) -> None:
        """Identity says their hats are now these."""
        ...

    async def end(self, session: Session) -> None:
        """The session and its drafts are gone."""
        ...

    async def keep_draft(self, session: Session, name: str, fields: Mapping[str, str]) -> None:
        """What was filled in so far, until the form is sent or the session ends."""
        ...

    async def draft(self, session: Session, name: str) -> Mapping[str, str]:
        """What was kept; empty when nothing was."""
        ...

    async def drop_draft(self, session: Session, name: str) -> None:
        """It was sent, or given up."""
        ...
