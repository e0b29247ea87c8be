"""The README of each service matches its code."""

import ast
import re

import pytest

from libs.access.access_tables import acting_metadata
from services.topology import PEOPLE_SERVICE_NAMES
from tests.architecture.codebase import ROOT, SERVICE_NAMES, declared_tables, event_names, parse, python_sources, rpc_methods
from tests.support.table_metadata import COMMON, own_tables

HEADINGS = ("Owns", "RPCs", "Publishes", "Consumes", "Tables", "Invariants")
COMMON_TABLES = set(declared_tables(*COMMON, acting_metadata))
"""Tables that every service has, or each with data about people; its page may leave them out."""


def read_page(service: str) -> dict[str, str]:
    """Maps each heading of a service's README to the text under it."""
    text = (ROOT / f"services/{service}/README.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return {heading.strip(): body for heading, body in zip(parts[1::2], parts[2::2], strict=True)}


def backticked_names(body: str, pattern: str) -> set[str]:
    return {word for word in re.findall(r"`([^`]+)`", body) if re.fullmatch(pattern, word)}


def consumed_services(service: str) -> set[str]:
    """Services whose events a service consumes: the sources in `Reactions("source", ...)`, and identity if it follows hats."""
    services = set()
    for _, text in python_sources(f"services/{service}"):
        for node in ast.walk(parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reactions" and node.args:
                services.add(ast.literal_eval(node.args[0]))
        services |= {"identity"} if "hats.reactions()" in text else set()
    return services


@pytest.mark.parametrize("service", SERVICE_NAMES)
def test_it_has_every_heading_in_order_with_text(service: str) -> None:
    page = read_page(service)

    assert [heading for heading in page if heading in HEADINGS] == list(HEADINGS)
    assert [heading for heading in HEADINGS if not page[heading].strip()] == []


@pytest.mark.parametrize("service", SERVICE_NAMES)
def test_it_lists_the_rpcs_of_its_proto(service: str) -> None:
    rpcs = {method.name for method in rpc_methods(service)}
    if service in PEOPLE_SERVICE_NAMES:
        rpcs |= {method.name for method in rpc_methods("person")}

    assert backticked_names(read_page(service)["RPCs"], r"[A-Z][a-z]\w+") == rpcs


@pytest.mark.parametrize("service", SERVICE_NAMES)
def test_it_lists_the_events_of_its_proto(service: str) -> None:
    assert backticked_names(read_page(service)["Publishes"], r"[A-Z][a-z]\w+") == set(event_names(service))


@pytest.mark.parametrize("service", SERVICE_NAMES)
def test_it_lists_the_services_it_consumes(service: str) -> None:
    assert backticked_names(read_page(service)["Consumes"], "|".join(SERVICE_NAMES)) == consumed_services(service)


@pytest.mark.parametrize("service", SERVICE_NAMES)
def test_it_lists_its_tables(service: str) -> None:
    assert backticked_names(read_page(service)["Tables"], r"[a-z_]+") - COMMON_TABLES == set(declared_tables(own_tables(service)))
