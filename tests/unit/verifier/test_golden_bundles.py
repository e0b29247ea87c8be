"""The files of examples/bundles, which are kept for authors of other verifiers."""

import tomllib
from typing import Any

import pytest

from scripts.verifier.__main__ import main
from tests.support.example_bundles import FOLDER, example_files

_EXPECTED: dict[str, Any] = tomllib.loads((FOLDER / "expected.toml").read_text())  # Any: as TOML has it
_CASES = _EXPECTED["case"]


@pytest.mark.parametrize("case", _CASES, ids=[f"{case['file']}: {case['about']}" for case in _CASES])
@pytest.mark.capability("G15")
def test_a_bundle_gives_the_expected_result(case: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    pins = [f"--pin={one}={fingerprint}" for one, fingerprint in _EXPECTED["pins"][case["pins"]].items()]
    papers = [word for paper in ("card", "receipt") if paper in case for word in (f"--{paper}", str(FOLDER / case[paper]))]

    exit_code = main([str(FOLDER / case["file"]), *pins, *papers])

    said = capsys.readouterr().out
    assert exit_code == case["exit"], said
    assert ("FAILED" in said) == bool(case["check"])
    if case["check"]:
        assert f"\n{case['check']:>3}  FAILED" in f"\n{said}"
    else:
        assert f"State: {case['state']}" in said


def test_the_files_are_made_again_to_the_byte() -> None:
    made = example_files()

    assert {path.name for path in FOLDER.iterdir()} == {*made, "README.md"}
    assert [name for name, data in made.items() if (FOLDER / name).read_bytes() != data] == []


def test_every_check_that_can_fail_by_itself_fails_in_some_file() -> None:
    """5 tells; 13, 14 and 19 compute and print; what is wrong there shows in 15."""
    assert {case["check"] for case in _CASES} == set(range(20)) - {5, 13, 14, 19}
