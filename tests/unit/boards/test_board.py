"""Reading a board entry by entry: valid entries, ignored entries with their codes, and the ballots that count."""

import hashlib
from collections.abc import Iterable

import pytest

from libs.boards import entries as kinds
from libs.boards.board import Board
from libs.boards.entries import Choice
from libs.boards.vote_terms import VoteTerms
from libs.signing import canonical, merkle
from libs.signing.canonical import Json
from tests.support.vote_boards import make_pseudonym, make_roll_row, make_terms, plain_rule, signed_join, signed_outcome

TERMS = make_terms("ash", "birch", observers=["oak"], groups=["member", "worker"], k=2, small=[["ash", "worker"]])
HASH = hashlib.sha256(b"").digest()
JOIN = signed_join(TERMS, "ash").data()
ROWS = [make_roll_row(TERMS, "ash", number).data() for number in range(3)]
ROLL = kinds.RollEntry((("member", 3),)).data()
READY = kinds.ReadyEntry((("ash", 6, HASH), ("birch", 6, HASH))).data()
OPEN = kinds.OpenEntry((("ash", HASH), ("birch", HASH))).data()
BALLOT = kinds.BallotEntry(make_pseudonym("ash", 0), "for").data()
CLOSED = kinds.ClosedEntry((("birch", 0, HASH, 0), ("oak", 0, HASH, 0))).data()
OUTCOME = signed_outcome(TERMS, "ash", b"it passed").data()
WITHDRAW = kinds.NoticeEntry(kinds.WITHDRAW, HASH).data()
OPENED = [TERMS.data, JOIN, *ROWS, ROLL, READY, OPEN]


def rejection_codes(entries: Iterable[bytes], co_op: str = "ash", terms: VoteTerms = TERMS) -> list[str]:
    board = Board(terms, co_op)
    return [board.add(entry) for entry in entries]


def last_rejection_code(*entries: bytes, co_op: str = "ash") -> str:
    """The code of the last one; those before it are in order."""
    *before, found = rejection_codes(entries, co_op)
    assert set(before) <= {""}
    return found


def test_a_whole_board_in_its_order_has_nothing_to_ignore() -> None:
    board = Board(TERMS, "ash").extend([*OPENED, BALLOT, CLOSED, OUTCOME])

    assert board.rejected == []
    assert (board.size, board.roll_size, board.ready_index, board.after_last_ballot) == (11, 6, 6, 9)
    assert board.roll_root == merkle.root_of([merkle.leaf_hash(one) for one in OPENED[:6]])
    assert board.ready_leaf == merkle.leaf_hash(READY)
    assert list(board.rows) == [make_pseudonym("ash", number) for number in range(3)]
    assert board.outcomes[1].hash == hashlib.sha256(b"it passed").digest()
    assert not board.withdrawn


def test_a_board_begins_with_these_terms() -> None:
    assert last_rejection_code(TERMS.data) == ""
    assert last_rejection_code(make_terms("ash", "birch").data) == "OUT_OF_ORDER"
    assert last_rejection_code(TERMS.data, TERMS.data) == "BAD_FORM"


@pytest.mark.parametrize(
    "join",
    [
        signed_join(TERMS, "birch").data(),
        signed_join(TERMS, "ash", by="birch").data(),
        signed_join(make_terms("ash", "birch"), "ash").data(),
    ],
    ids=["of_another", "signed_by_another", "of_another_vote"],
)
def test_a_join_of_somebody_else_is_out_of_order(join: bytes) -> None:
    assert last_rejection_code(TERMS.data, join) == "OUT_OF_ORDER"


def test_a_join_is_the_second_entry_or_none() -> None:
    assert rejection_codes([TERMS.data, WITHDRAW, JOIN]) == ["", "OUT_OF_ORDER", "OUT_OF_ORDER"]
    assert last_rejection_code(TERMS.data, JOIN, JOIN) == "OUT_OF_ORDER"


@pytest.mark.parametrize("entry", [ROWS[0], ROLL, READY, OPEN, CLOSED, OUTCOME, WITHDRAW], ids=range(7))
def test_nothing_is_in_order_before_the_join(entry: bytes) -> None:
    assert rejection_codes([TERMS.data, entry, JOIN, entry])[1] == "OUT_OF_ORDER"


