"""Naming rules: vague module names attract unrelated code, and one word per intention lets one grep show the whole flow."""

import ast
import re

import pytest

from tests.architecture.codebase import ROOT, SERVICE_NAMES, event_names, parse, python_sources, rpc_methods, snake_case

VAGUE_NAMES = {
    "helpers",
    "helper",
    "utils",
    "util",
    "common",
    "service",
    "services",
    "manager",
    "models",
    "misc",
    "base",
    "handler",
    "handlers",
    "core",
}
CODE_FOLDERS = ("services", "libs", "scripts", "bench")


def test_no_module_has_a_vague_name() -> None:
    vague = [
        str(path) for path, _ in python_sources(*CODE_FOLDERS) if len(path.parts) > 1 and ({path.stem, *path.parts[1:-1]} & VAGUE_NAMES)
    ]

    assert vague == []


def test_every_folder_of_modules_is_a_package() -> None:
    """import-linter does not see a folder without `__init__.py`. Migrations are run by path and never imported."""
    folders = {path.parent for path, _ in python_sources("services", "libs", "scripts") if path.parent.name != "migrations"}

    assert [str(folder) for folder in sorted(folders) if not (ROOT / folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("service", SERVICE_NAMES)
def test_every_command_rpc_has_its_file(service: str) -> None:
    commands = [method.name for method in rpc_methods(service) if "request_id" in method.input_type.fields_by_name]

    assert [name for name in commands if not (ROOT / f"services/{service}/commands/{snake_case(name)}.py").exists()] == []


@pytest.mark.parametrize("service", SERVICE_NAMES)
def test_a_command_file_has_the_one_entry_it_is_named_after(service: str) -> None:
    for name in [snake_case(method.name) for method in rpc_methods(service)]:
        path = ROOT / f"services/{service}/commands/{name}.py"
        if path.exists():
            functions = {
                node.name
                for node in parse(path.read_text(encoding="utf-8")).body
                if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)
            }
            assert any(method.startswith(name) for method in functions), path


@pytest.mark.parametrize("service", SERVICE_NAMES)
def test_every_rpc_has_its_own_request_and_response(service: str) -> None:
    for method in rpc_methods(service):
        assert (method.input_type.name, method.output_type.name) == (f"{method.name}Request", f"{method.name}Response")


@pytest.mark.parametrize("service", SERVICE_NAMES)
def test_lists_are_paged_from_the_first_proto(service: str) -> None:
    for method in rpc_methods(service):
        if method.name.startswith("List"):
            assert {"page_size", "page_token"} <= set(method.input_type.fields_by_name), method.name
            assert "next_page_token" in method.output_type.fields_by_name, method.name


@pytest.mark.parametrize("service", SERVICE_NAMES)
def test_every_event_is_published_by_its_owner(service: str) -> None:
    published = "".join(text for path, text in python_sources(f"services/{service}/storage") if path.name == "events_out.py")

    assert [name for name in event_names(service) if f"{name}(" not in published] == []


def test_rpc_imports_only_records_from_storage() -> None:
    """Translating a record requires its class; fetching one is the job of a query."""
    imported = []
    for path, text in python_sources(*(f"services/{name}/rpc" for name in SERVICE_NAMES)):
        for node in ast.walk(parse(text)):
            if isinstance(node, ast.ImportFrom) and ".storage" in (node.module or ""):
                imported += [f"{path}: {method.name} of {node.module}" for method in node.names if not method.name[0].isupper()]

    assert imported == []


def test_inner_layers_read_neither_clock_nor_environment() -> None:
    folders = [f"services/{name}/{layer}" for name in SERVICE_NAMES for layer in ("domain", "engine", "commands", "queries", "storage")]
    forbidden = ("datetime.now(", "utcnow(", "time.time(", "os.environ", "os.getenv", "date.today(", "ContextVar(")

    # Where numba keeps what it compiled is the machine's affair, and changes no result.
    compiles = {("services/scheduling/engine/kernel_tables.py", "os.environ")}

    found = {(path.as_posix(), word) for path, text in python_sources(*folders) for word in forbidden if word in text}
    assert found - compiles == set()


def test_no_command_commits() -> None:
    folders = [f"services/{name}/{layer}" for name in SERVICE_NAMES for layer in ("domain", "commands", "queries", "storage")]

    assert [str(path) for path, text in python_sources(*folders) if re.search(r"\.commit\(|connection\.begin|\.begin_nested\(", text)] == []
