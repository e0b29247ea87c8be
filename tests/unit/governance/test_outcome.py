"""The outcome of a vote between co-ops: exactly the bytes that docs/formats/federated-vote.md says, for every method and basis."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from libs.boards.vote_rule import CONSENT
from libs.refusals import FailedPrecondition, Invalid
from libs.rulebook.counting import (
    Basis,
    BelowQuorum,
    ClassCap,
    ClassRule,
    Denominator,
    EachClass,
    FixedShares,
    Method,
    OneMemberOneVote,
    Quorum,
    SilentClass,
    Threshold,
)
from libs.signing import canonical, merkle
from services.governance.domain.vote_outcome import OutcomeEvidence, compute_outcome, require_countable
from tests.unit.governance.counting_rules import HALF, make_rule, yes_no_votes
from tests.unit.governance.vote_terms import BallotCounts, make_evidence, make_terms

F = Fraction
ANY = Threshold(F(1, 100), strict=True)
GOLDEN_CASES = json.loads((Path(__file__).parent / "vectors" / "class_votes.json").read_text(encoding="utf-8"))


def decode_outcome(data: bytes) -> dict[str, Any]:  # Any: it comes from JSON
    """The outcome, read back; its bytes are JSON bytes."""
    value = canonical.decode(data)
    assert isinstance(value, dict)
    return value


def decode_figures(data: bytes) -> dict[str, str]:
    return dict(decode_outcome(data)["figures"])


TWO: BallotCounts = {"ash": {"member": yes_no_votes(6, 4)}, "birch": {"member": {**yes_no_votes(1, 2, 1), "rows": 8}}}


def test_the_bytes_of_a_plain_vote_are_exactly_these() -> None:
    terms = make_terms()
    root = {one: merkle.leaf_hash(one.encode()).hex() for one in ("ash", "birch")}
    outcome = compute_outcome(
        terms, make_evidence(terms, TWO, rejected=[("birch", 9, "NO_ROW"), ("ash", 12, "BAD_CHOICE"), ("ash", 3, "BAD_FORM")])
    )
    assert outcome.decode() == (
        f'{{"boards":[["ash",7,"{root["ash"]}"],["birch",7,"{root["birch"]}"]],'
        '"figures":[["members/ballot/member","1/1"],["members/share_for","7/13"],["members/total/against","6/1"],'
        '["members/total/for","7/1"],["members/turnout","7/9"],["members/whole","13/1"]],'
        '"quorums":[["ash","member",10,10],["birch","member",8,4]],'
        '"reasons":[],'
        '"rejected":[["ash",12,"BAD_CHOICE"],["ash",3,"BAD_FORM"],["birch",9,"NO_ROW"]],'
        '"result":{"co_ops":[],"passes":true,"tie":false,"winner":"for"},'
        '"revision":1,"rule":"kith-count/1",'
        '"tallies":[["ash","member","against",4],["ash","member","for",6],'
        '["birch","member","abstain",1],["birch","member","against",2],["birch","member","for",1]],'
        f'"v":1,"vote":"{terms.vote}"}}'
    )


def test_a_motion_that_fails_has_no_winner_and_gives_reasons() -> None:
    outcome = compute_outcome(
        terms := make_terms(make_rule(quorum=Quorum(F(1), 0))), make_evidence(terms, {"ash": {"member": {**yes_no_votes(2, 2), "rows": 9}}})
    )
    assert decode_outcome(outcome)["result"] == {"passes": False, "winner": "", "tie": True, "co_ops": []}
    assert decode_outcome(outcome)["reasons"] == [["quorum", []], ["threshold", []], ["tie", []]]


def test_nothing_cast_at_all_is_an_outcome_too() -> None:
    terms = make_terms()
    outcome = compute_outcome(terms, make_evidence(terms, {}))
    assert decode_outcome(outcome)["reasons"] == [["nothing_cast", []], ["threshold", []]]
    assert decode_figures(outcome) == {"members/total/for": "0/1", "members/total/against": "0/1", "members/whole": "0/1"}
    assert (decode_outcome(outcome)["quorums"], decode_outcome(outcome)["tallies"]) == ([], [])


class TestBases:
    @pytest.mark.parametrize(
        ("basis", "passes", "reasons", "names"),
        [
            (Basis.POOLED, True, [], {"members"}),
            (Basis.ONE_CO_OP_ONE_VOTE, False, [["threshold", []], ["tie", []]], {"ash", "birch", "co_ops"}),
            (Basis.DOUBLE_MAJORITY, False, [["co_op_threshold", []], ["tie", []]], {"members", "ash", "birch", "co_ops"}),
            (Basis.ALL_CO_OPS, False, [["threshold", ["birch"]], ["tie", []]], {"ash", "birch", "co_ops"}),
            (Basis.FIXED_WEIGHTS, True, [], {"ash", "birch", "co_ops"}),
        ],
    )
    def test_the_same_votes_on_every_basis(self, basis: Basis, passes: bool, reasons: list[Any], names: set[str]) -> None:  # noqa: FBT001 - pytest gives it by its name
        weights = (("ash", F(3, 4)), ("birch", F(1, 4))) if basis is Basis.FIXED_WEIGHTS else ()
        terms = make_terms(make_rule(basis=basis, co_op_weights=weights))
        outcome = compute_outcome(terms, make_evidence(terms, TWO))
        assert (decode_outcome(outcome)["result"]["passes"], decode_outcome(outcome)["reasons"]) == (passes, reasons)
        assert {name.partition("/")[0] for name in decode_figures(outcome)} == names
        if basis is not Basis.POOLED:
            assert decode_outcome(outcome)["result"]["co_ops"] == [["ash", "agrees", "for"], ["birch", "does_not_agree", ""]]
            assert decode_figures(outcome)["co_ops/share"] == ("3/4" if basis is Basis.FIXED_WEIGHTS else "1/2")

    @pytest.mark.parametrize(
        ("means", "stance", "reasons"),
        [
            (BelowQuorum.LEFT_OUT, "left_out", []),
            (BelowQuorum.AGAINST, "does_not_agree", [["threshold", []], ["tie", []]]),
            (BelowQuorum.BLOCKS, "blocks", [["quorum", ["birch"]]]),
        ],
    )
    def test_a_co_op_below_its_own_quorum(self, means: BelowQuorum, stance: str, reasons: list[Any]) -> None:
        rule = make_rule(basis=Basis.ONE_CO_OP_ONE_VOTE, below_quorum=means)
        terms = make_terms(rule, quorums={"birch": Quorum(F(3, 4))})
        outcome = compute_outcome(terms, make_evidence(terms, TWO))
        assert decode_outcome(outcome)["result"]["co_ops"][1] == ["birch", stance, ""]
        assert decode_outcome(outcome)["reasons"] == reasons

    def test_a_co_op_without_a_row_has_a_stance_and_hardly_a_figure(self) -> None:
        terms = make_terms(make_rule(basis=Basis.ONE_CO_OP_ONE_VOTE))
        outcome = compute_outcome(terms, make_evidence(terms, {"ash": {"member": yes_no_votes(3, 1)}}))
        assert decode_outcome(outcome)["result"]["co_ops"] == [["ash", "agrees", "for"], ["birch", "does_not_agree", ""]]
        named = {name: figure for name, figure in decode_figures(outcome).items() if name.startswith("birch/")}
        assert named == {"birch/whole": "0/1", "birch/total/for": "0/1", "birch/total/against": "0/1"}

    def test_a_quorum_of_a_group_nobody_is_in_is_not_missed_and_not_a_crash(self) -> None:
        rule = make_rule(basis=Basis.ONE_CO_OP_ONE_VOTE, class_quorums=(("worker", Quorum(F(1, 2))),))
        terms = make_terms(rule, groups=("member", "worker"))
        cast: BallotCounts = {"ash": {"member": yes_no_votes(3, 1), "worker": yes_no_votes(1, 0)}, "birch": {"member": yes_no_votes(1, 0)}}
        assert decode_outcome(compute_outcome(terms, make_evidence(terms, cast)))["result"]["passes"]


class TestMethods:
    def test_under_consent_one_objection_is_enough_and_the_words_are_its_own(self) -> None:
        terms = make_terms(method=CONSENT)
        free = compute_outcome(
            terms, make_evidence(terms, {"ash": {"member": {"consent": 5, "abstain": 3}}, "birch": {"member": {"consent": 2}}})
        )
        assert decode_outcome(free)["result"] == {"passes": True, "winner": "consent", "tie": False, "co_ops": []}
        assert decode_figures(free)["members/total/object"] == "0/1"
        stopped = compute_outcome(terms, make_evidence(terms, {"ash": {"member": {"consent": 50, "object": 1}}, "birch": {}}))
        assert decode_outcome(stopped)["reasons"] == [["threshold", []]]
        assert ["ash", "member", "object", 1] in decode_outcome(stopped)["tallies"]

    def test_a_co_op_that_consents_is_named_by_the_options_word(self) -> None:
        terms = make_terms(make_rule(basis=Basis.ALL_CO_OPS), method=CONSENT)
        outcome = compute_outcome(
            terms, make_evidence(terms, {"ash": {"member": {"consent": 2}}, "birch": {"member": {"consent": 1, "object": 1}}})
        )
        assert decode_outcome(outcome)["result"]["co_ops"] == [["ash", "agrees", "consent"], ["birch", "does_not_agree", ""]]
        assert decode_outcome(outcome)["reasons"] == [["threshold", ["birch"]], ["tie", []]]

    def test_plurality_names_the_option_most_are_for_and_counts_abstentions_for_turnout_alone(self) -> None:
        terms = make_terms(make_rule(method=Method.PLURALITY, threshold=HALF), options=("oak", "elm", "yew"))
        cast: BallotCounts = {
            "ash": {"member": {"oak": 3, "elm": 1, "abstain": 4}},
            "birch": {"member": {"oak": 1, "rows": 9, "ballots": 1}},
        }
        outcome = compute_outcome(terms, make_evidence(terms, cast))
        assert decode_outcome(outcome)["result"]["winner"] == "oak"
        named = decode_figures(outcome)
        assert (named["members/share_for"], named["members/total/yew"], named["members/turnout"]) == ("4/5", "0/1", "9/17")
        assert "members/total/abstain" not in named

    def test_two_options_that_lead_together_decide_nothing(self) -> None:
        terms = make_terms(make_rule(method=Method.PLURALITY, threshold=ANY), options=("oak", "elm"))
        outcome = compute_outcome(terms, make_evidence(terms, {"ash": {"member": {"oak": 2}}, "birch": {"member": {"elm": 2}}}))
        assert decode_outcome(outcome)["result"] == {"passes": False, "winner": "", "tie": True, "co_ops": []}
        assert decode_outcome(outcome)["reasons"] == [["tie", []]]

    def test_an_empty_approval_is_cast_and_marks_nothing(self) -> None:
        terms = make_terms(make_rule(method=Method.APPROVAL, threshold=HALF), options=("oak", "elm"))
        outcome = compute_outcome(terms, make_evidence(terms, {"ash": {"member": {"oak": 3, "elm": 2, "ballots": 6}}, "birch": {}}))
        assert (decode_figures(outcome)["members/share_for"], decode_figures(outcome)["members/whole"]) == ("1/2", "6/1")
        assert decode_outcome(outcome)["reasons"] == [["threshold", []]]

    def test_a_share_of_scores_is_of_the_most_points_there_could_be(self) -> None:
        terms = make_terms(make_rule(method=Method.SCORE, highest_score=5, threshold=HALF), options=("oak", "elm"))
        outcome = compute_outcome(terms, make_evidence(terms, {"ash": {"member": {"oak": 16, "elm": 15, "ballots": 6}}, "birch": {}}))
        assert (decode_figures(outcome)["members/share_for"], decode_outcome(outcome)["result"]["winner"]) == ("8/15", "oak")
        assert decode_outcome(outcome)["tallies"] == [["ash", "member", "elm", 15], ["ash", "member", "oak", 16]]


CLASS_RULES: list[tuple[ClassRule, dict[str, str]]] = [
    (OneMemberOneVote(), {"members/ballot/worker": "1/1", "members/share_for": "9/14"}),
    (ClassCap(("worker",), F(1, 5)), {"members/ballot/worker": "1/10", "members/ballot/member": "1/1", "members/share_for": "9/25"}),
    (
        FixedShares((("member", F(1, 3)), ("worker", F(2, 3)))),
        {"members/ballot/member": "1/12", "members/ballot/worker": "1/15", "members/share_for": "37/60", "members/whole": "1/1"},
    ),
    (EachClass(HALF), {"members/ballot/worker": "1/1", "members/share_for": "9/14"}),
]


@pytest.mark.parametrize(("rule", "wanted"), CLASS_RULES)
def test_the_weight_of_a_ballot_is_one_of_the_figures(rule: ClassRule, wanted: dict[str, str]) -> None:
    terms = make_terms(make_rule(class_rule=rule), groups=("member", "worker"))
    cast: BallotCounts = {
        "ash": {"member": yes_no_votes(1, 1), "worker": yes_no_votes(6, 0)},
        "birch": {"member": yes_no_votes(0, 2), "worker": yes_no_votes(2, 2)},
    }
    outcome = compute_outcome(terms, make_evidence(terms, cast))
    assert {name: decode_figures(outcome).get(name) for name in wanted} == wanted


def test_the_group_that_is_not_for_is_named() -> None:
    terms = make_terms(make_rule(class_rule=EachClass(HALF)), groups=("member", "worker"))
    outcome = compute_outcome(
        terms, make_evidence(terms, {"ash": {"member": yes_no_votes(9, 0), "worker": yes_no_votes(1, 2)}, "birch": {}})
    )
    assert decode_outcome(outcome)["reasons"] == [["class_threshold", ["worker"]]]


def test_a_silent_group_under_fixed_shares_weighs_nothing_and_forfeits_its_share() -> None:
    shares = FixedShares((("member", F(1, 2)), ("worker", F(1, 2))), SilentClass.FORFEIT)
    of_all = Threshold(F(1, 2), strict=True, of=Denominator.ELIGIBLE)
    terms = make_terms(make_rule(class_rule=shares, threshold=of_all), groups=("member", "worker"))
    outcome = compute_outcome(
        terms, make_evidence(terms, {"ash": {"member": yes_no_votes(4, 0), "worker": {"rows": 3, "ballots": 0}}, "birch": {}})
    )
    assert decode_figures(outcome)["members/ballot/worker"] == "0/1"
    assert (decode_figures(outcome)["members/whole"], decode_figures(outcome)["members/share_for"]) == ("1/1", "1/2")


def test_an_excluded_group_has_no_part_in_it() -> None:
    terms = make_terms(make_rule(excluded=("worker",)), groups=("member", "worker"))
    outcome = compute_outcome(terms, make_evidence(terms, {"ash": {"member": yes_no_votes(1, 0)}, "birch": {"member": yes_no_votes(1, 0)}}))
    assert [name for name in decode_figures(outcome) if "worker" in name] == []


@pytest.mark.parametrize("case", GOLDEN_CASES, ids=[case["name"] for case in GOLDEN_CASES])
def test_the_golden_cases_give_the_same_federated_result(case: dict[str, Any]) -> None:
    """The votes of each case as one co-op's board, or several, with a partner that has nobody."""
    given = case.get("co_ops") or {"ash": case["votes"]}
    bodies = {f"co-{name}": votes if isinstance(next(iter(votes.values())), dict) else {"member": votes} for name, votes in given.items()}
    groups = sorted({group for body in bodies.values() for group in body})
    co_ops = sorted(bodies) if len(bodies) > 1 else [*sorted(bodies), "nobody-there"]
    said = case.get("threshold", {"fraction": "1/2", "strict": True, "of": "cast"})
    threshold = Threshold(F(said["fraction"]), said["strict"], Denominator(said["of"]))
    quorum = Quorum(F(case["quorum"]["fraction"])) if "quorum" in case else Quorum()
    counting = make_rule(threshold=threshold, quorum=quorum, class_rule=_class_rule_of_case(case), basis=Basis(case.get("basis", "pooled")))
    terms = make_terms(counting, groups=groups, co_ops=co_ops)
    cast = {name: {group: dict(marks) for group, marks in body.items()} for name, body in bodies.items()}
    if isinstance(case.get("eligible"), int):
        cast["co-ash"]["member"]["rows"] = case["eligible"]
    outcome = compute_outcome(terms, make_evidence(terms, cast))
    wanted = case["expect"]
    assert decode_outcome(outcome)["result"]["passes"] is wanted["passes"]
    named = decode_figures(outcome)
    pooled = named.get("members/share_for", "")
    by_co_op = named.get("co_ops/share", "")
    for key, figure in (("share_for", pooled or by_co_op), ("members", pooled), ("co_ops", by_co_op)):
        if key in wanted:
            assert F(figure) == F(wanted[key])


