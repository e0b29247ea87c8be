"""A file of the co-op's own that cannot be used keeps Kith from starting, in words that name the file and the line."""

import pytest

from scripts.cli.console import ExitCode
from tests.support.kith_up_process import kith_up_in, service_readable_folder

OFF_THE_EARTH = "postcode,latitude,longitude\nZZ1 1AA,91,0\n"
HOLE = ",ZZ1,ZZ2\nZZ1,0,\nZZ2,5,0\n"
BELOW_ZERO = ",ZZ1,ZZ2\nZZ1,0,-6\nZZ2,5,0\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [("travel/car.csv", HOLE), ("travel/car.csv", BELOW_ZERO), ("places/postcodes.csv", OFF_THE_EARTH)],
    ids=["a hole", "a minus sign", "a place off the earth"],
)
async def test_kith_does_not_start_with_a_wrong_file_and_says_which(name: str, content: str) -> None:
    async with service_readable_folder() as place, kith_up_in(place, forked=True) as co_op:
        file = co_op.folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(content, encoding="utf-8")
        await co_op.start()
        assert await co_op.wait_for_exit() == ExitCode.USAGE
        printed = co_op.log_tail
        assert f"{file}, line 2: " in printed
        assert "Put the file right" in printed
        assert "did not expect" not in printed
        assert co_op.remaining_processes() == []
