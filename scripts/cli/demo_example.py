"""What examples/ says about the demonstration's vote, and what must therefore come out of it."""

import csv
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from kith.governance.v1 import governance_pb2 as pb
from libs.rulebook import read
from services.governance.domain.tally import Tally, count_ballots, tally

PAGE, PAPER = "page", "paper"


@dataclass(frozen=True)
class Vote:
    """What one member does: their choices in order, the last of which counts, and how they came."""

    number: str
    choices: tuple[str, ...]
    how: str


def votes_of(example: Path) -> list[Vote]:
    """From ballots.csv; a member who is there twice changed their mind."""
    choices: dict[tuple[str, str], list[str]] = {}
    with (example / "ballots.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            choices.setdefault((row["number"], row["how"]), []).append(row["choice"])
    return [Vote(number, tuple(said), how) for (number, how), said in choices.items()]


def classes_of(example: Path) -> dict[str, str]:
    """Class by member number, from members.csv."""
    with (example / "members.csv").open(encoding="utf-8", newline="") as file:
        return {row["number"]: row["class"] for row in csv.DictReader(file)}


def expected(example: Path, resolution_type: str) -> Tally:
    """The count by hand: from the files alone, by the rulebook's rule, without asking the running co-op anything."""
    kind = read((example / "rulebook.toml").read_bytes()).resolution(resolution_type)
    if kind is None:
        raise LookupError(resolution_type)
    classes = classes_of(example)
    votes = count_ballots((classes[one.number], one.choices[-1]) for one in votes_of(example))
    return tally(kind.counting, Counter(classes.values()), votes)


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
