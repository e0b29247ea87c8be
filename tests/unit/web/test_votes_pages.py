"""Votes with other co-ops on the pages: written, joined, cast, followed, looked up elsewhere, counted, disputed."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

import pytest

from kith.federation.v1 import federation_pb2 as fed
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.documents import read_settlement_body
from libs.clock import FixedClock
from libs.refusals import Conflict, NotFound, Unavailable
from libs.rulebook.counting import Basis, Method, Quorum
from services.web.storage.news import NewsItem
from tests.unit.web.fake_people import ADA, JO, NOW
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_vote_services import (
    APPROVAL_VOTE,
    DONE_VOTE,
    ELM,
    HARBOUR,
    MILL,
    NAMED_VOTE,
    NEW_VOTE,
    OPEN_VOTE,
    OWN_PSEUDONYM,
    RECORD,
    ROLL_VOTE,
    SCORE_VOTE,
    SPLIT_VOTE,
    WATCH,
    make_board,
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


def cast_requests(fakes: FakeServices) -> list[pb.CastVoteBallotRequest]:
    return [request for request in fakes.votes.requests if isinstance(request, pb.CastVoteBallotRequest)]


def submit_vote(browser: ScriptlessBrowser, vote_id: str, **fields: str) -> str:
    """Choose, check, cast; the receipt."""
    path = f"/votes/{vote_id}"
    browser.open(f"{path}/vote")
    assert browser.submit_fields(f"{path}/vote", {name.replace("_", "-"): value for name, value in fields.items()}) == (
        303,
        f"{path}/check",
    )
    browser.open(f"{path}/check")
    assert browser.submit(f"{path}/check") == (303, f"{path}/receipt")
    return browser.open(f"{path}/receipt")


def test_a_federated_vote_is_listed_on_home_under_needs_your_voice(browser: ScriptlessBrowser) -> None:
    page = browser.open("/").partition("What has changed</h2>")[0]
    assert f'href="/votes/{OPEN_VOTE}"' in page
    assert "Should our co-ops share a night team?" in page


def test_home_shows_at_most_five_things_with_votes_among_them(browser: ScriptlessBrowser) -> None:
    assert browser.open("/").count('<div class="card') <= 5


def test_a_member_votes_and_the_receipt_says_how_far_the_ballot_is(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    receipt = submit_vote(browser, OPEN_VOTE, mark_0="0")
    assert [[mark.option for mark in sent.marks] for sent in cast_requests(fakes)] == [["for"]]
    assert "You said: <strong>Yes</strong>" in receipt
    assert "7K3M 9QWD 2XTR 5HVA" in receipt
    assert "Your vote is held by 2 of 3 other co-ops." in receipt
    assert "<desc>Recorded: done. Witnessed: done. In time: to come. Counted: to come.</desc>" in receipt
    for word in ("Recorded", "Witnessed", "In time", "Counted"):
        assert f"<dt>{word}</dt>" in receipt


def test_the_choice_never_appears_in_a_url(browser: ScriptlessBrowser) -> None:
    browser.open(f"/votes/{OPEN_VOTE}/vote")
    _, where = browser.submit_fields(f"/votes/{OPEN_VOTE}/vote", {"mark-0": "1"})
    assert where == f"/votes/{OPEN_VOTE}/check"


def test_what_is_not_promised_is_said_before_voting(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/votes/{OPEN_VOTE}/vote")
    assert "<summary>What we cannot promise</summary>" in page
    for sentence in (
        "not secret from your own co-op",
        "how it stands",
        "pushes you",
        "real person",
        "may still not count",
        "most of the co-ops cheat",
    ):
        assert sentence in page


def test_a_small_group_is_told_so_before_it_votes(browser: ScriptlessBrowser) -> None:
    assert "Your group is small" not in browser.open(f"/votes/{OPEN_VOTE}/vote")
    fakes = browser.fakes
    fakes.votes.votes[SCORE_VOTE].my_group = "worker"
    assert "Your group is small" in browser.open(f"/votes/{SCORE_VOTE}/vote")


def test_a_vote_that_a_co_op_has_left_says_who_and_asks_for_nothing_more(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    boards = [make_board(ELM, ready=False, open=False), make_board(MILL, withdrawn=True, ready=False, open=False)]
    fakes.evidence.proved[ROLL_VOTE] = fed.GetVoteEvidenceResponse(vote_id=ROLL_VOTE, state=fed.EVIDENCE_STATE_ROLLS, boards=boards)
    page = browser.open(f"/votes/{ROLL_VOTE}")
    assert "This vote cannot take place. Mill Lane Care Co-op left before it opened." in page
    assert "It needs every co-op, and Mill Lane Care Co-op left." in page
    assert "Did not take place" in page
    assert "It opens when all co-ops are ready" not in page


def test_no_choice_is_pointed_out(browser: ScriptlessBrowser) -> None:
    browser.open(f"/votes/{OPEN_VOTE}/vote")
    code, page = browser.submit(f"/votes/{OPEN_VOTE}/vote")
    assert code == 422
    assert 'href="#mark-0"' in page
    assert 'id="mark-0"' in page


def test_one_answer_of_several_can_be_nobody_at_all(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    assert "I do not want to choose" in browser.open(f"/votes/{NAMED_VOTE}/vote")
    submit_vote(browser, NAMED_VOTE, mark_0="2")
    assert [mark.option for mark in cast_requests(fakes)[0].marks] == ["abstain"]


def test_several_answers_are_ticked_and_none_is_an_answer_too(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    receipt = submit_vote(browser, APPROVAL_VOTE, mark_0="1", mark_2="1")
    assert "A garden · A kitchen for all" in receipt
    again = browser.open(f"/votes/{APPROVAL_VOTE}/vote")
    assert again.count(" checked") == 2
    assert "None of them" in submit_vote(browser, APPROVAL_VOTE)
    assert [[mark.option for mark in sent.marks] for sent in cast_requests(fakes)] == [["A garden", "A kitchen for all"], []]


def test_points_are_whole_numbers_up_to_the_highest(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open(f"/votes/{SCORE_VOTE}/vote")
    code, page = browser.submit_fields(f"/votes/{SCORE_VOTE}/vote", {"mark-0": "6", "mark-1": "two"})
    assert (code, page.count('<li><a href="#mark-')) == (422, 2)
    receipt = submit_vote(browser, SCORE_VOTE, mark_0="5", mark_1="0")
    assert "A garden: 5 · A minibus: 0" in receipt
    assert [(mark.option, mark.points) for mark in cast_requests(fakes)[0].marks] == [("A garden", 5), ("A minibus", 0)]


def test_changing_ones_vote_sends_the_revision_that_was_shown_and_a_stale_page_is_told(
    browser: ScriptlessBrowser, fakes: FakeServices
) -> None:
    submit_vote(browser, OPEN_VOTE, mark_0="0")
    submit_vote(browser, OPEN_VOTE, mark_0="1")
    assert [request.revision for request in cast_requests(fakes)] == [0, 1]
    browser.open(f"/votes/{OPEN_VOTE}/vote")
    browser.submit_fields(f"/votes/{OPEN_VOTE}/vote", {"mark-0": "0"})
    browser.open(f"/votes/{OPEN_VOTE}/check")
    fakes.votes.refusals["CastVoteBallot"] = Conflict("BALLOT_STALE")
    code, page = browser.submit(f"/votes/{OPEN_VOTE}/check")
    assert (code, "changed in another place" in page) == (409, True)


def test_a_vote_is_taken_back_after_being_asked_once_more(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    submit_vote(browser, OPEN_VOTE, mark_0="0")
    browser.open(f"/votes/{OPEN_VOTE}/take-back")
    assert browser.submit(f"/votes/{OPEN_VOTE}/take-back") == (303, f"/votes/{OPEN_VOTE}/receipt")
    assert [(request.withdraw, request.revision) for request in cast_requests(fakes)] == [(False, 0), (True, 1)]
    assert "You took your vote back" in browser.open(f"/votes/{OPEN_VOTE}/receipt")


def test_a_lost_ballot_says_so_and_what_to_do(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.evidence.word = fed.BALLOT_WORD_NOT_COUNTED
    receipt = submit_vote(browser, OPEN_VOTE, mark_0="0")
    assert "Your vote will not be counted." in receipt
    assert "more than 20 votes" in receipt
    assert "Counted: no." in receipt


def test_the_receipt_stays_up_when_the_edge_does_not_answer_and_the_signed_one_comes_later(
    browser: ScriptlessBrowser, fakes: FakeServices
) -> None:
    fakes.evidence.refusals["GetBallotStatus"] = Unavailable("SERVICE_AWAY")
    fakes.evidence.receipt = b""
    receipt = submit_vote(browser, OPEN_VOTE, mark_0="0")
    assert "The signed receipt will be here in a moment." in receipt
    assert browser.http.get(f"/votes/{OPEN_VOTE}/receipt/file").status_code == 303
    fakes.evidence.receipt = b'{"body":{}}'
    assert browser.http.get(f"/votes/{OPEN_VOTE}/receipt/file").content == b'{"body":{}}'


def test_a_lost_vote_is_asked_for_again_on_the_page_and_in_the_news_of_those_it_was(
    browser: ScriptlessBrowser, fakes: FakeServices
) -> None:
    fakes.news.happened = [NewsItem("between_lost", OPEN_VOTE, "", NOW)]
    assert "your vote was lost" not in browser.open("/news")
    fakes.votes.votes[OPEN_VOTE].must_vote_again = True
    assert "your vote was lost" in browser.open("/news")
    assert "Please vote again" in browser.open(f"/votes/{OPEN_VOTE}")


def test_the_card_opens_its_row_and_carries_the_marks_of_the_co_ops(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/votes/{OPEN_VOTE}/card")
    assert "This card does not open its line" not in page
    card = browser.http.get(f"/votes/{OPEN_VOTE}/card/file").json()
    assert (card["pseudonym"], card["id"], card["identity"]) == (OWN_PSEUDONYM, ELM, "2\nAda Fenwick")
    assert {one for one, _ in card["pins"]} == {ELM, HARBOUR, MILL, WATCH}


def test_a_card_whose_name_has_changed_since_says_so(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.votes.frozen_as = "Ada Field"
    assert "This card does not open its line" in browser.open(f"/votes/{OPEN_VOTE}/card")


def test_the_secretary_prints_a_card_for_everybody_on_the_list_or_hands_over_a_file(browser: ScriptlessBrowser) -> None:
    cards = browser.open(f"/votes/{OPEN_VOTE}/cards")
    assert cards.count('class="sheet') == 3
    assert cards.count('class="sheet leaf"') == 2, "each on a page of its own"
    assert "Card of Jo Bright" in cards
    assert "does not open its line" not in cards
    file = browser.http.get(f"/votes/{OPEN_VOTE}/cards/{JO}")
    assert file.json()["identity"] == "2\nJo Bright"


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


def test_a_vote_is_written_in_steps_and_sent(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/votes/new")
    assert browser.submit("/votes/new", method="yes_no_abstain")[0] == 422
    fields = {"question": "Share a van?", "text": "One van for two.", "resolution_type": "ordinary", "method": "plurality"}
    assert browser.submit("/votes/new", **fields) == (303, "/votes/new/answers")
    assert "most points" not in browser.open("/votes/new/answers")
    assert browser.submit("/votes/new/answers", options="Van")[0] == 422
    assert browser.submit("/votes/new/answers", options="Van\nBus") == (303, "/votes/new/who")
    page = browser.open("/votes/new/who")
    assert "Mill Lane" not in page, "it is not active yet"
    assert browser.submit("/votes/new/who")[0] == 422
    sent = browser.submit_fields("/votes/new/who", {f"part-{HARBOUR}": "part", f"part-{WATCH}": "watch"})
    assert sent == (303, "/votes/new/when")
    browser.open("/votes/new/when")
    when = {"open_on": "2026-12-20", "close_on": "2026-12-10", "close_time": "20:00", "settlers": "Both boards"}
    assert browser.submit("/votes/new/when", **when)[0] == 422
    assert browser.submit("/votes/new/when", **(when | {"open_on": "2026-12-01"})) == (303, "/votes/new/check")
    browser.open("/votes/new/more")
    assert browser.submit("/votes/new/more", k="five")[0] == 422
    more = {"k": "4", "basis": "double_majority", "groups": "worker = workers\nharbour investor = owners", "small": "elm-row workers"}
    assert browser.submit("/votes/new/more", **more) == (303, "/votes/new/check")
    page = browser.open("/votes/new/check")
    assert "Harbour Care Co-op" in page
    assert "Thursday 10 December, 8:00 in the evening" in page
    assert browser.submit("/votes/new/check") == (303, "/votes?done=drafted")
    drafted = next(request for request in fakes.votes.requests if isinstance(request, pb.DraftVoteRequest))
    assert (list(drafted.participants), list(drafted.observers), list(drafted.options)) == ([HARBOUR], [WATCH], ["Van", "Bus"])
    assert [(group.co_op, group.member_class, group.group) for group in drafted.class_groups] == [
        ("", "worker", "workers"),
        (HARBOUR, "investor", "owners"),
    ]
    assert (drafted.basis, drafted.k, drafted.small[0].group) == ("double_majority", 4, "workers")
    assert "on its way to the others" in browser.open("/votes?done=drafted")


def fill_in_draft(browser: ScriptlessBrowser, **more: str) -> None:
    """Written as far as the last look."""
    steps = {
        "": {"question": "Share a van?", "text": "One van for two.", "resolution_type": "ordinary", "method": "yes_no_abstain"},
        "/who": {f"part-{HARBOUR}": "part"},
        "/when": {"open_on": "2026-12-11", "close_on": "2026-12-20", "close_time": "20:00", "settlers": "Both boards"},
        "/more": more,
    }
    for page, fields in steps.items():
        browser.open(f"/votes/new{page}")
        assert browser.submit_fields(f"/votes/new{page}", fields)[0] == 303


def test_how_many_must_take_part_is_asked_place_by_place_and_said_in_words(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fill_in_draft(browser, basis="one_co_op_one_vote")
    check = browser.open("/votes/new/check")
    assert "At least one tenth of all who can vote must take part." in check, "as our rules say"
    page = browser.open("/votes/new/turnout")
    assert "Supported member</legend>" in page
    assert "Elm Row Care Co-op</legend>" in page
    wrong = {"all-share": "half", "all-people": "some", f"co-op-{HARBOUR}-share": "101"}
    code, page = browser.submit_fields("/votes/new/turnout", wrong)
    assert code == 422
    assert page.count('class="field wrong"') == 3
    filled = {"all-share": "20 %", "all-people": "12", f"co-op-{HARBOUR}-share": "1/3", "group-worker-people": "4"}
    assert browser.submit_fields("/votes/new/turnout", filled) == (303, "/votes/new/check")
    check = browser.open("/votes/new/check")
    for sentence in (
        "At least 20 in every 100 of all who can vote must take part.",
        "At least 12 people must vote.",
        "At least 4 people of this class must vote: Worker member.",
        "At least one third of those in this co-op must take part: Harbour Care Co-op.",
        "Is left out",
    ):
        assert sentence in check, sentence
    assert browser.submit("/votes/new/check") == (303, "/votes?done=drafted")
    drafted = next(request for request in fakes.votes.requests if isinstance(request, pb.DraftVoteRequest))
    assert (drafted.quorum.fraction, drafted.quorum.count) == ("1/5", 12)
    assert [(quorum.of, quorum.fraction, quorum.count) for quorum in drafted.group_quorums] == [("worker", "", 4)]
    assert [(quorum.of, quorum.fraction, quorum.count) for quorum in drafted.co_op_quorums] == [(HARBOUR, "1/3", 0)]


def test_where_all_votes_are_counted_together_no_co_op_has_a_number_of_its_own(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fill_in_draft(browser)
    page = browser.open("/votes/new/turnout")
    assert "no co-op has a number of its own" in page
    assert 'name="co-op-' not in page
    assert browser.submit_fields("/votes/new/turnout", {}) == (303, "/votes/new/check")
    browser.open("/votes/new/check")
    assert browser.submit("/votes/new/check") == (303, "/votes?done=drafted")
    drafted = next(request for request in fakes.votes.requests if isinstance(request, pb.DraftVoteRequest))
    assert not drafted.HasField("quorum")
    assert not [*drafted.group_quorums, *drafted.co_op_quorums]


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


def test_answers_are_asked_for_only_where_people_choose_among_them(browser: ScriptlessBrowser) -> None:
    browser.open("/votes/new")
    fields = {"question": "Share a van?", "text": "One van.", "resolution_type": "ordinary"}
    assert browser.submit("/votes/new", **fields, method="consent") == (303, "/votes/new/who")
    assert browser.http.get("/votes/new/answers").headers["location"] == "/votes/new/who"
    browser.open("/votes/new")
    assert browser.submit("/votes/new", **fields, method="score") == (303, "/votes/new/answers")
    browser.open("/votes/new/answers")
    code, page = browser.submit("/votes/new/answers", options="Van\nBus", highest_score="many")
    assert code == 422
    assert "Write the most points one answer can get." in page
    assert browser.submit("/votes/new/answers", options="Van\nBus", highest_score="5") == (303, "/votes/new/who")


def test_the_days_of_a_draft_begin_with_what_our_rules_ask(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/votes/new")
    fields = {"question": "Share a van?", "text": "One van.", "resolution_type": "ordinary", "method": "yes_no_abstain"}
    assert browser.submit("/votes/new", **fields)[0] == 303
    page = browser.open("/votes/new/when")
    assert "Notice: 14 days. Open for 72 hours at least, and 28 days at most." in page
    for name, day in (("open_on", "15"), ("close_on", "29")):
        for part, value in (("day", day), ("month", "12"), ("year", "2026")):
            assert f'name="{name}-{part}" value="{value}"' in page


def test_every_answer_is_shown_again_before_no_word_can_change(browser: ScriptlessBrowser) -> None:
    fill_in_draft(browser, k="4", groups="worker = workers", window_days="9", audience="public")
    page = browser.open("/votes/new/check")
    for name, value in (
        ("How small a group may be", "4"),
        ("Days in which one can object", "9"),
        ("Who can have the file that proves the result", "Everybody"),
    ):
        assert f"<dt>{name}</dt><dd>{value}" in page
    assert "worker = workers" in page
    assert "Hours to wait" not in page


def test_the_result_says_the_same_as_sentence_drawing_and_table(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/votes/{DONE_VOTE}/result")
    assert "162 people voted. 103 said yes and 57 said no. 2 did not choose." in page
    assert "Of the members, yes got 64 in every 100." in page
    assert "2 of 3 co-ops are for it." in page
    assert "<desc>Elm Row Care Co\u2011op: Supported member: 60 yes, 20 no, 2 no choice." in page
    assert row_cells(page, "Elm Row Care Co.op: Supported member")[:2] == ["60", "20"]
    assert "This is final." in page
    assert "2 co-ops have signed this very result." in page
    assert "signed another result" in page
    assert "better to take them from your card" in page


def test_the_bundle_comes_in_pieces_and_whole(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    file = browser.http.get(f"/votes/{DONE_VOTE}/bundle")
    assert file.content == fakes.evidence.bundle
    assert 'filename="night-team.kith"' in file.headers["content-disposition"]
    assert [request.offset for request in fakes.evidence.requests if isinstance(request, fed.GetBundleRequest)] == [0, 1000, 2000]
    assert json.loads(browser.http.get(f"/votes/{DONE_VOTE}/pins").content) == {"v": 1, "pins": []}


def test_while_nothing_is_final_the_result_says_what_happens_next(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    assert "There is no result yet." in browser.open(f"/votes/{OPEN_VOTE}/result")
    disputed = browser.open(f"/votes/{SPLIT_VOTE}/result")
    assert "This is only what our own co-op has counted." in disputed
    assert "So it passed." not in disputed
    fakes.evidence.refusals["GetOutcome"] = NotFound("OUTCOME_UNKNOWN")
    assert "Nothing holds until people have settled it." in browser.open(f"/votes/{SPLIT_VOTE}/result")


def test_a_dispute_says_what_was_found_what_the_software_will_not_do_and_what_people_can(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/votes/{SPLIT_VOTE}/dispute")
    assert "Mill Lane Care Co-op signed two different results." in page
    assert "It does not choose a side." in page
    assert "The boards of the three co-ops, in one meeting" in page
    assert "These co-ops object: Harbour Care Co-op." in page


def test_objecting_and_settling_name_a_decision_and_leave_out_who_did_wrong(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open(f"/votes/{SPLIT_VOTE}/object?decision=2")
    assert browser.submit(f"/votes/{SPLIT_VOTE}/object") == (303, f"/votes/{SPLIT_VOTE}/dispute?done=objected")
    settle = f"/votes/{SPLIT_VOTE}/settle"
    assert browser.http.get(f"{settle}?decision=&kind=").status_code == 422
    page = browser.open(f"{settle}?kind=cuts&decision=2")
    assert "Talk with the others first" in page
    assert page.count(" checked>") == 3, "what was held in time is chosen before"
    chosen = "".join(f"&size-{one}=160" for one in (ELM, HARBOUR, MILL))
    assert "Up to line 159" in browser.open(f"{settle}?kind=cuts&decision=2{chosen}")
    assert browser.submit(settle) == (303, f"/votes/{SPLIT_VOTE}/dispute?done=settled")
    sent = next(request for request in fakes.votes.requests if isinstance(request, pb.SettleVoteRequest))
    body = read_settlement_body(sent.settlement)
    assert (body.kind, body.revision, body.without) == ("cuts", 2, (MILL,))
    assert body.cuts == ((ELM, 160), (HARBOUR, 160), (MILL, 160))


def test_anybody_can_look_up_16_letters_and_see_no_name(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes)
    page = browser.open("/look-up?ballot=7k3m+9qwd+2xtr+5hva")
    assert "2 votes stand under these letters." in page
    assert "Taken back" not in page
    assert "Ada" not in page
    assert 'href="#ballot"' in browser.http.get("/look-up?ballot=short").text
    fakes.evidence.found = False
    assert "We hold nothing under these letters" in browser.open(f"/look-up?ballot={OWN_PSEUDONYM}")


def test_looking_up_is_slowed_down_and_the_next_minute_is_free_again(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes)
    codes = [browser.http.get(f"/look-up?ballot={OWN_PSEUDONYM}").status_code for _ in range(31)]
    assert (codes[:30], codes[30]) == ([200] * 30, 429)
    assert isinstance(fakes.clock, FixedClock)
    fakes.clock.at = NOW + timedelta(minutes=1)
    assert browser.http.get(f"/look-up?ballot={OWN_PSEUDONYM}").status_code == 200


def test_news_of_a_vote_leads_to_where_it_is_decided(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    items = [("between_final", DONE_VOTE), ("between_disputed", SPLIT_VOTE), ("between_opened", OPEN_VOTE), ("between_void", "9" * 64)]
    fakes.news.happened = [NewsItem(kind, about, "", NOW) for kind, about in items]
    page = browser.open("/news")
    assert f'href="/votes/{DONE_VOTE}/result"' in page
    assert f'href="/votes/{SPLIT_VOTE}/dispute"' in page
    assert page.count('class="card"') == 3, "what nobody knows any more is left out"


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


def test_an_address_that_is_no_vote_gets_a_plain_page(browser: ScriptlessBrowser) -> None:
    assert browser.http.get("/votes/not-a-vote").status_code == 404
    assert browser.http.get(f"/votes/{'9' * 64}").status_code == 404


def test_the_vote_pages_show_no_other_persons_name(fakes: FakeServices) -> None:
    fakes.identity.hats = ()
    browser = ScriptlessBrowser(fakes).sign_in()
    for path in ("", "/vote", "/result", "/dispute"):
        page = browser.open(f"/votes/{OPEN_VOTE}{path}")
        assert "Jo Bright" not in page
        assert ADA not in page
