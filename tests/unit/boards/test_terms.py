"""Terms: their bytes identify the vote; inconsistent terms are refused with a reason."""

import hashlib
from typing import Any

import pytest

from libs.boards import document_fields
from libs.boards.document_fields import DocumentError
from libs.boards.vote_rule import write_rule
from libs.boards.vote_terms import check_party, quorum_of_witnesses, read_terms, write_terms
from libs.signing import canonical
from libs.signing.canonical import Json
from tests.support.vote_boards import (
    CLOSE,
    GRACE,
    OPEN_LATEST,
    SETTLE,
    START,
    T,
    make_party,
    make_terms,
    plain_rule,
    public_key,
    terms_json,
)

THREE = ("ash", "birch", "cedar")


@pytest.mark.parametrize(("witnesses", "q"), [(1, 1), (2, 1), (3, 2), (4, 3), (5, 3), (6, 4), (9, 5), (29, 15)])
def test_more_than_half_of_the_witnesses_hold_an_entry_but_never_all_of_several(witnesses: int, q: int) -> None:
    for participants in range(2, witnesses + 2):
        assert quorum_of_witnesses(participants, witnesses + 1 - participants) == q


def test_the_vote_is_the_hash_of_the_bytes() -> None:
    terms = make_terms()

    assert terms.vote == hashlib.sha256(b"kith/terms/1\n" + terms.data).hexdigest()
    assert make_terms(question="Shall we share two night rotas?").vote != terms.vote


def test_terms_say_who_takes_part_who_watches_and_when_it_ends() -> None:
    terms = make_terms(*THREE, observers=["oak", "elm"])

    assert (terms.participants, terms.observers) == (THREE, ("elm", "oak"))
    assert terms.witnesses_of("ash") == ("birch", "cedar", "elm", "oak")
    assert terms.concluded_from == CLOSE + SETTLE
    assert terms.signatures_needed == 2
    assert make_terms("ash", "birch").signatures_needed == 2
    assert make_terms(window=253_402_300_799 - T - GRACE).grace == GRACE
    assert make_terms(*(f"co-op-{number}" for number in range(10))).signatures_needed == 6


def test_a_board_is_watched_up_to_21_entries_a_row_and_200_more() -> None:
    ceilings: list[Json] = [["ash", "member", 10], ["ash", "worker", 5], ["birch", "member", 3]]
    terms = make_terms("ash", "birch", groups=["member", "worker"], ceilings=ceilings)

    assert (terms.max_entries("ash"), terms.max_entries("birch")) == (15 * 21 + 200, 3 * 21 + 200)


def test_every_party_vouched_for_its_keys_of_this_draft() -> None:
    terms = make_terms()
    for party in terms.parties:
        check_party(terms, party)

    other = make_terms(draft="1" * 32)
    with pytest.raises(DocumentError):
        check_party(other, other.parties[0])


def test_terms_are_written_as_they_are_read_and_no_other_way() -> None:
    said = terms_json()

    assert read_terms(write_terms(said)).data == canonical.encode(said)
    with pytest.raises(DocumentError):
        write_terms(said | {"q": 2})


def test_a_rule_is_written_as_it_was_read() -> None:
    rules: list[dict[str, Json]] = [
        plain_rule(),
        plain_rule(
            method="score", highest_score=5, class_rule={"kind": "cap", "groups": ["member"], "fraction": "1/10", "measured_on": "cast"}
        ),
        plain_rule(class_rule={"kind": "fixed_shares", "shares": [["member", "1/1"]], "silent": "forfeit"}),
        plain_rule(
            class_rule={"kind": "each_class", "threshold": {"fraction": "1/2", "strict": True, "of": "present"}, "silent_blocks": True}
        ),
        plain_rule(basis="fixed_weights", co_op_weights=[["ash", "1/4"], ["birch", "1/4"], ["cedar", "1/2"]]),
        plain_rule(basis="double_majority", co_op_threshold={"fraction": "2/3", "strict": False, "of": "eligible"}),
        plain_rule(class_quorums=[["member", {"fraction": "1/3", "count": 2}]], co_op_quorums=[["ash", {"fraction": "0/1", "count": 1}]]),
    ]
    for rule in rules:
        options: Json = ["north", "south"] if rule["method"] == "score" else ["for", "against", "abstain"]
        assert write_rule(make_terms(*THREE, rule=rule, options=options).rule) == rule


def _parties(*, changed: dict[str, dict[str, Any]]) -> Json:
    return document_fields.sort_items([{**make_party(co_op).json(), **changed.get(co_op, {})} for co_op in THREE])


