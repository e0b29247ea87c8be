"""How far a consumer has followed its source."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LAG_SECONDS = 10.0
"""So long may pass before what a source published must be here, where rights depend on it."""
SILENT_AFTER = timedelta(seconds=12)
"""A source that has not repeated its head for so long is not heard."""


@dataclass
class ConsumerProgress:
    """How far a consumer has followed its source, for health, the operator's page and freezing a roll."""

    source: str
    position: int = 0
    head: int = 0
    epoch: int = 0
    head_epoch: int = 0
    head_received_at: datetime | None = None
    stopped_by: str = ""
    behind_since: float | None = field(default=None, repr=False)

    @property
    def behind(self) -> int:
        return self.head if self.restored else max(0, self.head - self.position)

    def is_current(self, now: datetime) -> bool:
        """Whether we have handled everything, as far as the source said within the last seconds: it repeats its head every five."""
        heard = self.head_received_at
        return heard is not None and now - heard < SILENT_AFTER and not self.behind and not self.stopped_by

    def is_close(self, now: datetime) -> bool:
        """Whether what the source published is here within seconds, as far as it said: rights taken away no longer count here."""
        heard, behind_since = self.head_received_at, self.behind_since
        lags = behind_since is not None and time.monotonic() - behind_since > LAG_SECONDS
        return heard is not None and now - heard < SILENT_AFTER and not self.restored and not lags

    @property
    def restored(self) -> bool:
        """Whether the source was restored into another epoch: our events may never have happened there, whatever their number."""
        return self.head_epoch not in (0, self.epoch)
