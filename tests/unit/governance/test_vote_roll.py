"""The frozen roll: a row for each person, under a pseudonym, with a commitment that opens with their identity and with no other."""

from uuid import UUID, uuid4

import pytest

from libs.boards import entries, pseudonyms
from libs.refusals import FailedPrecondition, Invalid, Refusal
from libs.rulebook import read_rulebook
from services.governance.domain import vote_roll
from tests.support.member_assembly import RULEBOOK
from tests.unit.governance.counting_rules import make_rule
from tests.unit.governance.vote_terms import make_terms

TERMS = make_terms(groups=("member", "worker"))
RULES = read_rulebook(RULEBOOK)
PEOPLE = [uuid4() for _ in range(7)]
VOTERS = {person: "worker" if number % 3 == 0 else "member" for number, person in enumerate(PEOPLE)}
IDENTITIES = {person: f"{number}\nMember {number}" for number, person in enumerate(PEOPLE)}


def test_every_row_opens_with_its_identity_and_stands_at_its_pseudonym() -> None:
    rows = vote_roll.make_roll_rows(TERMS, VOTERS, IDENTITIES, {})
    assert [row.pseudonym for row in rows] == sorted({row.pseudonym for row in rows})
    assert {row.person: row.group for row in rows} == VOTERS
    for row in rows:
        assert row.commitment == pseudonyms.row_commitment(TERMS.vote, row.pseudonym, row.group, IDENTITIES[row.person], row.salt)
    again = vote_roll.make_roll_rows(TERMS, VOTERS, IDENTITIES, {})
    assert not {row.pseudonym for row in rows} & {row.pseudonym for row in again}
    assert not {row.salt for row in rows} & {row.salt for row in again}


def test_the_entries_are_rows_by_pseudonym_and_then_the_roll() -> None:
    rows = vote_roll.make_roll_rows(TERMS, VOTERS, IDENTITIES, {})
    read = [entries.read_entry(entry) for entry in vote_roll.board_entries(rows)]
    assert read == [
        *(entries.RowEntry(row.pseudonym, row.group, row.commitment) for row in rows),
        entries.RollEntry((("member", 4), ("worker", 3))),
    ]


@pytest.mark.parametrize(("number", "sizes"), [(1, [1]), (500, [500]), (501, [500, 1]), (1000, [500, 500])])
def test_a_fact_holds_at_most_so_many_entries(number: int, sizes: list[int]) -> None:
    assert [len(event) for event in vote_roll.split_for_events([b"x"] * number)] == sizes


def test_exactly_those_who_may_vote_must_come_with_an_identity() -> None:
    with pytest.raises(Invalid) as missing:
        vote_roll.make_roll_rows(TERMS, VOTERS, {one: identity for one, identity in IDENTITIES.items() if one not in PEOPLE[:2]}, {})
    assert (missing.value.reason, missing.value.details) == ("PEOPLE_MISSING", {"count": "2"})
    friend = uuid4()
    with pytest.raises(Invalid) as unknown:
        vote_roll.make_roll_rows(TERMS, VOTERS, {**IDENTITIES, friend: "9\nNobody"}, {friend: "friend"})
    assert (unknown.value.reason, unknown.value.details) == ("PEOPLE_UNKNOWN", {"count": "1", "classes": "friend"})


@pytest.mark.parametrize("identity", ["", "7", "7\n", "\nPat", "7\nPat\nLee", " \n ", "7\n" + "x" * 600])
def test_an_identity_is_member_number_line_feed_and_name(identity: str) -> None:
    with pytest.raises(Invalid) as refused:
        vote_roll.parse_identities([(PEOPLE[0], identity)])
    assert refused.value.reason == "IDENTITY_MALFORMED"


def test_nobody_is_listed_twice_and_identities_are_in_nfc() -> None:
    with pytest.raises(Invalid) as refused:
        vote_roll.parse_identities([(PEOPLE[0], "1\nPat"), (PEOPLE[0], "1\nPat")])
    assert refused.value.reason == "PEOPLE_TWICE"
    assert vote_roll.parse_identities([(PEOPLE[0], "1\nZoe\u0308")]) == {PEOPLE[0]: "1\nZo\u00eb"}


def test_a_scrutineer_hears_whose_rows_do_not_open() -> None:
    rows = vote_roll.make_roll_rows(TERMS, VOTERS, IDENTITIES, {})
    assert vote_roll.people_with_wrong_identity(rows, IDENTITIES) == []
    other = {**IDENTITIES, PEOPLE[0]: "0\nSomebody Else"}
    del other[PEOPLE[1]]
    assert set(vote_roll.people_with_wrong_identity(rows, other)) == set(PEOPLE[:2])


def test_classes_of_ours_vote_unless_their_group_is_excluded() -> None:
    terms = make_terms(make_rule(excluded=("worker",)), groups=("member", "worker"))
    assert vote_roll.voting_groups(terms, "ash") == {"member": "member"}
    assert vote_roll.voting_groups(terms, "nobody") == {}


def test_a_co_op_takes_part_only_with_a_group_for_each_of_its_classes_that_vote() -> None:
    vote_roll.require_group_for_each_class(make_terms(groups=("user", "worker")), "ash", ["user"])
    with pytest.raises(FailedPrecondition) as refused:
        vote_roll.require_group_for_each_class(TERMS, "ash", ["user", "worker"])
    assert refused.value.reason == "JOIN_CLASS_WITHOUT_GROUP"
    assert refused.value.details == {"classes": "user", "known": "member, worker"}


@pytest.mark.parametrize(
    ("sizes", "reason"), [({}, "ROLL_EMPTY"), ({"member": 1001}, "ROLL_ABOVE_CEILING"), ({"ghost": 1}, "ROLL_ABOVE_CEILING")]
)
def test_sizes_that_the_terms_do_not_allow(sizes: dict[str, int], reason: str) -> None:
    with pytest.raises(FailedPrecondition) as refused:
        vote_roll.check_group_sizes(TERMS, "ash", sizes)
    assert refused.value.reason == reason


def test_a_refusal_names_no_person() -> None:
    with pytest.raises(Refusal) as refused:
        vote_roll.make_roll_rows(TERMS, VOTERS, {}, {})
    assert not any(str(UUID(int=person.int)) in str(refused.value.details) for person in PEOPLE)
