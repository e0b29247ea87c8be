"""The closed set of ways to say no.

Each refusal carries a `reason`, an UPPER_SNAKE word that travels over the wire and is turned into a plain sentence by `web`'s catalogues. A
refusal never carries a sentence, and never a person's data: `details` hold ids, numbers and dates that the sentence needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldProblem:
    """One field of a request that cannot be taken, by its name in the proto, and why."""

    field: str
    reason: str


class Refusal(Exception):
    """What every way to say no has in common. Raise one of the kinds below, never this."""

    def __init__(self, reason: str, /, *problems: FieldProblem, **details: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.problems: tuple[FieldProblem, ...] = problems
        self.details: Mapping[str, str] = details


class Invalid(Refusal):
    """The request cannot be understood as it is; `problems` name the fields."""


class NotSignedIn(Refusal):
    """Nobody, or nobody any more, is asking."""


class NotAllowed(Refusal):
    """The caller has no right to this."""


class NotFound(Refusal):
    """There is nothing of that id, or nothing the caller may know of."""


class NotNow(Refusal):
    """The state of things does not allow it at this moment."""


class AlreadyDone(Refusal):
    """It was done before, by another request."""


class Conflict(Refusal):
    """Somebody else changed it meanwhile, or one request_id came with two bodies."""


class TooMany(Refusal):
    """Too much, or too often."""


class Elsewhere(Refusal):
    """Something this service needs cannot be reached just now."""


KINDS: tuple[type[Refusal], ...] = (Invalid, NotSignedIn, NotAllowed, NotFound, NotNow, AlreadyDone, Conflict, TooMany, Elsewhere)


def invalid(field: str, reason: str, /, **details: str) -> Invalid:
    """The common case: one field is wrong, and its reason is the reason of the whole."""
    return Invalid(reason, FieldProblem(field, reason), **details)
