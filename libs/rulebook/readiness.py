"""What somebody still needs before they may do something, by the rulebook's credentials."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol


class Held(Protocol):
    """A verified credential; `expires_on` is its last day, on which it still counts."""

    @property
    def kind(self) -> str: ...
    @property
    def expires_on(self) -> date | None: ...


def missing_credentials(gate: str, gates_by_kind: Mapping[str, Sequence[str]], held: Iterable[Held], today: date) -> tuple[str, ...]:
    """The kinds that this gate needs and that are not held on that day, by name."""
    counting = {credential.kind for credential in held if credential.expires_on is None or today <= credential.expires_on}
    return tuple(sorted(kind for kind, gates in gates_by_kind.items() if gate in gates and kind not in counting))
