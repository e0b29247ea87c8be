"""Runs a vote of three, five and seven real co-ops on one machine, one of them down in the middle.

It takes minutes, so the regular test runs leave it out. `scripts/bench many` runs it and fails when it fails.
"""

import os
import sys

import pytest


def main() -> int:
    os.environ["KITH_MARATHON"] = "1"
    return int(pytest.main(["-q", "tests/federation/test_co_op_down.py", "--durations=6"]))


if __name__ == "__main__":
    sys.exit(main())
