"""Drops root's privileges and executes a server: a program of its own, which `service_account.py` runs with `python -I -S`.

PostgreSQL refuses to run as root, so as root Kith starts its servers through this. It is a program and not a function run
between fork and exec, because Kith has threads, and Python code after a fork of a threaded process can hang for ever.

Arguments: user id, group id, further group ids with commas (or '-'), a Linux capability number to keep (or '-'), the command.
The kept capability (see `service_account.py` for which and when) lets the account enter directories that are closed to it. The securebit
is needed for access(2): PostgreSQL asks it whether its own programs can be run, and for a user other than root the kernel answers
without capabilities unless this bit is set (capabilities(7), "The securebits flags").
"""

import ctypes
import os
import sys
from collections.abc import Sequence

PR_SET_KEEPCAPS = 8
PR_SET_SECUREBITS = 28
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAPABILITY_VERSION_3 = 0x20080522


def prctl(*arguments: int) -> None:
    """Change one attribute of this process; raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    padded = [ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:5]]
    if libc.prctl(*padded) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def keep_only_capability(capability: int | None) -> None:
    """Give up every capability but one (or every capability), in all of the process's sets; raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    low = 1 << capability if capability is not None else 0
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    # Effective, permitted, inheritable: first the low 32 capabilities, then the high ones.
    sets = (ctypes.c_uint32 * 6)(low, low, low, 0, 0, 0)
    if libc.capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def drop_privileges(user: int, group: int, groups: Sequence[int], capability: int | None) -> None:
    """Change this process to the account permanently, keeping at most one capability."""
    if capability is not None:
        prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
        prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups(groups)
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
    keep_only_capability(capability)
    if capability is not None:
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability)
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def main(arguments: Sequence[str]) -> None:
    """Drop privileges and replace this process with the command."""
    user, group, groups, capability, *command = arguments
    drop_privileges(
        int(user),
        int(group),
        [] if groups == "-" else [int(group_id) for group_id in groups.split(",")],
        None if capability == "-" else int(capability),
    )
    os.execv(command[0], command)  # noqa: S606 -- there is deliberately no shell


if __name__ == "__main__":
    main(sys.argv[1:])
