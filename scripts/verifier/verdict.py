"""What is asked of a verifier, and what it answers."""

from dataclasses import dataclass, field
from enum import IntEnum

from scripts.verifier.cards_and_receipts import Card, Receipt
from scripts.verifier.errors import CheckFailedError
from scripts.verifier.outcome import VoteCount
from scripts.verifier.terms import Terms

FINAL, CONTESTED, ANNULLED = "final", "final, contested", "annulled"


class ExitCode(IntEnum):
    FINAL = 0
    WRONG = 1
    NOT_PINNED = 2
    NOT_FINAL = 3
    CONTESTED = 4
    USAGE = 64
    DAMAGED = 65
    FAULT = 70


@dataclass(frozen=True)
class VerifierInputs:
    """What the caller knows besides the bundle: (co-op id, root fingerprint) pairs, cards and receipts.

    `now` is the caller's clock in seconds since 1970. Without it nobody looks at the clock.
    """

    pins: tuple[tuple[str, str], ...] = ()
    cards: tuple[Card, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    now: int | None = None


@dataclass
class Verdict:
    """The result. `checked` has number and sentence of every passed check; the other fields are set as far as the checks got."""

    checked: list[tuple[int, str]] = field(default_factory=list)
    failure: CheckFailedError | None = None
    damaged: str = ""
    """Why the file is no bundle, or not a whole one. Then nothing was checked."""
    terms: Terms | None = None
    counted: VoteCount | None = None
    not_pinned: list[str] = field(default_factory=list)
    state: str = ""
    remarks: list[str] = field(default_factory=list)
    reaches: list[str] = field(default_factory=list)
    """How far the boards and documents go. The one who packed the file chose that."""
    files: int = 1

    @property
    def exit(self) -> ExitCode:
        """A missing pin outranks the state: an invented federation can also be not final."""
        if self.damaged:
            return ExitCode.DAMAGED
        if self.failure is not None:
            return ExitCode.WRONG
        if self.not_pinned:
            return ExitCode.NOT_PINNED
        return {FINAL: ExitCode.FINAL, CONTESTED: ExitCode.CONTESTED}.get(self.state, ExitCode.NOT_FINAL)
