"""Pytest plugin that records which capabilities a test proves; `scripts/test` loads it.

The capability ids go into each test's properties, which pytest writes into the JUnit file with the outcome.
"""

import pytest

PROPERTY = "capability"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers(PROPERTY):
            item.user_properties.extend((PROPERTY, str(capability)) for capability in mark.args)
