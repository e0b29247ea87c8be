"""`kith init` creates a complete data folder or nothing, and explains every mistake with its remedy."""

import os
import pty
import stat
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from libs.host import instance_keys
from libs.rulebook import read_rulebook, templates
from scripts.cli.init_answers import slugify
from scripts.cli.main import main
from services.topology import SERVICE_NAMES

Kith = Callable[..., int]
WILLOW = ("--name", "Willow Lane Care", "--founder", "Ash Example", "--founder-email", "ash@example.org", "--no-input")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "willow"


def file_mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.capability("X2")
@pytest.mark.parametrize("template", templates.template_names())
def test_init_makes_settings_a_sound_rulebook_and_keys(target: Path, template: str) -> None:
    assert main(["init", str(target), *WILLOW, "--template", template, "--zone", "Europe/London", "--phone", "01632 960001"]) == 0
    settings = tomllib.loads((target / "kith.toml").read_text(encoding="utf-8"))
    assert settings == {
        "name": "Willow Lane Care",
        "id": "willow-lane-care",
        "zone": "Europe/London",
        "phone": "01632 960001",
        "language": "en",
        "demo": False,
        "web": {"address": "127.0.0.1:8400", "public_url": "http://127.0.0.1:8400"},
        "federation": {"address": "", "endpoint": ""},
    }
    rulebook = (target / "rulebook.toml").read_bytes()
    assert read_rulebook(rulebook).resolutions == read_rulebook(templates.template_text(template)).resolutions
    assert template in rulebook.decode()
    assert instance_keys.read_keys(target / "keys", SERVICE_NAMES).nats_password


@pytest.mark.parametrize(
    ("given", "listens"),
    [("kith.willow.example:8443", "0.0.0.0:8443"), ("127.0.0.1:8443", "127.0.0.1:8443"), ("localhost:1", "localhost:1")],
)
def test_a_co_op_that_others_call_listens_where_they_find_it(target: Path, given: str, listens: str) -> None:
    assert main(["init", str(target), *WILLOW, "--federation-address", given]) == 0

    settings = tomllib.loads((target / "kith.toml").read_text(encoding="utf-8"))
    assert settings["federation"] == {"address": listens, "endpoint": given}


def test_the_founder_is_kept_for_the_first_start_and_for_nobody_else(target: Path) -> None:
    main(["init", str(target), *WILLOW])
    assert tomllib.loads((target / "founding.toml").read_text(encoding="utf-8")) == {"name": "Ash Example", "email": "ash@example.org"}
    assert file_mode(target / "founding.toml") == 0o600


def test_the_folder_is_private_whatever_the_umask(target: Path) -> None:
    before = os.umask(0)
    try:
        main(["init", str(target), *WILLOW])
    finally:
        os.umask(before)
    assert file_mode(target) == file_mode(target / "keys") == file_mode(target / "keys/tls") == 0o700
    private = [target / "keys/token.pem", *(target / "keys/passwords").iterdir()]
    assert len(private) > 1
    assert all(file_mode(one) == 0o600 for one in private)


