"""`scripts/demo`, whole: a co-op of 300 stands up and decides, and its pages stay up until it is told to stop."""

import re
import urllib.request

import pytest

from tests.support.demonstration import a_place, an_address, demonstration, kith


@pytest.mark.capability("M4")
def test_the_demonstration_decides_as_counted_from_its_files() -> None:
    with a_place() as place:
        done = kith("demo", "--exit", "--timings", "--folder", place / "demo", "--address", an_address())
        assert done.returncode == 0, done.stdout + done.stderr
        assert kith("status", place / "demo").returncode == 6
    assert "300 members were admitted" in done.stderr
    assert "238 members signed in with their cards and voted; one changed their mind." in done.stderr
    assert "every figure is the same" in done.stderr
    assert "Should we open the day room on Saturdays? It passed." in done.stdout
    assert "50.6 % of everybody who took part was for it" in done.stdout
    assert re.search(r"Investor member +30 +2 +26 +0 +0\.789 +22\.111", done.stdout)
    assert "altogether" in done.stdout


def test_the_pages_stay_up_until_kith_down_and_the_command_line_finds_its_way_in() -> None:
    with demonstration() as demo:
        assert len(demo.links) == 2
        for link in demo.links:
            with urllib.request.urlopen(link, timeout=10) as page:  # noqa: S310 - our own page
                assert page.status == 200
        said = kith("status", demo.folder)
        assert said.returncode == 0, said.stdout + said.stderr
        refused = kith("demo", "--folder", demo.folder)
        assert (refused.returncode, "One is running there." in refused.stderr) == (4, True)
        before = kith("motion", "list", "--folder", demo.folder).stdout
        assert [line.split()[1] for line in before.splitlines()] == ["open", "passed"]
        rebuilt = kith("facts", "rebuild", "governance", "--folder", demo.folder)
        assert (rebuilt.returncode, "governance has caught up." in rebuilt.stderr) == (0, True)
        put = kith("motion", "open", "examples/elm-row/motion.toml", "--folder", demo.folder)
        assert "Notice is given to 300 members who may vote." in put.stderr
        assert kith("down", demo.folder).returncode == 0
        assert demo.process.wait(60) == 0
