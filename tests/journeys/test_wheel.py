"""Kith as a wheel holds everything it needs: a co-op is founded with it from a folder where there is no checkout."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("services", "libs", "scripts", "protos/gen")
NOT_SHIPPED = {".pyc", ".md"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that building leaves nothing in the checkout."""
    copy = tmp_path_factory.mktemp("checkout")
    for folder in SHIPPED:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, copy)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--skip-dependency-check", "--outdir", str(copy / "out")]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = (copy / "out").glob("*.whl")
    return made


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Path:
    """The `kith` command of an environment that has the wheel, and everything else from the environment of the tests."""
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True, capture_output=True)
    python = environment / "bin" / "python"
    uv: list[str | Path] = [ROOT / ".venv/bin/uv", "pip", "install", "--quiet", "--offline", "--no-deps", "--python", python, wheel]
    subprocess.run(uv, check=True, capture_output=True)
    # A path in a .pth file is not searched for .pth files of its own: the editable install of the checkout stays behind.
    (environment / "lib" / python_folder() / "site-packages" / "dependencies.pth").write_text(
        sysconfig.get_path("purelib"), encoding="utf-8"
    )
    return environment / "bin" / "kith"


def python_folder() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def run(command: list[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "KITH"))}
    return subprocess.run(command, cwd=folder, env=clean, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)


def test_the_wheel_holds_every_file_that_runs(wheel: Path) -> None:
    kept = set()
    for folder in SHIPPED:
        start = ROOT / "protos/gen" if folder == "protos/gen" else ROOT
        files = (path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix and path.suffix not in NOT_SHIPPED)
        kept |= {str(path.relative_to(start)) for path in files}

    assert sorted(kept - set(zipfile.ZipFile(wheel).namelist())) == []


@pytest.mark.capability("X1")
def test_a_co_op_is_founded_from_another_folder(installed: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    came_from = run([installed.parent / "python", "-c", "import scripts.cli, services, libs, kith; print(kith.__file__)"], elsewhere)
    assert str(tmp_path) in came_from.stdout, came_from

    options = [
        "--name",
        "Willow Lane Care",
        "--founder",
        "Ash Example",
        "--founder-email",
        "ash@example.org",
        "--template",
        "single-class",
        "--no-input",
    ]
    done = run([installed, "init", "co-op", *options], elsewhere)

    assert done.returncode == 0, done.stdout + done.stderr
    settings = tomllib.loads((elsewhere / "co-op" / "kith.toml").read_text(encoding="utf-8"))
    assert settings["name"] == "Willow Lane Care"