def test_the_checklist_announces_the_figures_and_the_next_steps(target: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", str(target), *WILLOW, "--template", "equal-care-like"])
    output = " ".join(capsys.readouterr().out.split())
    for words in (
        f"kith up {target}",
        "default to check",
        "more than 75 % of those who took part",
        "at least 2/3",
        "keys apart",
        "FCA",
        "Data protection",
    ):
        assert words in output


def test_names_with_quotes_and_accents_stay_as_they_are(target: Path) -> None:
    assert main(["init", str(target), *WILLOW, "--name", 'Cafe\u0301 "Weide" \\ Haus']) == 0
    assert tomllib.loads((target / "kith.toml").read_text(encoding="utf-8"))["name"] == 'Caf\u00e9 "Weide" \\ Haus'


def test_an_empty_folder_is_filled(target: Path) -> None:
    target.mkdir(mode=0o755)
    assert main(["init", str(target), *WILLOW]) == 0
    assert file_mode(target) == 0o700


def test_a_folder_that_is_not_empty_is_refused(target: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target.mkdir()
    (target / "letter.txt").write_text("keep me")
    assert main(["init", str(target), *WILLOW]) == 4
    assert "not empty" in capsys.readouterr().err
    assert (target / "letter.txt").read_text() == "keep me"


def test_a_second_init_is_refused_and_changes_nothing(target: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", str(target), *WILLOW])
    token = (target / "keys/token.pem").read_bytes()
    assert main(["init", str(target), *WILLOW]) == 4
    assert "A co-op is there already" in capsys.readouterr().err
    assert (target / "keys/token.pem").read_bytes() == token


def test_a_file_in_the_way_is_refused(target: Path) -> None:
    target.write_text("a file")
    assert main(["init", str(target), *WILLOW]) == 4


def test_the_current_folder_is_refused(target: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    target.mkdir()
    monkeypatch.chdir(target)
    assert main(["init", ".", *WILLOW]) == 4
    assert "kith init willow" in capsys.readouterr().err


def test_a_failure_half_way_leaves_nothing_behind(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def disk_full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    # Only the disk's edge is replaced: a real full disk needs root.
    monkeypatch.setattr(os, "fsync", disk_full)
    assert main(["init", str(target), *WILLOW]) == 1
    assert list(target.parent.iterdir()) == []


def test_dry_run_makes_nothing_and_says_what_would_be(target: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(target), *WILLOW, "--dry-run"]) == 0
    assert "willow-lane-care" in capsys.readouterr().out
    assert not target.exists()


def test_every_missing_answer_is_named_at_once(target: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(target), "--no-input"]) == 2
    output = capsys.readouterr().err
    assert all(flag in output for flag in ("--name:", "--id:", "--founder:", "--founder-email:"))
    assert not target.exists()


@pytest.mark.parametrize(
    ("flag", "value", "suggestion"),
    [
        ("--id", "Willow Lane", "--id willow-lane"),
        ("--id", "ab", "--id willow-lane"),
        ("--id", "-willow", "--id willow"),
        ("--template", "equalcare", '"equal-care-like"'),
        ("--template", "zzzz", "single-class"),
        ("--zone", "london", '"Europe/London"'),
        ("--zone", "Europe/Lodnon", '"Europe/London"'),
        ("--phone", "ring me", "01632 960001"),
        ("--founder-email", "ash at example.org", "ash@example.org"),
        ("--founder-email", "ash@localhost", "ash@example.org"),
        ("--address", "127.0.0.1", "127.0.0.1:8400"),
        ("--address", "127.0.0.1:84000", "127.0.0.1:8400"),
        ("--address", "1.2.3.4.5:80", "127.0.0.1:8400"),
        ("--name", "x" * 121, "shorter"),
        ("--name", "Wil\u202elow", "by hand"),
    ],
)
def test_a_wrong_answer_is_named_with_a_suggestion(
    target: Path, capsys: pytest.CaptureFixture[str], flag: str, value: str, suggestion: str
) -> None:
    assert main(["init", str(target), *WILLOW, flag, value]) == 2
    lines = [line for line in capsys.readouterr().err.split("\n") if line.strip().startswith(f"{flag}:")]
    assert len(lines) == 1
    assert suggestion in lines[0]
    assert not target.exists()


@pytest.mark.parametrize("address", ["0.0.0.0:80", "[::1]:8400", "kith.example:443", "localhost:8400"])
def test_addresses_of_every_kind_are_taken(target: Path, address: str) -> None:
    assert main(["init", str(target), *WILLOW, "--address", address]) == 0


def test_an_id_is_made_from_the_name() -> None:
    assert slugify("  Café & Böse: Straße 7 ") == "cafe-bose-strae-7"
    assert slugify("七") == ""


def test_a_person_at_a_terminal_is_asked_until_the_answer_is_right(target: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "import sys; from scripts.cli.main import main; sys.exit(main())", "init", str(target)]
    with subprocess.Popen(command, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, text=True) as kith:
        os.close(theirs)
        answers = ["Willow Lane Care", "", "fairshares", "fairshares-like", "", "", "Ash Example", "ash@example.org", "", "", "yes"]
        os.write(ours, ("\n".join(answers) + "\n").encode())
        printed = kith.communicate(timeout=60)[0]
    os.close(ours)
    assert kith.returncode == 0
    assert "fairshares-like" in printed
    assert tomllib.loads((target / "kith.toml").read_text(encoding="utf-8"))["id"] == "willow-lane-care"


def test_ctrl_c_at_a_question_makes_nothing(target: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "import sys; from scripts.cli.main import main; sys.exit(main())", "init", str(target)]
    with subprocess.Popen(command, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, start_new_session=True) as kith:
        os.close(theirs)
        output = b""
        while b"called?" not in output:
            output += os.read(ours, 1000)
        kith.send_signal(2)
        try:
            assert kith.wait(timeout=60) == 130
        finally:
            kith.kill()
    os.close(ours)
    assert list(target.parent.iterdir()) == []
