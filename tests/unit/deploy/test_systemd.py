"""deploy/systemd/kith.service has all required settings, and systemd (if installed) accepts it."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.compose_file import ROOT

UNIT = ROOT / "deploy/systemd/kith.service"


def test_only_kith_up_is_told_to_stop_and_it_is_given_the_time() -> None:
    unit_file = configparser.ConfigParser(interpolation=None, strict=True)
    unit_file.optionxform = str  # type: ignore[assignment, method-assign]  # systemd's keys have capitals
    unit_file.read(UNIT, encoding="utf-8")
    service = unit_file["Service"]
    assert service["ExecStart"].endswith("/kith up /var/lib/kith/co-op")
    # Otherwise PostgreSQL would be stopped under the services that still write to it.
    assert service["KillMode"] == "mixed"
    assert int(service["TimeoutStopSec"]) > 45
    assert service["User"] != "root"


def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/kith/.venv/bin/kith", str(Path(sys.executable).parent / "kith")))
    program = shutil.which("systemd-analyze")
    unit_file = subprocess.run([program, "verify", str(unit)], check=False, capture_output=True, text=True).stderr if program else ""
    assert unit_file == ""
    assert sum(line.startswith("[") for line in unit.read_text(encoding="utf-8").splitlines()) == 3
