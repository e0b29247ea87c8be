"""Names and addresses live in identity, and membership's legal register keeps its own entered copy. No other table has a column for one.

A copy elsewhere would outlive an erasure and be read by people nobody shared it with.
"""

import re

from tests.architecture.codebase import SERVICE_NAMES, declared_tables
from tests.contract.golden_bytes import kinds
from tests.support.table_metadata import COMMON, own_tables

ABOUT_A_PERSON = re.compile(r"(^|_)(name|names|surname|forename|called|address|email|phone|mobile|birth|postcode)(_|$)")
MAY = {("membership", "register_entry"), ("membership", "register"), ("membership", "officer"), ("federation", "peer")} | {
    ("matching", "getting_support"),
    ("matching", "giving_support"),
    ("scheduling", "payer"),
}
"""A peer's name is a co-op's, from its public identity document, and a payer is an organisation. Matching has the postcode alone, for how
far apart people live.
"""


def list_columns() -> list[tuple[str, str, str]]:
    services = [
        (name, table, column)
        for name in SERVICE_NAMES
        for table, column_names in declared_tables(own_tables(name)).items()
        for column in column_names
    ]
    return services + [("libs", table, column) for table, column_names in declared_tables(*COMMON).items() for column in column_names]


def test_the_tables_are_found_at_all() -> None:
    assert {("identity", "person", "full_name"), ("governance", "ballot", "choice"), ("libs", "outbox", "payload")} <= set(list_columns())


def test_no_other_table_has_a_column_for_a_name_or_an_address() -> None:
    strays = [column for column in list_columns() if ABOUT_A_PERSON.search(column[2]) and column[0] != "identity" and column[:2] not in MAY]

    assert strays == []


def test_no_fact_has_a_field_for_a_name_an_address_or_free_text() -> None:
    """The outbox is kept for ever: it carries ids, classes, dates and amounts. `reason` of an ending is a word from a list."""
    free = re.compile(ABOUT_A_PERSON.pattern + r"|(^|_)(text|title|note|comment|choice)(_|$)")
    strays = [f"{name}.{field.name}" for name, kind in kinds().items() for field in kind.DESCRIPTOR.fields if free.search(field.name)]

    assert strays == []
