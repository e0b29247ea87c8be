"""What settled visits come to: by the charges of the pages, and by `kith settle`."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from kith.scheduling.v1 import funding_pb2 as funding
from kith.scheduling.v1 import pay_periods_pb2 as pb
from scripts.cli.main import main


def settle(files: Sequence[funding.SettleFile], folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Counter[str], Counter[str], int]:
    """What payers owe, workers get and the co-op keeps by `kith settle`; a file of what is taken back counts the other way."""
    payers, workers, co_op = Counter[str](), Counter[str](), 0
    for file in files:
        path = folder / file.name
        path.write_bytes(file.content)
        assert main(["settle", str(path), "--json"]) == 0
        # Between the lines that the co-op logs.
        [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
        answer, sign = json.loads(line), -1 if file.taken_back else 1
        for payer, owed in answer["payers"].items():
            payers[payer] += sign * owed["pence"]
        for worker, earned in answer["workers"].items():
            workers[worker.partition("#")[0]] += sign * earned["pence"]
        co_op += sign * answer["co_op"]
    return payers, workers, co_op


def by_payer(visits: Sequence[pb.SettledVisit]) -> Counter[str]:
    owed = Counter[str]()
    for visit in visits:
        for charge in visit.charges:
            owed[charge.payer_id] += charge.pence
    return owed


def by_worker(visits: Sequence[pb.SettledVisit]) -> Counter[str]:
    earned = Counter[str]()
    for visit in visits:
        earned[visit.worker_id] += visit.care_pay_pence + visit.travel_pay_pence
    return earned
