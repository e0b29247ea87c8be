"""What web stores about people: what a person gets of it when they ask for their data, and what erasing them does to it."""

from collections.abc import Mapping

from libs.access.person_tables import ACTING_RIGHTS, READS, Delete, PersonTable
from services.web.storage import tables

PERSON_TABLES = (
    PersonTable(
        tables.session,
        ("person",),
        ("person", "identity_session", "hats", "created_at", "used_at", "expires_at", "acting_for", "quiet_seconds", "helped_by"),
        {"cookie_hash": "the secret of the browser, as a hash", "sealed_key": "opens only with that secret"},
        erasure=(Delete(of=("person",)),),
    ),
    PersonTable(
        tables.helped_page, ("person", "helper"), ("id", "person", "helper", "identity_session", "path", "at"), erasure=(Delete(),)
    ),
    PersonTable(tables.news, ("person",), ("source", "number", "person", "kind", "about", "word", "at", "hat"), erasure=(Delete(),)),
    PersonTable(
        tables.notice,
        ("person",),
        (
            *("id", "person", "kind", "about", "subject", "source", "asked_at", "due_at", "until", "state", "reason", "channel"),
            *("easy_read", "large_print", "tries", "done_at", "done_by"),
        ),
        erasure=(Delete(),),
    ),
    ACTING_RIGHTS,
    READS,
)

TABLES_WITHOUT_PEOPLE: Mapping[str, str] = {
    "kept_form": "what somebody typed, sealed under a secret of their browser's: we cannot open it, nor tell whose it is",
    "first_step": "what is ticked off for the co-op",
}
