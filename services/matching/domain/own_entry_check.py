"""What somebody who took part in a matching day checks alone, with what was published and their own line: docs/formats/matching-day.md."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from services.matching.domain.matching_day import commitment_of, hash_of
from services.matching.domain.pairing import draw_of


@dataclass(frozen=True)
class OwnFile:
    """What was published of a day, and somebody's own line with its salt."""

    commitment: str
    seed: str
    entry_hashes: Sequence[str]
    line: str
    salt: str


@dataclass(frozen=True)
class OwnEntryCheck:
    """`draw` is the SHA-256 of the seed. The seed begins with the secret that was promised; the own number is in it; the own line was used;
    and there are as many lines as numbers.
    """

    draw: str
    seed_as_promised: bool
    number_in_seed: bool
    line_used: bool
    as_many_lines_as_numbers: bool

    @property
    def holds(self) -> bool:
        return self.seed_as_promised and self.number_in_seed and self.line_used and self.as_many_lines_as_numbers


def check_own_entry(file: OwnFile) -> OwnEntryCheck:
    """The line is JSON with an `id`: who reads the file has looked."""
    secret, *numbers = file.seed.split("\n")
    return OwnEntryCheck(
        draw_of(file.seed),
        commitment_of(secret) == file.commitment,
        json.loads(file.line)["id"] in numbers,
        hash_of(file.line, file.salt) in file.entry_hashes,
        len(numbers) == len(file.entry_hashes) == len(set(numbers)),
    )
