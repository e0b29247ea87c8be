"""How far each service's events had come, in the anchor: a file outside the database and its backups (docs/how-to/federate.md).

A database with fewer events than the anchor names is an older copy, and what happened since is gone. With peers, boards of votes come back
from them; everything else does not, and a co-op without peers has nobody else to say so. It stays known until an operator accepts it.

A line for each service is a JSON list ["events/<service>", <number>, "<epoch in hex>"], between federation's lines for signed heads; the
last of each counts. Events are on disk before their number is, so no crash makes a database look older than it is.
"""

import errno
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from libs.messages.relay import OutboxState
from libs.observe.logs import logger

LOG = logger("host")
_PREFIX = "events/"
_OLDER = "older-copy/"


class EventAnchor:
    """The anchor's lines about events. `accept_older` takes the database as it is, from now on."""

    def __init__(self, file: Path, *, accept_older: bool) -> None:
        self._file = file
        self._accept_older = accept_older
        self._anchored = _read(file)
        self._accepted: dict[str, tuple[int, int]] = {}

    @property
    def older_services(self) -> list[str]:
        """The services whose databases were found to be older copies, and not accepted since."""
        return sorted(name.removeprefix(_OLDER) for name, (number, _) in self._anchored.items() if name.startswith(_OLDER) and number)

    @property
    def set_back(self) -> Mapping[str, tuple[int, int]]:
        """Each service whose database is an older copy, or was accepted as one at this start: the number and epoch that it once had."""
        return {service: self._anchored[_OLDER + service] for service in self.older_services} | self._accepted

    def next_epoch(self, service: str, state: OutboxState) -> int | None:
        """The epoch in which an older copy goes on that is accepted now; None where there is nothing to accept.

        The numbers of lost events are given to others then. Who has followed those must not take the new ones for them.
        """
        epochs = [epoch for name in (_PREFIX, _OLDER) for _, epoch in [self._anchored.get(name + service, (0, 0))]]
        is_accepted = self._accept_older and (self._is_older(service, state) or service in self.older_services)
        return max(state.epoch, *epochs) + 1 if is_accepted else None

    def check(self, service: str, state: OutboxState) -> None:
        """Compares one service's database, at the start and before it publishes anything new."""
        number, epoch = self._anchored.get(_PREFIX + service, (0, 0))
        is_older = self._is_older(service, state)
        if self._accept_older:
            if is_older or service in self.older_services:
                self._accepted[service] = self._anchored[_OLDER + service] if service in self.older_services else (number, epoch)
            self._append({_PREFIX + service: (state.number, state.epoch), _OLDER + service: (0, 0)})
        elif is_older:
            LOG.error("database_older", service=service, events=state.number, known=number)
            self._append({_OLDER + service: (number, epoch)})

    def record(self, states: Mapping[str, OutboxState]) -> None:
        """Returns when it is on disk; what has not changed costs nothing. An older copy is not recorded: the anchor keeps what was."""
        self._append(
            {
                _PREFIX + service: (state.number, state.epoch)
                for service, state in states.items()
                if service not in self.older_services and (state.epoch, state.number) > self._anchored.get(_PREFIX + service, (0, 0))[::-1]
            }
        )

    def _is_older(self, service: str, state: OutboxState) -> bool:
        number, epoch = self._anchored.get(_PREFIX + service, (0, 0))
        return state.epoch <= epoch and state.number < number

    def _append(self, heads: Mapping[str, tuple[int, int]]) -> None:
        changed = {name: head for name, head in heads.items() if self._anchored.get(name, (0, 0)) != head}
        if not changed:
            return
        lines = "".join(json.dumps([name, number, f"{epoch:016x}"]) + "\n" for name, (number, epoch) in changed.items())
        # Federation appends to the same file; one write each, so that lines never mix.
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                # The last line was cut short by a power cut or a full disk; ours must not become a part of it.
                lines = "\n" + lines
            if os.write(descriptor, lines.encode()) < len(lines):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._file))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._anchored.update(changed)


def _read(file: Path) -> dict[str, tuple[int, int]]:
    heads: dict[str, tuple[int, int]] = {}
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return heads
    for line in lines:
        # The last line may be incomplete after a power cut, and most lines are federation's.
        with suppress(ValueError, TypeError):
            name, number, epoch = json.loads(line)
            if name.startswith((_PREFIX, _OLDER)):
                heads[name] = int(number), int(epoch, 16)
    return heads
