"""Reads the code base for the architecture tests: modules, RPC methods, events and tables of each service."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from google.protobuf.descriptor import FileDescriptor, MethodDescriptor
from sqlalchemy import MetaData

from services.topology import SERVICES

ROOT = Path(__file__).resolve().parents[2]
SERVICE_NAMES = tuple(service.name for service in SERVICES)


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


def declared_tables(*metadata: MetaData) -> dict[str, list[str]]:
    """Maps each table to its columns."""
    return {table.name: table.columns.keys() for each in metadata for table in each.sorted_tables}
