"""News about somebody's record says what happened, to whom, and whom to ring where it may be wrong."""

import pytest

from services.web.pages.record_news import KINDS
from services.web.storage.news import NewsItem
from tests.unit.web.fake_people import JO, NOW
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

WORDS = {"emergency_opened": JO, **dict.fromkeys(("data_waits", "erasure_waits", "hold_due"), "2026-12-24")}
NOTHING_TO_RING_ABOUT = {
    "relationship_proposed",
    "relationship_ended",
    "data_answered",
    "data_waits",
    "erasure_waits",
    "hold_due",
    "hold_noticed",
}


@pytest.mark.parametrize("easy", [False, True])
def test_each_piece_of_news_about_a_record_has_its_words_and_its_place(easy: bool) -> None:  # noqa: FBT001 - a table
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    if easy:
        browser.http.cookies.set("kith-comfort", "easy")
    for kind in sorted(KINDS):
        fakes.news.happened = [NewsItem(kind, "", WORDS.get(kind, ""), NOW)]
        page = browser.open("/news")
        card = page[page.index('class="card"') : page.index('class="paper')]
        assert page.count('class="card"') == 1
        assert "news." not in card
        assert ("01632" in card) == (kind not in NOTHING_TO_RING_ABOUT), kind
        assert ("Jo Bright" in card) == (kind == "emergency_opened")
        assert ("24 December" in card) == (kind in {"data_waits", "erasure_waits", "hold_due"})
