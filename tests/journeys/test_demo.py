"""`scripts/demo` from start to end: three co-ops start and decide together, and their pages stay up until they are stopped."""

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from scripts.cli.demo.expected_results import read_votes
from scripts.cli.demo.folders import CO_OPS, EXAMPLE
from tests.support.compose_file import ROOT
from tests.support.demo_process import DemoProcess, run_kith


def verify(demo: DemoProcess, *more: str | Path) -> int:
    command = [sys.executable, "-m", "scripts.verifier", demo.folder_of_co_ops / "vote.kith", *more]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, timeout=60).returncode


@pytest.mark.capability("M4", "G15")
def test_three_co_ops_decide_together_and_hold_the_same_outcome(demo: DemoProcess) -> None:
    outcome, bundle, pins = demo.stdout.splitlines()[-3:]
    assert re.fullmatch("outcome [0-9a-f]{64} agreed by 3 of 3 co-ops", outcome)
    assert (bundle, pins) == (f"bundle {demo.folder_of_co_ops / 'vote.kith'}", f"pins {demo.folder_of_co_ops / 'pins.json'}")
    assert "300 at Elm Row Care and 120 at Brook Side Neighbours and 60 at Mill Lane Help" in demo.stderr
    assert "went dark: kill -9" in demo.stderr
    assert "3 of 3 have signed, and 3 hold the same bytes" in demo.stderr
    assert "Counted again from the files of examples/ alone, every figure is the same." in demo.stderr
    assert "found wrong" in demo.stderr
    assert "altogether" in demo.stderr
    assert "Not as it should be" not in demo.stderr
    assert "Should our three co-ops run one night line together? It passed." in demo.stdout
    assert re.search(r"Elm Row Care, investor +30 +26 +2 +24 +0 +0\.836", demo.stdout)
    # Its own members' decision, counted from their files too.
    assert "Should we open the day room on Saturdays? It passed." in demo.stdout
    assert re.search(r"Investor member +30 +2 +26 +0 +0\.789 +22\.111", demo.stdout)


@pytest.mark.capability("G15")
def test_anyone_checks_it_offline_and_every_member_their_own_part(demo: DemoProcess, tmp_path: Path) -> None:
    pins = demo.folder_of_co_ops / "pins.json"
    cards = {co_op: list((demo.folder_of_co_ops / "cards" / co_op).glob("*.json")) for co_op in CO_OPS}
    assert [len(some) for some in cards.values()] == [300, 120, 60]
    card = cards["mill-lane"][0]
    assert verify(demo, "--pins", pins, "--card", card) == 0
    assert verify(demo) == 2
    wrong = json.loads(pins.read_text(encoding="utf-8"))
    wrong["pins"][0][1] = "0" * 64
    (tmp_path / "wrong.json").write_text(json.dumps(wrong, separators=(",", ":")), encoding="utf-8")
    assert verify(demo, "--pins", tmp_path / "wrong.json") == 1

    fields = json.loads(card.read_text(encoding="utf-8"))
    for co_op in CO_OPS:
        completed = run_kith("vote", "look-up", fields["pseudonym"].lower(), "--folder", demo.folder_of_co_ops / co_op)
        assert f"{fields['pseudonym']} is a row of mill-lane, in the group supported." in completed.stdout, completed.stderr
    shown = run_kith("vote", "show", fields["vote"][:12], "--folder", demo.folder_of_co_ops / "brook-side")
    assert "the outcome is final" in shown.stdout, shown.stderr
    assert "one night line together? It passed." in shown.stdout
    assert fields["vote"][:12] in run_kith("vote", "list", "--folder", demo.folder_of_co_ops / "mill-lane").stdout
    voter, receipt = read_votes(EXAMPLE, "vote-ballots.csv")[0].number, tmp_path / "receipt.json"
    kept = run_kith("vote", "receipt", fields["vote"][:12], "--as", voter, "--out", receipt, "--folder", demo.folder)
    assert kept.returncode == 0, kept.stderr
    assert verify(demo, "--pins", pins, "--receipt", receipt) == 0


def test_the_pages_stay_up_and_a_second_demo_is_refused(demo: DemoProcess) -> None:
    assert len(demo.all_links) == 2 * len(CO_OPS) + 6
    for link in demo.all_links:
        with urllib.request.urlopen(link, timeout=60) as page:  # noqa: S310 - our own page
            assert page.status == 200
    refused = run_kith("demo", "--folder", demo.folder_of_co_ops)
    assert (refused.returncode, "One is running there." in refused.stderr) == (4, True)
    assert sorted(line.split()[1] for line in list_motions(demo)) == ["open", "passed", "passed", "passed"]


@pytest.mark.last(2)
def test_the_command_line_finds_its_way_in_until_kith_down(demo: DemoProcess) -> None:
    """Changes and then stops the demo, so it runs after all other tests that use it."""
    left_open = next(line.split()[0] for line in list_motions(demo) if line.split()[1] == "open")
    for revised in ("for", "against"):
        cast = run_kith("motion", "cast", left_open, "--as", "7", "--choice", revised, "--folder", demo.folder)
        assert f"Member 7 said {revised}." in cast.stdout, cast.stderr
    log = run_kith("motion", "log", "--folder", demo.folder).stdout.splitlines()
    assert [line.split()[0] for line in log] == ["5", "4", "3", "2", "1"]
    assert "Should our three co-ops run one night line together?" in log[0]
    rebuilt = run_kith("facts", "rebuild", "governance", "--folder", demo.folder)
    assert (rebuilt.returncode, "governance has caught up." in rebuilt.stderr) == (0, True)
    members = len(run_kith("member", "list", "--folder", demo.folder).stdout.splitlines())
    assert members >= 300
    put = run_kith("motion", "open", "examples/elm-row/motion.toml", "--folder", demo.folder)
    assert f"Notice is given to {members} members who may vote." in put.stderr
    for co_op in CO_OPS:
        completed = run_kith("status", demo.folder_of_co_ops / co_op)
        assert completed.returncode == 0, completed.stdout + completed.stderr
    for co_op in CO_OPS:
        assert run_kith("down", demo.folder_of_co_ops / co_op).returncode == 0
    assert demo.process.wait(60) == 0


def list_motions(demo: DemoProcess) -> list[str]:
    return run_kith("motion", "list", "--folder", demo.folder).stdout.splitlines()
