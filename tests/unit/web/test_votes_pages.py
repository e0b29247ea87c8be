"""Votes with other co-ops as members see them: told of, cast, changed, taken back, and how far a ballot is."""

from collections.abc import Iterator

import pytest

from kith.federation.v1 import federation_pb2 as fed
from kith.governance.v1 import votes_pb2 as pb
from libs.refusals import Conflict, Unavailable
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
    OPEN_VOTE,
    OWN_PSEUDONYM,
    ROLL_VOTE,
    SCORE_VOTE,
    SPLIT_VOTE,
    WATCH,
    make_board,
)
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


def test_news_of_a_vote_leads_to_where_it_is_decided(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    items = [("between_final", DONE_VOTE), ("between_disputed", SPLIT_VOTE), ("between_opened", OPEN_VOTE), ("between_void", "9" * 64)]
    fakes.news.happened = [NewsItem(kind, about, "", NOW) for kind, about in items]
    page = browser.open("/news")
    assert f'href="/votes/{DONE_VOTE}/result"' in page
    assert f'href="/votes/{SPLIT_VOTE}/dispute"' in page
    assert page.count('class="card"') == 3, "what nobody knows any more is left out"


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
