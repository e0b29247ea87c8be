"""The fields of a person's record: a closed vocabulary, in the order in which pages show it. A field's key is `section.name`.

A section is also a scope in which somebody may act for the person (`libs/access/acting.py`). A key keeps its meaning for ever: grants,
audit rows and events name it. Keys may be added.
"""

from collections.abc import Mapping

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "about_me": ("story", "likes", "culture"),
    "communication": ("speak", "understand", "upset"),
    "what_matters": ("good_day", "bad_day", "hopes"),
    "health": ("conditions", "medicines", "allergies", "risks"),
    "home": ("address_notes", "key_safe"),
    "contacts": ("emergency", "family", "doctor"),
    "money": ("helper", "help_wanted"),
}

FIELDS: tuple[str, ...] = tuple(f"{section}.{name}" for section, names in SECTIONS.items() for name in names)


def section_of(field: str) -> str:
    """The section of a field's key."""
    return field.partition(".")[0]
