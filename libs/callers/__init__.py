"""The caller of an RPC, job or reaction.

A caller is a person with a session, a service that calls as itself, a periodic job, a reaction to an event, or anonymous. Each service
decides what a person may do from its own data; the token only says who it is, which hat they claim and through which channel they came.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class CallerChannel(StrEnum):
    """The channel through which a request reached us."""

    PAGE = "page"
    PHONE = "phone"
    PAPER = "paper"
    HELPER = "helper"
    COMMAND_LINE = "command_line"
    SYSTEM = "system"


class AuthenticationStrength(StrEnum):
    """How strongly the person authenticated when they signed in."""

    NONE = "none"
    LINK = "link"
    CARD = "card"
    RECOVERY = "recovery"
    """Two people whom they had named confirmed who they are."""
    PASSWORD = "password"  # noqa: S105 - a kind of sign-in, not a password
    PASSKEY = "passkey"
    """A device that they unlocked with a finger, a face or a PIN signed for them."""
    INSTANCE_KEY = "instance_key"
    """They have access to the data folder itself."""


@dataclass(frozen=True)
class Caller:
    """Who makes a request.

    Events and audit rows record `id`: a person's id, `service:<name>`, `job:<name>`, `reaction:<source>`, or empty if anonymous.
    """

    id: str
    person: UUID | None = None
    session: UUID | None = None
    hat: str = ""
    acting_for: UUID | None = None
    """The person in whose place they act, if they do (`libs/access/acting.py`). Nothing of their own is asked for then."""
    via: CallerChannel = CallerChannel.SYSTEM
    strength: AuthenticationStrength = AuthenticationStrength.NONE
    helped_by: UUID | None = None
    """Who sits beside them and fills in pages, or reads them out. It gives no right: it is only written down."""

    @property
    def service(self) -> str:
        """The name of the service that calls as itself; empty for every other caller."""
        return self.id.removeprefix("service:") if self.id.startswith("service:") else ""

    @property
    def system(self) -> bool:
        """Whether the caller is the software itself (a job or reaction), not a person."""
        return self.id.startswith(("job:", "reaction:"))


ANONYMOUS = Caller("")


def person(
    person_id: UUID,
    *,
    session: UUID | None = None,
    hat: str = "",
    acting_for: UUID | None = None,
    via: CallerChannel = CallerChannel.PAGE,
    strength: AuthenticationStrength = AuthenticationStrength.LINK,
    helped_by: UUID | None = None,
) -> Caller:
    """The caller for a person who is signed in."""
    return Caller(str(person_id), person_id, session, hat, acting_for, via, strength, helped_by)


def service(name: str) -> Caller:
    """The caller for a service that calls another as itself. It is nobody's person, and sees no row about one."""
    return Caller(f"service:{name}")


def job(name: str) -> Caller:
    """The caller for a periodic job."""
    return Caller(f"job:{name}")


def reaction(source: str) -> Caller:
    """The caller for a reaction to another service's events."""
    return Caller(f"reaction:{source}")
