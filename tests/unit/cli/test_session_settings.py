"""The limits of sessions on shared devices in `kith.toml`."""

from pathlib import Path

import pytest

from services.co_op_settings import InstanceUnusableError, read_settings


def _file(folder: Path, lines: str) -> Path:
    file = folder / "kith.toml"
    file.write_text(f'id = "0000test"\nname = "Elm"\n{lines}\n', encoding="utf-8")
    return file


def test_an_hour_and_a_quarter_of_one_unless_the_co_op_says_otherwise(tmp_path: Path) -> None:
    usual = read_settings(_file(tmp_path, ""))
    assert (usual.shared_session_minutes, usual.quiet_minutes) == (60, 15)
    own = read_settings(_file(tmp_path, "[sessions]\nshared_minutes = 30\nquiet_minutes = 5"))
    assert (own.shared_session_minutes, own.quiet_minutes) == (30, 5)


@pytest.mark.parametrize("value", ["0", "721", '"60"', "true", "1.5"])
def test_another_number_is_named_with_its_place(tmp_path: Path, value: str) -> None:
    with pytest.raises(InstanceUnusableError, match=r"\[sessions\] quiet_minutes must be a whole number of minutes, from 1 to 720"):
        read_settings(_file(tmp_path, f"[sessions]\nquiet_minutes = {value}"))
