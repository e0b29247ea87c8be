"""No test leans on the signals, umask, time zone, locale, home or terminal it was started with."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
LEANING = (
    "tests/unit/cli/test_init.py::test_ctrl_c_at_a_question_makes_nothing",
    "tests/unit/cli/test_init.py::test_the_folder_is_private_whatever_the_umask",
    "tests/unit/cli/test_init.py::test_the_founder_is_kept_for_the_first_start_and_for_nobody_else",
    "tests/unit/cli/test_motion_file.py",
    "tests/unit/cli/test_member_file.py",
    "tests/unit/cli/test_command_line.py::test_a_terminal_that_cannot_print_a_name_shows_a_question_mark",
    "tests/unit/cli/test_command_line.py::test_a_long_list_goes_through_the_pager_of_a_terminal",
)


def test_a_few_tests_pass_in_hostile_surroundings() -> None:
    pytest = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", *LEANING]
    script = f"trap '' INT PIPE; umask 077; exec {shlex.join(pytest)} </dev/null"
    surroundings = {
        "TZ": "Asia/Kathmandu",
        "LC_ALL": "C",
        "LANG": "de_DE.ISO-8859-1",
        "HOME": "/nonexistent",
        "COLUMNS": "30",
        "PAGER": "false",
    }
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, cwd=ROOT, env=os.environ | surroundings, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
