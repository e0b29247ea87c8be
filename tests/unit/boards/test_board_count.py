"""The input of the count: ballots below the cut by group and option, and the board's size and root there."""

from libs.boards import entries as kinds
from libs.boards.board_count import count_board
from libs.signing import merkle
from tests.support.vote_boards import make_pseudonym, make_vote_boards, plain_rule

ASH = "ash"


def test_ballots_below_the_cut_are_counted_by_group_and_option_and_the_last_of_each_row() -> None:
    vote = make_vote_boards("ash", "birch", groups=["member", "worker"]).open_vote({ASH: {"member": 3, "worker": 2}})
    first = len(vote.entries[ASH])
    for number, choice in ((0, "for"), (1, "against"), (0, "abstain"), (3, "for"), (2, "for"), (2, None)):
        vote.ballot(ASH, number, choice)
    vote.append_entry(ASH, kinds.NoticeEntry(kinds.SUSPEND, bytes(32)).data())
    found = count_board(vote.terms, ASH, vote.entries[ASH], len(vote.entries[ASH]))

    assert found.tallies == {("member", "abstain"): 1, ("member", "against"): 1, ("worker", "for"): 1}
    assert found.groups == {"member": (3, 2), "worker": (2, 1)}
    assert found.size == first + 6
    assert found.root == merkle.root_of([merkle.leaf_hash(entry) for entry in vote.entries[ASH][: first + 6]])
    assert found.rejected == ()


def test_what_lies_beyond_the_cut_changes_nothing() -> None:
    vote = make_vote_boards("ash", "birch").open_vote()
    vote.ballot(ASH, 0, "for")
    cut = len(vote.entries[ASH])
    before = count_board(vote.terms, ASH, list(vote.entries[ASH]), cut)
    vote.ballot(ASH, 0, "against")
    vote.append_entry(ASH, b"no entry")

    assert count_board(vote.terms, ASH, vote.entries[ASH], cut) == before


def test_the_size_goes_to_the_last_ballot_with_or_without_code_and_what_is_ignored_below_is_listed() -> None:
    vote = make_vote_boards("ash", "birch").open_vote()
    first = len(vote.entries[ASH])
    vote.append_entry(ASH, b"no entry")
    vote.ballot(ASH, 99, "for")
    vote.append_entry(ASH, b"no entry either")
    found = count_board(vote.terms, ASH, vote.entries[ASH], len(vote.entries[ASH]))

    assert (found.size, found.rejected) == (first + 2, ((first, "BAD_FORM"), (first + 1, "NO_ROW")))


def test_a_board_without_a_ballot_has_size_nothing() -> None:
    vote = make_vote_boards("ash", "birch").open_vote()
    found = count_board(vote.terms, ASH, vote.entries[ASH], len(vote.entries[ASH]))

    assert (found.size, found.root, found.tallies, found.groups) == (0, merkle.EMPTY_ROOT, {}, {"member": (5, 0)})


def test_where_people_cut_before_the_roll_the_rows_are_still_those_that_were_agreed() -> None:
    vote = make_vote_boards("ash", "birch").open_vote()
    vote.ballot(ASH, 0, "for")

    assert count_board(vote.terms, ASH, vote.entries[ASH], 0).groups == {"member": (5, 0)}
    assert count_board(vote.terms, ASH, vote.entries[ASH], 4).groups == {"member": (5, 0)}


def test_an_empty_approval_is_a_ballot_without_a_mark_and_points_are_added_up() -> None:
    approval = make_vote_boards("ash", "birch", rule=plain_rule(method="approval"), options=["a", "b"]).open_vote()
    score = make_vote_boards("ash", "birch", rule=plain_rule(method="score", highest_score=5), options=["a", "b"]).open_vote()
    for number, (marks, points) in enumerate([((), {}), (("a", "b"), {"a": 5, "b": 0}), (("b",), {"a": 2})]):
        approval.ballot(ASH, number, marks)
        score.ballot(ASH, number, points)

    results = [count_board(vote.terms, ASH, vote.entries[ASH], len(vote.entries[ASH])) for vote in (approval, score)]
    assert [one.groups for one in results] == [{"member": (5, 3)}] * 2
    assert results[0].tallies == {("member", "a"): 1, ("member", "b"): 2}
    assert results[1].tallies == {("member", "a"): 7}
    assert make_pseudonym(ASH, 0) < make_pseudonym(ASH, 1)
