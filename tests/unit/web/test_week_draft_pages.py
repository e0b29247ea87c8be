"""Pages of drafts of a week: making one, its drawing and words, answers, publishing, why a worker, and what people say beforehand."""

import pytest

from kith.identity.v1 import relationships_pb2 as relationships
from kith.scheduling.v1 import week_drafts_pb2 as pb
from libs.refusals import Conflict, FailedPrecondition
from tests.unit.web.fake_people import ADA, JO
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_visits import OPEN, TAKEN
from tests.unit.web.fake_week_drafts import ASKED, DRAFTED, FAILED, MAKING
from tests.unit.web.html_tables import read_tables
from tests.unit.web.scriptless_browser import ScriptlessBrowser
from tests.unit.web.visible_text import visible_text


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


def text_of(browser: ScriptlessBrowser, path: str) -> str:
    return " ".join(visible_text(browser.open(path)))
