"""`kith verify` and `python -m scripts.verifier` are one, and the second needs nothing of ours."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.cli.main import main as kith
from scripts.verifier.__main__ import main
from tests.support.bundle_parts import json_bytes
from tests.support.example_bundles import FOLDER
from tests.support.valid_examples import pooled_cap

_ROOT = Path(__file__).parents[3]
_BUNDLE = str(FOLDER / "pooled-cap.kith")


def test_kith_verify_passes_words_and_exit_code_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert kith(["verify", _BUNDLE, "--card", str(FOLDER / "card.json")]) == 0
    assert "FINAL" in capsys.readouterr().out


def test_the_verifier_loads_nothing_but_python_and_cryptography() -> None:
    code = (
        "import sys; before = set(sys.modules); import scripts.verifier.__main__\n"
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)))"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.append({str(_ROOT)!r}); {code}"], capture_output=True, text=True, check=False
    )

    loaded = set(run.stdout.split())
    assert run.returncode == 0, run.stderr
    assert {"scripts", "cryptography"} <= loaded
    assert {name for name in loaded if not name.startswith("_")} <= {"scripts", "cryptography"}


def test_a_file_of_pins_pins(tmp_path: Path) -> None:
    builder = pooled_cap().vote
    pins = sorted(([party, builder.fingerprint(party)] for party in builder.parties), key=json_bytes)
    (tmp_path / "pins.json").write_bytes(json_bytes({"v": 1, "pins": pins}))

    assert main([_BUNDLE, "--pins", str(tmp_path / "pins.json")]) == 0
    assert main([_BUNDLE]) == 2


def test_json_says_everything_the_lines_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([_BUNDLE, "--json"]) == 2

    fields = json.loads(capsys.readouterr().out)
    assert (fields["exit"], fields["failed"], fields["state"]) == (2, 0, "final")
    assert [field["check"] for field in fields["checked"]] == list(range(1, 19))
    assert fields["outcome"]["result"]["passes"] is True


def test_a_paper_of_more_than_64_kib_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = (FOLDER / "card.json").read_bytes()
    (tmp_path / "card.json").write_bytes(card + b" " * (64 * 1024 + 1 - len(card)))

    assert main([_BUNDLE, "--card", str(tmp_path / "card.json")]) == 64
    assert "longer than 64 KiB" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["no-such-file.kith"],
        [_BUNDLE, "--pin", "ash-grove"],
        [_BUNDLE, "--pin", "ash-grove=12"],
        [_BUNDLE, "--card", _BUNDLE],
        [_BUNDLE, "--receipt", "no-such-receipt.json"],
        [_BUNDLE, "--unknown"],
    ],
)
def test_wrong_arguments_are_64(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 64
    assert capsys.readouterr().err
