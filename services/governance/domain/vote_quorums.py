"""How many must take part in a vote with other co-ops: in all, of each group, in each co-op.

The resolution type of our rulebook says it first. A draft may ask for more, and may say for another co-op what that one's own rules ask; it
never lowers what our members have written down for themselves.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from libs.boards import forms
from libs.boards.forms import DocumentError
from libs.refusals import Invalid, invalid
from libs.rulebook.counting import Basis, Quorum

MOST = 1_000_000


@dataclass(frozen=True)
class AskedQuorum:
    """As it was filled in: `of` a group or a co-op, empty for everybody; `fraction` is "a/b" or empty."""

    of: str
    fraction: str
    count: int


@dataclass(frozen=True)
class AskedQuorums:
    """All that were filled in; what is not there is as the resolution type says."""

    whole: AskedQuorum | None = None
    groups: tuple[AskedQuorum, ...] = ()
    co_ops: tuple[AskedQuorum, ...] = ()


@dataclass(frozen=True)
class Quorums:
    """What the terms will say."""

    whole: Quorum
    groups: tuple[tuple[str, Quorum], ...] = ()
    co_ops: Mapping[str, Quorum] = field(default_factory=dict)


def quorums(ours: Quorums, asked: AskedQuorums, basis: Basis, excluded: Collection[str], us: str) -> Quorums:
    """`ours` is what the resolution type asks, its classes as groups; `excluded` are groups without a vote.

    Raises Invalid QUORUM_WRONG, QUORUM_TOO_LOW, or QUORUM_UNUSED where the count would never look at it: of a co-op when all ballots are
    counted together, of a group that is not asked. That groups and co-ops are there is for the law of terms to see.
    """
    found = Quorums(
        whole=_read("quorum", asked.whole) if asked.whole is not None else ours.whole,
        groups=tuple(sorted((dict(ours.groups) | _named("group_quorums", asked.groups)).items())),
        co_ops=_named("co_op_quorums", asked.co_ops),
    )
    if found.co_ops and basis is Basis.POOLED:
        raise invalid("co_op_quorums", "QUORUM_UNUSED")
    if any(one.of in excluded for one in asked.groups):
        raise invalid("group_quorums", "QUORUM_UNUSED")
    _require_not_below("quorum", found.whole, ours.whole)
    _require_not_below("co_op_quorums", found.co_ops.get(us, ours.whole), ours.whole)
    for name, own in ours.groups:
        _require_not_below("group_quorums", dict(found.groups)[name], own)
    return found


def _named(field: str, asked: Sequence[AskedQuorum]) -> dict[str, Quorum]:
    found = {one.of: _read(field, one) for one in asked}
    if len(found) != len(asked) or "" in found:
        raise _wrong(field)
    return found


def _read(field: str, asked: AskedQuorum) -> Quorum:
    try:
        fraction = forms.fraction(asked.fraction or "0/1", field)
    except DocumentError:
        raise _wrong(field) from None
    if fraction > 1 or not 0 <= asked.count <= MOST or not (fraction or asked.count):
        raise _wrong(field)
    return Quorum(fraction, asked.count)


def _require_not_below(field: str, asked: Quorum, own: Quorum) -> None:
    if asked.fraction < own.fraction or asked.count < own.count:
        raise invalid(field, "QUORUM_TOO_LOW", share=forms.said(own.fraction), people=str(own.count))


def _wrong(field: str) -> Invalid:
    return invalid(field, "QUORUM_WRONG")
