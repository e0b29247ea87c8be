"""`kith audit verify --against`: an earlier result, kept elsewhere, is what the log must still go through."""

import json
from pathlib import Path

import pytest

from libs.access.audit_chain import ChainHead
from scripts.cli.audit import noted_heads
from scripts.cli.console import CommandError, ExitCode
from services.topology import PEOPLE_SERVICE_NAMES


def test_the_heads_of_an_earlier_result_are_read(tmp_path: Path) -> None:
    kept = tmp_path / "audit.json"
    services = {name: {"number": number, "chain": "ab" * 32} for number, name in enumerate(PEOPLE_SERVICE_NAMES)}
    kept.write_text(json.dumps({"schema": "kith.v1", "intact": True, "services": services}), encoding="utf-8")
    # A log that was empty then says nothing about the log of today.
    expected = {name: [ChainHead(number, bytes([0xAB] * 32))] for number, name in enumerate(PEOPLE_SERVICE_NAMES) if number}
    assert noted_heads(kept) == expected


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"services": {}}', '{"services": {"identity": {"number": "x", "chain": ""}}}'])
def test_what_is_no_result_is_named_and_not_taken_for_an_empty_log(tmp_path: Path, text: str) -> None:
    kept = tmp_path / "audit.json"
    kept.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match="cannot be compared with") as refused:
        noted_heads(kept)
    assert refused.value.code is ExitCode.USAGE
