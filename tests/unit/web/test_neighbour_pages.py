"""The pages on which members help each other as neighbours, and the Link's list."""

import pytest

from kith.matching.v1 import introductions_pb2 as intro
from kith.matching.v1 import peer_posts_pb2 as posts
from kith.matching.v1 import peers_pb2 as pb
from libs.refusals import FailedPrecondition, invalid
from tests.unit.web.fake_neighbours import PAIR, POST
from tests.unit.web.fake_people import JO, MO, NAMES
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

BOARD, MINE = "/people/neighbours", "/people/neighbours/mine"


@pytest.mark.capability("T7")
def test_the_board_is_searched_and_answered() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open(f"{BOARD}?words=wheelchair&side=ask&kind=company")
    for words in (
        NAMES[JO][0], "Would like help: company and a talk", "I use a wheelchair.", "near the park", "on Sundays", "Tuesday 1 December",
        "Can help: something else", f"You are getting to know {NAMES[MO][0]}", 'value="wheelchair"', "words=wheelchair&amp;side=ask",
    ):  # fmt: skip
        assert words in page, words
    [searched] = [one for one in fakes.peer_posts.requests if isinstance(one, posts.FindPeerPostsRequest)]
    assert (searched.words, searched.side, searched.kind) == ("wheelchair", posts.PEER_POST_SIDE_ASK, posts.PEER_HELP_KIND_COMPANY)
    assert browser.submit(BOARD, do="yes") == (303, f"{MINE}?done=yes")
    browser.open(BOARD)
    assert browser.submit(BOARD, do="no") == (303, f"{BOARD}?done=no")
    answered, refused = fakes.peers.requests
    assert isinstance(answered, pb.AnswerPeerPostRequest)
    assert answered.post_id == JO
    assert isinstance(refused, pb.SayPeerNoRequest)
    assert (refused.person_id, refused.block) == (JO, False)
    assert "Nothing is here that fits." in browser.open(f"{BOARD}?words=chess&side=nonsense")
    fakes.peer_posts.empty = True
    assert "Nobody else has written anything yet." in browser.open(BOARD)


@pytest.mark.capability("T7")
def test_a_post_is_written_and_asks_once_about_the_health_of_others() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    fakes.peer_posts.refusals["WritePeerPost"] = invalid("others_agreed", "OTHERS_HEALTH")
    browser.open(f"{BOARD}/new")
    typed = {"side": "offer", "kind": "experience", "words": "I listen.", "experience": "My mother has dementia.", "place": "the park"}
    status, page = browser.submit_fields(f"{BOARD}/new", typed)
    assert status == 422
    for words in ("It seems to say something of somebody else", "My mother has dementia.", 'id="others_agreed-error"'):
        assert words in page, words
    del fakes.peer_posts.refusals["WritePeerPost"]
    assert browser.submit_fields(f"{BOARD}/new", typed | {"others_agreed": "on"}) == (303, f"{MINE}?done=written")
    last = [one for one in fakes.peer_posts.requests if isinstance(one, posts.WritePeerPostRequest)][-1]
    assert (last.post.side, last.post.kind) == (posts.PEER_POST_SIDE_OFFER, posts.PEER_HELP_KIND_EXPERIENCE)
    assert (last.post.words, last.post.experience, last.post.place, last.post.until_day) == (
        "I listen.", "My mother has dementia.", "the park", "",
    )  # fmt: skip
    assert last.others_agreed


@pytest.mark.capability("T7")
def test_each_step_is_answered_and_a_post_taken_down() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open(MINE)
    for words in (f"Would you like to meet {NAMES[JO][0]}?", "I can water plants.", f"{NAMES[JO][0]}, the Link, asks you both"):
        assert words in page, words
    for step, done in ((intro.INTRODUCTION_STEP_INTEREST, "yes"), (intro.INTRODUCTION_STEP_MEETING, "paired")):
        fakes.peers.step = step
        browser.open(MINE)
        assert browser.submit(MINE, do="yes", person=JO) == (303, f"{MINE}?done={done}")
    for did in ("no", "block", "lift"):
        browser.open(MINE)
        assert browser.submit(MINE, do=did, person=MO) == (303, f"{MINE}?done={did}")
    browser.open(MINE)
    assert browser.submit(MINE, do="withdrawn", post=POST) == (303, f"{MINE}?done=withdrawn")
    sent = [one for one in fakes.peers.requests if not isinstance(one, pb.GetPeersRequest)]
    assert [type(one) for one in sent] == [
        pb.SayPeerYesRequest, pb.SayPeerYesRequest, pb.SayPeerNoRequest, pb.SayPeerNoRequest, pb.LiftPeerNoRequest,
    ]  # fmt: skip
    fakes.peers.refusals["SayPeerYes"] = FailedPrecondition("LINK_NEEDED")
    browser.open(MINE)
    status, page = browser.submit_fields(MINE, {"do": "yes", "person": JO})
    assert status == 409
    assert "Our co-op needs a Link" in page


@pytest.mark.capability("T7")
def test_a_pair_is_ended_on_a_page_of_its_own() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    path = f"{BOARD}/pairs/{PAIR}/end"
    assert NAMES[MO][0] in browser.open(path)
    assert browser.submit(path) == (303, f"{MINE}?done=ended")
    [ended] = [one for one in fakes.peers.requests if isinstance(one, pb.EndPeerPairRequest)]
    assert ended.pair_id == PAIR


@pytest.mark.capability("T7")
def test_the_link_sees_who_and_since_when_and_asks_for_a_talk() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open("/people/pairs")
    for words in (f"{NAMES[JO][0]} and {NAMES[MO][0]}", "Asked to talk first", "They do not need your yes."):
        assert words in page, words
    assert browser.submit("/people/pairs", pair=PAIR) == (303, "/people/pairs?done=asked")
    assert [one.pair_id for one in fakes.peers.requests if isinstance(one, pb.AskPeersToTalkRequest)] == [PAIR]
