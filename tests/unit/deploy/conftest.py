"""Instance keys as `kith init` creates them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from libs.host import instance_keys
from services.topology import SERVICE_NAMES


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("co-op") / "keys"
    instance_keys.create_keys(folder, "journey-row", datetime.now(UTC), SERVICE_NAMES)
    return folder
