"""The import-linter contract type `allowed_imports`: a module may import only what the contract lists.

import-linter's own `forbidden` lists what must not be imported, so every new module is allowed by default. Here the default is no.
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
class DisallowedImport:
    """An import that the contract does not allow."""

    importer: str
    imported: str
    lines: tuple[int, ...]


class AllowedImportsContract(Contract):
    """Options:

    - `modules`: the modules that the contract applies to, with their submodules; `*` stands for one name.
    - `may_import`: allowed first-party modules, with their submodules; `*` as above, `{service}` for the importer's own service.
    - `may_import_outside`: allowed third-party packages; `*` for any. The standard library is always allowed.
    """

    type_name = "allowed_imports"

    modules = fields.ListField(subfield=fields.ModuleExpressionField())
    may_import = fields.ListField(subfield=fields.StringField())
    may_import_outside = fields.ListField(subfield=fields.StringField(), required=False, default=())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - import-linter's signature
        disallowed = sorted(self._disallowed_imports(graph), key=lambda found: (found.importer, found.imported))
        return ContractCheck(kept=not disallowed, metadata={"disallowed": disallowed})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for disallowed_import in cast("list[DisallowedImport]", check.metadata["disallowed"]):
            lines = ", ".join(f"l.{line}" for line in disallowed_import.lines)
            output.print_error(f"{disallowed_import.importer} may not import {disallowed_import.imported} ({lines})", bold=False)
        output.new_line()

    def _disallowed_imports(self, graph: ImportGraph) -> Iterator[DisallowedImport]:
        expressions = cast("list[ModuleExpression]", self.modules)
        allowed_modules, allowed_packages = cast("list[str]", self.may_import), cast("Sequence[str]", self.may_import_outside)
        for module in module_expressions_to_modules(graph, expressions, as_packages=True):
            if module.name not in graph.modules:
                continue
            for imported in graph.find_modules_directly_imported_by(module.name):
                if graph.is_module_squashed(imported):
                    allowed = imported in sys.stdlib_module_names or "*" in allowed_packages or imported in allowed_packages
                else:
                    allowed = any(matches_pattern(_fill_service(pattern, module.name), imported) for pattern in allowed_modules)
                if not allowed:
                    details = graph.get_import_details(importer=module.name, imported=imported)
                    yield DisallowedImport(module.name, imported, tuple(sorted({detail["line_number"] for detail in details})))


def matches_pattern(pattern: str, module: str) -> bool:
    """Whether the module matches the pattern or is a submodule of a match."""
    module_parts, pattern_parts = module.split("."), pattern.split(".")
    return len(module_parts) >= len(pattern_parts) and all(
        part in ("*", name) for part, name in zip(pattern_parts, module_parts, strict=False)
    )


def _fill_service(pattern: str, importer: str) -> str:
    return pattern.replace("{service}", importer.split(".")[1])
