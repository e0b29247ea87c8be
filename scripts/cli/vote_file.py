"""A vote with other co-ops as its convener writes it down: TOML, with the question, who is asked, and in which group each class votes."""

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
from libs.boards.rule import METHODS
from libs.refusals import Invalid
from libs.rulebook import exact
from libs.rulebook.counting import Basis, BelowQuorum
from scripts.cli.console import CommandError, ExitCode

EVERYWHERE = "*"
"""As a co-op's id in `groups`: every participant that has such a class."""
_TEXTS = ("question", "text", "resolution_type", "method", "basis", "below_quorum", "settlers", "audience")
_NEEDED = ("question", "text", "resolution_type", "participants", "settlers")
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
    """What the file says. Times are UTC; days are counted from the drafting."""

    said: Mapping[str, object]
    open_latest: datetime | timedelta
    closes: datetime | timedelta

    @property
    def parties(self) -> list[str]:
        """Ids of all co-ops that it names as taking part or watching."""
        return [*_list(self.said.get("participants")), *_list(self.said.get("observers"))]

    def request(self, now: datetime) -> pb.DraftVoteRequest:
        """Without its request_id."""
        asked = pb.DraftVoteRequest()
        for key in (*_TEXTS, *_NUMBERS):
            if key in self.said:
                setattr(asked, key, self.said[key])
        for key in _LISTS:
            getattr(asked, key).extend(_list(self.said.get(key)))
        self._tables(asked)
        asked.open_latest.FromDatetime(_at(self.open_latest, now))
        asked.closes_at.FromDatetime(_at(self.closes, now))
        return asked

    @contextmanager
    def checked(self) -> Iterator[None]:
        """What our own rules have to say about the file, in the file's own words."""
        try:
            yield
        except Invalid as refusal:
            if refusal.reason != "RESOLUTION_TYPE_UNKNOWN":
                raise
            why = _none_of("resolution_type", str(self.said["resolution_type"]), refusal.details.get("known", "").split(", "))
            raise CommandError("No vote was drafted.", why, "The possible ones are those of our rules.", ExitCode.USAGE) from refusal

    def _tables(self, asked: pb.DraftVoteRequest) -> None:
        for co_op, weight in _table(self.said.get("weights")).items():
            exact = Fraction(str(weight))
            asked.weights.add(co_op=co_op, weight=f"{exact.numerator}/{exact.denominator}")
        for co_op, classes in _table(self.said.get("groups")).items():
            for name, group in _table(classes).items():
                asked.class_groups.add(co_op="" if co_op == EVERYWHERE else co_op, member_class=name, group=str(group))
        for co_op, groups in _table(self.said.get("ceilings")).items():
            for group, most in _table(groups).items():
                asked.ceilings.add(co_op=co_op, group=group, most=int(str(most)))
        for co_op, small in _table(self.said.get("small")).items():
            for group in _list(small):
                asked.small.add(co_op=co_op, group=group)
        if _QUORUM in self.said:
            asked.quorum.CopyFrom(_quorum("", self.said[_QUORUM]))
        for key in _QUORUMS:
            getattr(asked, key).extend(_quorum(of, one) for of, one in _table(self.said.get(key)).items())


def read(path: Path, zone: ZoneInfo) -> VoteFile:
    """Raises CommandError naming everything that is wrong with the file."""
    what = "No vote was drafted."
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CommandError(what, f"There is no file {path}.", "Name a vote file.", ExitCode.NOT_FOUND) from None
    except (OSError, ValueError) as error:
        raise CommandError(what, f"{path} cannot be read: {error}.", "Put it right.", ExitCode.USAGE) from None
    wrong = [f'There is no key "{key}".' for key in said if key not in _KEYS]
    wrong += [f'"{key}" is missing.' for key in _NEEDED if not said.get(key)]
    wrong += [sentence for key, value in said.items() if (sentence := _wrong(key, value))]
    for days, moment in zip(_DAYS, _TIMES, strict=True):
        if (days in said) == (moment in said):
            wrong.append(f'Write either "{days}" or "{moment}".')
    if wrong:
        raise CommandError(what, " ".join(wrong), f"Put {path} right. An example: examples/vote.toml", ExitCode.USAGE)
    return VoteFile(said, *(_moment(said, *keys, zone) for keys in zip(_DAYS, _TIMES, strict=True)))


def _wrong(key: str, value: object) -> str:
    """The sentence about a value that is not of its kind."""
    for keys, right, kind in _KINDS:
        if key in keys and not right(value):
            return f'"{key}" must be {kind}.'
    return _none_of(key, str(value), _VALUES[key]) if key in _VALUES and value not in ("", *_VALUES[key]) else ""


def _none_of(key: str, value: str, possible: Sequence[str]) -> str:
    near = get_close_matches(value.casefold(), possible, n=1)
    meant = f' Did you mean "{near[0]}"?' if near else ""
    return f'"{key}" cannot be "{value}". Possible: {", ".join(possible)}.{meant}'


def _is_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_weight(value: object) -> bool:
    try:
        return isinstance(value, int | str) and not isinstance(value, bool) and Fraction(value) > 0
    except (ValueError, ZeroDivisionError):
        return False


def _is_quorum(value: object) -> bool:
    """As a rulebook writes it: a share in quotes, a count, or both."""
    said = _table(value)
    share = said.get("fraction", "0 %")
    fraction = exact.fraction(share) if isinstance(share, str) else None
    return (
        bool(said)
        and said.keys() <= {"fraction", "count"}
        and fraction is not None
        and fraction <= 1
        and ("count" not in said or _is_count(said["count"]))
    )


def _quorum(of: str, value: object) -> pb.VoteQuorum:
    said = _table(value)
    fraction = exact.fraction(str(said.get("fraction", "0 %"))) or Fraction(0)
    return pb.VoteQuorum(of=of, fraction=exact.written(fraction) if fraction else "", count=int(str(said.get("count", 0))))


def _is_table_of(right: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, dict) and all(map(right, value.values()))


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


def _moment(said: Mapping[str, object], days: str, moment: str, zone: ZoneInfo) -> datetime | timedelta:
    """A time without an offset is meant in the co-op's zone."""
    at = said.get(moment)
    if isinstance(at, datetime):
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    return timedelta(days=int(str(said[days])))


def _at(when: datetime | timedelta, now: datetime) -> datetime:
    """In whole seconds, as terms have them."""
    return (when if isinstance(when, datetime) else now + when).replace(microsecond=0)


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[str]:
    return value if isinstance(value, list) else []