WRONG: dict[str, dict[str, Any]] = {
    "version": {"v": 2},
    "draft": {"draft": "0" * 31},
    "convener": {"convener": "dell"},
    "question_of_two_lines": {"question": "one\ntwo"},
    "no_question": {"question": ""},
    "long_text": {"text": "x" * 4001},
    "control_character": {"text": "\x07"},
    "one_option": {"options": ["for"]},
    "strange_options": {"options": ["for", "against"]},
    "abstain_as_an_option": {"rule": plain_rule(method="plurality"), "options": ["north", "abstain"]},
    "option_twice": {"rule": plain_rule(method="plurality"), "options": ["north", "north"]},
    "51_options": {"rule": plain_rule(method="plurality"), "options": [f"option {number}" for number in range(51)]},
    "candidate_who_is_no_option": {"rule": plain_rule(method="plurality"), "options": ["north", "south"], "candidates": ["east"]},
    "candidates_out_of_order": {"rule": plain_rule(method="plurality"), "options": ["a", "b"], "candidates": ["b", "a"]},
    "one_participant": {"parties": [make_party("ash").json()], "convener": "ash", "q": 1},
    "party_twice": {
        "parties": document_fields.sort_items(
            [*(make_party(co_op).json() for co_op in THREE), {**make_party("ash").json(), "reachable": False}]
        )
    },
    "key_twice": {"parties": _parties(changed={"ash": {"witness": public_key("birch", "witness").hex()}})},
    "signer_that_is_a_root": {"parties": _parties(changed={"ash": {"signer": public_key("ash", "root").hex()}})},
    "nobody_reachable": {"parties": _parties(changed={co_op: {"reachable": False} for co_op in THREE})},
    "party_with_more": {"parties": _parties(changed={"ash": {"phone": "none"}})},
    "kind_of_party": {"parties": _parties(changed={"ash": {"kind": "guest"}})},
    "key_of_small_order": {"parties": _parties(changed={"ash": {"witness": "01" + "00" * 31}})},
    "question_not_in_nfc": {"question": "Shall we share one cafe\u0301?"},
    "ballots_of_9_kib": {"rule": plain_rule(method="approval"), "options": [f"{number} {chr(0xFF5E) * 95}" for number in range(30)]},
    "points_beyond_53_bits": {
        "rule": plain_rule(method="score", highest_score=2**53 // 2_000_000 + 1),
        "options": ["a", "b"],
        "ceilings": [["ash", "member", 2_000_000]],
    },
    "short_key": {"parties": _parties(changed={"ash": {"root": "ab"}})},
    "no_groups": {"groups": [], "ceilings": [], "classes": []},
    "51_groups": {"groups": [f"g{number:02}" for number in range(51)], "ceilings": [], "classes": []},
    "group_in_capitals": {"groups": ["Member"], "ceilings": [], "classes": []},
    "ceiling_of_a_stranger": {"ceilings": [["dell", "member", 5]]},
    "ceiling_of_no_group": {"ceilings": [["ash", "worker", 5]]},
    "ceiling_twice": {"ceilings": [["ash", "member", 5], ["ash", "member", 6]]},
    "ceilings_out_of_order": {"ceilings": [["birch", "member", 5], ["ash", "member", 5]]},
    "class_of_a_stranger": {"classes": [["dell", "member", "member"]]},
    "class_in_no_group": {"classes": [["ash", "member", "worker"]]},
    "class_in_two_groups": {"groups": ["a", "b"], "ceilings": [], "classes": [["ash", "member", "a"], ["ash", "member", "b"]]},
    "small_of_a_stranger": {"small": [["dell", "member"]]},
    "k_of_none": {"k": 0},
    "q_by_hand": {"q": 2},
    "open_before_it_was_proposed": {"open_latest": START},
    "close_before_open": {"close": OPEN_LATEST},
    "end_of_time": {"window": 2**53 - 1},
    "a_second_too_late": {"window": 253_402_300_799 - T - GRACE + 1},
    "no_settlers": {"settlers": ""},
    "audience": {"audience": "nobody"},
    "more_than_one_vote": {"double_membership": "many"},
    "ties": {"ties": "pass"},
    "unknown_key": {"colour": "green"},
    "rule_version": {"rule": plain_rule(version="kith-count/2")},
    "method": {"rule": plain_rule(method="ranked")},
    "basis": {"rule": plain_rule(basis="shares")},
    "threshold_of_nothing": {"rule": plain_rule(threshold={"fraction": "0/1", "strict": True, "of": "cast"})},
    "threshold_of_more_than_all": {"rule": plain_rule(co_op_threshold={"fraction": "1/1", "strict": True, "of": "cast"})},
    "threshold_above_one": {"rule": plain_rule(threshold={"fraction": "3/2", "strict": True, "of": "cast"})},
    "fraction_not_in_lowest_terms": {"rule": plain_rule(threshold={"fraction": "2/4", "strict": True, "of": "cast"})},
    "fraction_of_nothing": {"rule": plain_rule(threshold={"fraction": "1/0", "strict": True, "of": "cast"})},
    "fraction_beyond_53_bits": {"rule": plain_rule(threshold={"fraction": "1/9007199254740992", "strict": True, "of": "cast"})},
    "quorum_above_one": {"rule": plain_rule(quorum={"fraction": "2/1", "count": 0})},
    "score_of_a_motion": {"rule": plain_rule(highest_score=5)},
    "no_highest_score": {"rule": plain_rule(method="score"), "options": ["a", "b"]},
    "weights_of_a_pooled_vote": {"rule": plain_rule(co_op_weights=[["ash", "1/1"]])},
    "weights_of_some": {"rule": plain_rule(basis="fixed_weights", co_op_weights=[["ash", "1/1"]])},
    "weights_of_nobody": {"rule": plain_rule(co_op_weights=[])},
    "weight_of_nothing": {"rule": plain_rule(basis="fixed_weights", co_op_weights=[["ash", "0/1"], ["birch", "1/1"], ["cedar", "1/1"]])},
    "quorum_of_a_stranger": {"rule": plain_rule(co_op_quorums=[["dell", {"fraction": "0/1", "count": 0}]])},
    "quorum_of_no_group": {"rule": plain_rule(class_quorums=[["worker", {"fraction": "0/1", "count": 0}]])},
    "everybody_excluded": {"rule": plain_rule(excluded=["member"])},
    "cap_of_nobody": {"rule": plain_rule(class_rule={"kind": "cap", "groups": [], "fraction": "1/2", "measured_on": "cast"})},
    "shares_short_of_one": {"rule": plain_rule(class_rule={"kind": "fixed_shares", "shares": [["member", "1/2"]], "silent": "forfeit"})},
    "consent_of_half": {"rule": plain_rule(method="consent"), "options": ["consent", "object", "abstain"]},
    "class_rule": {"rule": plain_rule(class_rule={"kind": "none", "more": 1})},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_terms_that_are_not_in_harmony_are_refused(wrong: str) -> None:
    said = terms_json() | WRONG[wrong]
    with pytest.raises(DocumentError):
        read_terms(canonical.encode(said))


def test_as_many_take_part_as_their_entries_can_name() -> None:
    """A `closed` has a line for every other party: 48 with the longest names, 49 with somewhat shorter ones."""
    names = [f"co-op-{number:02}-".ljust(63, "x") for number in range(50)]

    assert len(make_terms(*names[:49]).participants) == 49
    assert len(make_terms(*(name[:60] for name in names)).participants) == 50
    with pytest.raises(DocumentError, match="closed would not fit"):
        make_terms(*names)
    with pytest.raises(DocumentError, match="closed would not fit"):
        make_terms(*names[:40], observers=names[40:])


def test_one_option_of_fifty_long_ones_fits_though_all_together_would_not() -> None:
    options = [f"{number:02}" + "\U0001f33f" * 98 for number in range(50)]

    assert len(make_terms(rule=plain_rule(method="plurality"), options=options).options) == 50
    with pytest.raises(DocumentError, match="ballot would not fit"):
        make_terms(rule=plain_rule(method="score", highest_score=1), options=options)


def test_no_board_is_watched_beyond_what_a_checker_reads() -> None:
    assert make_terms(ceilings=[["ash", "member", 2**30]]).max_entries("ash") == 2**21


def test_a_participant_called_members_or_terms_beyond_64_kib_are_refused() -> None:
    with pytest.raises(DocumentError, match="members"):
        make_terms("ash", "members")
    with pytest.raises(DocumentError, match="64 KiB"):
        read_terms(b" " * (64 * 1024 + 1))


def test_terms_without_a_key_or_with_it_twice_are_refused() -> None:
    said = terms_json()
    for key in said:
        with pytest.raises(DocumentError):
            read_terms(canonical.encode({name: value for name, value in said.items() if name != key}))
    with pytest.raises(DocumentError):
        read_terms(canonical.encode(said).replace(b'{"audience"', b'{"audience":"members","audience"', 1))
