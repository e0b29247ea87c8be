"""The JSON schema of a person's data, made of the services' own declarations, so that it cannot say anything else.

`python -m tests.contract.person_data_schema` writes `docs/formats/person-data.schema.json`. A field that goes, or changes its meaning,
needs a new version of the format.
"""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, Integer, Text, Uuid
from sqlalchemy.types import TypeEngine

from libs.access.person_tables import PersonTable
from libs.database.columns import MOMENT
from services.topology import PERSON_SERVICES
from services.web.pages.my_data.archive import FORMAT

FILE = Path(__file__).parents[2] / "docs" / "formats" / "person-data.schema.json"
_TEXT = {"type": "string"}
_TYPES: dict[type[TypeEngine[Any]], dict[str, Any]] = {
    Uuid: _TEXT | {"format": "uuid"},
    type(MOMENT): _TEXT | {"format": "date-time"},
    Date: _TEXT | {"format": "date"},
    Boolean: {"type": "boolean"},
    BigInteger: {"type": "integer"},
    Integer: {"type": "integer"},
    Text: _TEXT,
}


def person_tables(service: str) -> tuple[PersonTable, ...]:
    tables: tuple[PersonTable, ...] = import_module(f"services.{service}.storage.person_tables").PERSON_TABLES
    return tables


def make_schema() -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What one service of Kith holds about a person",
        "type": "object",
        "required": ["format", "service", "person", "made_at", "records"],
        "properties": {
            "format": {"const": FORMAT},
            "service": {"enum": list(PERSON_SERVICES)},
            "person": _TYPES[Uuid],
            "made_at": _TYPES[type(MOMENT)],
            "records": {"type": "array"},
        },
        "additionalProperties": False,
        "allOf": [_records_of(service) for service in PERSON_SERVICES],
        "$defs": {f"{service}.{table.kind}": _record(table) for service in PERSON_SERVICES for table in person_tables(service)},
    }


def _records_of(service: str) -> dict[str, Any]:
    kinds = [{"$ref": f"#/$defs/{service}.{table.kind}"} for table in person_tables(service)]
    return {
        "if": {"properties": {"service": {"const": service}}},
        "then": {"properties": {"records": {"items": {"oneOf": kinds}}}},
    }


def _record(table: PersonTable) -> dict[str, Any]:
    fields = {
        "type": "object",
        "required": list(table.shown),
        "properties": {name: _opened(table, name) if name in table.sealed else _value(table.table.c[name]) for name in table.shown},
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "required": ["kind", "fields"],
        "properties": {"kind": {"const": table.kind}, "fields": fields},
        "additionalProperties": False,
    }


def _opened(table: PersonTable, name: str) -> dict[str, Any]:
    """Missing, too, where the person was erased, or the words are about somebody else in the row."""
    return {"type": ["object" if table.sealed[name].is_json else "string", "null"]}


def _value(column: Column[Any]) -> dict[str, Any]:
    if isinstance(column.type, ARRAY):
        return {"type": "array", "items": _TYPES[type(column.type.item_type)]}
    schema = _TYPES[type(column.type)]
    return schema | {"type": [schema["type"], "null"]} if column.nullable else schema


if __name__ == "__main__":
    FILE.write_text(json.dumps(make_schema(), indent=1) + "\n", encoding="utf-8")
