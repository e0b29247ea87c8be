"""deploy/nats/nats.conf, read by nats-server itself through the composition's own command line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from libs.host.backing import nats_server
from tests.support.compose_file import ROOT, ComposeFile

CONFIGURATION = ROOT / "deploy/nats/nats.conf"


@pytest.mark.parametrize("password", ["0123456789abcdef", "-5kMx_0123456789", "1e5_0123456789ab", "plain-password-16"])
def test_a_password_of_any_letters_is_taken_as_it_stands(tmp_path: Path, password: str) -> None:
    (tmp_path / "nats").write_text(password + "\n", encoding="ascii")
    composition = ComposeFile({"KITH_CO_OP": "x", "KITH_NATS_CONFIGURATION": str(CONFIGURATION), "KITH_NATS_STORE": str(tmp_path)})
    shell, flag, line = composition.argv("nats", tmp_path)
    done = subprocess.run(
        [shell, flag, f"{line} -t"],
        env={**composition.environment("nats", tmp_path), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "is valid" in done.stdout + done.stderr


def test_the_figures_are_those_of_kiths_own_nats() -> None:
    own = nats_server.nats_configuration("x", 1, "x", Path("x"))
    figures = ("max_memory_store: 32MB", "max_file_store: 8GB", "max_payload: 1MB", "max_connections: 256")
    theirs = CONFIGURATION.read_text(encoding="utf-8")
    assert [figure for figure in figures if figure not in own or figure not in theirs] == []
