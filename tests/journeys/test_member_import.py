"""Importing member lists into a running co-op: every row has a result, a killed run resumes, and nobody is admitted twice."""

import csv
import json
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.cli.demo.folders import EXAMPLE
from tests.support.compose_file import ROOT
from tests.support.demo_process import KITH, run_kith, running_elm_row

LONG = 2000
MIXED = """\
number;name;class;joined;address;email;phone
901;Zelda Button;worker;01/02/2024;1 Test Row;zelda.button@example.org;
;Ossian Cup;Supported member;;2 Test Row;;
;Ossian Cup;Supported member;;2 Test Row;;
;;worker;;;nobody@example.org;
901;Bert Other;worker;;;bert@example.org;
5;Bert Five;worker;;;bert.five@example.org;
;Hal Mitten;worker;;;hal.mitten@example.org;
;Late Comer;worker;2099-01-01;;late@example.org;
;Class Less;wroker;;;classless@example.org;
;;;;;;
;Pia Cup;investor;;;;01632 960990
"""


@pytest.fixture(scope="module")
def co_op() -> Iterator[Path]:
    with running_elm_row() as folder:
        yield folder


def list_member_lines(co_op: Path) -> list[str]:
    return [line.split()[0] for line in run_kith("member", "list", "--folder", co_op).stdout.splitlines()]


