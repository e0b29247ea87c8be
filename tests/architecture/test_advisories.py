"""Known vulnerabilities in locked packages are found, with the advisories of a file and without the network."""

import json
import zipfile
from pathlib import Path

import pytest

from scripts.checks import __main__ as check
from scripts.checks import advisories

LOCK = "made-up==1.4.2 \\\n    --hash=sha256:" + "0" * 64 + "\n"
RANGE = {"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "1.5"}]}


def an_advisory(identifier: str, *, package: str = "Made_Up", ecosystem: str = "PyPI", **affected: object) -> dict[str, object]:
    return {
        "id": identifier,
        "modified": "2026-11-01T00:00:00Z",
        "published": "2026-11-01T00:00:00Z",
        "affected": [{"package": {"name": package, "ecosystem": ecosystem}, **affected}],
    }


def a_lock(folder: Path) -> Path:
    (folder / "some.lock").write_text(LOCK, encoding="utf-8")
    return folder / "some.lock"


def test_a_known_vulnerability_is_found_and_others_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # nothing answers there
    with zipfile.ZipFile(tmp_path / "advisories.zip", "w") as archive:
        for advisory in (
            an_advisory("MADE-UP-2026-1", ranges=[RANGE]),
            an_advisory("MADE-UP-2026-2", ranges=[{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.4.2"}]}]),
            an_advisory("MADE-UP-2026-3", package="another", ranges=[RANGE]),
            an_advisory("MADE-UP-2026-4", ecosystem="npm", ranges=[RANGE]),
            an_advisory("MADE-UP-2026-5", ranges=[RANGE]) | {"withdrawn": "2026-11-02T00:00:00Z"},
        ):
            archive.writestr(f"{advisory['id']}.json", json.dumps(advisory))
    found = "\n".join(advisories.audit(tmp_path / "advisories.zip", [a_lock(tmp_path)]))
    assert "MADE-UP-2026-1" in found
    assert "1.5" in found, "which version mends it"
    assert not any(f"MADE-UP-2026-{number}" in found for number in (2, 3, 4, 5)), found


def test_a_lock_without_known_vulnerabilities_passes(tmp_path: Path) -> None:
    path = tmp_path / "advisories.json"
    path.write_text(json.dumps({"vulns": [an_advisory("MADE-UP-2026-2", versions=["1.4.1"])]}), encoding="utf-8")
    assert advisories.audit(path, [a_lock(tmp_path)]) == []


@pytest.mark.parametrize("content", ["", "{", "[]", "3", '{"vulns": []}', "[3]"])
def test_a_file_without_advisories_is_no_clean_bill(content: str, tmp_path: Path) -> None:
    path = tmp_path / "advisories.json"
    path.write_text(content, encoding="utf-8")
    assert "cannot be read" in advisories.audit(path, [a_lock(tmp_path)])[0]


def test_a_named_file_that_is_missing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(advisories.VARIABLE, str(tmp_path / "none.json"))
    assert "cannot be read" in advisories.check_advisories()[0]


def test_without_a_file_the_check_says_loudly_that_nobody_looked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(advisories.VARIABLE, raising=False)
    monkeypatch.setattr(advisories, "PLACES", ("no-such-file.json",))
    assert check.main(["advisories"]) == 0
    assert "no advisory file: vulnerable packages were not looked for" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("affected", "version", "expected"),
    [
        ({"versions": ["1.0"]}, "1.0.0", True),
        ({"versions": ["1.0"]}, "1.0.1", False),
        ({"ranges": [RANGE]}, "1.5", False),
        ({"ranges": [RANGE]}, "1.5rc1", True),
        ({"ranges": [RANGE]}, "0.9", False),
        ({"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}, "0.0.1", True),
        ({"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"last_affected": "2.0"}]}]}, "2.0", True),
        ({"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"last_affected": "2.0"}]}]}, "2.0.1", False),
        ({"ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "2"}, {"introduced": "3"}, {"introduced": "1"}]}]}, "3.1", True),
        ({"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "strange"}, {"fixed": "2"}]}]}, "1", True),
        ({"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}, "1", False),
    ],
)
def test_which_versions_an_advisory_covers(affected: dict[str, object], version: str, expected: bool) -> None:  # noqa: FBT001 - a table
    assert advisories.affects(affected, version) is expected