def _class_rule_of_case(case: dict[str, Any]) -> ClassRule:
    match case.get("rule", {"kind": "none"}):
        case {"kind": "cap", "class": name, "fraction": fraction, "measured_on": measured_on}:
            return ClassCap((name,), F(fraction), Denominator(measured_on))
        case {"kind": "fixed_shares", "shares": shares}:
            return FixedShares(tuple((name, F(share)) for name, share in sorted(shares.items())))
        case {"kind": "each_class", "class_threshold": threshold}:
            return EachClass(Threshold(F(threshold["fraction"]), threshold["strict"]))
        case _:
            return OneMemberOneVote()


def test_whatever_order_the_evidence_comes_in_the_bytes_are_the_same() -> None:
    co_ops, groups = ("ash", "birch", "cedar"), ("member", "worker")
    terms = make_terms(make_rule(basis=Basis.DOUBLE_MAJORITY), groups=groups, co_ops=co_ops)
    cast: BallotCounts = {co_op: {group: yes_no_votes(n, n % 3, 1) for group in groups} for n, co_op in enumerate(co_ops, 1)}
    evidence = make_evidence(terms, cast, rejected=[("cedar", 4, "NO_ROW"), ("ash", 8, "TOO_MANY"), ("ash", 11, "BAD_FORM")])
    random = Random(7)  # noqa: S311 - an order, not a secret
    made = set()
    for _ in range(50):
        shuffled = OutcomeEvidence(
            revision=1,
            boards=random.sample(evidence.boards, len(evidence.boards)),
            tallies=dict(random.sample(list(evidence.tallies.items()), len(evidence.tallies))),
            groups=dict(random.sample(list(evidence.groups.items()), len(evidence.groups))),
            rejected=random.sample(evidence.rejected, len(evidence.rejected)),
        )
        made.add(compute_outcome(terms, shuffled))
    assert len(made) == 1


