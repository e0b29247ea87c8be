"""Looks for known vulnerabilities in the locked packages: pip-audit, with advisories from a file and never from the network.

pip-audit asks a server that speaks OSV's protocol. Here that is a server on the loopback interface, for as long as pip-audit runs, which
answers from the file. The file is what OSV publishes for PyPI (a zip of JSON records), or a JSON file: one record, a list of them, or
`{"vulns": [...]}`. Which versions a record affects follows the OSV schema, "Evaluation": the named versions, and ranges of events.
"""

import json
import os
import subprocess
import tempfile
import threading
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from scripts.checks import repository

VARIABLE = "KITH_ADVISORIES"
# Beside the locks, ignored by git.
PLACES = ("advisories.zip", "advisories.json")
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-setup.lock")

Advisory = Mapping[str, Any]


def check_advisories() -> list[str]:
    """One line for each known vulnerability of a locked package. Nothing without an advisory file; then `notices` says so."""
    if (path := _advisory_file()) is None:
        return []
    return audit(path, [repository.ROOT / name for name in LOCKS])


def notices() -> list[str]:
    """What must be seen though it fails nothing: that nobody looked, or how old the advisories are."""
    if (path := _advisory_file()) is None:
        return [
            f"no advisory file: vulnerable packages were not looked for; put one at {' or '.join(PLACES)} or set {VARIABLE} to its path"
        ]
    try:
        newest = max((str(advisory.get("modified", "")) for advisory in read_advisories(path)), default="")
    except (OSError, ValueError, zipfile.BadZipFile):
        return []  # the check itself fails and says why
    return [f"advisories of {path.name}: the newest is of {newest[:10] or 'no date'}"]


def audit(path: Path, locks: Sequence[Path]) -> list[str]:
    """Asks pip-audit about the packages of these locks. Its findings, or the reason why it could not look, as lines."""
    try:
        by_package = _sorted_by_package(read_advisories(path))
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        return [f"the advisory file {path} cannot be read: {error}"]
    with _advisory_server(by_package) as url, tempfile.TemporaryDirectory() as cache:
        command = [str(repository.BIN / "pip-audit"), "--disable-pip", "--require-hashes", "--progress-spinner=off", f"--cache-dir={cache}"]
        command += ["--vulnerability-service=osv", f"--osv-url={url}", *(f"--requirement={lock}" for lock in locks)]
        # A proxy in the environment would carry the question off this machine.
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        run = subprocess.run(command, cwd=cache, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)  # noqa: S603 - a program of ours
    lines = f"{run.stdout}{run.stderr}".strip().splitlines()
    return [] if run.returncode == 0 else (lines or [f"pip-audit ended with {run.returncode}"])


def read_advisories(path: Path) -> list[Advisory]:
    """All records of an advisory file. ValueError, OSError or BadZipFile if it is none."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return [json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")]
    content = json.loads(path.read_text(encoding="utf-8"))
    records = content if isinstance(content, list) else content.get("vulns", [content]) if isinstance(content, dict) else []
    if not records or not all(isinstance(record, dict) and "id" in record for record in records):
        message = "it holds no OSV records"
        raise ValueError(message)
    return records


def affects(affected: Mapping[str, Any], version: str) -> bool:
    """Whether one `affected` entry of an OSV record covers this version."""
    asked = Version(version)
    if any(_version(named) == asked for named in affected.get("versions", [])):
        return True
    ranges = [one for one in affected.get("ranges", []) if one.get("type") == "ECOSYSTEM"]
    return any(_range_covers(one.get("events", []), asked) for one in ranges)


def _range_covers(events: Iterable[Mapping[str, str]], asked: Version) -> bool:
    """The latest event at or before the version decides. An event that cannot be read counts as the start: better asked once too often."""
    steps = [(_version(number) or _version("0"), kind) for event in events for kind, number in event.items()]
    vulnerable = False
    # Of two events at one version, the one that begins comes last: `fixed` ends the range before.
    for at, kind in sorted(steps, key=lambda step: (step[0] or Version("0"), step[1] == "introduced")):
        if at is None or at > asked or (kind == "last_affected" and at == asked):
            continue
        vulnerable = kind == "introduced"
    return vulnerable


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _sorted_by_package(advisories: Iterable[Advisory]) -> dict[str, list[Advisory]]:
    """Records by canonical package name, which is also written into them: pip-audit compares names as they stand."""
    by_package: dict[str, list[Advisory]] = {}
    for advisory in advisories:
        of_pypi = [one for one in advisory.get("affected", []) if one.get("package", {}).get("ecosystem") == "PyPI"]
        for name in {canonicalize_name(one["package"]["name"]) for one in of_pypi}:
            of_package = [
                one | {"package": one["package"] | {"name": name}} for one in of_pypi if canonicalize_name(one["package"]["name"]) == name
            ]
            by_package.setdefault(name, []).append({**advisory, "affected": of_package})
    return by_package


@contextmanager
def _advisory_server(by_package: Mapping[str, Sequence[Advisory]]) -> Iterator[str]:
    """Answers OSV's `/v1/query` on a loopback port of its own; the value is the address to ask."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known = by_package.get(canonicalize_name(query["package"]["name"]), [])
            vulns = [advisory for advisory in known if any(affects(one, query["version"]) for one in advisory["affected"])]
            body = json.dumps({"vulns": vulns} if vulns else {}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            """Says nothing: the findings are the output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _advisory_file() -> Path | None:
    """The named file, even if it does not exist: a wrong path is a mistake and not a missing file. Else the first of the usual places."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    return next((repository.ROOT / place for place in PLACES if (repository.ROOT / place).exists()), None)
