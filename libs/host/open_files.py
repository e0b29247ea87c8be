"""The limit of open files: each connection is one, and the soft limit of most systems (1,024) is soon reached."""

import contextlib
import resource


def raise_file_limit() -> int:
    """Raise the soft limit to the hard one, and return the limit that now holds. A system that forbids it keeps its limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return soft
