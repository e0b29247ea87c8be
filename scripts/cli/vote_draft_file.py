"""Reads the convener's TOML file for a federated vote: the question, the participants, and the group in which each class votes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, model_validator

from kith.governance.v1 import votes_pb2 as pb
from libs.boards.vote_rule import METHODS
from libs.refusals import Invalid
from libs.rulebook import fraction_text
from libs.rulebook.counting import Basis, BelowQuorum
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.toml_file import Count, Moment, RequiredText, Text, TomlFile, not_possible, one_of

EVERYWHERE = "*"
"""In `groups`, stands for every participant that has the class."""
_PLAIN = (
    *("question", "text", "resolution_type", "method", "basis", "below_quorum", "settlers", "audience"),
    *("k", "settle_seconds", "grace_seconds", "window_seconds", "highest_score"),
)
_LISTS = ("options", "candidates", "participants", "observers")
_TIME = "a time such as 2026-12-24T18:00:00"
_NAMES = 'a list of texts, such as ["brook-side", "mill-lane"]'
_QUORUM = 'a share, a count or both, such as { fraction = "1/5", count = 10 }'
_QUORUMS = "a table from its name to a share, a count or both, such as worker = { count = 3 }"


def _weight(value: object) -> Fraction:
    try:
        weight = Fraction(value) if isinstance(value, int | str) and not isinstance(value, bool) else Fraction(0)
    except ZeroDivisionError:
        weight = Fraction(0)
    if weight <= 0:
        raise ValueError
    return weight


def _share(value: object) -> Fraction:
    share = fraction_text.parse_fraction(value) if isinstance(value, str) else None
    if share is None or share > 1:
        raise ValueError
    return share


class VoteQuorum(BaseModel):
    """A quorum as in a rulebook: a share in quotes, a count, or both."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    fraction: Annotated[Fraction, PlainValidator(_share)] = Fraction(0)
    count: Count = 0

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.model_fields_set:
            raise ValueError
        return self

    def message(self, of: str = "") -> pb.VoteQuorum:
        fraction = fraction_text.format_fraction(self.fraction) if self.fraction else ""
        return pb.VoteQuorum(of=of, fraction=fraction, count=self.count)


class VoteDraftFile(TomlFile):
    """The content of the file. Times are UTC; days are counted from the drafting."""

    nothing_done = "No vote was drafted."
    example = "examples/vote.toml"
    alternatives = (("open_latest_days", "open_latest"), ("closes_days", "closes_at"))

    question: RequiredText
    text: RequiredText
    resolution_type: RequiredText
    method: Annotated[Text, one_of(tuple(METHODS))] = ""
    basis: Annotated[Text, one_of(tuple(Basis))] = ""
    below_quorum: Annotated[Text, one_of(tuple(BelowQuorum))] = ""
    settlers: RequiredText
    audience: Annotated[Text, one_of(("members", "public"))] = ""
    options: list[str] = Field([], description=_NAMES)
    candidates: list[str] = Field([], description=_NAMES)
    participants: list[str] = Field(description=_NAMES, min_length=1)
    observers: list[str] = Field([], description=_NAMES)
    k: Count = 0
    settle_seconds: Count = 0
    grace_seconds: Count = 0
    window_seconds: Count = 0
    highest_score: Count = 0
    open_latest_days: Count = 0
    closes_days: Count = 0
    open_latest: Moment | None = Field(None, description=_TIME)
    closes_at: Moment | None = Field(None, description=_TIME)
    weights: dict[str, Annotated[Fraction, PlainValidator(_weight)]] = Field(
        {}, description='a table from co-op to weight, such as elm-row = "1/2"'
    )
    groups: dict[str, dict[str, str]] = Field({}, description="tables from class to group, one for each co-op")
    ceilings: dict[str, dict[str, Count]] = Field({}, description="tables from group to a number, one for each co-op")
    small: dict[str, list[str]] = Field({}, description="a table from co-op to a list of groups")
    quorum: VoteQuorum | None = Field(None, description=_QUORUM)
    group_quorums: dict[str, VoteQuorum] = Field({}, description=_QUORUMS)
    co_op_quorums: dict[str, VoteQuorum] = Field({}, description=_QUORUMS)

    @property
    def parties(self) -> list[str]:
        """Ids of all participants and observers."""
        return [*self.participants, *self.observers]

    def request(self, now: datetime) -> pb.DraftVoteRequest:
        """The request to draft the vote, without its request_id."""
        request = pb.DraftVoteRequest(quorum=self.quorum.message() if self.quorum else None)
        self._tables(request)
        for key in _PLAIN:
            if key in self.model_fields_set:
                setattr(request, key, getattr(self, key))
        for key in _LISTS:
            getattr(request, key).extend(getattr(self, key))
        request.open_latest.FromDatetime(_whole_seconds(self.open_latest or now + timedelta(days=self.open_latest_days)))
        request.closes_at.FromDatetime(_whole_seconds(self.closes_at or now + timedelta(days=self.closes_days)))
        return request

    def _tables(self, request: pb.DraftVoteRequest) -> None:
        for co_op, weight in self.weights.items():
            request.weights.add(co_op=co_op, weight=f"{weight.numerator}/{weight.denominator}")
        for co_op, classes in self.groups.items():
            for name, group in classes.items():
                request.class_groups.add(co_op="" if co_op == EVERYWHERE else co_op, member_class=name, group=group)
        for co_op, ceilings in self.ceilings.items():
            for group, most in ceilings.items():
                request.ceilings.add(co_op=co_op, group=group, most=most)
        for co_op, groups in self.small.items():
            for group in groups:
                request.small.add(co_op=co_op, group=group)
        request.group_quorums.extend(quorum.message(of) for of, quorum in self.group_quorums.items())
        request.co_op_quorums.extend(quorum.message(of) for of, quorum in self.co_op_quorums.items())

    @contextmanager
    def explained_by_own_rules(self) -> Iterator[None]:
        """Turns a refusal by our own rules into an error in terms of the file."""
        try:
            yield
        except Invalid as refusal:
            if refusal.reason != "RESOLUTION_TYPE_UNKNOWN":
                raise
            why = f'"resolution_type" {not_possible(self.resolution_type, refusal.details.get("known", "").split(", "))}'
            raise CommandError(self.nothing_done, why, "The possible ones are those of our rules.", ExitCode.USAGE) from refusal


def read_vote_draft_file(path: Path, zone: ZoneInfo) -> VoteDraftFile:
    """Reads and validates the file. Raises CommandError naming every mistake."""
    return VoteDraftFile.read(path, zone)


def _whole_seconds(at: datetime) -> datetime:
    """As in the terms."""
    return at.replace(microsecond=0)
