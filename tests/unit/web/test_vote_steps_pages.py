"""What co-ops and their secretaries do about a vote with others: join, freeze, attest, record paper, watch."""

import re
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

import pytest

from kith.governance.v1 import votes_pb2 as pb
from libs.refusals import Conflict, Unavailable
from libs.rulebook.counting import Basis, Method, Quorum
from tests.unit.web.fake_people import JO, NOW
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_vote_services import (
    DONE_VOTE,
    MILL,
    NEW_VOTE,
    OPEN_VOTE,
    RECORD,
    ROLL_VOTE,
    SCORE_VOTE,
    make_terms,
    make_vote,
)
from tests.unit.web.html_tables import row_cells
from tests.unit.web.scriptless_browser import ScriptlessBrowser


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> Iterator[ScriptlessBrowser]:
    yield ScriptlessBrowser(fakes).sign_in()


def test_the_vote_page_shows_each_co_ops_state_as_sentence_drawing_and_table(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/votes/{OPEN_VOTE}")
    assert "All co-ops are ready, and voting is open." in page
    assert "Voting is open: now." in page
    assert row_cells(page, "Harbour Care Co.op") == ["Voting is open", "124 people"]
    assert row_cells(page, "Bridge Street Watchers") == ["Watches", ""]
    assert "Bridge Street Watchers only watches and keeps a copy." in page


def test_the_page_of_a_vote_stays_up_without_the_edge(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.evidence.refusals["GetVoteEvidence"] = Unavailable("SERVICE_AWAY")
    assert "We cannot see just now where the other co-ops stand." in browser.open(f"/votes/{OPEN_VOTE}")


@pytest.mark.parametrize(
    ("state", "attested", "act"),
    [
        (pb.VOTE_STATE_PROPOSED, 0, "join"),
        (pb.VOTE_STATE_JOINED, 0, "freeze"),
        (pb.VOTE_STATE_ROLL_FROZEN, 1, ""),
        (pb.VOTE_STATE_ROLL_FROZEN, 2, "ready"),
        (pb.VOTE_STATE_READY, 2, ""),
        (pb.VOTE_STATE_OPEN, 2, "record"),
        (pb.VOTE_STATE_CLOSED, 2, ""),
        (pb.VOTE_STATE_FINAL, 2, ""),
        (pb.VOTE_STATE_DISPUTED, 2, ""),
        (pb.VOTE_STATE_VOID, 2, ""),
        (pb.VOTE_STATE_WITHDRAWN, 0, ""),
    ],
)
def test_the_secretary_sees_one_next_thing_at_most(
    browser: ScriptlessBrowser, fakes: FakeServices, state: "pb.VoteState.ValueType", attested: int, act: str
) -> None:
    fakes.votes.set_state(OPEN_VOTE, state, attested_by=attested)
    card = browser.open(f"/votes/{OPEN_VOTE}").partition('aria-labelledby="next"')[2].partition("</section>")[0]
    buttons = re.findall(rf'class="button[^"]*" href="/votes/{OPEN_VOTE}/([a-z]+)"', card)
    assert buttons == ([act] if act else [])


def test_a_member_is_shown_none_of_the_secretarys_acts(fakes: FakeServices) -> None:
    fakes.identity.hats = ()
    page = ScriptlessBrowser(fakes).sign_in().open(f"/votes/{NEW_VOTE}")
    assert "What to do next" not in page
    assert "/join" not in page


def test_joining_names_a_decision(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open(f"/votes/{NEW_VOTE}/join")
    browser.open(f"/votes/{NEW_VOTE}/join?decision=2")
    assert browser.submit(f"/votes/{NEW_VOTE}/join") == (303, f"/votes/{NEW_VOTE}?done=joined")
    assert [request.decision_number for request in fakes.votes.requests if isinstance(request, pb.JoinVoteRequest)] == [2]
    assert "We have joined" in browser.open(f"/votes/{NEW_VOTE}?done=joined")


def test_freezing_and_attesting_send_every_voter_with_number_and_name(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    for act, wanted in (("freeze", pb.FreezeVoteRollRequest), ("attest", pb.AttestVoteRollRequest)):
        assert "please leave the page open" in browser.open(f"/votes/{ROLL_VOTE}/{act}")
        assert browser.submit(f"/votes/{ROLL_VOTE}/{act}")[0] == 303
        sent = [request for request in fakes.votes.requests if isinstance(request, wanted)]
        assert {person.person_id: person.identity for person in sent[0].people}[JO] == "2\nJo Bright"
        assert len(sent[0].people) == 3


def test_rows_that_do_not_open_are_named_to_the_scrutineer(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.votes.wrong = [JO]
    browser.open(f"/votes/{ROLL_VOTE}/attest")
    code, page = browser.submit(f"/votes/{ROLL_VOTE}/attest")
    assert (code, "<li>Jo Bright</li>" in page) == (409, True)


def test_only_a_scrutineer_attests(fakes: FakeServices) -> None:
    fakes.identity.hats = ("secretary",)
    browser = ScriptlessBrowser(fakes).sign_in()
    assert browser.http.get(f"/votes/{ROLL_VOTE}/attest").status_code == 403
    assert "/attest" not in browser.open(f"/votes/{ROLL_VOTE}")


def test_a_refused_step_is_told_on_its_own_page(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open(f"/votes/{ROLL_VOTE}/ready")
    fakes.votes.refusals["ReadyVote"] = Conflict("VERSION_STALE")
    code, page = browser.submit(f"/votes/{ROLL_VOTE}/ready")
    assert (code, "Somebody changed this" in page) == (409, True)


def test_a_paper_vote_is_recorded_by_one_and_entered_again_by_another(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open(f"/votes/{OPEN_VOTE}/record")
    assert browser.submit_fields(f"/votes/{OPEN_VOTE}/record", {"member_number": "99", "taken": "paper"})[0] == 422
    sent = browser.submit_fields(f"/votes/{OPEN_VOTE}/record", {"member_number": "2", "taken": "paper", "mark-0": "1"})
    assert sent == (303, "/paper-votes?done=recorded")
    assert [
        (request.person_id, request.marks[0].option) for request in fakes.votes.requests if isinstance(request, pb.RecordVoteBallotRequest)
    ] == [(JO, "against")]
    confirm = f"/votes/{OPEN_VOTE}/paper-votes/{RECORD}"
    assert confirm in browser.open("/paper-votes")
    assert " checked" not in browser.open(confirm)
    assert browser.submit_fields(confirm, {"mark-0": "1"}) == (303, "/paper-votes?done=confirmed")


def test_the_paper_ballot_has_a_box_for_each_answer(browser: ScriptlessBrowser) -> None:
    assert browser.open(f"/votes/{SCORE_VOTE}/paper").count('class="box"') == 3


def test_a_vote_says_what_each_co_op_needs_by_itself(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    terms = make_terms(
        Method.YES_NO_ABSTAIN, ["for", "against", "abstain"], basis=Basis.ALL_CO_OPS, quorums={MILL: Quorum(Fraction(1, 3), 15)}
    )
    fakes.votes.votes[OPEN_VOTE].terms = terms
    page = browser.open(f"/votes/{OPEN_VOTE}")
    assert "At least one third of those in this co-op must take part: Mill Lane Care Co-op." in page
    assert "At least 15 people of this co-op must vote: Mill Lane Care Co-op." in page


def test_the_page_says_from_when_a_co_op_may_be_ready(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    vote = fakes.votes.votes[ROLL_VOTE]
    vote.attested_by = 2
    vote.ready_from.FromDatetime(NOW + timedelta(days=2))
    page = browser.open(f"/votes/{ROLL_VOTE}")
    assert "We can say that we are ready from Thursday 26 November, 9:05 in the morning." in page
    assert f'href="/votes/{ROLL_VOTE}/ready"' not in page
    vote.ready_from.FromDatetime(NOW - timedelta(days=2))
    assert f'href="/votes/{ROLL_VOTE}/ready"' in browser.open(f"/votes/{ROLL_VOTE}")


def test_a_vote_that_was_annulled_says_that_it_does_not_count_and_how_to_go_on(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.votes.votes[DONE_VOTE].state = pb.VOTE_STATE_ANNULLED
    page = browser.open(f"/votes/{DONE_VOTE}")
    assert "Does not count" in page
    assert "can write a new one" in page
    assert f'href="/votes/{DONE_VOTE}/result"' in page


def test_an_observer_says_that_it_watches_and_then_has_nothing_to_do_but_watch(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.votes.votes[NEW_VOTE] = make_vote(vote_id=NEW_VOTE, state=pb.VOTE_STATE_PROPOSED, observer=True, i_may_vote=False, groups=[])
    page = browser.open(f"/votes/{NEW_VOTE}")
    assert "We are asked to watch this vote" in page
    assert f'href="/votes/{NEW_VOTE}/watch"' in page
    assert "Our members do not vote." in browser.open(f"/votes/{NEW_VOTE}/watch?decision=2")
    assert browser.submit(f"/votes/{NEW_VOTE}/watch") == (303, f"/votes/{NEW_VOTE}?done=joined")
    fakes.votes.votes[NEW_VOTE].state = pb.VOTE_STATE_JOINED
    page = browser.open(f"/votes/{NEW_VOTE}")
    assert "We only watch this vote" in page
    assert "/join" not in page