BEGINNINGS: dict[str, list[bytes]] = {
    "join": OPENED[:2],
    "rows": OPENED[:5],
    "roll": OPENED[:6],
    "ready": OPENED[:7],
    "open": OPENED,
    "closed": [*OPENED, CLOSED],
    "outcome": [*OPENED, CLOSED, OUTCOME],
}
IN_ORDER: dict[str, set[str]] = {
    "join": {"row", "notice", "closed"},
    "rows": {"row", "roll", "notice", "closed"},
    "roll": {"ready", "notice", "closed"},
    "ready": {"open", "notice", "closed"},
    "open": {"ballot", "notice", "closed"},
    "closed": {"outcome", "notice"},
    "outcome": {"notice"},
}
ONE_OF_EACH = {
    "join": JOIN,
    "row": make_roll_row(TERMS, "ash", 9).data(),
    "roll": ROLL,
    "ready": READY,
    "open": OPEN,
    "ballot": BALLOT,
    "closed": CLOSED,
    "outcome": OUTCOME,
    "notice": kinds.NoticeEntry(kinds.SUSPEND, HASH).data(),
}


@pytest.mark.parametrize("after", BEGINNINGS)
@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_each_entry_has_its_place(after: str, kind: str) -> None:
    found = last_rejection_code(*BEGINNINGS[after], ONE_OF_EACH[kind])

    if kind in IN_ORDER[after]:
        assert found == ""
    else:
        assert found == ("BEFORE_OPEN" if kind == "ballot" else "OUT_OF_ORDER")


def test_who_only_watches_has_terms_join_notices_and_closed() -> None:
    join = signed_join(TERMS, "oak").data()
    closed = kinds.ClosedEntry((("ash", 0, HASH, 0), ("birch", 0, HASH, 0))).data()
    outcome = signed_outcome(TERMS, "oak", b"it passed").data()

    found = rejection_codes([TERMS.data, join, WITHDRAW, *ROWS[:1], ROLL, READY, OPEN, BALLOT, closed, outcome], "oak")
    assert found == ["", "", "", *["OUT_OF_ORDER"] * 4, "BEFORE_OPEN", "", "OUT_OF_ORDER"]


@pytest.mark.parametrize(
    ("before", "row"),
    [
        (make_roll_row(TERMS, "ash", 5), make_roll_row(TERMS, "ash", 4)),
        (make_roll_row(TERMS, "ash", 5), make_roll_row(TERMS, "ash", 5)),
        (make_roll_row(TERMS, "ash", 1), make_roll_row(TERMS, "ash", 2, "investor")),
    ],
    ids=["smaller", "the_same", "of_no_group"],
)
def test_a_row_that_does_not_fit_is_ignored_and_not_counted(before: kinds.RowEntry, row: kinds.RowEntry) -> None:
    assert last_rejection_code(TERMS.data, JOIN, before.data(), row.data()) == "OUT_OF_ORDER"
    board = Board(TERMS, "ash").extend([TERMS.data, JOIN, before.data(), row.data()])
    assert list(board.rows) == [before.pseudonym]


def test_who_is_excluded_has_no_rows() -> None:
    terms = make_terms("ash", "birch", groups=["member", "worker"], rule=plain_rule(excluded=["worker"]))
    entries = [terms.data, signed_join(terms, "ash").data(), make_roll_row(terms, "ash", 1, "worker").data()]

    assert rejection_codes(entries, terms=terms)[-1] == "OUT_OF_ORDER"


@pytest.mark.parametrize(
    ("groups", "roll", "code"),
    [
        (["member"] * 3, [("member", 3)], ""),
        (["member"] * 3, [("member", 4)], "OUT_OF_ORDER"),
        (["member"] * 3, [("member", 3), ("worker", 1)], "OUT_OF_ORDER"),
        (["member"], [("member", 1)], "OUT_OF_ORDER"),
        (["worker"], [("worker", 1)], ""),
        ([], [], ""),
        (["member"] * 5, [("member", 5)], "OUT_OF_ORDER"),
    ],
    ids=["right", "one_too_many", "a_group_nobody_is_in", "below_k", "small_by_name", "nobody", "above_the_ceiling"],
)
def test_a_roll_says_what_the_rows_say_within_ceilings_and_k(groups: list[str], roll: list[tuple[str, int]], code: str) -> None:
    ceilings: list[Json] = [["ash", "member", 4], ["ash", "worker", 4]]
    terms = make_terms("ash", "birch", groups=["member", "worker"], k=2, small=[["ash", "worker"]], ceilings=ceilings)
    rows = [make_roll_row(terms, "ash", number, group).data() for number, group in enumerate(groups)]

    assert (
        rejection_codes([terms.data, signed_join(terms, "ash").data(), *rows, kinds.RollEntry(tuple(roll)).data()], terms=terms)[-1] == code
    )


