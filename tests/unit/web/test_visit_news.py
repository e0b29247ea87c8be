"""News about visits has the words of the notice, for everybody whom it is for, and leads to where one goes on."""

from datetime import datetime, timedelta

import pytest

from kith.scheduling.v1 import visits_pb2 as pb
from libs.refusals import NotFound, Unavailable
from services.web.pages.visit_news import KINDS
from services.web.storage.news import NewsItem
from tests.unit.web.fake_people import NOW
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_visits import PROPOSED, TAKEN
from tests.unit.web.scriptless_browser import ScriptlessBrowser

TOMORROW = NOW + timedelta(days=1)
NEWS_ON_A_PAGE = 10


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


def _item(kind: str, about: str = TAKEN, until: datetime = TOMORROW) -> NewsItem:
    return NewsItem(kind, about, until.isoformat(), NOW)


def _lookups(fakes: FakeServices) -> int:
    return sum(isinstance(request, pb.GetVisitRequest) for request in fakes.visits.requests)


@pytest.mark.parametrize("easy", [False, True])
def test_each_kind_has_its_words_and_its_place(fakes: FakeServices, browser: ScriptlessBrowser, easy: bool) -> None:  # noqa: FBT001 - a table
    if easy:
        browser.http.cookies.set("kith-comfort", "easy")
    items = [_item(kind) for kind in sorted(KINDS)]
    assert {"visit_proposed", "visit_moved", "visit_cancelled", "visit_given_back", "visit_comes_late", "series_ended"} <= KINDS
    assert not KINDS & {"watch_late", "day_sheet", "visit_on_way_asked"}, "what has a place of its own"
    page = ""
    for first in range(0, len(items), NEWS_ON_A_PAGE):
        fakes.news.happened = items[first : first + NEWS_ON_A_PAGE]
        page += browser.open("/news")
    assert page.count('class="card"') == len(items)
    assert "notice." not in page
    assert "{" not in page


def test_it_says_when_and_to_whom_and_leads_to_the_visit(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.news.happened = [_item("visit_cancelled"), _item("visit_taken", PROPOSED)]
    for path in ("/", "/news"):
        page = browser.open(path)
        news = page[page.index("A visit does not take place") :]
        assert "was to start on Wednesday 25 November, 9:05 in the morning does not take place." in news, path
        assert "It is about a visit to Mo Stone." in news
        assert f'href="/visits/{TAKEN}"' in news
        assert "It is about a visit to Ada" not in news, "her own"


def test_the_time_is_the_one_that_was_told_also_after_the_visit_has_moved_on(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.news.happened = [_item("visit_moved", until=NOW + timedelta(days=9)), _item("visit_agreed")]
    page = browser.open("/news")
    assert page.index("Thursday 3 December") < page.index("Wednesday 25 November, 9:05 in the morning")
    assert _lookups(fakes) == 1, "each visit is fetched once"


def test_who_sees_the_visit_no_more_is_led_to_their_week(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.visits.refusals["GetVisit"] = NotFound("VISIT_UNKNOWN")
    fakes.news.happened = [_item("visit_given_back")]
    page = browser.open("/news")
    assert "A visit needs somebody again" in page
    assert f'href="/visits/{TAKEN}"' not in page
    assert '<a href="/week">My week' in page
    assert "Mo Stone" not in page


def test_news_stays_up_while_scheduling_is_away(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.visits.refusals["GetVisit"] = Unavailable("SERVICE_AWAY")
    fakes.news.happened = [_item("visit_cancelled")]
    page = browser.open("/news")
    assert f'href="/visits/{TAKEN}"' in page
    assert "A visit does not take place" in page


def test_home_has_the_latest_of_each_visit_while_it_is_of_use(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.news.happened = [
        _item("visit_cancelled"),
        _item("visit_moved"),
        _item("visit_taken", PROPOSED, NOW - timedelta(hours=1)),
        _item("pay_ready", "01939f00-0000-7000-8000-0000000000e1"),
    ]
    page = browser.open("/")
    assert "A visit does not take place" in page
    assert "A visit has another time" not in page, "something newer is known of it"
    assert "Somebody comes to your visit" not in page, "it has begun"
    assert "Your pay is worked out" in page
    assert _lookups(fakes) == 1
