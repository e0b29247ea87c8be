"""Names that forbid nothing fill up, and one word per intention is what makes one grep show the flow."""

import ast
import re

import pytest

from tests.architecture.house import NAMES, ROOT, facts, methods, snake, sources, tree

TOO_WIDE = {
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
OURS = ("services", "libs", "scripts", "bench")


def test_no_module_has_a_name_that_forbids_nothing() -> None:
    wide = [str(path) for path, _ in sources(*OURS) if len(path.parts) > 1 and ({path.stem, *path.parts[1:-1]} & TOO_WIDE)]

    assert wide == []


def test_every_folder_of_modules_is_a_package() -> None:
    """A folder without `__init__.py` is unseen by the walls. Migrations are run by path, in their order, and imported by nobody."""
    folders = {path.parent for path, _ in sources("services", "libs", "scripts") if path.parent.name != "migrations"}

    assert [str(folder) for folder in sorted(folders) if not (ROOT / folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("service", NAMES)
def test_every_command_of_the_wire_has_its_file(service: str) -> None:
    commands = [one.name for one in methods(service) if "request_id" in one.input_type.fields_by_name]

    assert [name for name in commands if not (ROOT / f"services/{service}/commands/{snake(name)}.py").exists()] == []


@pytest.mark.parametrize("service", NAMES)
def test_a_command_file_has_the_one_entry_it_is_named_after(service: str) -> None:
    for name in [snake(one.name) for one in methods(service)]:
        path = ROOT / f"services/{service}/commands/{name}.py"
        if path.exists():
            functions = {
                node.name
                for node in tree(path.read_text(encoding="utf-8")).body
                if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)
            }
            assert any(one.startswith(name) for one in functions), path


@pytest.mark.parametrize("service", NAMES)
def test_every_rpc_has_its_own_request_and_response(service: str) -> None:
    for one in methods(service):
        assert (one.input_type.name, one.output_type.name) == (f"{one.name}Request", f"{one.name}Response")


@pytest.mark.parametrize("service", NAMES)
def test_lists_are_paged_from_the_first_proto(service: str) -> None:
    for one in methods(service):
        if one.name.startswith("List"):
            assert {"page_size", "page_token"} <= set(one.input_type.fields_by_name), one.name
            assert "next_page_token" in one.output_type.fields_by_name, one.name


@pytest.mark.parametrize("service", NAMES)
def test_every_fact_is_stated_by_its_owner(service: str) -> None:
    stated = "".join(text for path, text in sources(f"services/{service}/storage") if path.name == "facts_out.py")

    assert [name for name in facts(service) if f"{name}(" not in stated] == []


def test_rpc_takes_records_from_storage_and_no_function() -> None:
    """To translate a record it must be named; to fetch one is a query's work."""
    taken = []
    for path, text in sources(*(f"services/{name}/rpc" for name in NAMES)):
        for node in ast.walk(tree(text)):
            if isinstance(node, ast.ImportFrom) and ".storage" in (node.module or ""):
                taken += [f"{path}: {one.name} of {node.module}" for one in node.names if not one.name[0].isupper()]

    assert taken == []


def test_nothing_below_the_edge_reads_a_clock_or_the_environment() -> None:
    rooms = [f"services/{name}/{room}" for name in NAMES for room in ("domain", "engine", "commands", "queries", "storage")]
    read = ("datetime.now(", "utcnow(", "time.time(", "os.environ", "os.getenv", "date.today(", "ContextVar(")

    assert [f"{path}: {word}" for path, text in sources(*rooms) for word in read if word in text] == []


def test_no_command_commits() -> None:
    rooms = [f"services/{name}/{room}" for name in NAMES for room in ("domain", "commands", "queries", "storage")]

    assert [str(path) for path, text in sources(*rooms) if re.search(r"\.commit\(|connection\.begin|\.begin_nested\(", text)] == []
