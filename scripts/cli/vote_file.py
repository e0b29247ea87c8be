"""Reads the convener's TOML file for a federated vote: the question, the participants, and the group in which each class votes."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

from kith.governance.v1 import votes_pb2 as pb
from libs.boards.vote_rule import METHODS
from libs.refusals import Invalid
from libs.rulebook import fraction_text
from libs.rulebook.counting import Basis, BelowQuorum
from scripts.cli.console import CommandError, ExitCode

EVERYWHERE = "*"
"""In `groups`, stands for every participant that has the class."""
_TEXTS = ("question", "text", "resolution_type", "method", "basis", "below_quorum", "settlers", "audience")
_REQUIRED = ("question", "text", "resolution_type", "participants", "settlers")
_LISTS = ("options", "candidates", "participants", "observers")
_NUMBERS = ("k", "settle_seconds", "grace_seconds", "window_seconds", "highest_score")
_DAYS = ("open_latest_days", "closes_days")
_TIMES = ("open_latest", "closes_at")
_QUORUM = "quorum"
_QUORUMS = ("group_quorums", "co_op_quorums")
_TABLES = ("weights", "groups", "ceilings", "small", _QUORUM, *_QUORUMS)
_VALUES: Mapping[str, tuple[str, ...]] = {
    "method": tuple(METHODS),
    "basis": tuple(Basis),
    "below_quorum": tuple(BelowQuorum),
    "audience": ("members", "public"),
}
_KEYS = (*_TEXTS, *_LISTS, *_NUMBERS, *_DAYS, *_TIMES, *_TABLES)


@dataclass(frozen=True)
class VoteFile:
    """The content of the file. Times are UTC; days are counted from the drafting."""

    values: Mapping[str, object]
    open_latest: datetime | timedelta
    closes: datetime | timedelta

    @property
    def parties(self) -> list[str]:
        """Ids of all participants and observers."""
        return [*_list(self.values.get("participants")), *_list(self.values.get("observers"))]

    def request(self, now: datetime) -> pb.DraftVoteRequest:
        """The request to draft the vote, without its request_id."""
        request = pb.DraftVoteRequest()
        for key in (*_TEXTS, *_NUMBERS):
            if key in self.values:
                setattr(request, key, self.values[key])
        for key in _LISTS:
            getattr(request, key).extend(_list(self.values.get(key)))
        self._tables(request)
        request.open_latest.FromDatetime(_resolve_time(self.open_latest, now))
        request.closes_at.FromDatetime(_resolve_time(self.closes, now))
        return request

    @contextmanager
    def explained_by_own_rules(self) -> Iterator[None]:
        """Turns a refusal by our own rules into an error in terms of the file."""
        try:
            yield
        except Invalid as refusal:
            if refusal.reason != "RESOLUTION_TYPE_UNKNOWN":
                raise
            why = _not_possible("resolution_type", str(self.values["resolution_type"]), refusal.details.get("known", "").split(", "))
            raise CommandError("No vote was drafted.", why, "The possible ones are those of our rules.", ExitCode.USAGE) from refusal

    def _tables(self, request: pb.DraftVoteRequest) -> None:
        for co_op, weight in _table(self.values.get("weights")).items():
            value = Fraction(str(weight))
            request.weights.add(co_op=co_op, weight=f"{value.numerator}/{value.denominator}")
        for co_op, classes in _table(self.values.get("groups")).items():
            for name, group in _table(classes).items():
                request.class_groups.add(co_op="" if co_op == EVERYWHERE else co_op, member_class=name, group=str(group))
        for co_op, groups in _table(self.values.get("ceilings")).items():
            for group, most in _table(groups).items():
                request.ceilings.add(co_op=co_op, group=group, most=int(str(most)))
        for co_op, small in _table(self.values.get("small")).items():
            for group in _list(small):
                request.small.add(co_op=co_op, group=group)
        if _QUORUM in self.values:
            request.quorum.CopyFrom(_quorum("", self.values[_QUORUM]))
        for key in _QUORUMS:
            getattr(request, key).extend(_quorum(of, quorum) for of, quorum in _table(self.values.get(key)).items())


def read_vote_file(path: Path, zone: ZoneInfo) -> VoteFile:
    """Reads and validates the file. Raises CommandError naming every error."""
    what = "No vote was drafted."
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CommandError(what, f"There is no file {path}.", "Name a vote file.", ExitCode.NOT_FOUND) from None
    except (OSError, ValueError) as error:
        raise CommandError(what, f"{path} cannot be read: {error}.", "Put it right.", ExitCode.USAGE) from None
    problems = [f'There is no key "{key}".' for key in values if key not in _KEYS]
    problems += [f'"{key}" is missing.' for key in _REQUIRED if not values.get(key)]
    problems += [sentence for key, value in values.items() if (sentence := _problem_with(key, value))]
    for days, moment in zip(_DAYS, _TIMES, strict=True):
        if (days in values) == (moment in values):
            problems.append(f'Write either "{days}" or "{moment}".')
    if problems:
        raise CommandError(what, " ".join(problems), f"Put {path} right. An example: examples/vote.toml", ExitCode.USAGE)
    return VoteFile(values, *(_parse_time(values, *keys, zone) for keys in zip(_DAYS, _TIMES, strict=True)))


def _problem_with(key: str, value: object) -> str:
    """An error message if the value has the wrong type; empty if it is valid."""
    for keys, is_valid, kind in _KINDS:
        if key in keys and not is_valid(value):
            return f'"{key}" must be {kind}.'
    return _not_possible(key, str(value), _VALUES[key]) if key in _VALUES and value not in ("", *_VALUES[key]) else ""


def _not_possible(key: str, value: str, possible: Sequence[str]) -> str:
    near = get_close_matches(value.casefold(), possible, n=1)
    meant = f' Did you mean "{near[0]}"?' if near else ""
    return f'"{key}" cannot be "{value}". Possible: {", ".join(possible)}.{meant}'


def _is_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_weight(value: object) -> bool:
    try:
        return isinstance(value, int | str) and not isinstance(value, bool) and Fraction(value) > 0
    except (ValueError, ZeroDivisionError):
        return False


def _is_quorum(value: object) -> bool:
    """Whether it is a quorum as in a rulebook: a share in quotes, a count, or both."""
    fields = _table(value)
    share = fields.get("fraction", "0 %")
    fraction = fraction_text.parse_fraction(share) if isinstance(share, str) else None
    return (
        bool(fields)
        and fields.keys() <= {"fraction", "count"}
        and fraction is not None
        and fraction <= 1
        and ("count" not in fields or _is_count(fields["count"]))
    )


def _quorum(of: str, value: object) -> pb.VoteQuorum:
    fields = _table(value)
    fraction = fraction_text.parse_fraction(str(fields.get("fraction", "0 %"))) or Fraction(0)
    return pb.VoteQuorum(
        of=of, fraction=fraction_text.format_fraction(fraction) if fraction else "", count=int(str(fields.get("count", 0)))
    )


def _is_table_of(is_valid: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, dict) and all(map(is_valid, value.values()))


_KINDS: tuple[tuple[tuple[str, ...], Callable[[object], bool], str], ...] = (
    (_TEXTS, lambda value: isinstance(value, str), "a text in quotes"),
    (_LISTS, _is_names, 'a list of texts, such as ["brook-side", "mill-lane"]'),
    ((*_NUMBERS, *_DAYS), _is_count, "a whole number above zero"),
    (_TIMES, lambda value: isinstance(value, datetime), "a time such as 2026-12-24T18:00:00"),
    (("weights",), _is_table_of(_is_weight), 'a table from co-op to weight, such as elm-row = "1/2"'),
    (("groups",), _is_table_of(_is_table_of(lambda value: isinstance(value, str))), "tables from class to group, one for each co-op"),
    (("ceilings",), _is_table_of(_is_table_of(_is_count)), "tables from group to a number, one for each co-op"),
    (("small",), _is_table_of(_is_names), "a table from co-op to a list of groups"),
    ((_QUORUM,), _is_quorum, 'a share, a count or both, such as { fraction = "1/5", count = 10 }'),
    (_QUORUMS, _is_table_of(_is_quorum), "a table from its name to a share, a count or both, such as worker = { count = 3 }"),
)


def _parse_time(values: Mapping[str, object], days: str, moment: str, zone: ZoneInfo) -> datetime | timedelta:
    """A time or a number of days; a time without an offset is in the co-op's zone."""
    at = values.get(moment)
    if isinstance(at, datetime):
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    return timedelta(days=int(str(values[days])))


def _resolve_time(when: datetime | timedelta, now: datetime) -> datetime:
    """The point in time, in whole seconds as in the terms."""
    return (when if isinstance(when, datetime) else now + when).replace(microsecond=0)


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[str]:
    return value if isinstance(value, list) else []
