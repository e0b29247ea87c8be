"""What the tests about the house's shape look at: its services, their words, their tables."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from google.protobuf.descriptor import FileDescriptor, MethodDescriptor

from services.topology import SERVICES

ROOT = Path(__file__).resolve().parents[2]
NAMES = tuple(one.name for one in SERVICES)
_TABLE = re.compile(r"create table(?: if not exists)? (\w+) \((.*?)^\);?", re.DOTALL | re.MULTILINE)
_ADDED = re.compile(r"alter table (\w+)\s+add column(?: if not exists)? (\w+)")
_NO_COLUMN = {"primary", "foreign", "unique", "check", "exclude", "constraint"}


def sources(*folders: str) -> Iterator[tuple[Path, str]]:
    """(path from the root, text) of every module there, generated code apart."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


def tree(text: str) -> ast.Module:
    return ast.parse(text)


def snake(name: str) -> str:
    """CastBallot -> cast_ballot"""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def methods(service: str) -> list[MethodDescriptor]:
    """What may be asked of it, in all its protos; none of an edge that answers nobody over the wire."""
    found: list[MethodDescriptor] = []
    for proto in sorted((ROOT / f"protos/kith/{service}/v1").glob("*.proto")):
        described: FileDescriptor = import_module(f"kith.{service}.v1.{proto.stem}_pb2").DESCRIPTOR
        found += [method for one in described.services_by_name.values() for method in one.methods]
    return found


def facts(service: str) -> list[str]:
    """Names of what it states: the messages of its facts that are no part of another one."""
    if not (ROOT / f"protos/kith/{service}/facts/v1/facts.proto").exists():
        return []
    described: FileDescriptor = import_module(f"kith.{service}.facts.v1.facts_pb2").DESCRIPTOR
    messages = described.message_types_by_name
    parts = {field.message_type.name for one in messages.values() for field in one.fields if field.message_type}
    return [name for name in messages if name not in parts]


def tables(folder: str) -> dict[str, list[str]]:
    """Each table made there, and its columns."""
    made: dict[str, list[str]] = {}
    for _, text in sources(folder):
        for name, body in _TABLE.findall(text):
            lines = (line.split() for line in re.sub(r"\([^()]*\)|--.*", "", body).splitlines())
            made[name] = [words[0] for words in lines if len(words) > 1 and words[0] not in _NO_COLUMN]
        for name, column in _ADDED.findall(text):
            made.setdefault(name, []).append(column)
    return made
