"""A value that only a newer service knows is listed without a word for it; the list does not fail."""

from kith.identity.v1 import credentials_pb2 as cred
from kith.identity.v1 import relationships_pb2 as rel
from scripts.cli import credential, relationship
from scripts.cli.wording import enum_words

UNKNOWN = 99


def test_a_state_that_this_version_does_not_know_fails_no_list() -> None:
    newer = cred.Credential.FromString(bytes([cred.Credential.STATE_FIELD_NUMBER << 3, UNKNOWN]))
    assert newer.state == UNKNOWN
    assert credential._state(newer) == enum_words(cred.CredentialState, UNKNOWN) == ""
    assert credential._state(cred.Credential(state=cred.CREDENTIAL_STATE_VERIFIED)) == "verified"
    assert relationship._word(rel.RelationshipKind, UNKNOWN) == "unknown"


def test_every_scope_is_typed_as_it_is_listed() -> None:
    for value in rel.ActingScope.values()[1:]:
        assert relationship._number(rel.ActingScope, "--scope", relationship._word(rel.ActingScope, value)) == value
