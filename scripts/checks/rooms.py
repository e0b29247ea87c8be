"""The import-linter contract `rooms`: a room may import what is listed, and nothing else.

import-linter's own `forbidden` lists what may not come in, which lets every new thing in by default. Here the default is no.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules
from importlinter.domain.imports import ModuleExpression


@dataclass(frozen=True)
class Stray:
    """An import that leads out of the room by no door."""

    importer: str
    imported: str
    lines: tuple[int, ...]


class RoomContract(Contract):
    """Options:

    - `modules`: the rooms, with everything in them; `*` stands for one name.
    - `may_import`: modules of ours, with everything in them; `*` as above, `{service}` for the importer's own service.
    - `may_import_outside`: packages of others; `*` for any. The standard library is always open.
    """

    type_name = "rooms"

    modules = fields.ListField(subfield=fields.ModuleExpressionField())
    may_import = fields.ListField(subfield=fields.StringField())
    may_import_outside = fields.ListField(subfield=fields.StringField(), required=False, default=())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - import-linter's signature
        strays = sorted(self._strays(graph), key=lambda one: (one.importer, one.imported))
        return ContractCheck(kept=not strays, metadata={"strays": strays})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for stray in cast("list[Stray]", check.metadata["strays"]):
            lines = ", ".join(f"l.{line}" for line in stray.lines)
            output.print_error(f"{stray.importer} may not import {stray.imported} ({lines})", bold=False)
        output.new_line()

    def _strays(self, graph: ImportGraph) -> Iterator[Stray]:
        expressions = cast("list[ModuleExpression]", self.modules)
        ours, theirs = cast("list[str]", self.may_import), cast("Sequence[str]", self.may_import_outside)
        for room in module_expressions_to_modules(graph, expressions, as_packages=True):
            if room.name not in graph.modules:
                continue
            for imported in graph.find_modules_directly_imported_by(room.name):
                if graph.is_module_squashed(imported):
                    allowed = imported in sys.stdlib_module_names or "*" in theirs or imported in theirs
                else:
                    allowed = any(leads_to(_own(door, room.name), imported) for door in ours)
                if not allowed:
                    details = graph.get_import_details(importer=room.name, imported=imported)
                    yield Stray(room.name, imported, tuple(sorted({one["line_number"] for one in details})))


def leads_to(door: str, module: str) -> bool:
    """Whether the module is the one the door names, or inside it."""
    names, wanted = module.split("."), door.split(".")
    return len(names) >= len(wanted) and all(want in ("*", name) for want, name in zip(wanted, names, strict=False))


def _own(door: str, importer: str) -> str:
    return door.replace("{service}", importer.split(".")[1])
