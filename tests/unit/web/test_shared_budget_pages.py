"""Budgets that two share: what is left is said and drawn to each of them, and they begin and end them themselves."""

import pytest

from kith.matching.v1 import peers_pb2 as peers
from kith.scheduling.v1 import funding_pb2 as pb
from libs.refusals import AlreadyExists, FailedPrecondition
from tests.unit.web.fake_money import COUNCIL, SHARED, SHARED_ASKED, SHARED_WAITING
from tests.unit.web.fake_people import JO, MO, NAMES
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser
from tests.unit.web.visible_text import visible_text

PATH = "/money/shared"


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


@pytest.mark.capability("T9")
def test_each_reads_what_is_left_their_own_costs_and_the_others_sums(browser: ScriptlessBrowser) -> None:
    assert "Somebody asks to share a budget with you" in browser.open("/money")
    shown = " ".join(visible_text(browser.open(PATH)))
    for words in (
        f"Norwood Council, with {NAMES[JO][0]}", "You both said yes", "From Sunday 1 November to Thursday 31 December",
        "£250.00 a month.", "You have spent £60.00", f"{NAMES[JO][0]} has spent £40.00", "Your visits to come £15.00",
        f"Visits to come of {NAMES[JO][0]} £10.00", "Left £125.00", "Tuesday 3 November £60.00", "Friday 27 November (planned) £15.00",
        f"{NAMES[MO][0]} asks you", f"Waits for the yes of {NAMES[MO][0]}", "There was a no",
    ):  # fmt: skip
        assert words in shown, words
    drawn = browser.page.partition("<figure")[2].partition("</figure")[0]
    assert f"You: £75.00, {NAMES[JO][0]}: £50.00, Left: £125.00" in drawn
    assert [drawn.count(f'<rect class="{kind}"') for kind in ("for", "against", "silent")] == [2, 2, 2], "a part and its key each"


@pytest.mark.capability("T9")
def test_they_ask_answer_take_back_and_end_it_themselves(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    browser.open(PATH)
    for do, shared in (("yes", SHARED_ASKED), ("no", SHARED_ASKED), ("back", SHARED_WAITING)):
        assert browser.submit(PATH, do=do, shared=shared, version="3") == (303, f"{PATH}?done={do}")
    yes, no, back = [one for one in fakes.funding.requests if isinstance(one, pb.AnswerSharedBudgetRequest | pb.EndSharedBudgetRequest)]
    assert isinstance(yes, pb.AnswerSharedBudgetRequest)
    assert isinstance(no, pb.AnswerSharedBudgetRequest)
    assert isinstance(back, pb.EndSharedBudgetRequest)
    assert (yes.agrees, no.agrees, yes.version) == (True, False, 3)
    assert (back.shared_budget_id, back.from_day) == (SHARED_WAITING, "")
    fakes.funding.refusals["AnswerSharedBudget"] = AlreadyExists("SHARED_BUDGET_EXISTS")
    assert browser.submit(PATH, do="yes", shared=SHARED_ASKED, version="3")[0] == 409
    assert "End that first." in browser.page

    path = f"{PATH}/{SHARED}/end"
    browser.open(path)
    assert browser.submit_fields(path, {"version": "3", "from_day-pick": "2026-11-25"}) == (303, f"{PATH}?done=end")
    ended = fakes.funding.requests[-1]
    assert isinstance(ended, pb.EndSharedBudgetRequest)
    assert (ended.shared_budget_id, ended.version, ended.from_day) == (SHARED, 3, "2026-11-25")
    assert browser.http.get(f"{PATH}/{COUNCIL}/end").status_code == 404


@pytest.mark.capability("T9")
def test_who_asks_says_whose_money_it_is_and_whom_they_ask(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    path = f"{PATH}/new"
    assert " checked" not in browser.open(path), "nothing is chosen for them"
    status, page = browser.submit_fields(path, {})
    assert (status, "Choose a payer." in page, "Choose a person." in page) == (422, True, True)
    who = next(person for person in (JO, MO) if f'value="{person}"' in page)
    fields = {"payer": COUNCIL, "who": who, "first_day-pick": "2026-11-24"}
    fakes.funding.refusals["ProposeSharedBudget"] = FailedPrecondition("SHARED_BUDGET_NO_PAYER")
    status, page = browser.submit_fields(path, fields)
    assert (status, "This payer does not pay for you on that day." in page) == (422, True)
    del fakes.funding.refusals["ProposeSharedBudget"]
    assert browser.submit_fields(path, fields) == (303, f"{PATH}?done=proposed")
    request = fakes.funding.requests[-1]
    assert isinstance(request, pb.ProposeSharedBudgetRequest)
    assert (request.payer_id, request.other_id, request.first_day) == (COUNCIL, who, "2026-11-24")
    assert peers.GetPeersRequest() in fakes.peers.requests
