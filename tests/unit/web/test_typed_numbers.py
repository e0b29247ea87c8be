"""Numbers that a form brings back, however long somebody made them: none of them ends in an error of ours."""

import pytest

from kith.identity.v1 import notices_pb2 as notices
from kith.matching.v1 import support_profiles_pb2 as support
from services.web.pages.form_page import version_of
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

LONG = "9" * 5000
"""Longer than Python reads as a number at all."""


@pytest.mark.parametrize(
    ("typed", "version"),
    [("3", 3), ("0", 0), ("9" * 18, 10**18 - 1), ("9" * 19, 0), (LONG, 0), ("-1", 0), ("1.5", 0), ("²", 0), ("", 0)],
)
def test_a_version_is_one_that_the_wire_holds_or_none(typed: str, version: int) -> None:
    assert version_of({"version": typed}) == version
    assert version_of({}) == 0
    assert support.GettingSupport(version=version).version == version


@pytest.mark.parametrize("typed", ["9" * 19, LONG])
def test_a_form_with_a_number_that_is_too_long_is_answered(typed: str) -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    browser.open("/support/getting")
    assert browser.submit("/support/getting", version=typed)[0] == 303
    browser.open("/you/told")
    assert browser.submit("/you/told", channel="page", quiet_from=f"{typed}:00", quiet_until="08:00", version=typed)[0] == 303
    saved = [one for one in fakes.support_profiles.requests if isinstance(one, support.SetGettingSupportRequest)]
    told = [one for one in fakes.notices.requests if isinstance(one, notices.SetWaysToBeToldRequest)]
    assert (saved[0].profile.version, told[0].ways.version, told[0].ways.quiet_from) == (0, 0, -1), "which the services refuse"
