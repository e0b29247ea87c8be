"""How many must take part in a vote between co-ops: a draft asks for more than the rulebook, or says what another co-op's rules ask."""

from fractions import Fraction
from typing import Any

import pytest

from libs.refusals import Invalid
from libs.rulebook.counting import Basis, Quorum
from services.governance.domain.vote_quorums import QuorumDraft, QuorumDrafts, VoteQuorums, resolve_quorums

F = Fraction
OURS = VoteQuorums(Quorum(F(1, 10), 3), (("staff", Quorum(F(1, 4))),))


def make_quorums(basis: Basis = Basis.ONE_CO_OP_ONE_VOTE, **requested: Any) -> VoteQuorums:  # Any: fields of several kinds
    return resolve_quorums(OURS, QuorumDrafts(**requested), basis, {"friends"}, "ash")


def test_what_nobody_asked_for_is_as_the_rulebook_says() -> None:
    assert make_quorums() == OURS


def test_more_may_be_asked_of_everybody_and_of_each_group() -> None:
    found = make_quorums(whole=QuorumDraft("", "1/5", 20), groups=(QuorumDraft("staff", "1/3", 2), QuorumDraft("people", "", 5)))
    assert found.whole == Quorum(F(1, 5), 20)
    assert found.groups == (("people", Quorum(F(0), 5)), ("staff", Quorum(F(1, 3), 2)))


def test_another_co_op_has_the_quorum_of_its_own_rules_even_where_it_is_lower() -> None:
    assert make_quorums(co_ops=(QuorumDraft("brook", "", 1),)).co_ops == {"brook": Quorum(F(0), 1)}
    assert make_quorums(co_ops=(QuorumDraft("ash", "1/10", 4),)).co_ops == {"ash": Quorum(F(1, 10), 4)}


@pytest.mark.parametrize(
    ("field", "requested"),
    [
        ("quorum", {"whole": QuorumDraft("", "1/5", 0)}),
        ("quorum", {"whole": QuorumDraft("", "", 50)}),
        ("group_quorums", {"groups": (QuorumDraft("staff", "1/5", 0),)}),
        ("co_op_quorums", {"co_ops": (QuorumDraft("ash", "1/11", 3),)}),
    ],
)
def test_what_our_members_wrote_into_their_rules_is_never_lowered(field: str, requested: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        make_quorums(**requested)
    assert (refused.value.reason, refused.value.problems[0].field) == ("QUORUM_TOO_LOW", field)


def test_a_number_that_the_count_would_never_look_at_is_refused() -> None:
    for basis, requested in (
        (Basis.POOLED, {"co_ops": (QuorumDraft("brook", "", 1),)}),
        (Basis.ALL_CO_OPS, {"groups": (QuorumDraft("friends", "", 1),)}),
    ):
        with pytest.raises(Invalid) as refused:
            make_quorums(basis, **requested)
        assert refused.value.reason == "QUORUM_UNUSED"


@pytest.mark.parametrize(
    "requested",
    [
        {"whole": QuorumDraft("", "", 0)},
        {"whole": QuorumDraft("", "6/5", 0)},
        {"whole": QuorumDraft("", "2/10", 9)},
        {"whole": QuorumDraft("", "half", 9)},
        {"whole": QuorumDraft("", "1/2", -1)},
        {"groups": (QuorumDraft("people", "1/2", 0), QuorumDraft("people", "1/3", 0))},
        {"co_ops": (QuorumDraft("", "1/2", 0),)},
    ],
)
def test_an_invalid_quorum_is_refused(requested: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        make_quorums(**requested)
    assert refused.value.reason == "QUORUM_WRONG"