@pytest.mark.capability("M4")
def test_every_row_gets_a_result_and_correcting_rows_admits_nobody_twice(co_op: Path, tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_text(MIXED, encoding="utf-8")
    before = list_member_lines(co_op)

    tried = run_kith("member", "import", file, "--folder", co_op, "--dry-run")
    assert tried.returncode == 7
    assert list_member_lines(co_op) == before

    done = run_kith("member", "import", file, "--folder", co_op, "--json", "--report", tmp_path / "report.csv")
    fields = json.loads(done.stdout)
    assert [field["row"] for field in fields["rows"]] == list(range(2, 13))
    assert [field["outcome"] for field in fields["rows"]] == [
        *("admitted", "admitted", "refused", "refused", "refused", "refused", "already_a_member", "refused", "refused", "empty", "admitted")
    ]
    assert "same person as row 3" in fields["rows"][2]["why"]
    assert "stands in row 2 too" in fields["rows"][4]["why"]
    assert 'Did you mean "worker"?' in fields["rows"][8]["why"]
    assert [line.split(":")[0] for line in tried.stdout.splitlines()] == [f"row {field['row']}" for field in fields["rows"]]
    assert len((tmp_path / "report.csv").read_text(encoding="utf-8").splitlines()) == 12

    file.write_text(MIXED.replace("wroker", "worker"), encoding="utf-8")
    again = run_kith("member", "import", file, "--folder", co_op)
    assert "row 10: admitted as member" in again.stdout
    assert again.stdout.count("already a member") == 4
    assert len(list_member_lines(co_op)) == len(before) + 4


def test_a_list_that_cannot_be_read_imports_nothing(co_op: Path, tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_bytes("name,class\nZoë Kettle,worker\n".encode("cp1252"))
    done = run_kith("member", "import", file, "--folder", co_op)
    assert done.returncode == 2
    assert "looks like Windows-1252" in done.stderr
    assert done.stdout == ""


def test_a_run_that_was_killed_is_taken_up_by_the_same_command(co_op: Path, tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    # Half of them have neither e-mail nor phone: only their row says who they are.
    rows = (f"{10_000 + row},Member N{row},worker,{f'm{row}@example.org' if row % 2 else ''}" for row in range(1, LONG + 1))
    file.write_text("\n".join(["number,name,class,email", *rows]) + "\n", encoding="utf-8")
    before = len(list_member_lines(co_op))
    said = tmp_path / "said"
    with said.open("w") as out:
        run = subprocess.Popen(
            [KITH, "member", "import", file, "--folder", co_op, "--json"], stdout=out, stderr=subprocess.DEVNULL, cwd=ROOT
        )
    until = time.monotonic() + 60
    while len(said.read_text(encoding="utf-8").splitlines()) < 400 and time.monotonic() < until:
        time.sleep(0.02)
    run.kill()
    assert run.wait(60) == -9

    report = tmp_path / "report.csv"
    again = run_kith("member", "import", file, "--folder", co_op, "--report", report)
    assert again.returncode == 0, again.stderr
    assert again.stdout == ""
    results = list(csv.DictReader(report.read_text(encoding="utf-8-sig").splitlines()))
    outcomes = Counter(row["outcome"] for row in results)
    assert len(results) == LONG
    assert outcomes["already a member"] >= 400
    assert outcomes.keys() <= {"admitted", "already a member"}
    assert all(row["member number"].isdigit() for row in results if row["outcome"] == "admitted")
    summary = f"{LONG} rows: {outcomes['admitted']} admitted, {outcomes['already a member']} already a member."
    assert summary in again.stderr
    numbers = list_member_lines(co_op)
    assert len(numbers) == len(set(numbers)) == before + LONG


def test_cards_are_letters_for_one_pair_of_eyes(co_op: Path, tmp_path: Path) -> None:
    done = run_kith("person", "card", "4", "5", "--folder", co_op, "--output", tmp_path / "letters")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "letters").stat().st_mode & 0o777 == 0o700
    letters = list((tmp_path / "letters").iterdir())
    assert len(letters) == 2
    assert {letter.stat().st_mode & 0o777 for letter in letters} == {0o600}
    assert all(re.search(r"\n {4}[0-9A-Z]{4}(-[0-9A-Z]{4}){3}\n", letter.read_text(encoding="utf-8")) for letter in letters)


def test_a_hat_is_given_and_taken_and_the_last_secretary_keeps_theirs(co_op: Path) -> None:
    assert run_kith("person", "hat", "give", "5", "operator", "--folder", co_op).returncode == 0
    assert run_kith("person", "hat", "list", "--folder", co_op).stdout.count("operator") == 2
    assert run_kith("person", "hat", "take", "5", "operator", "--folder", co_op).returncode == 0
    assert run_kith("person", "hat", "take", "2", "secretary", "--folder", co_op).returncode == 0
    refused = run_kith("person", "hat", "take", "1", "secretary", "--folder", co_op)
    assert (refused.returncode, "LAST_SECRETARY" in refused.stderr) == (4, True)
    assert run_kith("person", "hat", "give", "nobody", "operator", "--folder", co_op).returncode == 3


def test_two_entries_of_one_person_are_merged_by_their_numbers(co_op: Path, tmp_path: Path) -> None:
    file = tmp_path / "twice.csv"
    file.write_text("number;name;class\n931;Wilma Twyce;worker\n932;Wilma Twice;worker\n", encoding="utf-8")
    assert run_kith("member", "import", file, "--folder", co_op).returncode == 0
    arguments = ("person", "merge", "931", "932", "--folder", co_op)
    assert run_kith(*arguments).returncode == 2, "why they are one person is asked for"
    done = run_kith(*arguments, "--reason", "I rang her up.")
    assert (done.returncode, done.stdout.startswith("One person now: Wilma Twyce.")) == (0, True), done.stderr
    [other] = re.findall(r"the entry (\S+) is not used any more", done.stdout)
    again = run_kith("person", "merge", "931", other, "--folder", co_op, "--reason", "I rang her up.")
    assert (again.returncode, "This entry is not used any more." in again.stderr) == (4, True)
    assert run_kith("motion", "open", EXAMPLE / "motion.toml", "--folder", co_op).returncode == 0
    voter = run_kith("person", "merge", "931", "5", "--folder", co_op, "--reason", "They look alike.")
    assert (voter.returncode, "takes part in a vote that is still open" in voter.stderr) == (4, True)