PLAIN_EVIDENCE = make_evidence(make_terms(), TWO)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(PLAIN_EVIDENCE, revision=0),
        replace(PLAIN_EVIDENCE, boards=PLAIN_EVIDENCE.boards[:1]),
        replace(PLAIN_EVIDENCE, boards=[*PLAIN_EVIDENCE.boards, PLAIN_EVIDENCE.boards[0]]),
        replace(PLAIN_EVIDENCE, boards=[("ash", 7, b"short"), ("birch", 7, bytes(32))]),
        replace(PLAIN_EVIDENCE, tallies={("ash", "member", "maybe"): 10}),
        replace(PLAIN_EVIDENCE, tallies={**PLAIN_EVIDENCE.tallies, ("ash", "member", "for"): 7}),
        replace(PLAIN_EVIDENCE, tallies={**PLAIN_EVIDENCE.tallies, ("ash", "stranger", "for"): 0}),
        replace(PLAIN_EVIDENCE, groups={**PLAIN_EVIDENCE.groups, ("ash", "member"): (9, 10)}),
        replace(PLAIN_EVIDENCE, groups={**PLAIN_EVIDENCE.groups, ("cedar", "member"): (1, 0)}),
        replace(PLAIN_EVIDENCE, rejected=[("cedar", 1, "NO_ROW")]),
    ],
)
def test_numbers_that_contradict_the_terms_or_themselves_are_not_counted(wrong: OutcomeEvidence) -> None:
    with pytest.raises(Invalid) as refused:
        compute_outcome(make_terms(), wrong)
    assert refused.value.reason == "EVIDENCE_WRONG"


def test_points_beyond_every_number_are_no_crash() -> None:
    terms = make_terms(make_rule(method=Method.SCORE, highest_score=5, threshold=HALF), options=("oak", "elm"))
    cast: BallotCounts = {"ash": {"member": {"oak": 2 * (2**53 - 1), "ballots": 2}}, "birch": {}}
    with pytest.raises(FailedPrecondition) as refused:
        compute_outcome(terms, make_evidence(terms, cast))
    assert refused.value.reason == "VOTE_UNCOUNTABLE"


def test_a_rule_that_could_not_be_counted_is_refused_before_anybody_votes() -> None:
    terms = make_terms(make_rule(class_rule=FixedShares((("member", F(1)),))))
    require_countable(terms.rule, ["member"], terms.participants)
    with pytest.raises(Invalid) as refused:
        require_countable(terms.rule, ["member", "worker"], terms.participants)
    assert refused.value.reason == "RULE_CANNOT_COUNT"
