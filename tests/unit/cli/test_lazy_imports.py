"""What a word of `kith` imports late is whole when it is used."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.cli.commands import COMMANDS

REPOSITORY = Path(__file__).parents[3]
MODULES = sorted({command.target.partition(":")[0] for command in COMMANDS.values()})
CODE = """
import importlib, sys
importlib.import_module(sys.argv[1])
from scripts.cli.lazy_imports import load_protos
load_protos()
from scripts.cli.connection import connect
for module in [module for name, module in sys.modules.items() if name.startswith(("kith.", "scripts.cli."))]:
    dir(module) and module.__file__
"""


@pytest.mark.parametrize("module", MODULES)
def test_a_word_loads_all_that_it_uses_whichever_comes_first(module: str) -> None:
    done = subprocess.run([sys.executable, "-c", CODE, module], capture_output=True, text=True, check=False, cwd=REPOSITORY, timeout=60)
    assert done.returncode == 0, done.stderr[-2000:]
