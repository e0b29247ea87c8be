"""Parses an outcome's JSON: docs/formats/federated-vote.md, "Outcome"."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from pydantic import BaseModel

from services.web.localisation import numbers

ABSTAIN = "abstain"


class OutcomeResult(BaseModel):
    """The `result` of an outcome. co_ops: id, stance, choice."""

    passes: bool
    winner: str
    tie: bool
    co_ops: list[tuple[str, str, str]]


class Outcome(BaseModel):
    """An outcome as the participants signed it."""

    vote: str
    revision: int
    result: OutcomeResult
    reasons: list[tuple[str, list[str]]]
    boards: list[tuple[str, int, str]]
    tallies: list[tuple[str, str, str, int]]
    figures: list[tuple[str, str]]
    quorums: list[tuple[str, str, int, int]]
    rejected: list[tuple[str, int, str]]

    @property
    def rolls(self) -> Sequence[tuple[str, str, int, int]]:
        """Co-op, group, rows and counted ballots, for every group with rows."""
        return self.quorums

    @property
    def voters(self) -> int:
        """How many rows have a counted ballot."""
        return sum(ballots for _, _, _, ballots in self.quorums)

    @property
    def eligible(self) -> int:
        """How many rows there are."""
        return sum(rows for _, _, rows, _ in self.quorums)

    def marks(self, option: str, *, co_op: str = "", group: str = "") -> int:
        """Ballots or points for an option: of everybody, of a co-op, or of one of its groups."""
        return sum(number for owner, of, named, number in self.tallies if named == option and co_op in ("", owner) and group in ("", of))

    def figure(self, name: str) -> Fraction | None:
        """The exact figure with this name; None where it is not defined."""
        value = dict(self.figures).get(name)
        return None if value is None else numbers.parse_fraction(value)

    @property
    def has_weighted_ballots(self) -> bool:
        """Whether ballots of different groups weigh differently."""
        return len({value for name, value in self.figures if name.partition("/")[2].startswith("ballot/")}) > 1

    @property
    def stances(self) -> Counter[str]:
        """The number of co-ops with each stance."""
        return Counter(stance for _, stance, _ in self.result.co_ops)


def parse_outcome(data: bytes) -> Outcome:
    """The outcome of these JSON bytes."""
    return Outcome.model_validate_json(data)