def test_after_a_wrong_roll_a_right_one_may_follow() -> None:
    assert rejection_codes([*OPENED[:5], kinds.RollEntry((("member", 2),)).data(), ROLL])[-2:] == ["OUT_OF_ORDER", ""]


def test_who_withdrew_is_not_ready_any_more_and_who_is_ready_does_not_withdraw() -> None:
    assert last_rejection_code(*OPENED[:6], WITHDRAW, READY) == "OUT_OF_ORDER"
    assert Board(TERMS, "ash").extend([*OPENED[:6], WITHDRAW]).withdrawn
    assert not Board(TERMS, "ash").extend([*OPENED, WITHDRAW]).withdrawn


def test_an_outcome_stands_once_for_each_revision_and_every_good_signature_is_known() -> None:
    other = signed_outcome(TERMS, "ash", b"it did not pass").data()
    early = signed_outcome(TERMS, "ash", b"too early").data()
    second = signed_outcome(TERMS, "ash", b"it passed", 2).data()
    forged = signed_outcome(TERMS, "ash", b"forged", by="birch").data()
    board = Board(TERMS, "ash").extend([*OPENED, early, CLOSED, OUTCOME, other, second, forged])

    assert [code for _, code in board.rejected] == ["OUT_OF_ORDER"] * 3
    assert {revision: one.hash for revision, one in board.outcomes.items()} == dict.fromkeys([1, 2], hashlib.sha256(b"it passed").digest())
    assert len(board.signed) == 4


SCORE = make_terms("ash", "birch", rule=plain_rule(method="score", highest_score=3), options=["b", "a"])
APPROVAL = make_terms("ash", "birch", rule=plain_rule(method="approval"), options=["b", "a"])
PLURALITY = make_terms("ash", "birch", rule=plain_rule(method="plurality"), options=["b", "a"])
CONSENT = make_terms(
    "ash",
    "birch",
    rule=plain_rule(method="consent", threshold={"fraction": "1/1", "strict": False, "of": "cast"}),
    options=["consent", "object", "abstain"],
)
MOTION = make_terms("ash", "birch")


@pytest.mark.parametrize(
    ("terms", "choice", "code"),
    [
        (MOTION, "for", ""),
        (MOTION, "abstain", ""),
        (MOTION, "perhaps", "BAD_CHOICE"),
        (MOTION, ("for",), "BAD_CHOICE"),
        (MOTION, {"for": 1}, "BAD_CHOICE"),
        (CONSENT, "object", ""),
        (CONSENT, "against", "BAD_CHOICE"),
        (PLURALITY, "a", ""),
        (PLURALITY, "abstain", ""),
        (PLURALITY, ("a",), "BAD_CHOICE"),
        (APPROVAL, ("a", "b"), ""),
        (APPROVAL, (), ""),
        (APPROVAL, ("b", "a"), "BAD_CHOICE"),
        (APPROVAL, ("a", "a"), "BAD_CHOICE"),
        (APPROVAL, ("c",), "BAD_CHOICE"),
        (APPROVAL, ("abstain",), "BAD_CHOICE"),
        (APPROVAL, "a", "BAD_CHOICE"),
        (SCORE, {"a": 3, "b": 0}, ""),
        (SCORE, {}, ""),
        (SCORE, {"a": 4}, "BAD_CHOICE"),
        (SCORE, {"c": 1}, "BAD_CHOICE"),
        (SCORE, ("a",), "BAD_CHOICE"),
        (SCORE, None, ""),
    ],
)
def test_a_ballot_chooses_what_the_method_allows(terms: VoteTerms, choice: Choice | None, code: str) -> None:
    assert last_rejection_code_on_open_board(terms, kinds.BallotEntry(make_pseudonym("ash", 0), choice).data()) == code


