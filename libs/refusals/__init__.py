"""Refusals: the closed set of expected errors.

Each refusal carries a `reason`, an UPPER_SNAKE word that travels over the wire and is turned into a plain sentence by `web`'s catalogues. A
refusal never carries a sentence or personal data: `details` hold ids, numbers and dates that the sentence needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldProblem:
    """One invalid field of a request: its name in the proto, and the reason."""

    field: str
    reason: str


class Refusal(Exception):
    """The base class of all refusals. Raise one of the kinds below, never this."""

    def __init__(self, reason: str, /, *problems: FieldProblem, **details: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.problems: tuple[FieldProblem, ...] = problems
        self.details: Mapping[str, str] = details


class Invalid(Refusal):
    """The request is invalid as it stands; `problems` name the fields."""


class NotSignedIn(Refusal):
    """The caller is not signed in, or the sign-in has expired."""


class NotAllowed(Refusal):
    """The caller has no right to this."""


class NotFound(Refusal):
    """Nothing has that id, or nothing the caller may know of."""


class FailedPrecondition(Refusal):
    """The current state does not allow it."""


class AlreadyExists(Refusal):
    """Another request has already done it."""


class Conflict(Refusal):
    """Somebody else changed it in the meantime, or one request_id came with two different bodies."""


class TooMany(Refusal):
    """Too much, or too often."""


class Unavailable(Refusal):
    """Something that this service needs cannot be reached at the moment."""


KINDS: tuple[type[Refusal], ...] = (
    Invalid,
    NotSignedIn,
    NotAllowed,
    NotFound,
    FailedPrecondition,
    AlreadyExists,
    Conflict,
    TooMany,
    Unavailable,
)


def invalid(field: str, reason: str, /, **details: str) -> Invalid:
    """The common case: one field is invalid, and its reason is the reason of the whole refusal."""
    return Invalid(reason, FieldProblem(field, reason), **details)
