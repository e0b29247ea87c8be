"""Reads the votes in examples/ and computes the results that the demonstration must produce."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from kith.governance.v1 import governance_pb2 as pb
from libs.rulebook import read_rulebook
from services.governance.domain.tally import Tally, count_ballots, tally

PAGE, PAPER = "page", "paper"
TAKEN_BACK = "taken_back"


@dataclass(frozen=True)
class MemberVote:
    """How one member votes: their choices in order, of which the last counts, and whether they come on paper."""

    number: str
    choices: tuple[str, ...]
    source: str

    @property
    def counts(self) -> bool:
        return self.choices[-1] != TAKEN_BACK


def read_votes(example: Path, file: str = "ballots.csv") -> list[MemberVote]:
    """Reads a CSV file of ballots. A member with several rows changes their mind."""
    choices: dict[tuple[str, str], list[str]] = {}
    with (example / file).open(encoding="utf-8", newline="") as csv_file:
        for row in csv.DictReader(csv_file):
            choices.setdefault((row["number"], row["how"]), []).append(row["choice"])
    return [MemberVote(number, tuple(member_choices), source) for (number, source), member_choices in choices.items()]


def read_classes(example: Path) -> dict[str, str]:
    """Maps member numbers to classes, from members.csv."""
    with (example / "members.csv").open(encoding="utf-8", newline="") as file:
        return {row["number"]: row["class"] for row in csv.DictReader(file)}


def sample_votes(example: Path) -> list[MemberVote]:
    """A few votes for a minor motion: every eighth member votes, and every fifth of those is against."""
    numbers = sorted(read_classes(example), key=int)[::8]
    return [MemberVote(number, ("against" if index % 5 == 4 else "for",), PAGE) for index, number in enumerate(numbers)]


def expected_tally(example: Path, resolution_type: str, votes: Sequence[MemberVote]) -> Tally:
    """Counts the votes from the files alone, by the rulebook's rule, independently of the running co-op."""
    resolution = read_rulebook((example / "rulebook.toml").read_bytes()).resolution(resolution_type)
    if resolution is None:
        raise LookupError(resolution_type)
    classes = read_classes(example)
    counted = count_ballots((classes[vote.number], vote.choices[-1]) for vote in votes)
    return tally(resolution.counting, Counter(classes.values()), counted)


def expected_joint_tally(
    rules: Path, resolution_type: str, groups: Mapping[str, Mapping[str, str]], votes: Mapping[Path, Sequence[MemberVote]]
) -> tuple[Tally, Counter[tuple[str, str, str]]]:
    """The expected tally of a federated vote by the convener's rule, and the number of ballots by co-op, group and option.

    `groups` maps co-ops to the group of each class; `votes` are by example folder, which has the name of its co-op.
    """
    resolution = read_rulebook((rules / "rulebook.toml").read_bytes()).resolution(resolution_type)
    if resolution is None:
        raise LookupError(resolution_type)
    eligible: Counter[str] = Counter()
    marks: Counter[tuple[str, str, str]] = Counter()
    for example, cast in votes.items():
        groups_by_member = {number: groups[example.name][member_class] for number, member_class in read_classes(example).items()}
        eligible.update(groups_by_member.values())
        marks.update((example.name, groups_by_member[vote.number], vote.choices[-1]) for vote in cast if vote.counts)
    counted = count_ballots((group, option) for _, group, option in marks.elements())
    return tally(resolution.counting, eligible, counted), marks


def result_differences(result: pb.Result, expected: Tally) -> list[str]:
    """Describes every figure in which the co-op's result differs from the expected one."""
    figures: list[tuple[str, object, object]] = [
        ("whether it passes", result.passes, expected.passes),
        ("the share for it", Fraction(result.share_for or 0), expected.share_for or Fraction(0)),
        (
            "the classes",
            sorted(class_tally.member_class for class_tally in result.classes),
            sorted(class_tally.name for class_tally in expected.classes),
        ),
    ]
    counted = {class_tally.member_class: class_tally for class_tally in result.classes}
    for class_tally in expected.classes:
        row = counted.get(class_tally.name, pb.ClassTally())
        figures += [
            (f"{class_tally.name} on the roll", row.eligible, class_tally.heads.eligible),
            (f"{class_tally.name} for", row.votes_for, class_tally.heads.marks["for"]),
            (f"{class_tally.name} against", row.votes_against, class_tally.heads.marks["against"]),
            (f"{class_tally.name} abstained", row.abstentions, class_tally.heads.abstain),
            (f"the weight of {class_tally.name}", Fraction(row.weight or 0), class_tally.weight),
        ]
    return [f"{what}: {actual} and not {wanted}" for what, actual, wanted in figures if actual != wanted]
