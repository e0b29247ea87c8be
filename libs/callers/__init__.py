"""Who is asking.

A caller is a person with a session, a job of the clock, a reaction to a fact, or nobody. What a person may do is decided by each
service from its own facts; the token only says who it is, which hat they claim and how they came.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Via(StrEnum):
    """How an act reached us."""

    PAGE = "page"
    PHONE = "phone"
    PAPER = "paper"
    HELPER = "helper"
    COMMAND_LINE = "command_line"
    SYSTEM = "system"


class Strength(StrEnum):
    """What the person showed when they signed in."""

    NONE = "none"
    LINK = "link"
    CARD = "card"
    PASSWORD = "password"  # noqa: S105 - a kind of sign-in, not a password
    INSTANCE_KEY = "instance_key"
    """They hold the data folder itself."""


@dataclass(frozen=True)
class Caller:
    """`id` is what facts and audit rows name: a person's id, `job:<name>`, `reaction:<source>` or empty for nobody."""

    id: str
    person: UUID | None = None
    session: UUID | None = None
    hat: str = ""
    acting_for: UUID | None = None
    via: Via = Via.SYSTEM
    strength: Strength = Strength.NONE

    @property
    def system(self) -> bool:
        """The co-op's own machinery, not a person."""
        return self.id.startswith(("job:", "reaction:"))


NOBODY = Caller("")


def person(
    person_id: UUID,
    *,
    session: UUID | None = None,
    hat: str = "",
    acting_for: UUID | None = None,
    via: Via = Via.PAGE,
    strength: Strength = Strength.LINK,
) -> Caller:
    """A person who signed in."""
    return Caller(str(person_id), person_id, session, hat, acting_for, via, strength)


def job(name: str) -> Caller:
    """The clock asks."""
    return Caller(f"job:{name}")


def reaction(source: str) -> Caller:
    """A fact of another service asks."""
    return Caller(f"reaction:{source}")
