"""Quorums of a federated vote: of everybody, of each group, of each co-op.

The resolution type of our rulebook sets the defaults. A draft may raise them, and may set for another co-op what that co-op's own rules
require; it never lowers a quorum of our own rulebook.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from libs.boards import document_fields
from libs.boards.document_fields import DocumentError
from libs.refusals import Invalid, invalid
from libs.rulebook.counting import Basis, Quorum

QUORUM_COUNT_MAX = 1_000_000


@dataclass(frozen=True)
class QuorumDraft:
    """A quorum as filled in: `of` names a group or a co-op, empty for everybody; `fraction` is "a/b" or empty."""

    of: str
    fraction: str
    count: int


@dataclass(frozen=True)
class QuorumDrafts:
    """All quorums that were filled in; the others are as in the resolution type."""

    whole: QuorumDraft | None = None
    groups: tuple[QuorumDraft, ...] = ()
    co_ops: tuple[QuorumDraft, ...] = ()


@dataclass(frozen=True)
class VoteQuorums:
    """The quorums that go into the terms."""

    whole: Quorum
    groups: tuple[tuple[str, Quorum], ...] = ()
    co_ops: Mapping[str, Quorum] = field(default_factory=dict)


def resolve_quorums(own: VoteQuorums, request: QuorumDrafts, basis: Basis, excluded: Collection[str], own_co_op: str) -> VoteQuorums:
    """Combine the requested quorums with `own`, those of the resolution type by group; `excluded` are groups without a vote.

    Raises Invalid QUORUM_WRONG, QUORUM_TOO_LOW, or QUORUM_UNUSED where the count would never use it: a co-op's quorum when all ballots are
    counted together, or that of an excluded group. Whether groups and co-ops exist is checked with the terms.
    """
    resolved = VoteQuorums(
        whole=_parse_quorum("quorum", request.whole) if request.whole is not None else own.whole,
        groups=tuple(sorted((dict(own.groups) | _quorums_by_name("group_quorums", request.groups)).items())),
        co_ops=_quorums_by_name("co_op_quorums", request.co_ops),
    )
    if resolved.co_ops and basis is Basis.POOLED:
        raise invalid("co_op_quorums", "QUORUM_UNUSED")
    if any(group_request.of in excluded for group_request in request.groups):
        raise invalid("group_quorums", "QUORUM_UNUSED")
    _require_not_below("quorum", resolved.whole, own.whole)
    _require_not_below("co_op_quorums", resolved.co_ops.get(own_co_op, own.whole), own.whole)
    for name, own_quorum in own.groups:
        _require_not_below("group_quorums", dict(resolved.groups)[name], own_quorum)
    return resolved


def _quorums_by_name(field: str, requests: Sequence[QuorumDraft]) -> dict[str, Quorum]:
    quorums = {request.of: _parse_quorum(field, request) for request in requests}
    if len(quorums) != len(requests) or "" in quorums:
        raise _quorum_wrong(field)
    return quorums


def _parse_quorum(field: str, request: QuorumDraft) -> Quorum:
    try:
        fraction = document_fields.parse_fraction(request.fraction or "0/1", field)
    except DocumentError:
        raise _quorum_wrong(field) from None
    if fraction > 1 or not 0 <= request.count <= QUORUM_COUNT_MAX or not (fraction or request.count):
        raise _quorum_wrong(field)
    return Quorum(fraction, request.count)


def _require_not_below(field: str, requested: Quorum, own: Quorum) -> None:
    if requested.fraction < own.fraction or requested.count < own.count:
        raise invalid(field, "QUORUM_TOO_LOW", share=document_fields.format_fraction(own.fraction), people=str(own.count))


def _quorum_wrong(field: str) -> Invalid:
    return invalid(field, "QUORUM_WRONG")
