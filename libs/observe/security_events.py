"""Security events: what somebody who watches over a co-op should see. One list, one form, one metric; described in docs/security-events.md.

An event is a log line `security_event` with its `kind` and ids, and counts in `kith_security_events_total`. It never holds a name, an
address of any sort, a code or a password. Where an attempt names nobody we know, `account` and `client` hold the first half of a keyed
hash: the same for the same e-mail address or device, and no use for finding out which it is.
"""

import time
from enum import StrEnum

from libs.observe.logs import logger
from libs.observe.metrics import SECURITY_EVENTS

LOG = logger("security")
MOST_LINES = 50
WINDOW_SECONDS = 60.0
"""At most so many lines of one kind in this time: an attack must not fill the disk. The metric counts them all."""


class SecurityEvent(StrEnum):
    """Every kind of security event. docs/security-events.md says what each means and what to do."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_SLOWED = "sign_in_slowed"
    PASSWORDS_BUSY = "passwords_busy"
    CODE_ISSUED = "code_issued"
    CODES_REVOKED = "codes_revoked"
    PASSWORD_SET = "password_set"  # noqa: S105 - a kind of event
    OLD_PASSWORD_WRONG = "old_password_wrong"  # noqa: S105 - as above
    SIGN_IN_AGAIN_NEEDED = "sign_in_again_needed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_COPY_SUSPECTED = "passkey_copy_suspected"
    RECOVERY_REQUESTED = "recovery_requested"
    RECOVERY_VOUCHED = "recovery_vouched"
    RECOVERY_NUMBER_WRONG = "recovery_number_wrong"
    RECOVERY_STOPPED = "recovery_stopped"
    PERSON_RECOVERED = "person_recovered"
    PERSONS_MERGED = "persons_merged"
    PERSON_ERASED = "person_erased"
    PERSON_HELD = "person_held"
    PERSON_RELEASED = "person_released"
    SESSIONS_ENDED = "sessions_ended"
    ENDED_SESSION_USED = "ended_session_used"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - as above
    HAT_GIVEN = "hat_given"
    HAT_TAKEN = "hat_taken"
    HAT_REFUSED = "hat_refused"
    EMERGENCY_OPENED = "emergency_opened"
    ACTING_ALLOWED = "acting_allowed"
    ACTING_REFUSED = "acting_refused"
    CALLER_REFUSED = "caller_refused"
    FORM_REFUSED = "form_refused"


class _LineLimit:
    """Counts the lines of each kind in the current window."""

    def __init__(self) -> None:
        self._windows: dict[SecurityEvent, tuple[float, int]] = {}

    def allows(self, kind: SecurityEvent, now: float) -> bool:
        since, lines = self._windows.get(kind, (now, 0))
        if now - since >= WINDOW_SECONDS:
            if lines > MOST_LINES:
                LOG.warning("security_events_left_out", kind=kind.value, lines=lines - MOST_LINES)
            since, lines = now, 0
        self._windows[kind] = (since, lines + 1)
        return lines < MOST_LINES


_LIMIT = _LineLimit()


def report_security_event(kind: SecurityEvent, **ids: str) -> None:
    """Log and count one event. `ids` are ids of persons, sessions and methods, kinds and numbers; what is empty is left out."""
    SECURITY_EVENTS.labels(kind.value).inc()
    if _LIMIT.allows(kind, time.monotonic()):
        LOG.warning("security_event", kind=kind.value, **{name: value for name, value in ids.items() if value})
