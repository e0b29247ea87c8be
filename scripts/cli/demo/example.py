"""What examples/ says about the demonstration's votes, and what must therefore come out of them."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from kith.governance.v1 import governance_pb2 as pb
from libs.rulebook import read
from services.governance.domain.tally import Tally, count_ballots, tally

PAGE, PAPER = "page", "paper"
TAKEN_BACK = "taken_back"


@dataclass(frozen=True)
class Vote:
    """What one member does: their choices in order, the last of which counts, and how they came."""

    number: str
    choices: tuple[str, ...]
    how: str

    @property
    def counts(self) -> bool:
        return self.choices[-1] != TAKEN_BACK


def votes_of(example: Path, file: str = "ballots.csv") -> list[Vote]:
    """A member who is there twice changed their mind."""
    choices: dict[tuple[str, str], list[str]] = {}
    with (example / file).open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            choices.setdefault((row["number"], row["how"]), []).append(row["choice"])
    return [Vote(number, tuple(said), how) for (number, how), said in choices.items()]


def classes_of(example: Path) -> dict[str, str]:
    """Class by member number, from members.csv."""
    with (example / "members.csv").open(encoding="utf-8", newline="") as file:
        return {row["number"]: row["class"] for row in csv.DictReader(file)}


def a_few(example: Path) -> list[Vote]:
    """Votes on a small matter: every eighth member takes part, and every fifth of those is against."""
    numbers = sorted(classes_of(example), key=int)[::8]
    return [Vote(number, ("against" if at % 5 == 4 else "for",), PAGE) for at, number in enumerate(numbers)]


def expected(example: Path, resolution_type: str, votes: Sequence[Vote]) -> Tally:
    """The count by hand: from the files alone, by the rulebook's rule, without asking the running co-op anything."""
    kind = read((example / "rulebook.toml").read_bytes()).resolution(resolution_type)
    if kind is None:
        raise LookupError(resolution_type)
    classes = classes_of(example)
    counted = count_ballots((classes[one.number], one.choices[-1]) for one in votes)
    return tally(kind.counting, Counter(classes.values()), counted)


def expected_together(
    rules: Path, resolution_type: str, groups: Mapping[str, Mapping[str, str]], votes: Mapping[Path, Sequence[Vote]]
) -> tuple[Tally, Counter[tuple[str, str, str]]]:
    """The same for a vote of several co-ops, by the convener's rule: the tally, and ballots by co-op, group and option.

    `groups` gives the group of each class by co-op; `votes` are by example folder, which is named like its co-op.
    """
    kind = read((rules / "rulebook.toml").read_bytes()).resolution(resolution_type)
    if kind is None:
        raise LookupError(resolution_type)
    eligible: Counter[str] = Counter()
    marks: Counter[tuple[str, str, str]] = Counter()
    for example, cast in votes.items():
        group_of = {number: groups[example.name][one] for number, one in classes_of(example).items()}
        eligible.update(group_of.values())
        marks.update((example.name, group_of[one.number], one.choices[-1]) for one in cast if one.counts)
    counted = count_ballots((group, option) for _, group, option in marks.elements())
    return tally(kind.counting, eligible, counted), marks


def differences(result: pb.Result, wanted: Tally) -> list[str]:
    """Every figure in which the co-op's result is not the one counted from the files."""
    figures: list[tuple[str, object, object]] = [
        ("whether it passes", result.passes, wanted.passes),
        ("the share for it", Fraction(result.share_for or 0), wanted.share_for or Fraction(0)),
        ("the classes", sorted(one.member_class for one in result.classes), sorted(one.name for one in wanted.classes)),
    ]
    counted = {one.member_class: one for one in result.classes}
    for one in wanted.classes:
        row = counted.get(one.name, pb.ClassTally())
        figures += [
            (f"{one.name} on the roll", row.eligible, one.heads.eligible),
            (f"{one.name} for", row.votes_for, one.heads.marks["for"]),
            (f"{one.name} against", row.votes_against, one.heads.marks["against"]),
            (f"{one.name} abstained", row.abstentions, one.heads.abstain),
            (f"the weight of {one.name}", Fraction(row.weight or 0), one.weight),
        ]
    return [f"{what}: {found} and not {right}" for what, found, right in figures if found != right]
