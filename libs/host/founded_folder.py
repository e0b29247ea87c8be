"""What the data folder of a founded co-op must hold, so that a start never takes a lost part for one that was never made.

A disk that is not mounted leaves an empty directory where the database was, and to PostgreSQL and NATS that looks like a first start.
The record, `founded.json`, names what the folder had after its last complete start. A folder from before there was a record is founded once
its founding.toml is used up, and then had every part but the anchor, which was made with the first signature.
"""

import json
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from libs.host.data_folder import DataFolder, FolderUnusable


class FolderPart(StrEnum):
    """A part of a founded folder. The values are words of the command line."""

    KEYS = "keys"
    DATABASE = "database"
    STREAM = "stream"
    OPERATOR = "steward"
    ANCHOR = "anchor"


_WITHOUT = {
    FolderPart.KEYS: "",
    FolderPart.DATABASE: "Made anew, it is empty: no members, no votes.",
    FolderPart.STREAM: "Made anew, it is filled from the database.",
    FolderPart.OPERATOR: "Made anew, commands on this machine act as the person who has been operator for longest.",
    FolderPart.ANCHOR: "Made anew, this co-op no longer knows by itself what it signed before.",
}


class FolderIncomplete(FolderUnusable):
    """A founded co-op lacks parts of its data folder; the text names each, and what to do."""


@dataclass(frozen=True)
class FoundedRecord:
    """What a founded folder had after its last complete start: the services with a database, and whether there was an anchor."""

    databases: frozenset[str]
    has_anchor: bool


@dataclass(frozen=True)
class LostPart:
    """A part that is missing, and the path or name where it was expected."""

    part: FolderPart
    where: str


class FoundedFolder:
    """A data folder, and what it must hold if its co-op has been founded. `services` are those with keys before this start."""

    def __init__(self, folder: DataFolder, services: Collection[str]) -> None:
        self._folder = folder
        self._record = read_record(folder.founded)
        self.is_founded = not folder.founding.exists()
        # An interrupted founding that has come as far as the first member has a database as well.
        self.has_database = self.is_founded or folder.operator.exists()
        had = self._record.databases if self._record else frozenset(services)
        self.databases = had if self.has_database else frozenset()
        """The services whose databases must be there."""

    def refuse_if_incomplete(self, *, own_postgres: bool, own_nats: bool, replaced: Collection[FolderPart]) -> None:
        """Raises FolderIncomplete when a part is missing that is not to be `replaced`. Servers of the operator's are not looked into."""
        lost = [missing for missing in self._lost_parts(own_postgres=own_postgres, own_nats=own_nats) if missing.part not in replaced]
        if lost:
            raise FolderIncomplete(_sentences(self._folder.path, lost))

    def record(self, services: Collection[str]) -> None:
        """Records that the co-op is founded and has everything. Does nothing when the record says so already."""
        record = FoundedRecord(frozenset(services), has_anchor=self._folder.anchor.exists())
        if record == self._record:
            return
        write_record(self._folder.founded, record, self._folder.give_to_owner)
        self._record = record

    def _lost_parts(self, *, own_postgres: bool, own_nats: bool) -> Iterator[LostPart]:
        folder = self._folder
        if self.has_database and own_postgres and not (folder.postgres / "PG_VERSION").exists():
            yield LostPart(FolderPart.DATABASE, str(folder.postgres / "PG_VERSION" if _has_entries(folder.postgres) else folder.postgres))
        if not self.is_founded:
            return
        if not (folder.keys / "token.pem").exists():
            yield LostPart(FolderPart.KEYS, str(folder.keys))
        if own_nats and not _has_entries(folder.nats / "jetstream"):
            yield LostPart(FolderPart.STREAM, str(folder.nats / "jetstream"))
        if not folder.operator.exists():
            yield LostPart(FolderPart.OPERATOR, str(folder.operator))
        if self._record is not None and self._record.has_anchor and not folder.anchor.exists():
            yield LostPart(FolderPart.ANCHOR, str(folder.anchor))


class FoundedDatabases:
    """Which databases a co-op in containers has had: a record outside PostgreSQL's volume, so that a lost volume is not a first start.

    Kept by `migrate`, which sees at each start what was there before it; `kith found` writes it first.
    """

    def __init__(self, file: Path | None) -> None:
        """Without a file nothing is recorded and nothing refused. Raises FolderUnusable for a record that is damaged."""
        self._file = file
        self._record = read_record(file) if file else None

    @property
    def services(self) -> frozenset[str]:
        """The services whose databases must be there."""
        return self._record.databases if self._record else frozenset()

    def record(self, had: Collection[str]) -> None:
        """Records that these services have had databases, besides those of before."""
        record = FoundedRecord(self.services | frozenset(had), has_anchor=False)
        if self._file and record.databases and record != self._record:
            write_record(self._file, record)
            self._record = record

    def lost_sentence(self, services: Sequence[str]) -> str:
        """The refusal for a server without the databases of these services, and the one way on."""
        names = ", ".join(f"kith_{service}" for service in services)
        return (
            f"This co-op has been founded ({self._file}), and PostgreSQL has no database {names}. "
            "Is its volume not mounted, or another one? Put it right and start again. "
            "Otherwise put the databases back from the backup. Only if there is no backup, make them anew: "
            "docker compose run --rm migrate python -m services migrate --replace-lost database. "
            f"{_WITHOUT[FolderPart.DATABASE]}"
        )


def database_lost(folder: Path, services: Sequence[str]) -> FolderIncomplete:
    """The refusal for a server that runs and lacks the databases of these services."""
    return FolderIncomplete(_sentences(folder, [LostPart(FolderPart.DATABASE, f"kith_{service}") for service in services]))


def _sentences(folder: Path, lost: Sequence[LostPart]) -> str:
    parts = " ".join(f"Its {missing.part} is missing: {missing.where}." for missing in lost)
    words = list(dict.fromkeys(missing.part for missing in lost))
    text = f"The co-op in {folder} has been founded, and its folder is not complete. {parts} "
    text += "Is a disk not mounted? Mount it and start again. Otherwise put back what is missing from the backup."
    if FolderPart.KEYS in words:
        return text
    options = " ".join(f"--replace-lost {word}" for word in words)
    return f"{text} Only if there is no backup, make it anew: kith up {folder} {options}. {' '.join(_WITHOUT[word] for word in words)}"


def _has_entries(path: Path) -> bool:
    try:
        return next(path.iterdir(), None) is not None
    except OSError:
        return False


def write_record(file: Path, record: FoundedRecord, give_to_owner: Callable[[Path], object] = lambda _: None) -> None:
    """Writes the record, whole or not at all."""
    fresh = file.with_suffix(".new")
    content = {"databases": sorted(record.databases), "anchor": record.has_anchor}
    with fresh.open("w", encoding="utf-8") as opened:
        opened.write(json.dumps(content) + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    give_to_owner(fresh)
    fresh.replace(file)


def read_record(file: Path) -> FoundedRecord | None:
    """The record; None when there is none. Raises FolderUnusable for one that is damaged."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return FoundedRecord(frozenset(content["databases"]), bool(content["anchor"]))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError):
        message = f"{file} is damaged. Put it back from the backup, or remove it: the next complete start writes it again."
        raise FolderUnusable(message) from None
