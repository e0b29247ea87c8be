"""Whether something keeps this machine's clock right: the kernel knows (adjtimex(2)), and reading it takes no privilege.

The kernel says "unsynchronised" from boot, and after the clock was set by hand, until an NTP client has steered it for a while.
"""

import ctypes
from pathlib import Path

_STA_UNSYNC = 0x0040
_TIME_ERROR = 5
_TIMESYNC = Path("/run/systemd/timesync/synchronized")
"""Where a sandbox forbids the call: systemd-timesyncd makes this file once it has set the clock."""


class _Timex(ctypes.Structure):
    """The beginning of `struct timex`; `rest` is larger than what follows it on any machine. No mode is set, so nothing is changed."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 512),
    )


_LIBC = ctypes.CDLL(None, use_errno=True)


def is_synchronised() -> bool:
    """False where it is not known."""
    timex = _Timex()
    state = _LIBC.adjtimex(ctypes.byref(timex))
    if state == -1:
        return _TIMESYNC.exists()
    return state != _TIME_ERROR and not timex.status & _STA_UNSYNC
