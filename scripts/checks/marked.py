"""Lets a test report which rows of the capability table it proves: a pytest plugin, named by `scripts/test`.

The rows go into each test's properties, which pytest writes into its JUnit file with the outcome.
"""

import pytest

PROPERTY = "capability"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers(PROPERTY):
            item.user_properties.extend((PROPERTY, str(row)) for row in mark.args)
