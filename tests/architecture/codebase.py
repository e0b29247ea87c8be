"""Reads the code base for the architecture tests: modules, RPC methods, events and tables of each service."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from google.protobuf.descriptor import FileDescriptor, MethodDescriptor

from services.topology import SERVICES

ROOT = Path(__file__).resolve().parents[2]
SERVICE_NAMES = tuple(service.name for service in SERVICES)
_TABLE = re.compile(r"create table(?: if not exists)? (\w+) \((.*?)^\);?", re.DOTALL | re.MULTILINE)
_ADDED = re.compile(r"alter table (\w+)\s+add column(?: if not exists)? (\w+)")
_NO_COLUMN = {"primary", "foreign", "unique", "check", "exclude", "constraint"}


def python_sources(*folders: str) -> Iterator[tuple[Path, str]]:
    """Yields (path relative to the root, text) of every module in these folders."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


@cache
def parse(text: str) -> ast.Module:
    return ast.parse(text)


def snake_case(name: str) -> str:
    """Converts `CastBallot` to `cast_ballot`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def rpc_methods(service: str) -> list[MethodDescriptor]:
    """All RPC methods of a service; empty for a service without RPCs, such as web."""
    methods: list[MethodDescriptor] = []
    for proto in sorted((ROOT / f"protos/kith/{service}/v1").glob("*.proto")):
        descriptor: FileDescriptor = import_module(f"kith.{service}.v1.{proto.stem}_pb2").DESCRIPTOR
        methods += [method for service in descriptor.services_by_name.values() for method in service.methods]
    return methods


def event_names(service: str) -> list[str]:
    """Names of the events that a service publishes: the messages of its facts package that are not part of another message."""
    if not (ROOT / f"protos/kith/{service}/facts/v1/facts.proto").exists():
        return []
    descriptor: FileDescriptor = import_module(f"kith.{service}.facts.v1.facts_pb2").DESCRIPTOR
    messages = descriptor.message_types_by_name
    parts = {field.message_type.name for service in messages.values() for field in service.fields if field.message_type}
    return [name for name in messages if name not in parts]


def created_tables(folder: str) -> dict[str, list[str]]:
    """Maps each table created in a folder to its columns."""
    tables: dict[str, list[str]] = {}
    for _, text in python_sources(folder):
        for name, body in _TABLE.findall(text):
            lines = (line.split() for line in re.sub(r"\([^()]*\)|--.*", "", body).splitlines())
            tables[name] = [words[0] for words in lines if len(words) > 1 and words[0] not in _NO_COLUMN]
        for name, column in _ADDED.findall(text):
            tables.setdefault(name, []).append(column)
    return tables
