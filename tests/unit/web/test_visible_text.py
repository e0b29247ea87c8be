"""Nobody reads markup, entities, catalogue keys, Python's words or reason codes.

Every page that a test of this folder opens is checked by its browser; here every page is opened in every state of the fake services.
"""

import pytest

from libs.refusals import Unavailable
from services.web.templates import FOLDER
from tests.unit.web.every_page import all_paths, open_every_page
from tests.unit.web.fake_services import TEMPLATES, FakeServices
from tests.unit.web.new_co_op import new_co_op
from tests.unit.web.scriptless_browser import ScriptlessBrowser
from tests.unit.web.visible_text import mistakes, visible_text

OPENED_ELSEWHERE = {"pages/votes/draft_check.html", "pages/votes/wrong_rows.html", "pages/working_time/rest_reason.html"}
"""They take more than a form filled in anyhow: a whole draft, a register that does not fit, and a rest that the rulebook lets be shorter.
`test_votes_pages.py` opens the first two, `test_rest_reason_pages.py` the third.
"""
MISTAKES = {
    "<p>It passes if &lt;strong&gt;half&lt;/strong&gt; say yes.</p>": "a tag",
    "<p>Ada &amp;amp; Jo</p>": "an entity",
    "<p>Good morning, {name}</p>": "a placeholder",
    "<td>None</td>": "a word of Python",
    "<p>Ring None.</p>": "a word of Python",
    "<p>BALLOT_CLOSED</p>": "a reason code",
    "<h1>members.title</h1>": "a catalogue key",
    '<nav aria-label="base.places"></nav>': "a catalogue key",
}


@pytest.mark.parametrize("page", MISTAKES)
def test_each_kind_of_mistake_is_found(page: str) -> None:
    assert [found.partition(" in ")[0] for found in mistakes(page)] == [MISTAKES[page]]


def test_plain_words_and_what_is_quoted_pass() -> None:
    said = "<title>Ada &amp; Jo</title><p>At 9:00, <b>one</b> of 2/3. None came.</p>"
    page = f"{said}<code>url = {{}}</code><pre>members.title</pre><script>None</script>"
    assert mistakes(page) == []
    assert visible_text(page) == ["Ada & Jo", "At 9:00,", "one", "of 2/3. None came."]


@pytest.mark.parametrize("easy", [False, True])
def test_every_page_and_every_form_shows_plain_words_and_no_page_is_left_out(*, easy: bool) -> None:
    """A page that no test opens is a page that nobody has looked at."""
    cache = TEMPLATES.cache
    assert cache is not None
    cache.clear()
    for make_fakes in (FakeServices, new_co_op):
        assert open_every_page(make_fakes, easy=easy) > 300
    opened = {name for _, name in cache}
    assert {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html")} - opened == OPENED_ELSEWHERE


@pytest.mark.parametrize("service", ["identity", "membership", "governance", "votes", "federation", "evidence"])
def test_every_page_shows_plain_words_while_a_service_is_away(service: str) -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    fake = getattr(fakes, service)
    fake.refusals = {name: Unavailable("SERVICE_AWAY") for name in dir(fake) if name[:1].isupper() and name != "RenewToken"}
    statuses = {browser.http.get(path).status_code for path in all_paths()}
    assert statuses <= {200, 303, 403, 404, 409, 422, 503}
