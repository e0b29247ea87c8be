"""Keys as `kith init` makes them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from libs.host import instance_keys


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("co-op") / "keys"
    instance_keys.create_keys(folder, "journey-row", datetime.now(UTC))
    return folder
