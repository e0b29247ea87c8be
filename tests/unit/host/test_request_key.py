"""The key of a service's request hashes comes from its certificate's private key."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from libs.host.instance_keys import create_keys
from libs.host.request_key import read_request_key


def test_each_service_has_a_key_of_its_own_that_stays_the_same(tmp_path: Path) -> None:
    create_keys(tmp_path / "keys", "elm", datetime.now(UTC), ["identity", "governance"])
    tls = tmp_path / "keys/tls"
    keys = [read_request_key(tls, service) for service in ("identity", "governance")]
    assert [len(key) for key in keys] == [32, 32]
    assert keys[0] != keys[1]
    assert read_request_key(tls, "identity") == keys[0]


def test_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    create_keys(tmp_path / "keys", "elm", datetime.now(UTC), ["identity"])
    (tmp_path / "keys/tls/identity.key.pem").write_bytes((tmp_path / "keys/token.pem").read_bytes())
    with pytest.raises(ValueError, match=r"identity\.key\.pem is no key on an elliptic curve"):
        read_request_key(tmp_path / "keys/tls", "identity")