@pytest.mark.parametrize(
    "changed",
    [
        {"choice": 1},
        {"choice": True},
        {"choice": ["for", 1]},
        {"choice": {"for": True}},
        {"choice": {"for": [1]}},
        {"withdrawn": True},
        {"pseudonym": "lower-case-name"},
        {"pseudonym": "0000000000000000".replace("0", "U")},
        {"pseudonym": 7},
        {"more": 1},
    ],
    ids=str,
)
def test_a_ballot_of_another_form_is_bad_and_yet_a_ballot(changed: dict[str, Json]) -> None:
    data = canonical.encode({"kind": "ballot", "pseudonym": make_pseudonym("ash", 0), "choice": "for", **changed})
    board = Board(TERMS, "ash").extend([*OPENED, data])

    assert board.rejected == [(8, "BAD_FORM")]
    assert board.after_last_ballot == 9


@pytest.mark.parametrize("withdrawn", [False, 1, "true"])
def test_a_ballot_is_withdrawn_with_true_alone(withdrawn: Json) -> None:
    assert (
        last_rejection_code(*OPENED, canonical.encode({"kind": "ballot", "pseudonym": make_pseudonym("ash", 0), "withdrawn": withdrawn}))
        == "BAD_FORM"
    )


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\x00", b"null", b"[]", b'{"kind":"speech"}', b'{"kind":7}', BALLOT + b" ", BALLOT.replace(b":", b": ", 1), b"[" * 9000],
    ids=range(9),
)
def test_bytes_that_are_not_an_entry_are_malformed_and_not_a_ballot(data: bytes) -> None:
    board = Board(TERMS, "ash").extend([*OPENED, data])

    assert board.rejected == [(8, "BAD_FORM")]
    assert board.after_last_ballot == 0


def test_an_entry_of_more_than_8_kib_is_bad() -> None:
    long = kinds.BallotEntry(make_pseudonym("ash", 0), "x" * 8200).data()
    assert last_rejection_code(*OPENED, long) == "BAD_FORM"


def test_the_codes_of_a_ballot_go_in_their_order() -> None:
    stranger = kinds.BallotEntry(make_pseudonym("ash", 7), "perhaps")
    bad = canonical.encode({"kind": "ballot", "pseudonym": make_pseudonym("ash", 7), "choice": 1})

    assert rejection_codes([*OPENED[:7], bad, stranger.data(), OPEN, stranger.data()])[-4:] == ["BAD_FORM", "BEFORE_OPEN", "", "NO_ROW"]


def test_the_21st_ballot_of_a_row_is_too_many_and_bad_choices_are_counted_with_them() -> None:
    perhaps = kinds.BallotEntry(make_pseudonym("ash", 0), "perhaps").data()
    board = Board(TERMS, "ash").extend([*OPENED, *[BALLOT] * 19, perhaps, BALLOT, perhaps])

    assert [code for _, code in board.rejected] == ["BAD_CHOICE", "TOO_MANY", "TOO_MANY"]
    assert board.ballots[make_pseudonym("ash", 0)].index == len(OPENED) + 18


def test_the_last_entry_of_a_row_counts_even_if_it_withdraws_the_ballot() -> None:
    name = make_pseudonym("ash", 1)
    board = Board(TERMS, "ash").extend([*OPENED, *(kinds.BallotEntry(name, choice).data() for choice in ("for", "against", None))])
    assert (board.ballots[name].index, board.ballots[name].choice) == (10, None)

    board.add(kinds.BallotEntry(name, "perhaps").data())
    assert board.ballots[name].choice is None
    board.add(kinds.BallotEntry(name, "for").data())
    assert board.ballots[name].choice == "for"


def last_rejection_code_on_open_board(terms: VoteTerms, data: bytes) -> str:
    rows = [make_roll_row(terms, "ash", 0).data()]
    before = [terms.data, signed_join(terms, "ash").data(), *rows, kinds.RollEntry((("member", 1),)).data(), READY, OPEN]
    found = rejection_codes([*before, data], terms=terms)
    assert set(found[:-1]) == {""}
    return found[-1]
