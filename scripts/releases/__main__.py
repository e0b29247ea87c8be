"""`scripts/release`: the files of a release, in dist/. It sends nothing anywhere, and prints what people must do before they do."""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from scripts.checks import advisories, images, repository
from scripts.releases import sbom


def main() -> int:
    """Makes the files from the current commit, and only from it. Exit code 1 if there are changes that are not committed."""
    root = repository.ROOT
    if changes := _git("status", "--porcelain").decode().strip():
        print(f"not released: these changes are not committed\n{changes}")
        return 1
    if findings := [*advisories.check_advisories(), *images.problems(images.list_images(root))]:
        print("not released:", *findings, sep="\n   ")
        return 1
    committed_at = datetime.fromtimestamp(int(_git("show", "--no-patch", "--format=%ct", "HEAD")), UTC)
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    bill = sbom.make_bill(version=version, lock=lock, images=images.list_images(root), committed_at=committed_at)
    target = root / "dist"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    (target / f"kith-{version}.cdx.json").write_text(bill, encoding="utf-8")
    source = _git("archive", "--format=tar", f"--prefix=kith-{version}/", "HEAD")
    (target / f"kith-{version}.tar").write_bytes(source)
    _build_wheel(source, f"kith-{version}", target, committed_at)
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(target.iterdir())]
    (target / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    print(f"in {target.name}/:", *("   " + line.strip() for line in sums), sep="\n")
    for line in (*advisories.notices(), *next_steps(root)):
        print(f"NOTICE {line}")
    return 0


def next_steps(root: Path) -> list[str]:
    """What nobody can do without a registry: the digest of each image that has none."""
    return [
        f"{image} has no digest. Ask for it, and write it behind the tag, as @sha256:...: {images.ASK_FOR_DIGEST.format(image=image)}"
        for image in images.without_digest(images.list_images(root))
    ]


def _build_wheel(source: bytes, folder: str, target: Path, committed_at: datetime) -> None:
    """Builds in a copy of the commit with the locked setuptools: no isolation means that nothing is fetched."""
    with tempfile.TemporaryDirectory() as place:
        with tarfile.open(fileobj=io.BytesIO(source)) as archive:
            archive.extractall(place, filter="data")
        command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", f"--outdir={target}"]
        environment = os.environ | {"SOURCE_DATE_EPOCH": str(int(committed_at.timestamp()))}
        subprocess.run(command, cwd=Path(place) / folder, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own Python


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=repository.ROOT, capture_output=True, check=True).stdout  # noqa: S603, S607 - git, as the PATH has it


if __name__ == "__main__":
    sys.exit(main())
