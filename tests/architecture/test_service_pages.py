"""Each service has one page about itself, and it says what the code says."""

import ast
import re

import pytest

from tests.architecture.house import NAMES, ROOT, facts, methods, sources, tables, tree

HEADINGS = ("Owns", "Answers", "States", "Listens to", "Tables", "Invariants")
EVERYWHERE = set(tables("libs"))
"""The tables every service has; its page may leave them out."""


def page(service: str) -> dict[str, str]:
    """The text under each heading."""
    text = (ROOT / f"services/{service}/README.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return {heading.strip(): body for heading, body in zip(parts[1::2], parts[2::2], strict=True)}


def named(body: str, pattern: str) -> set[str]:
    return {word for word in re.findall(r"`([^`]+)`", body) if re.fullmatch(pattern, word)}


def listened_to(service: str) -> set[str]:
    """The sources in `Reactions("source", ...)`, and identity where hats are followed."""
    found = set()
    for _, text in sources(f"services/{service}"):
        for node in ast.walk(tree(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reactions" and node.args:
                found.add(ast.literal_eval(node.args[0]))
        found |= {"identity"} if "hats.reactions()" in text else set()
    return found


@pytest.mark.parametrize("service", NAMES)
def test_it_has_every_heading_in_order_with_something_under_it(service: str) -> None:
    found = page(service)

    assert [heading for heading in found if heading in HEADINGS] == list(HEADINGS)
    assert [heading for heading in HEADINGS if not found[heading].strip()] == []


@pytest.mark.parametrize("service", NAMES)
def test_it_answers_what_its_proto_says(service: str) -> None:
    answered = {one.name for one in methods(service)}

    assert named(page(service)["Answers"], r"[A-Z][a-z]\w+") == answered


@pytest.mark.parametrize("service", NAMES)
def test_it_states_the_facts_of_its_proto(service: str) -> None:
    assert named(page(service)["States"], r"[A-Z][a-z]\w+") == set(facts(service))


@pytest.mark.parametrize("service", NAMES)
def test_it_listens_to_whom_its_reactions_listen(service: str) -> None:
    assert named(page(service)["Listens to"], "|".join(NAMES)) == listened_to(service)


@pytest.mark.parametrize("service", NAMES)
def test_it_names_its_tables(service: str) -> None:
    assert named(page(service)["Tables"], r"[a-z_]+") - EVERYWHERE == set(tables(f"services/{service}"))
