"""The files of a release: what is in them comes from the commit and the locks, and the same input makes the same bytes."""

import hashlib
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from scripts.checks import advisories, file_checks, images, repository
from scripts.releases import __main__ as release
from scripts.releases import sbom

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
COMMITTED_AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
DIGEST = "sha256:" + "5" * 64


def a_bill(**changes: object) -> str:
    given = {"version": "1.2.3", "lock": LOCK, "images": ["nats:2.12-alpine", f"postgres:17@{DIGEST}"], "committed_at": COMMITTED_AT}
    return sbom.make_bill(**(given | changes))  # type: ignore[arg-type]  # keyword arguments by name


def test_a_bill_lists_every_locked_package_with_its_hashes_and_who_needs_it() -> None:
    bill = json.loads(a_bill())
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None
    listed = {f"{part['name']}=={part['version']}" for part in bill["components"] if part["type"] == "library"}
    assert listed == {line.split()[0].replace("[asyncio]", "") for line in LOCK.splitlines() if "==" in line and line[0].isalnum()}
    hashes = [entry["content"] for part in bill["components"] if part["type"] == "library" for entry in part["hashes"]]
    assert len(hashes) == LOCK.count("--hash=sha256:")
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in bill["dependencies"]}
    anyio = next(part["purl"] for part in bill["components"] if part["name"] == "anyio")
    assert any(ref.startswith("pkg:pypi/starlette@") and anyio in needed for ref, needed in needs.items())
    assert any(needed.startswith("pkg:pypi/starlette@") for needed in needs["pkg:pypi/kith@1.2.3"])
    assert [part["name"] for part in bill["components"] if part["type"] == "container" and "hashes" in part] == ["postgres"]


def test_the_same_input_makes_the_same_bytes_and_another_commit_another_serial_number() -> None:
    assert a_bill() == a_bill()
    bill, later = json.loads(a_bill()), json.loads(a_bill(committed_at=COMMITTED_AT.replace(hour=13)))
    assert bill["metadata"]["timestamp"] == "2026-11-28T12:00:00+00:00"
    assert bill["serialNumber"] != later["serialNumber"]
    assert bill["serialNumber"] != json.loads(a_bill(lock=LOCK.replace("--hash=sha256:0", "--hash=sha256:f", 1)))["serialNumber"]


@pytest.mark.parametrize(
    "entry", ["made-up>=1 \\\n    --hash=sha256:" + "0" * 64 + "\n", "made-up==1\n", "made-up==1 \\\n    # via kith\n"]
)
def test_a_lock_with_an_unreadable_entry_makes_no_bill(entry: str) -> None:
    with pytest.raises(ValueError, match="lock"):
        a_bill(lock=LOCK + entry)


def test_a_release_is_made_of_the_commit_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--shared", ROOT, clone], check=True, capture_output=True)
    monkeypatch.setattr(repository, "ROOT", clone)
    monkeypatch.delenv(advisories.VARIABLE, raising=False)
    (clone / "uncommitted.py").write_text("", encoding="utf-8")
    assert release.main() == 1
    assert "uncommitted.py" in capsys.readouterr().out
    (clone / "uncommitted.py").unlink()
    assert release.main() == 0
    output = capsys.readouterr().out
    made = {path.name: path for path in (clone / "dist").iterdir()}
    assert {path.rpartition(".")[2] for path in made} == {"json", "tar", "whl", "SHA256SUMS"}
    for line in made.pop("SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256(made.pop(name).read_bytes()).hexdigest() == digest
    assert not made, "every file has a checksum"
    for image in images.without_digest(images.list_images(ROOT)):
        assert f"{image} has no digest" in output


def test_every_image_has_a_version_and_the_how_to_has_the_step_that_pins_it() -> None:
    assert file_checks.check_images() == []
    how_to = (ROOT / "docs/how-to/run-with-containers.md").read_text(encoding="utf-8")
    for image in images.without_digest(images.list_images(ROOT)):
        assert images.ASK_FOR_DIGEST.format(image=image) in how_to


@pytest.mark.parametrize("image", ["postgres", "postgres:latest", "nats:alpine", "nats:2.12@sha256:12", f"nats@{DIGEST}"])
def test_an_image_without_a_version_or_with_a_false_digest_is_found(image: str) -> None:
    assert images.problems([image]) != []


def test_an_image_with_a_digest_is_pinned() -> None:
    assert images.problems([f"nats:2.12@{DIGEST}"]) == images.without_digest([f"nats:2.12@{DIGEST}"]) == []
